"""Shards: the finished chunks of a run that is under way, or was cut short.

A shard is one small file: one record a row, with each table's numbers as a list.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections import OrderedDict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from bvsim.ensemble.store.folder import RunError, atomic, write_text
from bvsim.ensemble.store.tables import KEYS, Source, label_kind, pack
from bvsim.ensemble.work import FloatArray, IntArray, Layout, Layouts, Result, differing

_LOG = logging.getLogger(__name__)
_OPEN_SHARDS = 2


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
        """Key of each row kept."""
        return np.concatenate([np.empty(0, dtype=np.int64), *self._keys])

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
            text = _layouts_to_json(result.layouts)
            write_text(self.folder / "layout.json", f"{text}\n{_digest(text.encode())}\n")
            self.layouts = result.layouts
        elif result.layouts != self.layouts:
            names = ", ".join(differing(result.layouts, self.layouts))
            raise RunError(f"labels of {names} differ between replications")
        data = _shard(result)
        path = self.folder / f"{self._next:06d}-{_digest(data)}.arrow"
        self._next += 1
        with atomic(path) as temporary:
            temporary.write_bytes(data)
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
        self._keys.append(pack(draws, replications))

    def _recover(self) -> None:
        """Take stock of the shards of an earlier run; what is damaged is deleted."""
        paths = sorted(self.folder.glob("*.arrow")) if self.folder.is_dir() else []
        if not paths:
            return
        self._next = int(paths[-1].stem.partition("-")[0]) + 1
        try:
            text, digest = (self.folder / "layout.json").read_text(encoding="utf-8").splitlines()
            if digest != _digest(text.encode()):
                raise ValueError("the labels are damaged")
            self.layouts = _layouts_from_json(text)
        except (OSError, ValueError):
            _LOG.warning("%s is damaged: all its rows are simulated again", self.folder)
            self.remove()
            return
        for path in paths:
            try:
                if _digest(path.read_bytes()) != path.stem.partition("-")[2]:
                    raise OSError(f"{path} is damaged")
                keys = _read_shard(path, list(self.layouts), whole=True)
            except (pa.ArrowException, OSError, KeyError):
                _LOG.warning("%s is damaged: its rows are simulated again", path)
                path.unlink()
                continue
            self._register(path, *(keys[name].to_numpy() for name in KEYS))


def _digest(data: bytes | memoryview) -> str:
    """Return what tells a shard from a damaged one: compressed numbers do not say so."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _shard(result: Result) -> bytes:
    """Return a file of one record a row: its key, and the numbers of each table as a list."""
    columns: dict[str, pa.Array] = {
        "draw": pa.array(result.draws, pa.int64()),
        "replication": pa.array(result.replications, pa.int64()),
    }
    for name, values in result.tables.items():
        flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).ravel())
        size = int(np.prod(values.shape[1:]))
        columns[name] = pa.FixedSizeListArray.from_arrays(flat, size)
    table = pa.table(columns)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _read_shard(path: Path, tables: list[str], *, whole: bool = False) -> pa.Table:
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
        self,
        name: str,
        layout: Layout,
        keys: IntArray,
        paths: list[Path],
        counts: list[int],
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


def _layouts_to_json(layouts: Layouts) -> str:
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


def _layouts_from_json(text: str) -> Layouts:
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
