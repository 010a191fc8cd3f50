"""Every table of a run as CSV or Parquet, with a dictionary of the columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bvsim.analysis.kpis import kpi_of, unit_of
from bvsim.analysis.tables import ROW
from bvsim.show.export.dictionary import ColumnEntry, entry_of

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run

BATCH = 65_536
DICTIONARY = "dictionary.csv"


def write_files(run: Run, to: str, folder: Path) -> Path:
    """Write each table of a run as a file, and `dictionary.csv` with what its columns are.

    Text columns are written as plain text; the files are read batch by batch, so that the
    size of a run does not matter.

    Parameters
    ----------
    run : Run
        A finished run.
    to : {"csv", "parquet"}
        The format.
    folder : pathlib.Path
        Where to write.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in run.tables if (run.folder / f"{name}.parquet").is_file()]
    for name in names:
        _copy(run.folder / f"{name}.parquet", folder / f"{name}.{to}", to)
    with (folder / DICTIONARY).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "column", "unit", "kind", "meaning"])
        for name in names:
            for column in run.columns(name):
                entry = describe(name, column)
                writer.writerow([name, column, entry.unit, entry.kind, entry.meaning])
    return folder


def describe(table: str, column: str) -> ColumnEntry:
    """Return what a column of a table is."""
    if column in ROW or table not in ("kpis", "draws"):
        return entry_of(column)
    if table == "draws":
        return ColumnEntry(column, "", "figure", "Value of an uncertain figure of the scenario.")
    kpi = kpi_of(column)
    return ColumnEntry(column, unit_of(column), "key figure", kpi.meaning if kpi else "")


def _copy(source: Path, target: Path, to: str) -> None:
    file = pq.ParquetFile(source)
    schema = _plain(file.schema_arrow)
    writer = pacsv.CSVWriter(target, schema) if to == "csv" else pq.ParquetWriter(target, schema)
    with writer:
        for batch in file.iter_batches(BATCH):
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def _plain(schema: pa.Schema) -> pa.Schema:
    """Return a schema with categories as text, which every tool reads."""
    fields = [
        pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]
    return pa.schema(fields)
