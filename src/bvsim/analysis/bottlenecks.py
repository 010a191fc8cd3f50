"""What holds the valley back: the largest loss of the ledger, by site and by year.

The bottleneck of an entity and year is the largest of `causes.CAUSES` in the ledger
summed over the entity's blocks; `none` where nothing was planned or nothing was lost.
Losses within a relative 1e-12 of each other are equal, and the first in the order of
`causes.CAUSES` is named. `not_built` and `delay` are the plan's own losses and never
a bottleneck.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.causes import CAUSES, LOSSES, NONE, column
from bvsim.analysis.tables import RunLike, ledger_by

QUANTILES = {"p10": 0.10, "p50": 0.50, "p90": 0.90}

_TIE = 1e-12
_NOTHING = 1e-9


def bottlenecks(run: RunLike, group: str = "region", entity: str | None = None) -> pd.DataFrame:
    """Name the bottleneck, and the runner-up, of every row, year and entity.

    Parameters
    ----------
    run : RunLike
        The run.
    group : {"region", "site", "block"}
        What a bottleneck is named for.
    entity : str, optional
        One site or block only.

    Returns
    -------
    pandas.DataFrame
        `cause`, `lost_gwh`, `second`, `second_lost_gwh`; index: draw, replication,
        year, entity.
    """
    ledger = ledger_by(run, group, entity)
    losses = ledger[[column(cause) for cause in CAUSES]].to_numpy(dtype=float, copy=True)
    announced = ledger[column("announced")].to_numpy(dtype=float)
    size = announced + ledger[column("beyond_plan")].to_numpy(dtype=float)
    losses[announced <= 0.0] = 0.0
    losses[losses <= _NOTHING * size[:, None]] = 0.0
    first, lost = _largest(losses)
    losses[np.arange(len(losses)), first % len(CAUSES)] = 0.0
    second, second_lost = _largest(losses)
    names = np.array([*CAUSES, NONE], dtype=object)
    return pd.DataFrame(
        {
            "cause": names[first],
            "lost_gwh": lost,
            "second": names[second],
            "second_lost_gwh": second_lost,
        },
        index=ledger.index,
    )


def _largest(losses: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the first largest cause of each row (`len(CAUSES)` where all are zero)."""
    most = losses.max(axis=1, initial=0.0)
    first = np.argmax(losses >= most[:, None] * (1.0 - _TIE), axis=1)
    return np.where(most > 0.0, first, len(CAUSES)), most


def shares(run: RunLike, group: str = "region", entity: str | None = None) -> pd.DataFrame:
    """Return in which share of rows each cause is the bottleneck.

    Returns
    -------
    pandas.DataFrame
        Columns `CAUSES` and `none`; index: year, or (entity, year) unless the group is
        the region. Each row adds up to 1.
    """
    named = bottlenecks(run, group, entity)["cause"].reset_index()
    keys = ["year"] if group == "region" else ["entity", "year"]
    counts = named.groupby([*keys, "cause"], sort=True).size().unstack("cause", fill_value=0)
    counts = counts.reindex(columns=[*CAUSES, NONE], fill_value=0)
    found: pd.DataFrame = counts.div(counts.sum(axis=1), axis=0)
    return found


def main_bottleneck(run: RunLike, group: str = "region") -> pd.DataFrame:
    """Return the most frequent bottleneck and its share of rows, by year (and entity)."""
    found = shares(run, group)
    return pd.DataFrame({"cause": found.idxmax(axis=1), "share": found.max(axis=1)})


def ledger_of(run: RunLike, year: int, entity: str | None = None) -> pd.DataFrame:
    """Return the staircase of one year over the rows of the run.

    Parameters
    ----------
    run : RunLike
        The run.
    year : int
        Calendar year.
    entity : str, optional
        A site or block; the whole valley by default.

    Returns
    -------
    pandas.DataFrame
        `mean`, `p10`, `p50`, `p90` in GWh; index: ``announced``, ``beyond_plan``, the
        losses from the top of the staircase down, ``good``. The means add up exactly
        as the ledger does; quantiles do not.

    Raises
    ------
    ValueError
        When the run has no such year or entity.
    """
    ledger = ledger_by(run, "region", entity).reset_index("year")
    rows = ledger[ledger["year"] == year]
    if rows.empty:
        raise ValueError(f"the run has no year {year}")
    steps = ["announced", "beyond_plan", *LOSSES, "good"]
    values = rows[[column(step) for step in steps]].set_axis(steps, axis=1)
    quantiles = {name: values.quantile(share) for name, share in QUANTILES.items()}
    return pd.DataFrame({"mean": values.mean(), **quantiles})


def largest_plan_loss(staircase: pd.DataFrame) -> tuple[str, float]:
    """Return the largest mean loss of `ledger_of`, the plan's own ones included."""
    means = staircase.loc[list(LOSSES), "mean"]
    return str(means.idxmax()), float(means.max())
