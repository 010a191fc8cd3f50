"""What holds the valley back: the largest loss of the ledger, by site and by year.

The bottleneck of an entity and year is the largest of `causes.BOTTLENECKS` in the ledger
summed over the entity's blocks; `none` where nothing was planned or nothing was lost.
Losses within a relative 1e-12 of each other are equal, and the first in the order of
`causes.BOTTLENECKS` is named. `not_built` and `delay` are the plan's own losses and never
a bottleneck.

The bottleneck by time is what bound for the most weeks of the year (table `binding`),
over the weeks in which a block ran; rating, learning and stops together are `ramp`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import RunLike, in_gwh, once, summed_by, summed_pieces
from bvsim.ensemble.design.interval import QUANTILES, ci95_share
from bvsim.valley.cells.causes import BOTTLENECKS, LOSSES, NONE, RUNNING, column

Frame = pd.DataFrame

_TIE = 1e-12
_NOTHING = 1e-9


def bottlenecks(run: RunLike, group: str = "region", entity: str | None = None) -> Frame:
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
    named: Frame = pd.concat(list(_named_pieces(run, group, entity))).sort_index()
    return named


def _named_pieces(run: RunLike, group: str, entity: str | None) -> Iterator[Frame]:
    """Yield the bottlenecks of whole replications, piece by piece."""
    for ledger in summed_pieces(run, "ledger", in_gwh, group, entity):
        yield _named(ledger)


def _named(ledger: Frame) -> Frame:
    losses = ledger[[column(cause) for cause in BOTTLENECKS]].to_numpy(dtype=float, copy=True)
    announced = ledger[column("announced")].to_numpy(dtype=float)
    size = announced + ledger[column("beyond_plan")].to_numpy(dtype=float)
    losses[announced <= 0.0] = 0.0
    losses[losses <= _NOTHING * size[:, None]] = 0.0
    first, lost = _largest(losses)
    second, second_lost = _largest(_without(losses, first))
    names = np.array([*BOTTLENECKS, NONE], dtype=object)
    return pd.DataFrame(
        {
            "cause": names[first],
            "lost_gwh": lost,
            "second": names[second],
            "second_lost_gwh": second_lost,
        },
        index=ledger.index,
    )


def time_bottlenecks(run: RunLike, group: str = "region", entity: str | None = None) -> Frame:
    """Name what bound longest, and the runners-up, of every row, year and entity.

    Parameters
    ----------
    run : RunLike
        The run.
    group : {"region", "site", "block"}
        What a bottleneck is named for; weeks of its blocks are added up.
    entity : str, optional
        One site or block only.

    Returns
    -------
    pandas.DataFrame
        `cause`, `weeks`; `second`, `second_weeks`: what bound next longest; `next`,
        `next_weeks`: what came second for the most weeks, the bottleneck itself apart, and so
        would bind if it were lifted; `running_weeks`. ``none`` where nothing ran. Index: draw,
        replication, year, entity.
    """
    weeks = _weeks_by(run, group, entity)
    bound = weeks[[f"weeks_{cause}" for cause in RUNNING]].to_numpy(dtype=float, copy=True)
    behind = weeks[[f"weeks_second_{cause}" for cause in RUNNING]].to_numpy(dtype=float)
    first, longest = _largest(bound)
    second, second_weeks = _largest(_without(bound, first))
    following, next_weeks = _largest(_without(behind, first))
    names = np.array([*RUNNING, NONE], dtype=object)
    return pd.DataFrame(
        {
            "cause": names[first],
            "weeks": longest,
            "second": names[second],
            "second_weeks": second_weeks,
            "next": names[following],
            "next_weeks": next_weeks,
            "running_weeks": bound.sum(axis=1),
        },
        index=weeks.index,
    )


def _weeks_by(run: RunLike, group: str, entity: str | None) -> Frame:
    """Return the weeks of the table `binding` added up over the blocks of a group."""
    return summed_by(run, "binding", lambda name: name.startswith("weeks_"), group, entity)


def _largest(amounts: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the first largest cause of each row (one past the last where all are zero)."""
    most = amounts.max(axis=1, initial=0.0)
    first = np.argmax(amounts >= most[:, None] * (1.0 - _TIE), axis=1)
    return np.where(most > 0.0, first, amounts.shape[1]), most


def _without(amounts: NDArray[np.float64], found: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the amounts with those of the causes found set to zero."""
    rest = amounts.copy()
    rest[np.arange(len(rest)), found % amounts.shape[1]] = 0.0
    return rest


def shares(run: RunLike, group: str = "region", entity: str | None = None) -> Frame:
    """Return in which share of rows each cause is the bottleneck.

    Returns
    -------
    pandas.DataFrame
        Columns `BOTTLENECKS` and `none`; index: year, or (entity, year) unless the group is
        the region. Each row adds up to 1.
    """
    return once(run, ("shares", group, entity), lambda: _shares(run, group, entity))


def _shares(run: RunLike, group: str, entity: str | None) -> Frame:
    keys = ["year"] if group == "region" else ["entity", "year"]
    counted = [
        named["cause"].reset_index().groupby([*keys, "cause"]).size()
        for named in _named_pieces(run, group, entity)
    ]
    summed = pd.concat(counted).groupby([*keys, "cause"], sort=True).sum()
    causes = [*BOTTLENECKS, NONE]
    counts = summed.unstack("cause", fill_value=0).reindex(columns=causes, fill_value=0)
    found: pd.DataFrame = counts.div(counts.sum(axis=1), axis=0)
    return found


def share_intervals(
    run: RunLike, group: str = "region", entity: str | None = None, by: str = "loss"
) -> Frame:
    """Return in which share of rows each cause is the bottleneck, with intervals.

    Parameters
    ----------
    run : RunLike
        The run.
    group, entity
        As in `bottlenecks`.
    by : {"loss", "time"}
        The bottleneck by lost GWh (`bottlenecks`), or by weeks bound (`time_bottlenecks`).

    Returns
    -------
    pandas.DataFrame
        `share`, `ci95_lo`, `ci95_hi`, `n` (rows); index: year, entity, cause. Intervals
        come from the design's blocks and are cut at 0 and 1; where a cause is the bottleneck
        in no row, or in all, from the exact binomial (Clopper and Pearson 1934).
    """
    if by not in ("loss", "time"):
        raise AnalysisError(f"by is {by!r}: it must be loss or time")
    causes = (*BOTTLENECKS, NONE) if by == "loss" else (*RUNNING, NONE)
    named = (bottlenecks if by == "loss" else time_bottlenecks)(run, group, entity)["cause"]
    design = str(run.manifest.get("design", "random"))
    records = []
    for key, rows in named.groupby(["year", "entity"], sort=True):
        draws = rows.index.get_level_values("draw").to_numpy()
        for cause in causes:
            hits = (rows.to_numpy() == cause).astype(np.float64)
            records.append((*key, cause, *share_interval(hits, draws, design), len(rows)))
    columns = ["year", "entity", "cause", "share", "ci95_lo", "ci95_hi", "n"]
    return pd.DataFrame.from_records(records, columns=columns).set_index(columns[:3])


def share_interval(
    hits: NDArray[np.float64], draws: NDArray[np.int64], design: str
) -> tuple[float, float, float]:
    """Return a share of rows and its 95% interval (`ci95_share`), all of it where there is none.

    Parameters
    ----------
    hits : array, shape (rows,)
        1 where it holds, 0 where not.
    draws : array of int, shape (rows,)
        The draw of each row.
    design : str
        The kind of design.
    """
    return float(hits.mean()), *(ci95_share(hits, draws, design) or (0.0, 1.0))


def ledger_of(run: RunLike, year: int, entity: str | None = None) -> Frame:
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
    AnalysisError
        When the run has no such year or entity.
    """
    return once(run, ("ledger of", year, entity), lambda: _ledger_of(run, year, entity))


def _ledger_of(run: RunLike, year: int, entity: str | None) -> Frame:
    steps = ["announced", "beyond_plan", *LOSSES, "good"]
    of_year = [
        piece.loc[piece.index.get_level_values("year") == year, [column(step) for step in steps]]
        for piece in summed_pieces(run, "ledger", in_gwh, "region", entity)
    ]
    values = pd.concat(of_year).sort_index().set_axis(steps, axis=1)
    if values.empty:
        raise AnalysisError(f"the run has no year {year}")
    quantiles = {name: values.quantile(share) for name, share in QUANTILES.items()}
    return pd.DataFrame({"mean": values.mean(), **quantiles})


def largest_plan_loss(staircase: pd.DataFrame) -> tuple[str, float]:
    """Return the largest mean loss of `ledger_of`, the plan's own ones included."""
    means = staircase.loc[list(LOSSES), "mean"]
    return str(means.idxmax()), float(means.max())
