"""Simple forecasts to beat: the announced plan, and what earlier plants made of theirs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.tables import REGION
from bvsim.analysis.truth.observations import Observation, months_after
from bvsim.ensemble.work import FloatArray

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Step:
    """A step of an announced plan: from a day on, so much more nameplate (GWh/yr)."""

    entity: str
    begins: date
    nameplate: float


def steps_of(plan: Any) -> tuple[Step, ...]:
    """Return the steps of an announced plan, by block and date; each replaces the one before."""
    return tuple(
        Step(entity, step.begins, step.nameplate.distribution.median)
        for entity, steps in sorted(plan.blocks.items())
        for step in sorted(steps.values(), key=lambda step: step.begins)
    )


def planned_on(steps: Sequence[Step], site: str, day: date) -> float:
    """Return the nameplate that a plan has for a site on a day, GWh/yr."""
    blocks: dict[str, float] = {}
    for step in steps:
        if step.begins <= day and site in (REGION, step.entity.split(".")[0]):
            blocks[step.entity] = step.nameplate
    return sum(blocks.values())


def planned_output(steps: Sequence[Step], observation: Observation, after: date) -> float:
    """Return what a plan makes in the window of an observation, GWh."""
    first = max(observation.first, after) if not observation.since_start else after
    site, total, day = observation.entity, 0.0, first
    while day <= observation.last:
        total += planned_on(steps, site, day) / _DAYS_A_YEAR
        day += timedelta(days=1)
    return total


def planned_start(steps: Sequence[Step], block: str, after: date) -> float | None:
    """Return the months after a date at which a plan has a block produce; None if never."""
    days = [step.begins for step in steps if step.entity == block and step.nameplate > 0.0]
    return months_after(after, min(days)) if days else None


# -- earlier plants ----------------------------------------------------------------------


@dataclass(frozen=True)
class RampPoint:
    """A published figure of an earlier plant's ramp-up.

    Parameters
    ----------
    plant, ramp : str
        The plant, and the class that it belongs to.
    scrap : bool
        Whether it is scrap (share of starts), else output as a share of nameplate.
    first, last : float
        Months since SOP; equal for a figure of a moment.
    value : float
        The share.
    source, note : str
        Where it is from.
    """

    plant: str
    ramp: str
    scrap: bool
    first: float
    last: float
    value: float
    source: str
    note: str

    @property
    def label(self) -> str:
        """Its name in a table."""
        when = f"month {self.first:g}" if self.first == self.last else self._span
        return f"{self.plant}, {'scrap' if self.scrap else 'share of nameplate'}, {when}"

    @property
    def _span(self) -> str:
        return f"months {self.first:g} to {self.last:g}"


def read_points(path: Path) -> list[RampPoint]:
    """Read the published ramp-ups.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file: plant, class, nameplate_gwh, quantity (gwh, gwh_per_year, share, scrap),
        month_first, month_last, value, source, note.

    Raises
    ------
    ValueError
        When a row has a quantity that is not known.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return [_point(row) for row in csv.DictReader(file)]


def _point(row: Mapping[str, str]) -> RampPoint:
    nameplate, value = float(row["nameplate_gwh"]), float(row["value"])
    first, last = float(row["month_first"]), float(row["month_last"])
    quantity = row["quantity"]
    if quantity == "gwh":
        value /= nameplate * (last - first) / 12.0
    elif quantity == "gwh_per_year":
        value /= nameplate
    elif quantity not in ("share", "scrap"):
        raise ValueError(f"{row['plant']}: unknown quantity {quantity!r}")
    scrap = quantity == "scrap"
    return RampPoint(
        row["plant"], row["class"], scrap, first, last, value, row["source"], row["note"]
    )


def share_at(points: Sequence[RampPoint], first: float, last: float) -> float:
    """Return a plant's mean share of nameplate over a span of ages, from its points.

    Straight lines from nothing at SOP through the points (spans at their middles), level after
    the last one. Ages before SOP count as nothing.

    Parameters
    ----------
    points : sequence of RampPoint
        Those of one plant, scrap left out.
    first, last : float
        Months since SOP.
    """
    known = sorted(((p.first + p.last) / 2.0, p.value) for p in points if not p.scrap)
    ages = np.array([0.0, *(age for age, _ in known)])
    shares = np.array([0.0, *(share for _, share in known)])
    if last <= first:
        return float(np.interp(max(first, 0.0), ages, shares))
    grid = np.linspace(first, last, 121)
    values = np.where(grid < 0.0, 0.0, np.interp(grid, ages, shares))
    return float(np.mean((values[1:] + values[:-1]) / 2.0))


def by_plant(points: Sequence[RampPoint]) -> dict[str, list[RampPoint]]:
    """Return the points on output of each plant that has any."""
    plants: dict[str, list[RampPoint]] = {}
    for point in points:
        if not point.scrap:
            plants.setdefault(point.plant, []).append(point)
    return plants


def reference_class(
    points: Sequence[RampPoint], steps: Sequence[Step], observation: Observation, after: date
) -> FloatArray:
    """Return what a site would make if it went like each earlier plant, GWh.

    A member of the ensemble for each plant: its share of nameplate at the same age, counted
    from the announced start, of the site's announced nameplate.
    """
    site = observation.entity
    begin = max(observation.first, after) if not observation.since_start else after
    members = []
    for plant in by_plant(points).values():
        total = 0.0
        for step in steps:
            if site not in (REGION, step.entity.split(".")[0]):
                continue
            first, last = (
                months_after(step.begins, begin),
                months_after(step.begins, observation.last),
            )
            total += step.nameplate * share_at(plant, first, last) * (last - first) / 12.0
        members.append(total)
    return np.array(members)
