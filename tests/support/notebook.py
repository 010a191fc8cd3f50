"""Notebooks executed as a reader executes them, and the pictures that their cells show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbclient

CHART = "bv.plot."
"""What the source of a cell that draws says."""


def executed(script: Path, folder: Path) -> Any:
    """Execute a notebook in a folder; return it with its outputs."""
    notebook = jupytext.read(script)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    resources = {"metadata": {"path": str(folder)}}
    return nbclient.NotebookClient(notebook, timeout=1200, resources=resources).execute()


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def charts(notebook: Any) -> list[Any]:
    """Return the cells that draw."""
    return [cell for cell in code_cells(notebook) if CHART in cell.source]


def pictures(cell: Any) -> list[Any]:
    """Return the outputs of a cell that are pictures."""
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]
