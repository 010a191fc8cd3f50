"""Every picture is seen where there is somebody to see it: notebooks, widgets, windows, scripts."""

import subprocess
import sys
from pathlib import Path

import nbclient
import pytest
from nbformat.v4 import new_code_cell, new_notebook

SUPPORT = Path(__file__).parents[1] / "support"
RUN = f"import sys; sys.path.insert(0, {str(SUPPORT)!r})\nfrom run_folder import make_run\n"
RUN += "import bvsim as bv; run = make_run(8)"

STAYS_IN_MEMORY = "\n".join(
    [
        "import tempfile, pathlib",
        "files = bv.plot.save_figures(run, pathlib.Path(tempfile.mkdtemp()))",
        "html = bv.plot.render(bv.plot.fan(run, ax=bv.plot.blank()))",
    ]
)
CELLS = {
    "bv.plot.fan(run)": 1,
    "ax = bv.plot.waterfall(run)": 1,
    "ax": 1,
    "ax.figure": 1,
    "ax = bv.plot.bottlenecks(run)\nax": 1,
    "one = bv.plot.fan(run)\nother = bv.plot.fan(run)": 2,
    "display(one)\nax = bv.plot.bottlenecks(run)\ndisplay(ax)": 2,
    "bv.plot.fan(run, 'no-such-quantity')": 0,
    STAYS_IN_MEMORY: 0,
    "from matplotlib.figure import Figure\nbv.plot.fan(run, ax=Figure().add_subplot());": 0,
}
"""What a cell says, and how many pictures it shows: each figure once."""

FIRST = {
    "nothing": "",
    "pyplot": "import matplotlib.pyplot as plt",
    "inline": "%matplotlib inline",
    "agg": "%matplotlib agg",
    "widget": "%matplotlib widget",
}


def pictures(cell):
    return [o for o in cell.outputs if "image/png" in o.get("data", {})]


def executed(cells):
    notebook = new_notebook(cells=[new_code_cell(text) for text in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbclient.NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return notebook.cells


@pytest.mark.parametrize("first", FIRST)
def test_a_notebook_shows_each_figure_once_and_again_where_it_is_named(first):
    if first == "widget":
        pytest.importorskip("ipympl")
    cells = executed([FIRST[first], RUN, *CELLS])
    assert not [o for cell in cells[:2] for o in cell.outputs if o.output_type == "error"]
    assert {c.source: len(pictures(c)) for c in cells[2:]} == CELLS
    widgets = [
        o
        for cell in cells[2:]
        for o in pictures(cell)
        if "application/vnd.jupyter.widget-view+json" in o.data
    ]
    assert len(widgets) == (sum(CELLS.values()) if first == "widget" else 0)


def script(text):
    done = subprocess.run(
        [sys.executable, "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_script_needs_no_pyplot_and_opens_nothing():
    said = script(f"{RUN}\nbv.plot.fan(run)\nprint('matplotlib.pyplot' in sys.modules)")
    assert said == ["False"]


def test_a_script_without_a_screen_piles_nothing_up():
    text = (
        f"import matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as plt\n{RUN}\n"
        "bv.plot.fan(run); print(plt.get_fignums())"
    )
    assert script(text) == ["[]"]


SCREEN = """
from matplotlib.backend_bases import FigureManagerBase, _Backend
from matplotlib.backends.backend_agg import FigureCanvasAgg

class Manager(FigureManagerBase):
    def show(self):
        print("shown", len(self.canvas.figure.axes[0].lines))

class Canvas(FigureCanvasAgg):
    manager_class = Manager

@_Backend.export
class Screen(_Backend):
    FigureCanvas, FigureManager, mainloop = Canvas, Manager, lambda: None
"""


def test_a_script_with_a_screen_shows_when_pyplot_does(tmp_path):
    (tmp_path / "screen.py").write_text(SCREEN, encoding="utf-8")
    text = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{RUN}\n"
        "import matplotlib; matplotlib.use('module://screen'); import matplotlib.pyplot as plt\n"
        "bv.plot.fan(run); print('before'); plt.show()"
    )
    assert script(text) == ["before", "shown", "2"]
