"""Shards: the finished chunks of a run that is under way, or was cut short.

A shard is one small file: one record a row, with each table's numbers as a list.
"""

from __future__ import annotations

import logging
import shutil
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pyarrow as pa

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.shard_files import (
    digest,
    keys_of,
    numbers,
    packed,
    read_layouts,
    read_shard,
    write_layouts,
)
from bvsim.ensemble.store.tables import KEYS, Source, pack
from bvsim.ensemble.work import FloatArray, IntArray, Layout, Layouts, Result, differing
from bvsim.reading.whole_files import atomic

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
            write_layouts(self.folder, result.layouts)
            self.layouts = result.layouts
        elif result.layouts != self.layouts:
            names = ", ".join(differing(result.layouts, self.layouts))
            raise RunError(f"labels of {names} differ between replications")
        data = packed(keys_of(result), result.tables)
        path = self.folder / f"{self._next:06d}-{digest(data)}.arrow"
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
            self.layouts = read_layouts(self.folder)
        except (OSError, ValueError):
            _LOG.warning("%s is damaged: all its rows are simulated again", self.folder)
            self.remove()
            return
        for path in paths:
            try:
                keys = read_shard(path, [*KEYS, *self.layouts], known=path.stem.partition("-")[2])
            except (pa.ArrowException, OSError, KeyError):
                _LOG.warning("%s is damaged: its rows are simulated again", path)
                path.unlink()
                continue
            self._register(path, *(keys[name].to_numpy() for name in KEYS))


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
        self._layout = layout
        self._firsts = np.concatenate([[0], np.cumsum(counts)])
        self._read: OrderedDict[int, FloatArray] = OrderedDict()

    def read(self, positions: IntArray) -> FloatArray:
        """Return rows by position."""
        made = np.empty((len(positions), self._layout.rows, len(self._layout.columns)))
        shards = np.searchsorted(self._firsts, positions, side="right") - 1
        for shard in np.unique(shards):
            where = shards == shard
            made[where] = self._shard(int(shard))[positions[where] - self._firsts[shard]]
        return made

    def _shard(self, shard: int) -> FloatArray:
        if shard not in self._read:
            if len(self._read) >= _OPEN_SHARDS:
                self._read.popitem(last=False)
            column = read_shard(self._paths[shard], [self._name])[self._name]
            self._read[shard] = numbers(column, self._layout)
        return self._read[shard]
