"""Contracts between carmakers and a site: how many GWh a year they order, month by month."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.demand import Offtake, VehicleProgramme
from bvsim.schema.unit import Timed
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.sums import exact

FloatArray: TypeAlias = NDArray[np.float64]

_KWH_PER_GWH: Final = 1e6


def built_up(months: float, build_up_months: float) -> float:
    """Return the share of the full volume reached after some months, linear from zero."""
    if months <= 0.0:
        return 0.0
    if build_up_months <= 0.0:
        return 1.0
    share = months / build_up_months
    return share if share < 1.0 else 1.0


class OrderContract:
    """A programme or an offtake contract: GWh a year once built up, month by month.

    Parameters
    ----------
    start : float
        Day of the first deliveries, at the earliest.
    build_up_months : float
        Time to the full volume.
    gwh_per_year : ndarray
        Full volume by month of the horizon, as the market goes.
    plan : callable
        Returns the full volume by month, within the horizon and after it, as the central path
        has it: worked out when planners first ask.
    """

    def __init__(
        self,
        start: float,
        build_up_months: float,
        gwh_per_year: FloatArray,
        plan: Callable[[], FloatArray],
    ) -> None:
        self.start, self.build_up_months = start, build_up_months
        self.gwh_per_year, self._plan = gwh_per_year, plan
        self._planned: FloatArray | None = None

    def rate(self, month: int, day: float, opened: float) -> float:
        """Return the orders in GWh a year on a day, for a site that opened earlier."""
        start = self.start if self.start > opened else opened
        full: float = self.gwh_per_year.item(month)
        return full * built_up((day - start) / DAYS_PER_MONTH, self.build_up_months)

    def built_up_by(self, opened: float) -> float:
        """Return the day from which the full volume is ordered."""
        return max(self.start, opened) + self.build_up_months * DAYS_PER_MONTH

    def expected(self, now: int, then: int) -> float:
        """Return the full volume planned in one month for another: growth as on the path."""
        if self._planned is None:
            self._planned = self._plan()
        before, planned = float(self._planned[now]), float(self._planned[then])
        return float(self.gwh_per_year[now]) * planned / before if before > 0.0 else planned


def by_month(timed: Timed, days: Sequence[float]) -> FloatArray:
    """Return a timed figure on the first day of each month."""
    if not timed.days:
        return np.full(len(days), timed.values[0])
    return np.array([timed.at(day) for day in days])


def programme_gwh(
    spec: VehicleProgramme, days: Sequence[float], lfp_share: FloatArray
) -> FloatArray:
    """Return a programme's orders here at the base year's volume in GWh a year, by month.

    Parameters
    ----------
    spec : VehicleProgramme
        The programme.
    days : sequence of float
        Day on which each month begins.
    lfp_share : ndarray
        Share of LFP in the market's batteries, by month.
    """
    here = by_month(spec.sourced_here, days) * (1.0 - np.minimum(1.0, spec.lfp * lfp_share))
    return np.asarray(spec.volume * spec.energy / _KWH_PER_GWH * here)


def offtake_gwh(spec: Offtake, scale: FloatArray, days: Sequence[float]) -> FloatArray:
    """Return a contract's orders in GWh a year: what is called, or must be taken."""
    called = by_month(spec.called, days)
    return np.asarray(spec.volume * np.maximum(np.minimum(called * scale, 1.0), spec.take_or_pay))


class Portfolio:
    """All contracts of one site.

    Parameters
    ----------
    contracts : sequence of OrderContract
        Programmes and offtakes; those of a site that has none are none.
    months : int
        Number of months of the horizon.
    """

    def __init__(self, contracts: Sequence[OrderContract], months: int) -> None:
        self.contracts = tuple(contracts)
        full = np.zeros(months)
        for contract in self.contracts:
            full += contract.gwh_per_year
        self._full: list[float] = full.tolist()
        self._full_from = math.inf

    def open(self, day: float) -> None:
        """Begin the build-up of the contracts: the site delivers from a day on."""
        self._full_from = max(
            (c.built_up_by(day) for c in self.contracts),
            default=day,
        )

    def rate(self, month: int, day: float, opened: float) -> float:
        """Return the orders in GWh a year on a day, for a site that opened earlier."""
        if day >= self._full_from:
            return self._full[month]
        return exact(vec[float]([c.rate(month, day, opened) for c in self.contracts]))

    def expected(self, now: int, then: int, day: float) -> float:
        """Return the orders planned in one month for another, which begins on a day."""
        return math.fsum(c.expected(now, then) for c in self.contracts if c.start <= day)


def mean_month(values: FloatArray) -> float:
    """Return the mean of some months."""
    return float(values.sum()) / len(values)


def yearly(monthly: FloatArray, years: NDArray[np.int_]) -> FloatArray:
    """Sum a monthly array by calendar year, in order."""
    positions = (years - int(years[0])).astype(np.intp)
    return np.asarray(np.bincount(positions, weights=monthly), dtype=np.float64)
