"""What the hindcast said of figures that were observed later, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from scipy.special import ndtri

from bvsim.analysis.scoring import band, crps, rank_of
from bvsim.analysis.tables import REGION
from bvsim.analysis.traced import TracedRows, simulate_rows
from bvsim.analysis.truth.observations import Observation, months_after
from bvsim.analysis.truth.rivals import (
    RampPoint,
    planned_on,
    planned_output,
    planned_start,
    reference_class,
    steps_of,
)
from bvsim.ensemble.work import FloatArray
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario


YearlyValue = tuple[str, str, int]
"""Entity, column and year of a value of the yearly table."""


@dataclass(frozen=True)
class FigureForecast:
    """Forecasts of one observation.

    Parameters
    ----------
    observation : Observation
        What happened.
    members : array of float, shape (draws,)
        What the model's draws said would be published (`published`). Starts beyond the horizon
        stand at its end.
    plan : float or None
        What the announced plan said.
    plants : array of float
        What the site would have made like each earlier plant; empty where none is known.
    """

    observation: Observation
    members: FloatArray
    plan: float | None
    plants: FloatArray

    @property
    def band(self) -> tuple[float, float]:
        """The central 80% of the model's draws."""
        return band(self.members)

    @property
    def covered(self) -> bool:
        """Whether what happened lies in the band."""
        low, high = self.band
        return low <= self.observation.value <= high

    @property
    def rank(self) -> float:
        """Share of draws below what happened."""
        return rank_of(self.members, self.observation.value)

    @property
    def scores(self) -> tuple[float, float | None, float | None]:
        """CRPS of the model, the plan and the reference class."""
        seen = self.observation.value
        plan = None if self.plan is None else abs(self.plan - seen)
        plants = crps(self.plants, seen) if len(self.plants) else None
        return crps(self.members, seen), plan, plants


@dataclass(frozen=True)
class Ensemble:
    """The hindcast's draws: months by row, starts by row.

    Parameters
    ----------
    start, end, as_of : datetime.date
        The simulated days, and the day of the forecast.
    months : tuple of datetime.date
        First day of each month.
    good, heads : mapping of str to array, shape (draws, months)
        Good cells made in the month (GWh) and heads at its end, by site.
    starts : tuple of mapping
        Day of SOP by block, for each draw.
    yearly : mapping of (str, str, int) to array, shape (draws,)
        The values asked for of the yearly table, by entity, column and year.
    """

    start: date
    end: date
    as_of: date
    months: tuple[date, ...]
    good: Mapping[str, FloatArray]
    heads: Mapping[str, FloatArray]
    starts: tuple[Mapping[str, float], ...]
    yearly: Mapping[YearlyValue, FloatArray] = field(default_factory=dict)

    def output(self, site: str, first: date, last: date) -> FloatArray:
        """Return what a site (or the region) made in a window, months by their days, GWh."""
        weights = np.zeros(len(self.months))
        for i, month in enumerate(self.months):
            after = _next_month(month)
            days = (min(last + timedelta(days=1), after) - max(first, month)).days
            weights[i] = max(0.0, days / (after - month).days)
        rows = np.sum(list(self.good.values()), axis=0) if site == REGION else self.good[site]
        return np.asarray(rows @ weights)

    def heads_on(self, site: str, day: date) -> FloatArray:
        """Return heads on a day, between the ends of months along straight lines."""
        ends = [(_next_month(month) - self.start).days for month in self.months]
        at = float((day - self.start).days)
        rows = self.heads[site]
        return np.array([np.interp(at, ends, row) for row in rows])

    def start_of(self, block: str) -> FloatArray:
        """Return the months from the forecast to a block's SOP, at most to the horizon."""
        limit = months_after(self.as_of, self.end)
        offset = (self.as_of - self.start).days
        days = (row.get(block, np.inf) for row in self.starts)
        return np.array([min(limit, (day - offset) / (365.25 / 12.0)) for day in days])


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensemble(
    scenario: Scenario, draws: int, seed: int, yearly: Sequence[YearlyValue] = ()
) -> Ensemble:
    """Simulate a scenario and keep what observations are compared with.

    Parameters
    ----------
    scenario : Scenario
        The hindcast.
    draws, seed : int
        Rows, independent of each other, and their seed.
    yearly : sequence of (str, str, int)
        Entity, column and year of values of the yearly table to keep as well.

    Raises
    ------
    RuntimeError
        When a row cannot be simulated.
    """
    sites = [name for name, site in sorted(scenario.model.sites.items()) if site.kind == "cells"]
    good: dict[str, list[FloatArray]] = {name: [] for name in sites}
    heads: dict[str, list[FloatArray]] = {name: [] for name in sites}
    starts: list[Mapping[str, float]] = []
    asked: dict[YearlyValue, list[float]] = {value: [] for value in yearly}
    months: tuple[date, ...] = ()
    for row in simulate_rows(scenario, TracedRows(seed, draws, draws, ()), monthly=True):
        if row.record is None:
            raise RuntimeError(f"draw {row.draw} failed: {row.error}")
        months = tuple(dict.fromkeys(dict(row.record.tables["monthly"].index)["month"]))  # type: ignore[arg-type]
        for name in sites:
            good[name].append(_series(row.record, name, "good_gwh"))
            heads[name].append(_series(row.record, name, "headcount"))
        for value, kept in asked.items():
            kept.append(_of_year(row.record, *value))
        starts.append({e.entity: e.day for e in reversed(row.record.events) if e.event == "SOP"})
    return Ensemble(
        scenario.start,
        scenario.end,
        scenario.as_of,
        months,
        {name: np.nan_to_num(np.array(rows)) for name, rows in good.items()},
        {name: np.nan_to_num(np.array(rows)) for name, rows in heads.items()},
        tuple(starts),
        {value: np.array(kept) for value, kept in asked.items()},
    )


def _of_year(record: Record, entity: str, column: str, year: int) -> float:
    table = record.tables["yearly"]
    labels = dict(table.index)
    rows = zip(labels["entity"], labels["year"], strict=True)
    at = [row == (entity, year) for row in rows].index(True)
    return float(table.values[at, table.columns.index(column)])


def _series(record: Record, entity: str, column: str) -> FloatArray:
    table = record.tables["monthly"]
    keep = np.array([label == entity for label in dict(table.index)["entity"]])
    values: FloatArray = table.values[keep, table.columns.index(column)]
    return values


def forecasts(
    made: Ensemble, scenario: Scenario, seen: Sequence[Observation], points: Sequence[RampPoint]
) -> list[FigureForecast]:
    """Return the model's forecasts and its rivals' for each observation.

    Parameters
    ----------
    made : Ensemble
        The hindcast's draws.
    scenario : Scenario
        The hindcast, for the plan of its time.
    seen : sequence of Observation
        What happened.
    points : sequence of RampPoint
        What earlier plants had reached.
    """
    plans = (
        plan for plan in scenario.model.plan.values() if plan.known_from <= scenario.plan_as_of
    )
    steps = steps_of(max(plans, key=lambda plan: plan.published))
    found = []
    for each in seen:
        plants = np.empty(0)
        plan: float | None
        if each.kind == "output":
            first = made.start if each.since_start else each.first
            members = made.output(each.entity, first, each.last)
            plan = planned_output(steps, each, made.as_of)
            plants = reference_class(points, steps, each, made.as_of)
        elif each.kind == "heads":
            members = made.heads_on(each.entity, each.last)
            per_gwh = scenario.model.sites[each.entity].staffing.heads_per_unit.distribution.median
            plan = planned_on(steps, each.entity, each.last) * per_gwh
        else:
            members = made.start_of(each.entity)
            plan = planned_start(steps, each.entity, made.as_of)
            limit = months_after(made.as_of, made.end)
            plan = None if plan is None else min(limit, plan)
        found.append(FigureForecast(each, published(members, each), plan, plants))
    return found


def published(members: FloatArray, seen: Observation) -> FloatArray:
    """Return what would be published if a member were the truth: members with its error.

    The error is a factor, lognormal on either side of 1, whose central 80% is that of what is
    known of the observed figure. Its quantiles are spread evenly over the members, in an order
    that hangs on the figure's name alone.

    Parameters
    ----------
    members : array of float, shape (draws,)
        Forecasts of the truth.
    seen : Observation
        The figure and its central 80%; without spread, members stay as they are.
    """
    if not 0.0 < seen.low < seen.high:
        return members
    count = len(members)
    order = np.random.default_rng(crc32(seen.label.encode())).permutation(count)
    normal = ndtri((order + 0.5) / count)
    sides = np.where(normal < 0.0, seen.value / seen.low, seen.high / seen.value)
    return np.asarray(members / sides ** (normal / ndtri(0.9)))
