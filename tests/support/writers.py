"""All that writes runs, and what is made of them: each action on a folder made for it."""

from __future__ import annotations

import shutil
import zipfile

import pandas as pd

from bvsim.analysis.written import write_tables
from bvsim.ensemble.merging import merge
from bvsim.ensemble.run import RunError, open_run, run
from bvsim.ensemble.sweep import SweepRun
from bvsim.ensemble.sweep_file import read_sweep
from bvsim.ensemble.workers.engine import Engine
from bvsim.reading.study import init
from bvsim.show.brief import write_brief
from bvsim.show.export import export_run
from bvsim.show.report import write_report
from fake import FakeJob, FakeScenario
from run_folder import write_run

INPUTS = ("part-1", "part-2", "whole")
RUNS = {"run": ["out"], "extend": ["out"], "merge": ["out"], "sweep": ["out/points/*"]}
SWEEP = "name: two\nscenario: reference\nsweep: {a.b: [1, 2]}\ndraws: 2\n"


def furnish(place):
    """Put there what actions find: two shards, runs to be extended and to be read, a sweep."""
    for number in (1, 2):
        simulate(place / f"part-{number}", 6, shard=f"{number}/2")
    simulate(place / "to-extend", 6)
    write_run(place / "whole", 2)
    (place / "two.yaml").write_text(SWEEP)
    return place


def furnished(before, place, action):
    """Make a folder as an action finds it."""
    shutil.copytree(before, place)
    if action == "extend":
        (place / "to-extend").rename(place / "out")
    if action == "report":  # it stands in the run's folder
        shutil.copytree(place / "whole", place / "out")
    return place


def simulate(out, draws, **options):
    settings = {"workers": 1, "chunk_rows": 3, "job": FakeJob()} | options
    return run(FakeScenario(), draws, out=out, **settings)


def make(place):
    simulate(place / "out", 6)


def extend(place):
    simulate(place / "out", 12, resume=True)


def join(place):
    merge([place / "part-1", place / "part-2"], place / "out")


def export(place, to):
    export_run(open_run(place / "part-1"), to, place / "out")


def book(place):
    export_run(open_run(place / "whole"), "xlsx", out(place) / "book.xlsx")


def brief(place, to):
    write_brief(open_run(place / "whole"), out(place) / f"brief.{to}")


def report(place):
    write_report(open_run(place / "out"))


def analyse(place):
    table = pd.DataFrame({"figure": ["a.b", "c.d"], "prcc": [0.5, -0.25]}).set_index("figure")
    write_tables(out(place), {"prcc_x": table, "prcc_y": table})


def out(place):
    (place / "out").mkdir(exist_ok=True)
    return place / "out"


class Study(SweepRun):
    """A sweep over two points of the stand-in for the valley."""

    def __init__(self, place):
        self.sweep, self.out = read_sweep(place / "two.yaml"), place / "out"
        self._make_job = lambda *_: FakeJob()

    def scenario_of(self, point):
        return FakeScenario(name=point.id)


ACTIONS = {
    "run": make,
    "extend": extend,
    "merge": join,
    "sweep": lambda place: Study(place).simulate(Engine(workers=1)),
    "xlsx": book,
    "csv": lambda place: export(place, "csv"),
    "parquet": lambda place: export(place, "parquet"),
    "analysis": analyse,
}
ALSO = {
    "report": report,
    "brief": lambda place: brief(place, "pdf"),
    "slides": lambda place: brief(place, "pptx"),
    "init": lambda place: init(place / "out"),
}
"""What takes longer, and writes no run."""
AGAIN = ACTIONS | {
    "run": lambda place: simulate(place / "out", 6, resume=True),
    "merge": lambda place: (place / "out" / "manifest.json").exists() or join(place),
}
"""How an action is done again after it was stopped."""


def contents(folder, hidden=True):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (hidden or not path.name.startswith("."))
    }


def tables(folder):
    return {name: data for name, data in contents(folder).items() if name.endswith(".parquet")}


def left_over(folder):
    """Return what writers put aside and should have tidied up."""
    return [path for path in folder.rglob(".*") if path.suffix in (".tmp", ".next")]


def assert_one_state(folder):
    """Tell that a folder holds no run, or one whose tables belong together."""
    try:
        found = open_run(folder)
    except RunError as error:
        told = str(error)
    else:
        told = ""
    if told:
        assert "no run" in told or "not a folder" in told
        return
    rows = [set(found.table(name)["draw"]) for name in found.tables if name != "draws"]
    assert all(each == rows[0] for each in rows)
    if found.status == "complete":
        assert found.rows + len(found.failures) == found.planned


def assert_sound(place, whole, action):
    """Tell that whatever stopped an action left runs in one state, other files whole or not there.

    Parameters
    ----------
    place, whole : Path
        Where it was stopped, and where nothing stopped it.
    """
    for folder in (found for pattern in RUNS.get(action, []) for found in place.glob(pattern)):
        assert_one_state(folder)
    if action in RUNS or not (place / "out").exists():
        return
    for name in contents(place / "out", hidden=False):
        assert_same_file(place / "out" / name, whole / "out" / name)


def assert_same_file(path, known):
    if path.suffix not in (".xlsx", ".pptx"):
        assert path.read_bytes() == known.read_bytes(), path
        return
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(known) as expected:
        assert found.testzip() is None
        assert found.namelist() == expected.namelist()  # the time of its making is in it
