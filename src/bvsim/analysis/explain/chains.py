"""Why a change acts or does not: the chain from what was changed to the cells, with counts.

Each chain follows one kind of cause from its source to good cells. Where a link moves and the next
one does not, the change stops there, and the counts of the base say why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.compare import Comparison
from bvsim.analysis.policy.labels import SPAN, summed
from bvsim.analysis.tables import REGION, RunLike, by_year, has_column, summed_by
from bvsim.ensemble.design.interval import ci95_mean

_UNKNOWN = (math.nan, math.nan)
_BINDS = 0.02
"""A limit that binds in a smaller share of the running weeks cannot give cells when lifted."""


class Link(NamedTuple):
    """One count of a chain: a column and what it is called.

    A quantity of sites is their sum; one that no site has, the region's. `stock` ones are means
    over the years, the others sums.
    """

    column: str
    says: str
    unit: str
    stock: bool = False


CELLS = Link("good_gwh", "good cells", "GWh")

CHAINS: dict[str, tuple[Link, ...]] = {
    "people": (
        Link("intake", "trainees taken in", "heads"),
        Link("graduates", "graduates", "heads"),
        Link("hires", "hires of the plants", "heads"),
        Link("headcount", "own staff, mean", "heads", stock=True),
        Link("vacancies", "vacancies, mean", "posts", stock=True),
        Link("weeks_labour", "block-weeks bound by people", "weeks"),
        Link("lost_labour_gwh", "lost to people", "GWh"),
        CELLS,
    ),
    "cathode": (
        Link("cam_local_t", "local cathode material used", "t"),
        Link("cam_import_t", "imported cathode material used", "t"),
        Link("weeks_cathode", "block-weeks bound by cathode", "weeks"),
        Link("lost_cathode_gwh", "lost to cathode", "GWh"),
        CELLS,
    ),
    "orders": (
        Link("won_orders_gwh_per_year", "orders won, mean", "GWh/yr", stock=True),
        Link("ordered_gwh", "cells ordered", "GWh"),
        Link("delivered_gwh", "cells delivered", "GWh"),
        Link("weeks_demand", "block-weeks bound by demand", "weeks"),
        Link("lost_demand_gwh", "lost to demand", "GWh"),
        CELLS,
    ),
    "plants": (
        Link("support_meur", "public support", "EUR million"),
        Link("cash_flow_meur", "cash flow of the plants", "EUR million"),
        Link("nameplate_gwh", "nameplate in service, mean", "GWh/yr", stock=True),
        Link("lost_closure_gwh", "lost to closures", "GWh"),
        Link("lost_delay_gwh", "lost to delay", "GWh"),
        CELLS,
    ),
}
"""The chains, each from its source to the cells."""

LIMIT = {"people": "weeks_labour", "cathode": "weeks_cathode", "orders": "weeks_demand"}
"""The weeks in which the limit of a chain binds."""


@dataclass(frozen=True)
class Step:
    """A link of a chain in two runs.

    Parameters
    ----------
    link : Link
        What is counted.
    base, other, mean : float
        Means over the rows of both sides, and of their difference.
    ci95_lo, ci95_hi : float
        95% interval of the mean difference; NaN where the design allows none.
    """

    link: Link
    base: float
    other: float
    mean: float
    ci95_lo: float
    ci95_hi: float

    @property
    def moved(self) -> bool:
        """Whether it differs clearly; where no interval can be told, whether it differs at all."""
        if math.isnan(self.ci95_lo):
            return self.mean != 0.0
        return self.ci95_lo > 0.0 or self.ci95_hi < 0.0


@dataclass(frozen=True)
class Chain:
    """A chain in two runs, and the sentence that reads it."""

    name: str
    steps: tuple[Step, ...]
    says: str

    @property
    def moved(self) -> bool:
        """Whether any link before the cells moved."""
        return any(step.moved for step in self.steps[:-1])


def chains(comparison: Comparison, site: str | None = None) -> tuple[Chain, ...]:
    """Return every chain in two runs on common draws and luck.

    Parameters
    ----------
    comparison : Comparison
        The two runs.
    site : str, optional
        One site's counts; those of the valley by default.

    Raises
    ------
    AnalysisError
        When no run has anything of the site.
    """
    first, last = SPAN
    running = _mean(comparison.base, "running", site, (first, last))
    made = []
    for name, links in CHAINS.items():
        steps = tuple(
            step
            for link in links
            if (step := _step(comparison, link, site, (first, last))) is not None
        )
        if len(steps) > 1:
            made.append(Chain(name, steps, _said(name, steps, running)))
    if not made:
        raise AnalysisError(f"the runs hold no counts of {site or 'the valley'}")
    return tuple(made)


def _step(
    comparison: Comparison, link: Link, site: str | None, years: tuple[int, int]
) -> Step | None:
    sides = [_counts(run, link, site, years) for run in (comparison.base, comparison.other)]
    if any(side is None for side in sides):
        return None
    both = pd.concat(sides, axis=1, join="inner").dropna()
    base, other = (both.iloc[:, i].to_numpy(dtype=np.float64) for i in (0, 1))
    draws = np.asarray(both.index.get_level_values("draw"), dtype=np.int64)
    low, high = ci95_mean(other - base, draws, str(comparison.base.manifest["design"])) or _UNKNOWN
    change = float((other - base).mean())
    return Step(link, float(base.mean()), float(other.mean()), change, low, high)


def _counts(
    run: RunLike, link: Link, site: str | None, years: tuple[int, int]
) -> pd.Series[float] | None:
    """Return a count by row, over the years; None where the run does not have it."""
    table = _by_year(run, link.column, site)
    if table is None:
        return None
    total = summed(table, *years)
    span = [year for year in table.columns if years[0] <= int(year) <= years[1]]
    return total / len(span) if link.stock and span else total


def _by_year(run: RunLike, column: str, site: str | None) -> pd.DataFrame | None:
    if column == "running":
        weeks = [f"weeks_{name}" for name in ("ramp", "labour", "cathode", "demand", "throttle")]
        return (
            summed_by(run, "binding", lambda name: name in weeks, "region", site)
            .sum(axis=1)
            .droplevel("entity")
            .unstack("year")
        )
    if column.startswith("weeks_"):
        if not has_column(run, "binding", column):
            return None
        found = summed_by(run, "binding", lambda name: name == column, "region", site)
        return found[column].droplevel("entity").unstack("year")
    if not any(has_column(run, table, column) for table in ("ledger", "yearly")):
        return None
    for entity in (site,) if site else (None, REGION):
        try:
            return by_year(run, column, entity)
        except AnalysisError:
            continue
    return None


def _mean(run: RunLike, column: str, site: str | None, years: tuple[int, int]) -> float:
    found = _counts(run, Link(column, "", ""), site, years)
    return math.nan if found is None else float(found.mean())


def _reached(steps: Sequence[Step]) -> str:
    """Say by which losses of a chain a change reaches the cells, or that they do not move."""
    losses = [step for step in steps if step.link.column.startswith("lost_")]
    moved = [f"{step.link.says} {step.mean:+,.1f} GWh" for step in losses if step.moved]
    cells = f"good cells {steps[-1].mean:+,.1f} GWh"
    if moved:
        return f"{', '.join(moved)}; {cells}"
    still = " and ".join(step.link.says for step in losses)
    return f"it moves, but {still} stays as it was: the {cells} come another way"


def _said(name: str, steps: Sequence[Step], running: float) -> str:
    """Say how far a change goes along a chain, and what stops it."""
    inner, cells = steps[:-1], steps[-1]
    if not any(step.moved for step in inner):
        return "nothing on this way moves"
    if cells.moved:
        return _reached(steps)
    last = max(i for i, step in enumerate(inner) if step.moved)
    stops = f"it stops after {inner[last].link.says}"
    bound = next((step for step in inner if step.link.column == LIMIT.get(name)), None)
    if bound is not None and running > 0.0:
        share = bound.base / running
        weeks = f"{name} bind in {bound.base:,.1f} of {running:,.0f} running block-weeks"
        if share < _BINDS:
            return f"{stops}: {weeks} ({share:.1%}), so more cannot give cells"
        return f"{stops}: {weeks} ({share:.1%}), and what moves is too little to tell in cells"
    return f"{stops}: what moves is too little to tell in cells"
