"""Vehicles on the road of the home market by cohort: registered, alive, retired.

Everything here depends on registrations alone, so it is computed as arrays before
the simulation starts. Retirements are exact expectations: they run from several
hundred vehicles a year (2018) to several hundred thousand, so that chance about them
(a few per cent of a few hundred tonnes at worst) is far below the doubt about lives.

Survival uses the mid-year convention: a year's registrations enter in the middle of
the year, and the survival function is evaluated at ages 0.5, 1.5, ... at year ends.
The year's retirements are spread evenly over its days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from bvsim.schema.fleet import FleetSpec, HistorySeries, Life, Replacement
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import FloatArray
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR, Calendar
from bvsim.valley.ground.context import Context

VEHICLES: Final = ("bev_car", "bev_lcv", "phev_car")
KG_PER_TONNE: Final = 1000.0
WH_PER_KWH: Final = 1000.0


def survival(ages: FloatArray, shape: FloatArray, scale: FloatArray, early: float) -> FloatArray:
    """Return the share of a cohort on the road at some ages.

    Parameters
    ----------
    ages : array
        Years since registration; negative ages count as 0.
    shape, scale : array
        Weibull shape and scale in years, broadcast against `ages`.
    early : float
        Constant hazard of total loss, per year.
    """
    at = np.maximum(ages, 0.0)
    return np.asarray(np.exp(-((at / scale) ** shape) - early * at))


def leaving(years: FloatArray, shape: FloatArray, scale: FloatArray, early: float) -> FloatArray:
    """Return the share of each cohort that retires in each year.

    Parameters
    ----------
    years : array, shape (n,)
        Consecutive calendar years, which are also the years of registration.
    shape, scale : array, shape (n,)
        Weibull lives by year of registration.
    early : float
        Constant hazard of total loss, per year.

    Returns
    -------
    array, shape (n, n)
        Row: year of retirement; column: year of registration; 0 above the diagonal.
    """
    age_at_end = years[:, None] - years[None, :] + 0.5
    alive = survival(age_at_end, shape, scale, early)
    # A year before, cohorts were as old as they are in the row above; of the first year none was.
    alive_before = np.vstack([np.ones(len(years)), alive[:-1]])
    return np.asarray(np.where(age_at_end > 0.0, alive_before - alive, 0.0))


def known_values(series: HistorySeries, as_of: date, start_year: int) -> FloatArray:
    """Return the values of a series that are public by `as_of`, or lie before the start.

    A year's value is public `published_after` days after the year's end.
    """
    last = series.first_year + len(series.values) - 1
    known = last_known(last, series.published_after, as_of, start_year) + 1 - series.first_year
    return np.array(series.values[: max(known, 0)])


@lru_cache(maxsize=64)
def last_known(last_year: int, published_after: int, as_of: date, start_year: int) -> int:
    """Return the last year of a series that is public by `as_of`, or lies before the start."""
    for year in range(start_year, last_year + 1):
        if date(year, 12, 31) + timedelta(days=published_after) > as_of:
            return year - 1
    return last_year


def interpolated(points: Mapping[str, float], years: FloatArray) -> FloatArray:
    """Return straight lines through values by year, constant beyond the ends."""
    at = sorted((float(year), value) for year, value in points.items())
    return np.interp(years, [year for year, _ in at], [value for _, value in at])


def at_days(timed: Timed, days: FloatArray) -> FloatArray:
    """Return the values of a timed figure on many days."""
    if not timed.days:
        return np.full(len(days), timed.values[0])
    index = np.searchsorted(np.array(timed.days), days, side="right")
    return np.asarray(np.array(timed.values)[index])


def cohort_lives(lives: Mapping[str, Life], vehicle: str, years: FloatArray) -> FloatArray:
    """Return Weibull shape and scale by year of registration, shape (2, n).

    Raises
    ------
    ValueError
        When no group of lives covers the vehicle.
    """
    groups = sorted(
        (life.cohorts_from, life.shape, life.scale)
        for life in lives.values()
        if vehicle in life.vehicles
    )
    if not groups:
        raise ValueError(f"no life is given for the vehicle {vehicle!r}")
    index = np.searchsorted([first for first, _, _ in groups], years, side="right") - 1
    table = np.array([(shape, scale) for _, shape, scale in groups])
    return np.asarray(table[np.maximum(index, 0)].T)


@dataclass(frozen=True)
class Grid:
    """Months from the first cohort to the end of the horizon.

    Parameters
    ----------
    years : array, shape (n,)
        Calendar years, all whole.
    days : array, shape (12 n,)
        Length of each month in days.
    starts : array, shape (12 n,)
        First day of each month, days since the start of the simulation.
    """

    years: FloatArray
    days: FloatArray
    starts: FloatArray

    def by_month(self, yearly: FloatArray) -> FloatArray:
        """Spread yearly amounts evenly over days; last axis years -> months."""
        by_year = self.days.reshape(-1, MONTHS_PER_YEAR).sum(axis=1)
        return np.asarray(np.repeat(yearly / by_year, MONTHS_PER_YEAR, axis=-1) * self.days)

    @property
    def decimal_years(self) -> FloatArray:
        """Middle of each month as a decimal year."""
        months = len(self.days)
        return np.asarray(self.years[0] + (np.arange(months) + 0.5) / MONTHS_PER_YEAR)


def make_grid(calendar: Calendar, first_year: int) -> Grid:
    """Build the months from 1 January of a year to the end of the horizon's last year."""
    return _grid(min(first_year, calendar.start.year), calendar.start, calendar.end.year + 1)


@lru_cache(maxsize=16)
def _grid(first: int, start: date, end: int) -> Grid:
    months = np.arange(f"{first}-01", f"{end}-02", dtype="datetime64[M]").astype("datetime64[D]")
    starts = (months - np.datetime64(start)).astype(np.float64)
    return Grid(np.arange(first, end, dtype=np.float64), np.diff(starts), starts[:-1])


class Cohorts:
    """What was registered, with which packs, and what retires of it year by year.

    Parameters
    ----------
    spec : FleetSpec
        Drawn figures.
    registrations : mapping
        `bev_car`, `bev_lcv`, `phev_car` by calendar year of the horizon, vehicles;
        years whose history is known by `as_of` are facts and replace them.
    ctx : Context
        Surroundings.
    """

    def __init__(
        self, spec: FleetSpec, registrations: Mapping[str, FloatArray], ctx: Context
    ) -> None:
        self.spec = spec
        self._as_of = ctx.calendar.date(ctx.as_of_day)
        self._start_year = ctx.calendar.start.year
        first = min(spec.history[vehicle].first_year for vehicle in VEHICLES)
        self.grid = make_grid(ctx.calendar, first)
        self.years = self.grid.years
        self.registered = {v: self._registered(v, registrations[v]) for v in VEHICLES}
        self.pack_t = self._pack_tonnes()
        lfp = interpolated(spec.packs.lfp_share, self.years)
        self.lfp = {v: lfp * (spec.packs.phev_lfp if v == "phev_car" else 1.0) for v in VEHICLES}
        self.leaving = self._leaving()

    def _known(self, name: str) -> tuple[int, FloatArray]:
        """Return the position of a series' first year, and its known values to the horizon."""
        series = self.spec.history[name]
        begin = series.first_year - int(self.years[0])
        values = known_values(series, self._as_of, self._start_year)
        return begin, values[: len(self.years) - begin]

    def _registered(self, vehicle: str, future: FloatArray) -> FloatArray:
        full = np.zeros(len(self.years))
        full[self._start_year - int(self.years[0]) :] = future
        begin, known = self._known(vehicle)
        full[begin : begin + len(known)] = known * self.spec.registrations_factor
        return full

    def _extended(self, name: str, growth: float) -> FloatArray:
        """Return a series of packs: its first value before it, growing after its last."""
        begin, known = self._known(name)
        ahead = self.years - self.years[0] - (begin + len(known) - 1)
        full = np.asarray(known[-1] + growth * ahead, dtype=np.float64)
        full[:begin] = known[0]
        full[begin : begin + len(known)] = known
        return full

    def _pack_tonnes(self) -> dict[str, FloatArray]:
        """Return the mass of a new vehicle's pack by year, tonnes."""
        packs = self.spec.packs
        scale = packs.kwh_factor / packs.specific_energy_factor * WH_PER_KWH / KG_PER_TONNE
        energy_growth = packs.specific_energy_growth
        bev = self._extended("bev_kwh", packs.kwh_growth) / self._extended(
            "bev_wh_per_kg", energy_growth
        )
        phev = self._extended("phev_kwh", packs.phev_kwh_growth) / self._extended(
            "phev_wh_per_kg", energy_growth
        )
        return {
            "bev_car": bev * scale,
            "bev_lcv": bev * scale * packs.van_kwh,
            "phev_car": phev * scale,
        }

    def _leaving(self) -> dict[str, FloatArray]:
        """Return the shares of cohorts that retire by vehicle; those that live alike share."""
        lives, found = self.spec.lives, {}
        alike: dict[tuple[str, ...], FloatArray] = {}
        for vehicle in VEHICLES:
            groups = tuple([name for name, life in lives.items() if vehicle in life.vehicles])
            if groups not in alike:
                shape, scale = cohort_lives(lives, vehicle, self.years)
                alike[groups] = leaving(self.years, shape, scale, self.spec.early_loss)
            found[vehicle] = alike[groups]
        return found

    def retired_tonnes(self) -> FloatArray:
        """Return packs retired with their vehicles, shape (2 chemistries, years), tonnes."""
        total = np.zeros((2, len(self.years)))
        for vehicle in VEHICLES:
            mass = self.registered[vehicle] * self.pack_t[vehicle]
            lfp = mass * self.lfp[vehicle]
            total += np.stack([self.leaving[vehicle] @ (mass - lfp), self.leaving[vehicle] @ lfp])
        return total

    def replaced_tonnes(self) -> FloatArray:
        """Return packs replaced in use or sent back early, shape (2, years), tonnes."""
        back = self._replaced_by_cohort()
        total = np.zeros((2, len(self.years)))
        for vehicle in VEHICLES:
            mass = self.registered[vehicle] * self.pack_t[vehicle]
            lfp = mass * self.lfp[vehicle]
            total += np.stack([back @ (mass - lfp), back @ lfp])
        return total

    def _replaced_by_cohort(self) -> FloatArray:
        """Return the share of a cohort's packs that come back each year in use."""
        groups = sorted(self.spec.replacements.values(), key=lambda group: group.cohorts_from)
        firsts = np.searchsorted(self.years, [group.cohorts_from for group in groups]).tolist()
        age_at_end = self.years[:, None] - self.years[None, :] + 0.5
        back = np.zeros_like(age_at_end)
        for i, group in enumerate(groups):  # each up to the cohorts of the next
            own = slice(firsts[i], firsts[i + 1] if i + 1 < len(groups) else len(self.years))
            back[:, own] = _spread(age_at_end[:, own], group)
        span = max(self.spec.pilot_span, 1e-9)
        return np.asarray(back + self.spec.pilot * _uniform_share(age_at_end, 0.0, span))


def _uniform_share(age_at_end: FloatArray, first: float, last: float) -> FloatArray:
    """Return the share of a uniform age in [first, last] that falls in each year of age."""
    width = max(last - first, 1e-9)
    below = (np.maximum(age_at_end, 0.0) - first) / width
    before = (np.maximum(age_at_end - 1.0, 0.0) - first) / width
    return np.asarray(_part(below) - _part(before))


def _part(values: FloatArray) -> FloatArray:
    return np.minimum(np.maximum(values, 0.0), 1.0)


def _spread(age_at_end: FloatArray, group: Replacement) -> FloatArray:
    return group.share * _uniform_share(age_at_end, group.first_age, group.last_age)
