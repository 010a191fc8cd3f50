"""The tables of a run: what is done, what was added, and the files at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path

import numpy as np

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.seals import coming, drop_coming
from bvsim.ensemble.store.shards import Shards
from bvsim.ensemble.store.tables import (
    ParquetTable,
    Source,
    merge_sources,
    table_keys,
    unpack,
    write_draws,
)
from bvsim.ensemble.work import FloatArray, IntArray, Layout, Result


class Tables:
    """The tables of a run folder and the shards on their way into them.

    Parameters
    ----------
    folder : Path
        The run folder, which must exist.
    tables : sequence of str
        Tables that an earlier run completed, as its manifest says.
    """

    def __init__(self, folder: Path, tables: Sequence[str] = ()) -> None:
        self.folder = folder
        self.names = tuple(tables)
        self._shards = Shards(folder / "shards")

    def done(self) -> tuple[IntArray, IntArray]:
        """Return draws and replications of the rows that need no more work, in order."""
        names = self._shards.layouts or dict.fromkeys(self.names)
        found = [np.union1d(self._shards.keys, self._written(name)) for name in names]
        return unpack(reduce(np.intersect1d, found) if found else np.empty(0, dtype=np.int64))

    def add(self, result: Result) -> None:
        """Keep the rows of a finished chunk."""
        self._shards.add(result)

    def values(self, name: str, columns: Sequence[str]) -> tuple[IntArray, FloatArray]:
        """Return what is kept of a table with one row a replication.

        Returns
        -------
        draws : array of int, shape (rows,)
        values : array of float, shape (rows, columns)
        """
        sources: list[tuple[Source, list[int]]] = []
        path, layout = self.folder / f"{name}.parquet", self._shards.layouts.get(name)
        if path.exists():
            held = ParquetTable(path, Layout((), tuple(columns), 1))
            sources.append((held, list(range(len(columns)))))
        if layout is not None:
            at = [layout.columns.index(column) for column in columns]
            sources.append((self._shards.table(name), at))
        found = [source.read(np.arange(len(source.keys)))[:, 0, at] for source, at in sources]
        keys = np.concatenate([np.empty(0, dtype=np.int64), *(each.keys for each, _ in sources)])
        values = np.concatenate([np.empty((0, len(columns))), *found])
        once, first = np.unique(keys, return_index=True)
        return unpack(once)[0], values[first]

    def write_draws(
        self,
        names: Sequence[str],
        blocks: Iterable[FloatArray],
        dimensions: Sequence[int] | None = None,
        units: Sequence[str] | None = None,
    ) -> None:
        """Write the table of draws."""
        write_draws(self.folder / "draws.parquet", names, blocks, dimensions, units)

    def merge(self) -> None:
        """Bring shards and tables together in new ones beside the tables, or in none.

        `settle` gives them their places, once the manifest knows them; the shards stay until
        `clean`.
        """
        try:
            for name, layout in self._shards.layouts.items():
                self._merge(name, layout)
        except BaseException:
            drop_coming(self.folder)
            raise
        if self._shards.layouts:
            self.names = tuple(self._shards.layouts)

    def clean(self) -> None:
        """Delete the shards, which the tables now contain."""
        self._shards.remove()

    def _merge(self, name: str, layout: Layout) -> None:
        path = self.folder / f"{name}.parquet"
        shards = self._shards.table(name)
        if not path.exists():
            merge_sources(coming(path), layout, [shards])
            return
        held = ParquetTable(path, layout)
        try:
            merge_sources(coming(path), layout, [held, shards])
        finally:
            held.close()  # an open file cannot be replaced everywhere

    def _written(self, name: str) -> IntArray:
        """Return the keys in a table's file, none if there is no file."""
        path = self.folder / f"{name}.parquet"
        try:
            return table_keys(path) if path.exists() else np.empty(0, dtype=np.int64)
        except (OSError, ValueError, KeyError) as error:
            raise RunError(f"{path} cannot be read ({error}): remove the folder") from None
