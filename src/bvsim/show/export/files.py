"""Every table of a run as CSV or Parquet, with a dictionary of the columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
SEPARATOR = {"en": ",", "fr": ";"}
DECIMAL = {"en": ".", "fr": ","}
ENCODING = {"en": "utf-8", "fr": "utf-8-sig"}
"""How a CSV is written for each language's spreadsheets: a French Excel takes a file without a
mark of its encoding for that of Windows, and parts columns at semicolons."""
_UNKNOWN = "that of the figure (the run is of an earlier bvsim)"


Write = Callable[[pa.Table], None]


def write_files(run: Run, to: str, folder: Path, lang: str = "en") -> Path:
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
    lang : {"en", "fr"}
        Whose spreadsheets CSV files open in: French ones have semicolons and decimal commas.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in run.tables if (run.folder / f"{name}.parquet").is_file()]
    with together() as beside:
        for name in names:
            _copy(run.folder, name, beside(folder / f"{name}.{to}"), to, lang)
        target = beside(folder / DICTIONARY)
        with target.open("w", encoding=ENCODING[lang], newline="") as file:
            writer = csv.writer(file, delimiter=SEPARATOR[lang], lineterminator="\n")
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


def _copy(folder: Path, name: str, target: Path, to: str, lang: str) -> None:
    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        schema = _plain(name, file.schema_arrow)
        with _writer(target, schema, to, lang) as write:
            for batch in file.iter_batches(BATCH):
                table = pa.Table.from_batches([batch]).cast(schema)
                write(_harmless(table) if to == "csv" else table)


def _writer(target: Path, schema: pa.Schema, to: str, lang: str) -> AbstractContextManager[Write]:
    if to == "csv" and lang != "en":
        return _localised(target, schema, lang)
    return _arrow(pacsv.CSVWriter if to == "csv" else pq.ParquetWriter, target, schema)


@contextmanager
def _arrow(made: Callable[..., Any], target: Path, schema: pa.Schema) -> Iterator[Write]:
    with made(str(target), schema) as writer:
        yield writer.write_table


@contextmanager
def _localised(target: Path, schema: pa.Schema, lang: str) -> Iterator[Write]:
    """Write CSV as a language's spreadsheets read it; numbers keep every digit."""
    separator, decimal = SEPARATOR[lang], DECIMAL[lang]
    with target.open("w", encoding=ENCODING[lang], newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerow(schema.names)

        def write(table: pa.Table) -> None:
            frame = table.to_pandas()
            frame.to_csv(file, sep=separator, decimal=decimal, header=False, index=False)

        yield write


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
