"""A run opened from its folder: tables on demand, quantiles over rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import Manifest, planned, read_manifest
from bvsim.ensemble.store.renamed import asked, stored
from bvsim.ensemble.store.seals import DamageError, check_files, settle
from bvsim.ensemble.work import Failure, FloatArray
from bvsim.reading.card import card, short_path, shorten

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

ROW = ["draw", "replication"]
"""The columns that identify a row of the run in every table."""
REGION = "region"


class NoTableError(RunError, KeyError):
    """A run lacks what was asked for; the message says why."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would quote it


@dataclass(frozen=True, repr=False)
class Run:
    """The results of a run.

    Parameters
    ----------
    folder : Path
        Where they are.
    manifest : Manifest
        What was run, with what, and how it went.
    """

    folder: Path
    manifest: Manifest

    def __repr__(self) -> str:
        name = shorten(self.scenario_name)
        return f"<Run {name}: {self._in_short}, in {short_path(self.folder)}>"

    @property
    def _in_short(self) -> str:
        rows = self.manifest["draws"] * self.manifest["per_draw"]
        failed = f", {len(self.failures)} failed" if self.failures else ""
        seed = self.manifest["seed"]
        return f"{self.status}, {rows} rows{failed}, {self.design}, seed {seed}"

    def _repr_html_(self) -> str:
        text = f"{self._in_short}, in {self.folder}"
        return card(f"Run of {self.scenario_name}", text, self._outputs())

    def _outputs(self) -> list[tuple[str, ...]]:
        """Return output in the years of the key figures, for a card; a head first."""
        names = [f"output_{year}_gwh" for year in self.manifest.get("years", ())]
        known = self.columns("kpis") if "kpis" in self.tables else ()
        shown = [name for name in names if name in known]
        if not shown:
            return []
        kpis = self.table("kpis", shown)
        rows = [
            (name, *(f"{kpis[name].quantile(q):.1f}" for q in (0.1, 0.5, 0.9))) for name in shown
        ]
        return [("", "P10", "P50", "P90"), *rows]

    @property
    def scenario_name(self) -> str:
        """Name of the scenario."""
        return self.manifest["scenario"]

    @property
    def status(self) -> str:
        """``running``, ``complete``, ``interrupted`` or ``failed``."""
        return self.manifest["status"]

    @property
    def design(self) -> str:
        """Kind of design, as `ci95_mean` needs it."""
        return self.manifest["design"]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The rows that could not be simulated."""
        return tuple(Failure(**failure) for failure in self.manifest["failures"])

    @property
    def rows(self) -> int:
        """Number of rows that the tables hold."""
        from bvsim.ensemble.store.tables import table_keys

        names = self.manifest["tables"]
        name = "kpis" if "kpis" in names else next(iter(names), None)
        return len(table_keys(self._path(name))) if name else 0

    @property
    def planned(self) -> int:
        """Number of rows that it was to have; its shard, if it is one."""
        return planned(self.manifest)

    def require_rows(self) -> Run:
        """Return the run, after making sure that it has rows to answer from.

        Raises
        ------
        NoTableError
            When no row could be simulated, or none is finished yet.
        """
        if not self.manifest["tables"]:
            raise NoTableError(f"{self.folder} has no rows: {self._why_empty()}")
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return ("draws", *self.manifest["tables"])

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table, or some of its columns, as a data frame.

        A column that has another name now is found under both.

        Raises
        ------
        NoTableError
            When the run has no such table, or the table no such column: a KeyError, too.
        """
        import pandas as pd  # most of a second: only when a table is asked for

        path = self._path(name)
        if columns is None:
            return pd.read_parquet(path)
        there = self.columns(name)
        found = stored(columns, there)
        unknown = [column for column, at in found.items() if at not in there]
        if unknown:
            raise NoTableError(f"the table {name!r} has no column {unknown[0]!r}")
        frame: pd.DataFrame = pd.read_parquet(path, columns=list(found.values()))
        return frame.rename(columns=asked(found))

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the names of the columns of a table."""
        import pyarrow.parquet as pq

        return tuple(pq.read_schema(self._path(name)).names)

    def values(self, draw: int) -> FloatArray:
        """Return the values of the uncertain figures of a draw, as they were used."""
        import pyarrow.parquet as pq

        if not 0 <= draw < self.manifest["draws"]:
            raise KeyError(f"the run has draws 0 to {self.manifest['draws'] - 1}, not {draw}")
        with pq.ParquetFile(self._path("draws")) as file:
            group, row = _found(file, draw)
            names = [name for name in file.schema_arrow.names if name != "draw"]
            values = file.read_row_group(group, columns=names, use_threads=False).slice(row, 1)
        return np.array([column[0].as_py() for column in values.columns], dtype=np.float64)

    def quantiles(
        self,
        column: str,
        by: str | Sequence[str] = "year",
        q: Sequence[float] = (0.1, 0.5, 0.9),
        entity: str | None = None,
    ) -> pd.DataFrame:
        """Return quantiles of a quantity over draws and replications.

        Parameters
        ----------
        column : str
            A column of the table ``yearly`` (``monthly`` where `by` names the month).
        by : str or sequence of str
            ``year``, ``month``; with ``entity`` each entity has its own quantiles.
        q : sequence of float
            Which quantiles.
        entity : str, optional
            One entity. By default the sum over sites; where no site has the quantity, over
            all plants and recyclers, or the region's own where none of them has it.

        Returns
        -------
        pandas.DataFrame
            A row for each value of `by`, a column for each quantile (``p10``, ``p50`` ...).
        """
        keys = [by] if isinstance(by, str) else list(by)
        table = "monthly" if "month" in keys else "yearly"
        wanted = list(dict.fromkeys([*ROW, *keys, "entity", column]))
        rows = self.table(table, wanted).dropna(subset=[column])
        if entity is not None:
            rows = rows[rows["entity"] == entity]
            if rows.empty:
                raise KeyError(f"{entity!r} has no {column!r} in the table {table!r}")
        elif "entity" not in keys:
            rows = rows[rows["entity"].isin(summands(self.manifest, set(rows["entity"])))]
        totals = rows.groupby([*keys, *ROW], observed=True)[column].sum()
        made = totals.groupby(level=list(range(len(keys))), observed=True).quantile(np.array(q))
        frame = made.unstack()
        frame.columns = [f"p{100 * level:g}" for level in frame.columns]
        return frame

    def _path(self, name: str) -> Path:
        """Return the file of a table."""
        path = self.folder / f"{name}.parquet"
        if name in self.tables and path.exists():
            return path
        if not self.manifest["tables"] and name != "draws":
            raise NoTableError(f"{self.folder} has no table {name!r}: {self._why_empty()}")
        raise NoTableError(f"{self.folder} has no table {name!r}; it has {', '.join(self.tables)}")

    def _why_empty(self) -> str:
        """Say why a run has no tables."""
        if self.failures:
            return f"no row could be simulated; the first says {self.failures[0].message}"
        return f"the run is {self.status}; resume it to finish it"


def summands(manifest: Manifest, entities: set[str]) -> set[str]:
    """Return which of the entities that have a quantity add up to the region."""
    sites = entities & set(manifest["sites"])
    plain = {name for name in entities if "." not in name and name != REGION}
    return sites or plain or entities & {REGION}


def open_run(folder: str | Path) -> Run:
    """Open the results in a run folder, after comparing its files with their checksums.

    Parameters
    ----------
    folder : path or str
        The folder, or a URL that fsspec knows: then of a copy here.

    Raises
    ------
    RunError
        When the folder holds no run, or one of its files is damaged.
    """
    if "://" in str(folder):
        from bvsim.ensemble.store.remote import fetched

        folder = fetched(str(folder))
    path = Path(folder)
    if not path.is_dir():
        raise RunError(f"{path} is not a folder")
    while True:
        manifest = read_manifest(path)
        try:
            settle(path, manifest.get("files", {}))
            check_files(path, manifest.get("files", {}))
        except DamageError:
            if read_manifest(path) == manifest:
                raise
        else:  # whole, and not because a run went on while it was read
            return Run(path, manifest)


def _found(file: pq.ParquetFile, draw: int) -> tuple[int, int]:
    """Return the group of rows that a draw's values are in, and its row there.

    A filter would hold all groups in memory for a row of one.
    """
    for group in range(file.num_row_groups):
        draws = file.read_row_group(group, columns=["draw"])["draw"].to_numpy()
        at = np.flatnonzero(draws == draw)
        if len(at):
            return group, int(at[0])
    raise KeyError(f"draws.parquet has no draw {draw}")
