"""The notebooks run, every chart is seen, and each .ipynb says what its .py says."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from notebook import charts, code_cells, executed, pictures

SCRIPTS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))


def test_there_are_notebooks() -> None:
    assert len(SCRIPTS) == 7


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_pair_is_in_step(script: Path) -> None:
    pair = [jupytext.read(path) for path in (script, script.with_suffix(".ipynb"))]
    cells = [[(cell.cell_type, cell.source) for cell in notebook.cells] for notebook in pair]
    assert cells[0] == cells[1], f"run: jupytext --sync {script.name}"
    assert not any(cell.get("outputs") for cell in pair[1].cells), (
        "commit notebooks without outputs: the documentation's site shows them executed"
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_chart_is_read_and_there_is_something_to_do(script: Path) -> None:
    notebook = jupytext.read(script)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert len(charts(notebook)) >= 2
    assert text.count("**How to read it.**") >= 2
    assert "## Exercises" in text


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook_runs_and_shows_every_chart(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error::RuntimeWarning")
    notebook = executed(script, tmp_path)
    for cell in charts(notebook):
        assert len(pictures(cell)) == 1, cell.source
    assert all(cell.execution_count for cell in code_cells(notebook))
