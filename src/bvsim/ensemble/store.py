"""The store: shards while a run goes on, then sorted Parquet tables.

A shard holds the rows of one finished chunk, one record a row with each table's
numbers as a list. The final tables are made from any number of sources (earlier
tables, shards), sorted by draw and replication and written group by group, so that
memory does not grow with the number of rows and the tables do not depend on who
simulated what.
"""

from __future__ import annotations

import json
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bvsim.ensemble.folder import RunError, atomic, write_text
from bvsim.ensemble.work import Layout, Layouts, Result, differing

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

KEYS = ("draw", "replication")
_FLAGS = frozenset({"observed"})
_GROUP_BYTES = 8 * 2**20
_OPEN_SHARDS = 4
_TYPES: dict[str, Any] = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "truth": pa.bool_(),
    "whole": pa.int32(),
    "date": pa.date32(),
}


class Source(Protocol):
    """Rows of one table, wherever they are kept."""

    @property
    def keys(self) -> IntArray:
        """Draw and replication of each row, shape (n, 2)."""

    def read(self, positions: IntArray) -> FloatArray:
        """Return rows by position, shape (len(positions), rows of the table, columns)."""


# Layouts as JSON


def _label_kind(labels: Sequence[object]) -> str:
    """Return the kind of an index column: all its labels are of one kind."""
    kinds = {bool: "truth", int: "whole", str: "text", date: "date"}
    found = {kinds.get(type(label), type(label).__name__) for label in labels}
    if len(found) > 1 or not found <= _TYPES.keys():
        raise ValueError(f"labels must be all text, whole, truth or date, not {sorted(found)}")
    return found.pop() if found else "text"


def _layouts_to_json(layouts: Layouts) -> str:
    """Return layouts as text."""
    tables = {
        name: {
            "index": [
                [column, _label_kind(labels), [_plain(label) for label in labels]]
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


def _layouts_from_json(text: str) -> Layouts:
    """Return layouts from text."""
    return {
        name: Layout(
            tuple(
                (column, tuple(map(date.fromisoformat, labels)) if kind == "date" else tuple(labels))
                for column, kind, labels in table["index"]
            ),
            tuple(table["columns"]),
            table["rows"],
        )
        for name, table in json.loads(text).items()
    }


# Shards


class Shards:
    """The finished chunks of a run that is under way, or was cut short.

    Parameters
    ----------
    folder : Path
        ``shards`` in the run folder; made when the first chunk is added.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layouts: Layouts = {}
        self._paths: list[Path] = []
        self._counts: list[int] = []
        self._keys: list[IntArray] = []
        self._next = 0
        self._recover()

    @property
    def keys(self) -> IntArray:
        """Draw and replication of each row kept, shape (n, 2)."""
        return np.concatenate([np.empty((0, 2), dtype=np.int64), *self._keys])

    def add(self, result: Result) -> None:
        """Keep the rows of a finished chunk.

        Raises
        ------
        RunError
            When its tables have other labels than those kept before.
        """
        if not len(result.draws):
            return
        if not self.layouts:
            self.folder.mkdir(exist_ok=True)
            write_text(self.folder / "layout.json", _layouts_to_json(result.layouts))
            self.layouts = result.layouts
        elif result.layouts != self.layouts:
            names = ", ".join(differing(result.layouts, self.layouts))
            raise RunError(f"labels of {names} differ between replications")
        path = self.folder / f"{self._next:06d}.arrow"
        self._next += 1
        with atomic(path) as temporary:
            _write_shard(temporary, result)
        self._register(path, result.draws, result.replications)

    def table(self, name: str) -> Source:
        """Return the rows of one table."""
        return _ShardTable(name, self.layouts[name], self.keys, self._paths, self._counts)

    def remove(self) -> None:
        """Delete all shards."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _register(self, path: Path, draws: IntArray, replications: IntArray) -> None:
        self._paths.append(path)
        self._counts.append(len(draws))
        self._keys.append(np.column_stack([draws, replications]).astype(np.int64))

    def _recover(self) -> None:
        """Take stock of the shards of an earlier run; what is torn is deleted."""
        paths = sorted(self.folder.glob("*.arrow")) if self.folder.is_dir() else []
        if not paths:
            return
        self._next = int(paths[-1].stem) + 1
        try:
            text = (self.folder / "layout.json").read_text(encoding="utf-8")
            self.layouts = _layouts_from_json(text)
        except (OSError, ValueError):
            self.remove()
            return
        for path in paths:
            try:
                keys = _read_shard(path, list(self.layouts), whole=True)
            except (pa.ArrowException, OSError, KeyError):
                path.unlink()
                continue
            self._register(path, *(keys[name].to_numpy() for name in KEYS))


def _write_shard(path: Path, result: Result) -> None:
    """Write one record a row: its key, and the numbers of each table as a list."""
    columns: dict[str, Any] = {
        "draw": pa.array(result.draws, pa.int64()),
        "replication": pa.array(result.replications, pa.int64()),
    }
    for name, values in result.tables.items():
        flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).ravel())
        size = int(np.prod(values.shape[1:]))
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, size)
    table = pa.table(columns)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(str(path), table.schema, options=options) as writer:
        writer.write_table(table)


def _read_shard(path: Path, tables: list[str], *, whole: bool = False) -> Any:
    """Read the keys and some tables of a shard; `whole` checks every byte."""
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        wanted = [reader.schema.get_field_index(name) for name in (*KEYS, *tables)]
        if min(wanted) < 0:
            raise KeyError(str(path))
        options = pa.ipc.IpcReadOptions(included_fields=wanted)
        table = pa.ipc.open_file(file, options=options).read_all()
    if whole:
        table.validate(full=True)
    return table


class _ShardTable:
    """One table's rows in the shards; the last few shards read are kept in memory."""

    def __init__(
        self, name: str, layout: Layout, keys: IntArray, paths: list[Path], counts: list[int]
    ) -> None:
        self.keys = keys
        self._name, self._paths = name, paths
        self._shape = (-1, layout.rows, len(layout.columns))
        self._firsts = np.concatenate([[0], np.cumsum(counts)])
        self._read: OrderedDict[int, FloatArray] = OrderedDict()

    def read(self, positions: IntArray) -> FloatArray:
        """Return rows by position."""
        made = np.empty((len(positions), *self._shape[1:]))
        shards = np.searchsorted(self._firsts, positions, side="right") - 1
        for shard in np.unique(shards):
            where = shards == shard
            made[where] = self._shard(int(shard))[positions[where] - self._firsts[shard]]
        return made

    def _shard(self, shard: int) -> FloatArray:
        if shard not in self._read:
            if len(self._read) >= _OPEN_SHARDS:
                self._read.popitem(last=False)
            column = _read_shard(self._paths[shard], [self._name])[self._name]
            values = np.asarray(column.combine_chunks().flatten())
            self._read[shard] = values.reshape(self._shape)
        return self._read[shard]


# Tables


class ParquetTable:
    """The rows of a table of an earlier, shorter run."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._file = pq.ParquetFile(path)
        self._layout = layout
        found = set(self._file.schema_arrow.names)
        if not found >= set(layout.columns):
            missing = ", ".join(sorted(set(layout.columns) - found)[:5])
            raise RunError(f"{path} lacks columns of this run: {missing}")
        keys = self._file.read(columns=list(KEYS))
        self.keys: IntArray = np.column_stack([keys[name].to_numpy() for name in KEYS]).astype(
            np.int64
        )[:: layout.rows]
        counts = [
            self._file.metadata.row_group(group).num_rows // layout.rows
            for group in range(self._file.num_row_groups)
        ]
        self._firsts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
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
        if self._held is None or self._held[0] != group:
            table = self._file.read_row_group(group, columns=list(self._layout.columns))
            columns = [
                table[name].to_numpy().astype(np.float64) for name in self._layout.columns
            ]
            made = np.column_stack(columns) if columns else np.empty((table.num_rows, 0))
            shape = (-1, self._layout.rows, len(columns))
            self._held = group, made.reshape(shape) if columns else made[:, None]
        return self._held[1]


def table_keys(path: Path) -> IntArray:
    """Return the distinct (draw, replication) of a table, shape (n, 2)."""
    keys = pq.read_table(path, columns=list(KEYS))
    pairs = np.column_stack([keys[name].to_numpy() for name in KEYS]).astype(np.int64)
    return np.unique(pairs, axis=0)


def merge(path: Path, layout: Layout, sources: Sequence[Source]) -> None:
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
    keys = np.concatenate([np.empty((0, 2), dtype=np.int64), *(s.keys for s in sources)])
    origin = np.repeat(np.arange(len(sources)), [len(s.keys) for s in sources])
    position = np.concatenate(
        [np.empty(0, dtype=np.int64), *(np.arange(len(s.keys)) for s in sources)]
    )
    _, order = np.unique(keys, axis=0, return_index=True)  # sorted, first occurrence
    schema = _schema(layout)
    with atomic(path) as temporary, _parquet(temporary, schema) as writer:
        step = max(1, _GROUP_BYTES // max(8, 8 * layout.rows * len(layout.columns)))
        for first in range(0, len(order), step):
            rows = order[first : first + step]
            values = np.empty((len(rows), layout.rows, len(layout.columns)))
            for number, source in enumerate(sources):
                where = origin[rows] == number
                if where.any():
                    values[where] = source.read(position[rows[where]])
            writer.write_table(_group_table(layout, schema, keys[rows], values))


def _schema(layout: Layout) -> Any:
    """Return the Arrow schema of a table: keys, labels, numbers."""
    fields = [pa.field(name, pa.int32()) for name in KEYS]
    fields += [pa.field(name, _TYPES[_label_kind(labels)]) for name, labels in layout.index]
    fields += [
        pa.field(name, pa.bool_() if name in _FLAGS else pa.float64()) for name in layout.columns
    ]
    return pa.schema(fields)


def _parquet(path: Path, schema: Any) -> Any:
    """Return a writer of a Parquet file: labels by dictionary, numbers compressed."""
    coded = [field.name for field in schema if field.type != pa.float64()]
    return pq.ParquetWriter(str(path), schema, compression="zstd", use_dictionary=coded)


def _group_table(layout: Layout, schema: Any, keys: IntArray, values: FloatArray) -> Any:
    """Return the rows of some replications as an Arrow table; NaN becomes empty."""
    rows = len(keys)
    columns = [pa.array(np.repeat(keys[:, i], layout.rows), pa.int32()) for i in range(2)]
    columns += [_label_column(labels, rows) for _, labels in layout.index]
    for i, name in enumerate(layout.columns):
        numbers = values[:, :, i].ravel()
        columns.append(
            pa.array(numbers == 1.0) if name in _FLAGS else pa.array(numbers, from_pandas=True)
        )
    return pa.Table.from_arrays(columns, schema=schema)


def _label_column(labels: tuple[object, ...], times: int) -> Any:
    """Return an index column repeated for each replication."""
    if _label_kind(labels) != "text":
        one = pa.array(labels, _TYPES[_label_kind(labels)])
        return pa.concat_arrays([one] * times)
    words = list(dict.fromkeys(labels))
    codes = {word: i for i, word in enumerate(words)}
    tiled = np.tile(np.array([codes[label] for label in labels], dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(tiled), pa.array(words, pa.string()))


def write_draws(path: Path, names: Sequence[str], blocks: Any, group_rows: int = 1024) -> None:
    """Write the values of the uncertain figures, one row a draw.

    Parameters
    ----------
    path : Path
        The Parquet file.
    names : sequence of str
        Dotted paths of the figures.
    blocks : iterable of array, shape (draws, figures)
        The values, in the order of draws.
    group_rows : int
        Number of draws written at a time.
    """
    fields = [pa.field("draw", pa.int32()), *(pa.field(name, pa.float64()) for name in names)]
    schema = pa.schema(fields)
    held: list[FloatArray] = []
    first = 0
    with atomic(path) as temporary, _parquet(temporary, schema) as writer:
        for block in [*blocks, None]:
            count = sum(map(len, held))
            if held and (block is None or count >= group_rows):
                values = np.concatenate(held)
                columns = [pa.array(np.arange(first, first + count), pa.int32())]
                columns += [pa.array(values[:, i].copy()) for i in range(len(names))]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                first += count
                held = []
            if block is not None:
                held.append(block)
