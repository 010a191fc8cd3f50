"""Every table of a run as CSV or Parquet, with a dictionary of the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bvsim.analysis.kpis import kpi_of, unit_of
from bvsim.analysis.tables import ROW
from bvsim.ensemble.store.spreadsheet import harmless
from bvsim.ensemble.store.tables import KIND, UNIT
from bvsim.reading.whole_files import together
from bvsim.show.export.dictionary import ColumnEntry, entry_of

if TYPE_CHECKING:
    from bvsim.ensemble.store.results import Run

BATCH = 65_536
DICTIONARY = "dictionary.csv"
_UNKNOWN = "that of the figure (the run is of an earlier bvsim)"


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
    with together() as beside:
        for name in names:
            _copy(run.folder, name, beside(folder / f"{name}.{to}"), to)
        with beside(folder / DICTIONARY).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["table", "column", "unit", "kind", "meaning"])
            writer.writerows(_entries(run.folder, names))
    return folder


def _entries(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the lines of the dictionary."""
    for name in names:
        for field in pq.read_schema(folder / f"{name}.parquet"):
            entry = describe(name, field)
            yield name, entry.name, entry.unit, entry.kind, entry.meaning


def describe(table: str, field: pa.Field) -> ColumnEntry:
    """Return what a column of a table is."""
    column = field.name
    if column in ROW or table not in ("kpis", "draws"):
        return entry_of(column)
    if table == "draws":
        unit = (field.metadata or {}).get(UNIT, b"").decode() or _UNKNOWN
        return ColumnEntry(column, unit, "figure", "Value of an uncertain figure of the scenario.")
    kpi = kpi_of(column)
    return ColumnEntry(column, unit_of(column), "key figure", kpi.meaning if kpi else "")


def _copy(folder: Path, name: str, target: Path, to: str) -> None:
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        schema = _plain(name, file.schema_arrow)
        made = pacsv.CSVWriter if to == "csv" else pq.ParquetWriter
        with made(str(target), schema) as writer:
            for batch in file.iter_batches(BATCH):
                table = pa.Table.from_batches([batch]).cast(schema)
                writer.write_table(_harmless(table) if to == "csv" else table)


def _plain(table: str, schema: pa.Schema) -> pa.Schema:
    """Return a schema with categories as text, which every tool reads, and what columns are."""
    fields = []
    for field in schema:
        entry = describe(table, field)
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        about = {UNIT: entry.unit, KIND: entry.kind, b"meaning": entry.meaning}
        fields.append(pa.field(field.name, kind, metadata=(field.metadata or {}) | about))
    return pa.schema(fields)


def _harmless(table: pa.Table) -> pa.Table:
    """Return a table in which no text begins a formula."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            safe = pa.array(map(harmless, table[at].to_pylist()), pa.string())
            table = table.set_column(at, field, safe)
    return table
