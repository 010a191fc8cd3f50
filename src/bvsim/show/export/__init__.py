"""A run for other tools: one Excel workbook, or a folder of CSV or Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bvsim.analysis.tables import RunLike
    from bvsim.ensemble.store.results import Run

__all__ = ["FORMATS", "export_run"]

FORMATS = ("xlsx", "csv", "parquet", "ro-crate")


def export_run(
    run: Run,
    to: str,
    out: Path | None = None,
    *,
    lang: str = "en",
    beside: Sequence[RunLike] = (),
) -> Path:
    """Write a run in a format that other tools read.

    Parameters
    ----------
    run : Run
        A finished run.
    to : {"xlsx", "csv", "parquet", "ro-crate"}
        A workbook of summaries, every table as a file with a dictionary of columns, or the run
        folder described where it is, as an RO-Crate and a data package.
    out : pathlib.Path, optional
        The workbook or the folder; by default ``NAME.xlsx`` or a folder ``csv`` or
        ``parquet`` inside the run folder.
    lang : {"en", "fr"}
        Language of a workbook; a French CSV has semicolons and decimal commas.
    beside : sequence of Run
        Runs whose paired differences from this one a workbook has.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    RunError
        When the run has no rows, or what is to be written would take the place of a run.
    ValueError
        When the format is unknown.
    """
    from bvsim.ensemble.store.folder import RunError, holds_run

    run.require_rows()
    if to == "ro-crate":
        from bvsim.show.export.crate import write_crate

        if out is not None:
            raise RunError("an RO-Crate describes the run folder where it is: no other place")
        return write_crate(run)
    if out is not None and to != "xlsx" and holds_run(out):
        raise RunError(f"{out} holds a run, with tables of the same names: choose another folder")
    if out is not None and to == "xlsx" and out.suffix.lower() != ".xlsx":
        raise RunError(f"{out} is no name of a workbook: let it end in .xlsx")
    if to == "xlsx":
        from bvsim.show.export.workbook import write_workbook

        path = out or run.folder / f"{run.scenario_name}.xlsx"
        return write_workbook(run, path, lang=lang, beside=beside)
    if to in FORMATS:
        from bvsim.show.export.files import write_files

        return write_files(run, to, out or run.folder / to, lang)
    raise ValueError(f"format {to!r}: it must be one of {', '.join(FORMATS)}")
