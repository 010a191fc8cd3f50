"""What an analysis needs of a run, and quantities by row and year."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.ensemble.store import results
from bvsim.ensemble.store.manifest import Manifest
from bvsim.ensemble.store.renamed import asked, stored

ROW, REGION = results.ROW, results.REGION
_Made = TypeVar("_Made")
GROUPS = ("region", "site", "block")
"""What the blocks of a table may be added up to."""
PIECE_NUMBERS = 2**20
"""Numbers of a table that are read at a time."""


def cell(table: pd.DataFrame, row: str | int, column: str) -> float:
    """Return one number of a table."""
    return float(cast("float", table.at[row, column]))


def ranked(row: Any) -> list[tuple[str, float]]:
    """Return the entries of a labelled row above zero, largest first; ties stay in order."""
    entries = [(str(name), float(value)) for name, value in row.items() if value > 0]
    return sorted(entries, key=lambda entry: -entry[1])


class RunLike(Protocol):
    """A finished run: its manifest and its tables."""

    @property
    def folder(self) -> Path:
        """Where its files are."""

    @property
    def manifest(self) -> Manifest:
        """What was run, and how it went."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run folder, identified by `draw` and `replication`."""


@dataclass(frozen=True)
class Kept:
    """A run of which each table is read once, and what is worked out of them made once.

    It lives as long as one report or summary is written; nobody changes what it hands out.

    Parameters
    ----------
    run : RunLike
        The run.
    made : dict
        What was read and worked out so far.
    """

    run: RunLike
    made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.run.folder

    @property
    def manifest(self) -> Manifest:
        """What was run, and how it went."""
        return self.run.manifest

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, read at the first call."""
        return once(self, ("table", name), lambda: self.run.table(name))


def once(run: RunLike, key: Hashable, make: Callable[[], _Made]) -> _Made:
    """Return what is made of a run; of one that is `Kept` it is made at the first call.

    Parameters
    ----------
    run : RunLike
        The run.
    key : hashable
        What it is, with all that it depends on besides the run.
    make : callable
        Makes it.
    """
    if not isinstance(run, Kept):
        return make()
    if key not in run.made:
        run.made[key] = make()
    return cast("_Made", run.made[key])


def ledger_by(run: RunLike, group: str, entity: str | None = None) -> pd.DataFrame:
    """Return the ledger summed over blocks.

    Parameters
    ----------
    run : RunLike
        The run.
    group : {"region", "site", "block"}
        What is added up.
    entity : str, optional
        Keep one site or one block only.

    Returns
    -------
    pandas.DataFrame
        Columns of GWh; index: draw, replication, year, entity.

    Raises
    ------
    AnalysisError
        When the group is unknown, or the run has no such entity.
    """
    return summed_by(run, "ledger", in_gwh, group, entity)


def in_gwh(column: str) -> bool:
    """Tell whether a column of the ledger is a quantity."""
    return column.endswith("_gwh")


def summed_by(
    run: RunLike, name: str, wanted: Callable[[str], bool], group: str, entity: str | None
) -> pd.DataFrame:
    """Return columns of a table of blocks, summed over those of a group.

    Parameters and errors are those of `ledger_by`; `wanted` chooses the columns.
    """
    return pd.concat(list(summed_pieces(run, name, wanted, group, entity))).sort_index()


def summed_pieces(
    run: RunLike, name: str, wanted: Callable[[str], bool], group: str, entity: str | None
) -> Iterator[pd.DataFrame]:
    """Yield what `summed_by` returns in pieces that hold whole replications each.

    So memory need not grow with the run. Pieces without the entity are left out.
    """
    if group not in GROUPS:
        raise AnalysisError(f"group is {group!r}: it must be one of {', '.join(GROUPS)}")
    quantities = [column for column in columns_of(run, name) if wanted(column)]
    found = False
    for piece in pieces(run, name, [*ROW, "year", "entity", *quantities]):
        summed = _summed(piece, quantities, group, entity)
        if len(summed):
            found = True
            yield summed
    if not found and entity is not None:
        raise AnalysisError(f"the run's {name} has no entity {entity!r}")


def _summed(
    piece: pd.DataFrame, quantities: list[str], group: str, entity: str | None
) -> pd.DataFrame:
    entities = piece["entity"].astype("category").cat  # a few names for many rows
    blocks = entities.categories.astype(str)
    sites = pd.Index([name.split(".", 1)[0] for name in blocks])
    wanted = blocks != REGION
    if entity is not None:
        wanted &= (blocks == entity) | (sites == entity)
    named = {"region": pd.Index([REGION] * len(blocks)), "site": sites, "block": blocks}
    place, names = pd.factorize(named[group], sort=True)
    codes = entities.codes.to_numpy()
    kept = piece.loc[wanted[codes], [*ROW, "year", *quantities]]
    kept["entity"] = pd.Categorical.from_codes(place[codes[wanted[codes]]], names)
    by = kept.groupby([*ROW, "year", "entity"], sort=True, observed=True)
    summed: pd.DataFrame = by[quantities].sum()
    index = cast("pd.MultiIndex", summed.index)
    texts: Any = index.levels[-1].astype(str)
    return summed.set_axis(index.set_levels(texts, level="entity"))


def pieces(run: RunLike, name: str, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield columns of a table in pieces that hold whole replications each, in order.

    The run store cuts its files so; a run that is not in a file comes in one piece. Of a file
    about `PIECE_NUMBERS` numbers are read at a time, however long it is.
    """
    path = run.folder / f"{name}.parquet"
    if not path.is_file():
        yield run.table(name)[list(columns)]
        return
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        found = stored(columns, file.schema_arrow.names)
        for groups in _together(file.metadata, PIECE_NUMBERS // max(1, len(found))):
            frame = file.read_row_groups(groups, columns=list(found.values())).to_pandas()
            yield frame.rename(columns=asked(found))


def _together(metadata: Any, lines: int) -> Iterator[list[int]]:
    """Yield the groups of rows of a file that together have at most so many lines; one at least."""
    gathered: list[int] = []
    held = 0
    for group in range(metadata.num_row_groups):
        more = metadata.row_group(group).num_rows
        if gathered and held + more > lines:
            yield gathered
            gathered, held = [], 0
        gathered.append(group)
        held += more
    if gathered:
        yield gathered


def columns_of(run: RunLike, name: str) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    path = run.folder / f"{name}.parquet"
    if not path.is_file():
        return tuple(map(str, run.table(name).columns))
    import pyarrow.parquet as pq

    return tuple(pq.read_schema(path).names)


def has_column(run: RunLike, table: str, column: str) -> bool:
    """Tell whether a run has a table with a column: rows made for an analysis have key figures."""
    try:
        there = columns_of(run, table)
    except KeyError:
        return False
    return stored([column], there)[column] in there


def columns_from(run: RunLike, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns of a table, without reading the others where it is in a file."""
    path = run.folder / f"{name}.parquet"
    if path.is_file():
        found = stored(columns, columns_of(run, name))
        frame: pd.DataFrame = pd.read_parquet(path, columns=list(found.values()))
        return frame.rename(columns=asked(found))
    return run.table(name)[list(columns)]


def row_count(run: RunLike) -> int:
    """Return how many rows a run has."""
    return len(columns_from(run, "kpis", ["draw"]))


def last_years(run: RunLike) -> tuple[int, int | None]:
    """Return the last year of a run, and the last of those that are facts; None where none is."""
    return once(run, "last years", lambda: _last_years(run))


def _last_years(run: RunLike) -> tuple[int, int | None]:
    marked = ["observed"] if "observed" in columns_of(run, "ledger") else []
    last, facts = [], []
    for piece in pieces(run, "ledger", ["year", *marked]):
        last.append(int(piece["year"].max()))
        if marked:
            known = piece["year"].to_numpy()[piece["observed"].to_numpy() == np.True_]
            facts += [int(known.max())] if len(known) else []
    return max(last), max(facts, default=None)


def means_by(
    run: RunLike,
    name: str,
    keys: Sequence[str],
    columns: Sequence[str],
    wanted: Callable[[pd.DataFrame], pd.DataFrame] = lambda piece: piece,
) -> pd.DataFrame:
    """Return means of columns of a table over all rows, without holding the table.

    Parameters
    ----------
    run : RunLike
        The run.
    name : str
        The table.
    keys : sequence of str
        The labels that each mean is of, such as ``year`` and ``entity``.
    columns : sequence of str
        What is averaged, where it is not empty.
    wanted : callable
        Returns those lines of a piece of the table that count; it has the columns asked for.

    Returns
    -------
    pandas.DataFrame
        The means; index: the keys, texts among them as such.
    """
    sums, counts = [], []
    for piece in pieces(run, name, [*keys, *columns]):
        by = wanted(piece).groupby(list(keys), sort=True, observed=True)[list(columns)]
        sums.append(_with_texts(by.sum()))
        counts.append(_with_texts(by.count()))
    total, number = (pd.concat(each).groupby(level=list(keys)).sum() for each in (sums, counts))
    return total / number


def _with_texts(found: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose index has texts where it had categories."""
    index = cast("pd.MultiIndex", found.index)
    texts: list[Any] = [
        level.astype(str) if isinstance(level, pd.CategoricalIndex) else level
        for level in index.levels
    ]
    return found.set_axis(index.set_levels(texts))


def by_year(run: RunLike, name: str, entity: str | None = None) -> pd.DataFrame:
    """Return a quantity by row (index) and year (columns).

    Columns of the ledger are added up over the blocks of `entity` (a block, a site,
    or the whole valley); those of the yearly table are the entity's own, and for the
    whole valley the sum over sites; where no site has the quantity, over all plants and
    recyclers; the region's own where none of them has it.

    Raises
    ------
    AnalysisError
        When the run does not have the quantity or the entity.
    """
    return once(run, ("by year", name, entity), lambda: _by_year(run, name, entity))


def _by_year(run: RunLike, name: str, entity: str | None) -> pd.DataFrame:
    if name in columns_of(run, "ledger"):
        summed = summed_by(run, "ledger", lambda column: column == name, "region", entity)
        values = summed[name].droplevel("entity")
    else:
        values = _yearly(run, name, entity)
    return values.unstack("year")


def _yearly(run: RunLike, name: str, entity: str | None) -> pd.Series[float]:
    if name not in columns_of(run, "yearly"):
        raise AnalysisError(f"the run has no quantity {name!r}")
    having: set[str] = set()
    for piece in pieces(run, "yearly", ["entity", name]):
        having |= set(piece.loc[piece[name].notna(), "entity"].astype(str).unique())
    kept = having & {entity} if entity else results.summands(run.manifest, having)
    if not kept:
        raise AnalysisError(f"{entity or 'the valley'} has no values of {name!r}")
    summed: list[pd.Series[float]] = []
    for piece in pieces(run, "yearly", [*ROW, "year", "entity", name]):
        rows = piece[piece[name].notna() & piece["entity"].isin(kept)]
        summed.append(rows.groupby([*ROW, "year"], sort=True)[name].sum())
    return pd.concat(summed).sort_index()
