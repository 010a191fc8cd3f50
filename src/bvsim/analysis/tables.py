"""What an analysis needs of a run, and quantities by row and year."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.ensemble.store import results
from bvsim.ensemble.store.manifest import Manifest
from bvsim.ensemble.store.renamed import asked, stored

ROW, REGION = results.ROW, results.REGION
GROUPS = ("region", "site", "block")
"""What the blocks of a table may be added up to."""


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

    The run store cuts its files so; a run that is not in a file comes in one piece.
    """
    path = run.folder / f"{name}.parquet"
    if not path.is_file():
        yield run.table(name)[list(columns)]
        return
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        found = stored(columns, file.schema_arrow.names)
        for group in range(file.num_row_groups):
            frame = file.read_row_group(group, columns=list(found.values())).to_pandas()
            yield frame.rename(columns=asked(found))


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


def column_of(run: RunLike, name: str, column: str) -> pd.Series:
    """Return one column of a table."""
    return columns_from(run, name, [column])[column]


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
    if name in columns_of(run, "ledger"):
        summed = summed_by(run, "ledger", lambda column: column == name, "region", entity)
        values = summed[name].droplevel("entity")
    else:
        values = _yearly(run, name, entity)
    return values.unstack("year")


def _yearly(run: RunLike, name: str, entity: str | None) -> pd.Series[float]:
    if name not in columns_of(run, "yearly"):
        raise AnalysisError(f"the run has no quantity {name!r}")
    yearly = columns_from(run, "yearly", [*ROW, "year", "entity", name])
    rows = yearly.loc[yearly[name].notna()]
    entities = rows["entity"].astype(str)
    keep = (
        entities == entity
        if entity
        else entities.isin(results.summands(run.manifest, set(entities)))
    )
    if not keep.any():
        raise AnalysisError(f"{entity or 'the valley'} has no values of {name!r}")
    summed: pd.Series[float] = rows[keep].groupby([*ROW, "year"], sort=True)[name].sum()
    return summed
