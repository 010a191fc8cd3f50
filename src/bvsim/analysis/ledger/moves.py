"""People from where to where: whom plants won, and who absorbs the staff of closed plants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import ROW, RunLike, columns_from, columns_of
from bvsim.valley.people.pools import ORIGINS

Frame = pd.DataFrame

WON: Final = tuple(f"won_from_{origin}" for origin in ORIGINS)
FREED: Final = ("freed", "freed_to_competitors", "freed_to_other_work", "freed_waiting")


def origins(run: RunLike) -> Frame:
    """Return how many people each plant won in a year, by where they come from.

    Returns
    -------
    pandas.DataFrame
        Columns of `ORIGINS`, and `left`: who left, whatever the reason; means over the rows.
        Index: entity, year; plants that never won anybody are left out.
    """
    found = _means(run, [*WON, "leavers"]).rename(columns={"leavers": "left"})
    found.columns = [name.removeprefix("won_from_") for name in found.columns]
    return found[found[[*ORIGINS]].groupby(level="entity").transform("sum").sum(axis=1) > 0.0]


def absorbed(run: RunLike) -> Frame:
    """Return who absorbs the people whom closures freed.

    Returns
    -------
    pandas.DataFrame
        `freed`; a column for each plant that won some of them; `competing sites`, `other
        work`, `waiting` (at the end of the year); means over the rows. Index: year. Up to
        any year all that were freed are with plants, competing sites, in other work, or wait.
    """
    basins = _means(run, list(FREED)).groupby(level="year").sum()
    plants = _means(run, ["won_freed"])["won_freed"].unstack("entity").fillna(0.0)
    plants = plants.loc[:, plants.sum() > 0.0]
    basins.columns = ["freed", "competing sites", "other work", "waiting"]
    return pd.concat([basins["freed"], plants, basins.drop(columns="freed")], axis=1)


def _means(run: RunLike, names: Sequence[str]) -> Frame:
    """Return means over the rows of yearly columns, for entities that have the first."""
    if not set(names) <= set(columns_of(run, "yearly")):
        raise AnalysisError("the run does not say where people came from: simulate it again")
    rows = columns_from(run, "yearly", [*ROW, "year", "entity", *names])
    rows = rows[rows[names[0]].notna()].assign(entity=lambda table: table["entity"].astype(str))
    return rows.groupby(["entity", "year"])[list(names)].mean()
