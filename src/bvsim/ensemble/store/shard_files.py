"""Shard files: one record a row, its key and each table's numbers as a list; and their labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from bvsim.ensemble.store.tables import label_kind
from bvsim.ensemble.work import FloatArray, Layout, Layouts, Result
from bvsim.reading.whole_files import write_text

LABELS = "layout.json"


def digest(data: bytes | memoryview) -> str:
    """Return what tells a shard from a damaged one: compressed numbers do not say so."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def keys_of(result: Result) -> dict[str, pa.Array]:
    """Return the columns that name the rows of a run."""
    return {
        "draw": pa.array(result.draws, pa.int64()),
        "replication": pa.array(result.replications, pa.int64()),
    }


def packed(keys: Mapping[str, pa.Array], tables: Mapping[str, FloatArray]) -> bytes:
    """Return a file of one record a row.

    Parameters
    ----------
    keys : mapping of str to Array
        The columns that name the rows.
    tables : mapping of str to array, shape (rows, rows of the table, columns)
        The tables' values.
    """
    columns = dict(keys)
    for name, values in tables.items():
        flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).ravel())
        size = int(np.prod(values.shape[1:]))
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, size)
    table = pa.table(columns)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def read_shard(path: Path, columns: Sequence[str], *, known: str | None = None) -> pa.Table:
    """Read some columns of a shard.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str
        Keys and tables.
    known : str, optional
        The digest that the file must have; every byte is checked then.

    Raises
    ------
    OSError, KeyError, pyarrow.ArrowException
        When it cannot be read, is damaged, or lacks a column.
    """
    if known is not None and digest(path.read_bytes()) != known:
        raise OSError(f"{path} is damaged")
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        wanted = [reader.schema.get_field_index(name) for name in columns]
        if min(wanted) < 0:
            raise KeyError(str(path))
        options = pa.ipc.IpcReadOptions(included_fields=wanted)
        table = pa.ipc.open_file(file, options=options).read_all()
    if known is not None:
        table.validate(full=True)
    return table


def numbers(column: pa.ChunkedArray, layout: Layout) -> FloatArray:
    """Return a table's values from its column, shape (rows, rows of the table, columns)."""
    values = np.asarray(column.combine_chunks().flatten())
    return values.reshape(-1, layout.rows, len(layout.columns))


def write_layouts(folder: Path, layouts: Layouts) -> None:
    """Write the labels of the tables beside the shards."""
    text = _to_text(layouts)
    write_text(folder / LABELS, f"{text}\n{digest(text.encode())}\n")


def read_layouts(folder: Path) -> Layouts:
    """Read the labels of the tables.

    Raises
    ------
    OSError, ValueError
        When they cannot be read, or are damaged.
    """
    text, known = (folder / LABELS).read_text(encoding="utf-8").splitlines()
    if known != digest(text.encode()):
        raise ValueError("the labels are damaged")
    return _of_text(text)


def _to_text(layouts: Layouts) -> str:
    """Return layouts as text."""
    tables = {
        name: {
            "index": [
                [column, label_kind(labels), [_plain(label) for label in labels]]
                for column, labels in layout.index
            ],
            "columns": layout.columns,
            "rows": layout.rows,
        }
        for name, layout in layouts.items()
    }
    return json.dumps(tables)


def _plain(label: object) -> object:
    """Return a label as JSON can hold it."""
    return label.isoformat() if isinstance(label, date) else label


def _of_text(text: str) -> Layouts:
    """Return layouts from text."""
    return {
        name: Layout(
            tuple(
                (column, tuple(_label(label, kind) for label in labels))
                for column, kind, labels in table["index"]
            ),
            tuple(table["columns"]),
            table["rows"],
        )
        for name, table in json.loads(text).items()
    }


def _label(plain: str | int | bool, kind: str) -> object:
    """Return a label from JSON."""
    return date.fromisoformat(str(plain)) if kind == "date" else plain
