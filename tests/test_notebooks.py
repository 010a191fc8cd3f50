"""The notebooks run, and each .ipynb says what its .py says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))


def test_there_are_notebooks() -> None:
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_pair_is_in_step(script: Path) -> None:
    pair = [jupytext.read(path) for path in (script, script.with_suffix(".ipynb"))]
    cells = [[(cell.cell_type, cell.source) for cell in notebook.cells] for notebook in pair]
    assert cells[0] == cells[1], f"run: jupytext --sync {script.name}"
    assert not any(cell.get("outputs") for cell in pair[1].cells), (
        "commit notebooks without outputs"
    )


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook_runs(script: Path, tmp_path: Path) -> None:
    # From standard input, as in a notebook: worker processes have no script to import again.
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-"],
        input=script.read_text(encoding="utf-8"),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
