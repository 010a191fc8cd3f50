"""How plants ramp up: when blocks start, what a site makes in its second year, class by class.

``python -m bvsim.analysis.rampup`` writes the tables of ``docs/background/ramp-up.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from bvsim.spec.ramp import RampClass
from bvsim.spec.stages import Project, Shock, Stage, Stages, Stops
from bvsim.valley.block import Block
from bvsim.valley.books import Books, Trace
from bvsim.valley.calendar import Calendar, make_calendar
from bvsim.valley.context import Context
from bvsim.valley.stages import STAGE_NAMES, Pipeline
from bvsim.valley.streams import Key, Streams

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.ensemble.results import Run

REACHED_BY = 2033.0
"""SOP counts when it falls before this decimal year: by 31 December 2032."""


@dataclass(frozen=True)
class Expected:
    """What a block's pipeline must reproduce.

    Parameters
    ----------
    probability : float
        Of SOP by 31 December 2032.
    median : float
        Median SOP among those, as a decimal year.
    """

    probability: float
    median: float


def sop_table(run: Run, expected: dict[str, Expected]) -> pd.DataFrame:
    """Return probability and median date of SOP by block, beside what is expected.

    Parameters
    ----------
    run : Run
        A finished run.
    expected : dict of str to Expected
        By block.

    Returns
    -------
    DataFrame
        One row a block: ``probability``, ``expected_probability``, ``median``,
        ``expected_median``, ``off_months``.
    """
    import pandas as pd

    kpis = run.table("kpis")
    rows = []
    for block, target in sorted(expected.items()):
        years = kpis[f"sop_year.{block}"].to_numpy(dtype=float)
        reached = years[years < REACHED_BY]
        median = float(np.median(reached)) if len(reached) else float("nan")
        rows.append(
            {
                "block": block,
                "probability": len(reached) / len(years),
                "expected_probability": target.probability,
                "median": median,
                "expected_median": target.median,
                "off_months": (median - target.median) * 12.0,
            }
        )
    return pd.DataFrame(rows).set_index("block")


def second_year_table(run: Run) -> pd.DataFrame:
    """Return the distribution of output in months 13 to 24 after SOP, by site, given SOP.

    Returns
    -------
    DataFrame
        ``rows`` (with all twelve months inside the horizon), ``p5``, ``p50``, ``p95``,
        ``ratio`` (P95 over P5, NaN where P5 is zero), ``zero`` (share without output).
    """
    import pandas as pd

    kpis = run.table("kpis")
    rows = []
    for name in kpis.columns:
        stem, _, site = name.partition(".")
        if stem != "output_months_13_24_gwh":
            continue
        values = kpis[name].dropna().to_numpy(dtype=float)
        if not len(values):
            continue
        p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
        rows.append(
            {
                "site": site,
                "rows": len(values),
                "p5": p5,
                "p50": p50,
                "p95": p95,
                "ratio": p95 / p5 if p5 > 0.0 else float("nan"),
                "zero": float(np.mean(values <= 0.0)),
            }
        )
    return pd.DataFrame(rows).set_index("site")


# -- a test valley without history: one block, nothing that binds --------------------------------


def free_plant(
    ramp: RampClass, key: Key, calendar: Calendar, *, lines: int = 4, interval_months: float = 3.0
) -> list[float]:
    """Return the good output of an unconstrained block by month after SOP, per unit nameplate.

    Parameters
    ----------
    ramp : RampClass
        Drawn figures of its class.
    key : Key
        Its luck.
    calendar : Calendar
        From SOP on.
    lines, interval_months : int, float
        How the nameplate is released.

    Returns
    -------
    list of float
        One value a month, as a rate: 1 is nameplate.
    """
    trace = Trace(calendar, keep=False)
    env = simpy.Environment()
    ctx = Context(env, calendar, Streams(key), Books(calendar, trace), trace, as_of_day=0.0)
    pipeline = Pipeline(_open_at_once(), "plant.block-1", ctx, Shock(level=0.5, correlation=0.0))
    block = Block(
        entity="plant.block-1",
        nameplate=1.0,
        lines=lines,
        line_interval_months=interval_months,
        first_sales_months=0.0,
        ramp=ramp,
        ctx=ctx,
        pipeline=pipeline,
    )
    block.start()
    good = [0.0] * calendar.months
    for period in calendar.periods:
        env.run(until=period.start_day + 1e-6)
        block.levels(period, 1.0)
        good[period.month] += block.run(1.0, period, 1.0, 0.0)[1]
    worked = [calendar.worked_in_month(month) for month in range(calendar.months)]
    year = float(calendar.scheduled_days_per_year)
    return [g * year / days if days else 0.0 for g, days in zip(good, worked, strict=True)]


def _open_at_once() -> Project:
    stage = Stage(duration=0.0, stop_hazard=0.0)
    stops = Stops(cancelled=1.0, downsized=0.0, downsize_factor=1.0, review=12.0, resume=0.0)
    stages = Stages(**dict.fromkeys(STAGE_NAMES, stage))
    return Project(begins=0.0, sop=0.0, stages=stages, stops=stops)


def class_outcomes(ramps: Sequence[RampClass], seed: int = 1) -> tuple[float, float]:
    """Return the shares of free plants above three quarters, and under 1%, of nameplate.

    Measured in the 24th month after SOP (the shares are of `ramps`, one plant each).
    """
    calendar = make_calendar(
        dt.date(2030, 1, 1),
        dt.date(2031, 12, 31),
        review_days=7,
        scheduled_days=343,
        august_share=0.0,
    )
    rates = [max(free_plant(ramp, Key(seed, i, 0), calendar)[-3:]) for i, ramp in enumerate(ramps)]
    high = sum(rate >= 0.75 for rate in rates) / len(rates)
    low = sum(rate < 0.01 for rate in rates) / len(rates)
    return high, low
