"""Tables: the Parquet files of a run, sorted by draw and replication.

A table is made from any number of sources (an earlier table, shards) and written
group by group, so that memory does not grow with the number of rows and the table does
not depend on who simulated what.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import FloatArray, IntArray, Layout
from bvsim.reading.whole_files import atomic

KEYS = ("draw", "replication")
DIMENSION = b"dimension"
UNIT, KIND = b"unit", b"kind"
_FLAGS = frozenset({"observed"})
_PART_BYTES = 16 * 2**20
_PARTS = 2
"""Numbers gathered at a time, and how many times at most for one group of rows in a file: readers
and the writer hold a kilobyte of metadata for each column of each group."""
_GROUP_ROWS = 2**16
"""At most so many rows are a group: readers turn a group's labels into objects."""
_DRAW_BLOCKS = 16
_TYPES: dict[str, pa.DataType] = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "truth": pa.bool_(),
    "whole": pa.int32(),
    "date": pa.date32(),
}


def pack(draws: IntArray, replications: IntArray) -> IntArray:
    """Return the keys of rows: draw and replication as one number that sorts like them."""
    return np.asarray(draws, dtype=np.int64) << 32 | np.asarray(replications, dtype=np.int64)


def unpack(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return draws and replications of keys."""
    return keys >> 32, keys & 0xFFFFFFFF


class Source(Protocol):
    """Rows of one table, wherever they are kept."""

    keys: IntArray
    """Key of each row."""

    def read(self, positions: IntArray) -> FloatArray:
        """Return rows by position, shape (len(positions), rows of the table, columns)."""


def label_kind(labels: Sequence[object]) -> str:
    """Return the kind of an index column: all its labels are of one kind."""
    kinds = {bool: "truth", int: "whole", str: "text", date: "date"}
    found = {kinds.get(type(label), type(label).__name__) for label in labels}
    if len(found) > 1 or not found <= _TYPES.keys():
        raise ValueError(f"labels must be all text, whole, truth or date, not {sorted(found)}")
    return found.pop() if found else "text"


class ParquetTable:
    """The rows of a table of an earlier, shorter run.

    Raises
    ------
    RunError
        When the file lacks columns that the layout has.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self._file = pq.ParquetFile(path)
        self._layout = layout
        missing = sorted(set(layout.columns) - set(self._file.schema_arrow.names))
        if missing:
            raise RunError(f"{path} lacks columns of this run: {', '.join(missing[:5])}")
        groups = [_group_keys(self._file, i) for i in range(self._file.num_row_groups)]
        self.keys = np.concatenate([np.empty(0, dtype=np.int64), *groups])
        self._firsts = np.cumsum([0, *map(len, groups)])
        self._held: tuple[int, FloatArray] | None = None

    def read(self, positions: IntArray) -> FloatArray:
        """Return rows by position."""
        made = np.empty((len(positions), self._layout.rows, len(self._layout.columns)))
        groups = np.searchsorted(self._firsts, positions, side="right") - 1
        for group in np.unique(groups):
            where = groups == group
            made[where] = self._group(int(group))[positions[where] - self._firsts[group]]
        return made

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _group(self, group: int) -> FloatArray:
        """Return a row group as an array; the last one read is kept."""
        if self._held is None or self._held[0] != group:
            names = list(self._layout.columns)
            table = self._file.read_row_group(group, columns=names)
            made = np.empty((table.num_rows, len(names)))
            for i, name in enumerate(names):
                made[:, i] = table[name].to_numpy()
            self._held = group, made.reshape(-1, self._layout.rows, len(names))
        return self._held[1]


def _group_keys(file: pq.ParquetFile, group: int) -> IntArray:
    """Return the distinct keys of a row group, ascending as in the file."""
    read = file.read_row_group(group, columns=list(KEYS))
    return np.unique(pack(*(read[name].to_numpy() for name in KEYS)))


def table_keys(path: Path) -> IntArray:
    """Return the keys of the rows that a table holds."""
    with pq.ParquetFile(path) as file:
        groups = [_group_keys(file, i) for i in range(file.num_row_groups)]
    return np.concatenate([np.empty(0, dtype=np.int64), *groups])


def merge_sources(path: Path, layout: Layout, sources: Sequence[Source]) -> None:
    """Write one table from the rows of several sources, sorted by draw and replication.

    Parameters
    ----------
    path : Path
        The Parquet file; replaced when it is complete.
    layout : Layout
        Labels of the table.
    sources : sequence of Source
        Where rows are; a row found in two is taken from the first.
    """
    keys = np.concatenate([source.keys for source in sources])
    origin = np.repeat(np.arange(len(sources)), [len(source.keys) for source in sources])
    position = np.concatenate([np.arange(len(source.keys)) for source in sources])
    _, order = np.unique(keys, return_index=True)  # ascending, first occurrence
    schema = _schema(layout)
    step = _replications(layout)
    parts = [order[first : first + step] for first in range(0, len(order), step)]
    together = max(1, min(_PARTS, _GROUP_ROWS // max(1, step * layout.rows)))
    # a thread writes one group while the next is gathered: most of writing is compressing
    with _parquet(path, schema) as writer, ThreadPoolExecutor(max_workers=1) as thread:
        written: Future[None] | None = None
        for first in range(0, len(parts), together):
            group = [
                _part_table(
                    layout,
                    schema,
                    keys[rows],
                    _gathered(layout, sources, origin[rows], position[rows]),
                )
                for rows in parts[first : first + together]
            ]
            if written is not None:
                written.result()
            written = thread.submit(writer.write_table, pa.concat_tables(group))
        if written is not None:
            written.result()


def _replications(layout: Layout) -> int:
    """Return how many replications of a table are gathered at a time."""
    rows = max(1, layout.rows)
    return max(1, min(_PART_BYTES // (8 * rows * max(1, len(layout.columns))), _GROUP_ROWS // rows))


def _gathered(
    layout: Layout, sources: Sequence[Source], origin: IntArray, position: IntArray
) -> FloatArray:
    """Return rows from where they are, shape (rows, layout.rows, columns)."""
    if (origin == origin[0]).all():
        return sources[int(origin[0])].read(position)
    values = np.empty((len(origin), layout.rows, len(layout.columns)))
    for number in np.unique(origin):
        where = origin == number
        values[where] = sources[number].read(position[where])
    return values


def _schema(layout: Layout) -> pa.Schema:
    """Return the Arrow schema of a table: keys, labels, numbers."""
    fields = [pa.field(name, pa.int32()) for name in KEYS]
    fields += [pa.field(name, _TYPES[label_kind(labels)]) for name, labels in layout.index]
    fields += [
        pa.field(name, pa.bool_() if name in _FLAGS else pa.float64()) for name in layout.columns
    ]
    return pa.schema(fields)


@contextlib.contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Write a Parquet file: labels by dictionary, all compressed, there only when complete."""
    coded = [field.name for field in schema if field.type != pa.float64()]
    with (
        atomic(path) as temporary,
        pq.ParquetWriter(
            str(temporary), schema, compression="zstd", use_dictionary=coded, write_statistics=coded
        ) as writer,
    ):
        yield writer


def _part_table(layout: Layout, schema: pa.Schema, keys: IntArray, values: FloatArray) -> pa.Table:
    """Return the rows of some replications as an Arrow table; NaN becomes empty."""
    rows = len(keys)
    columns = [pa.array(np.repeat(key, layout.rows), pa.int32()) for key in unpack(keys)]
    columns += [_label_column(labels, rows) for _, labels in layout.index]
    for i, name in enumerate(layout.columns):
        numbers = values[:, :, i].ravel()
        columns.append(
            pa.array(numbers == 1.0) if name in _FLAGS else pa.array(numbers, from_pandas=True)
        )
    return pa.Table.from_arrays(columns, schema=schema)


def _label_column(labels: tuple[object, ...], times: int) -> pa.Array:
    """Return an index column repeated for each replication."""
    if label_kind(labels) != "text":
        one = pa.array(labels, _TYPES[label_kind(labels)])
        return pa.concat_arrays([one] * times)
    words = list(dict.fromkeys(labels))
    codes = {word: i for i, word in enumerate(words)}
    tiled = np.tile(np.array([codes[label] for label in labels], dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(tiled), pa.array(words, pa.string()))


def write_draws(
    path: Path,
    names: Sequence[str],
    blocks: Iterable[FloatArray],
    dimensions: Sequence[int] | None = None,
    units: Sequence[str] | None = None,
) -> None:
    """Write the values of the uncertain figures, one row a draw.

    Parameters
    ----------
    path : Path
        The Parquet file.
    names : sequence of str
        Dotted paths of the figures.
    blocks : iterable of array, shape (draws, figures)
        The values, in the order of draws.
    dimensions : sequence of int, optional
        The column of the design behind each figure, kept as metadata of its field.
    units : sequence of str, optional
        Their units, kept so too.
    """
    columns_of = dimensions if dimensions is not None else range(len(names))
    units_of = units if units is not None else [""] * len(names)
    fields = [pa.field("draw", pa.int32(), metadata={UNIT: "1", KIND: "key"})]
    fields += [
        pa.field(name, pa.float64(), metadata={DIMENSION: str(column), UNIT: unit, KIND: "figure"})
        for name, column, unit in zip(names, columns_of, units_of, strict=True)
    ]
    schema = pa.schema(fields)
    rest, first = iter(blocks), 0
    with _parquet(path, schema) as writer:
        while held := list(itertools.islice(rest, _DRAW_BLOCKS)):
            values = np.concatenate(held)
            columns = [pa.array(np.arange(first, first + len(values)), pa.int32())]
            columns += [pa.array(values[:, i].copy()) for i in range(len(names))]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            first += len(values)


def read_dimensions(path: Path) -> dict[str, int]:
    """Return the column of the design behind each figure of a table of draws."""
    schema = pq.read_schema(path)
    marks = {field.name: (field.metadata or {}).get(DIMENSION) for field in schema}
    return {name: int(mark) for name, mark in marks.items() if mark is not None}


def layout_of(path: Path) -> Layout:
    """Return the labels of a table from its file: those of its first replication."""
    with pq.ParquetFile(path) as file:
        first = file.read_row_group(0)
    keys = pack(*(first[name].to_numpy() for name in KEYS))
    one = first.slice(0, int((keys == keys[0]).sum()))
    columns = tuple(
        field.name for field in one.schema if field.type == pa.float64() or field.name in _FLAGS
    )
    index = tuple(
        (name, tuple(one[name].to_pylist()))
        for name in one.schema.names
        if name not in columns and name not in KEYS
    )
    return Layout(index, columns, one.num_rows)
