"""Where the packs of retired vehicles go: export, second life, dwell, recyclers, loss.

Everything here depends on registrations alone, so it is computed as arrays before
the simulation starts: exact expectations by month (why: see `vehicles`). Recalls are
few and large, and therefore drawn: a compound Poisson process. Waits (second life,
dwell) count arrivals as mid-month and departures as within the month.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from scipy.special import ndtr

from bvsim.schema.fleet import FleetSpec
from bvsim.valley.ground.books import Balance, FloatArray
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, MONTHS_PER_YEAR
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.luck import lognormal
from bvsim.valley.ground.rows import vec
from bvsim.valley.ground.sums import total
from bvsim.valley.returns.gate import Packs
from bvsim.valley.returns.vehicles import Cohorts, at_days, interpolated

CHEMISTRIES: Final = ("nmc", "lfp")
"""Families of cells told apart in retired packs; what is not LFP counts as NMC."""


def monthly_wait(distribution: FloatArray) -> FloatArray:
    """Return the share that leaves k months after arrival, k = 0, 1, ...

    Parameters
    ----------
    distribution : array
        The wait's distribution function at 0.5, 1.5, ... months: arrivals count as
        mid-month, departures as within the month.
    """
    return np.diff(distribution, prepend=0.0)


def weibull_wait(months: int, shape: float, scale_years: float) -> FloatArray:
    """Return `monthly_wait` of a Weibull distribution over a number of months."""
    ages = (np.arange(months) + 0.5) / MONTHS_PER_YEAR
    return monthly_wait(-np.expm1(-((ages / scale_years) ** shape)))


def lognormal_wait(months: int, median_months: float, gsd: float) -> FloatArray:
    """Return `monthly_wait` of a lognormal distribution over a number of months."""
    ages = np.arange(months) + 0.5
    if median_months <= 0.0:
        return monthly_wait(np.ones(months))
    if gsd <= 1.0:
        return monthly_wait((ages >= median_months).astype(np.float64))
    return monthly_wait(ndtr(np.log(ages / median_months) / math.log(gsd)))


class Fleet(Packs):
    """Packs that leave vehicles of the home market, and what reaches recyclers anywhere.

    Attributes hold tonnes by month of the grid (`cohorts.grid`); the simulation reads
    them by day through `rates`: a row by month of the horizon for each flow.

    Parameters
    ----------
    spec : FleetSpec
        Drawn figures.
    registrations : mapping
        See `Cohorts`.
    ctx : Context
        Surroundings.
    """

    def __init__(
        self, spec: FleetSpec, registrations: Mapping[str, FloatArray], ctx: Context
    ) -> None:
        self.spec = spec
        self.ctx = ctx
        self.cohorts = Cohorts(spec, registrations, ctx)
        self.recalls: list[tuple[float, float]] = []
        self._draw_recalls()
        self._route()
        self._slice()
        self._counted = vec[float]([0.0] * 5)

    # -- before the start ---------------------------------------------------------

    def _draw_recalls(self) -> None:
        """Draw days and sizes (packs) of recall campaigns from `as_of` on."""
        stream = self.ctx.streams.stream("fleet", "recalls")
        recalls = self.spec.recalls
        if recalls.rate <= 0.0:
            return
        day = max(0.0, self.ctx.as_of_day)
        while True:
            day += stream.exponential(DAYS_PER_YEAR / recalls.rate)
            if day >= self.ctx.calendar.horizon_days:
                return
            self.recalls.append(
                (day, lognormal(stream.uniform(), recalls.packs, recalls.packs_gsd))
            )

    def _recalled(self) -> FloatArray:
        """Return recalled packs by chemistry and month, tonnes; none outlive the cohort."""
        cohorts, grid = self.cohorts, self.cohorts.grid
        total = np.zeros((2, len(grid.days)))
        for day, packs in self.recalls:
            month = int(np.searchsorted(grid.starts, day, side="right")) - 1
            year = max(0, month // MONTHS_PER_YEAR - round(self.spec.recalls.age))
            mass = min(packs, cohorts.registered["bev_car"][year]) * cohorts.pack_t["bev_car"][year]
            lfp = mass * cohorts.lfp["bev_car"][year]
            total[:, month] += (mass - lfp, lfp)
        return total

    def _route(self) -> None:
        """Follow retired and replaced packs to their ends, month by month."""
        spec, grid = self.spec.routing, self.cohorts.grid
        months = len(grid.days)
        exported_share = at_days(spec.exported, grid.starts)
        collected_share = at_days(spec.collected, grid.starts)
        self.retired = grid.by_month(self.cohorts.retired_tonnes())
        self.replaced = grid.by_month(self.cohorts.replaced_tonnes()) + self._recalled()
        self.exported = self.retired * exported_share
        removed = self.retired - self.exported
        second_share = self._second_life_share()
        self.to_second_life = (removed + self.replaced) * second_share
        wait = weibull_wait(months, spec.second_life.shape, spec.second_life.scale)
        self.from_second_life = _delayed(self.to_second_life, wait)
        self.second_life_stock = _held(self.to_second_life, wait)
        waste = removed * (1.0 - second_share) + self.from_second_life
        self.lost = waste * (1.0 - collected_share)
        replaced = self.replaced * (1.0 - second_share)
        arriving = np.stack([waste - self.lost, replaced])
        wait = lognormal_wait(months, spec.dwell, spec.dwell_gsd)
        self.collected = _delayed(arriving, wait)
        self.dwell_stock = _held(arriving.sum(axis=0), wait)

    def _second_life_share(self) -> FloatArray:
        """Return the share used again, shape (2 chemistries, months)."""
        second, grid = self.spec.routing.second_life, self.cohorts.grid
        share = interpolated(second.share, grid.decimal_years) * at_days(second.factor, grid.starts)
        return np.minimum(np.stack([share, share * second.lfp]), 1.0)

    def _slice(self) -> None:
        """Turn months of the grid into daily rates by month of the horizon."""
        grid, calendar = self.cohorts.grid, self.ctx.calendar
        first = int(np.searchsorted(grid.starts, 0.0, side="right")) - 1
        last = first + calendar.months
        part = slice(first, last)
        days = grid.days[part]
        passed = (0.0 - grid.starts[first]) / grid.days[first]
        flows = np.stack(
            [
                self.retired.sum(axis=0)[part],
                self.replaced.sum(axis=0)[part],
                self.exported.sum(axis=0)[part],
                self.lost.sum(axis=0)[part],
                self.collected.sum(axis=(0, 1))[part],
            ]
        )
        self.rates = _rows(flows / days)
        self.collected_rates = _rows(self.collected.reshape(4, -1)[:, part] / days)
        second, dwell = self.second_life_stock.sum(axis=0), self.dwell_stock.sum(axis=0)
        self.second_life_closing = second[part].tolist()
        self.dwell_closing = dwell[part].tolist()
        self._opening = sum(_between(stock, first, passed) for stock in (second, dwell))
        end = calendar.horizon_days
        tail = (end - grid.starts[last - 1]) / grid.days[last - 1]
        self._closing = sum(_between(stock, last - 1, tail) for stock in (second, dwell))

    # -- during the run -----------------------------------------------------------

    def start(self) -> None:
        """Put the recalls into the trace."""
        for day, packs in self.recalls:
            self.ctx.trace.log(
                day=day,
                entity="fleet",
                event="recall",
                cause="defect found in the field",
                value=packs,
                unit="packs",
            )

    def pass_month(self, month: int, days: float) -> vec[float]:
        """Count a month of the horizon.

        Returns
        -------
        vec of float
            Tonnes retired, replaced, exported, lost and collected.
        """
        flows, counted = vec[float]([0.0] * 5), self._counted
        for i, rates in enumerate(self.rates):
            flows[i] = flow = rates[month] * days
            counted[i] += flow
        return flows

    def collected_per_year(self, month: int) -> float:
        """Return the rate at which packs are collected in a month of the horizon, t/yr."""
        month = min(month, len(self.collected_rates[0]) - 1)
        return total(vec[float]([rates[month] for rates in self.collected_rates])) * DAYS_PER_YEAR

    def balances(self) -> Iterator[Balance]:
        """Yield the account of packs: retired and replaced against their ends.

        The stocks come from survival functions of the waits, the flows from their
        densities, counted month by month: neither is derived from the other.
        """
        retired, replaced, exported, lost, collected = (self._counted[i] for i in range(5))
        yield Balance(
            "packs",
            "fleet",
            float(self._opening),
            retired + replaced,
            exported + lost + collected,
            float(self._closing),
            "t",
        )


def _delayed(flow: FloatArray, wait: FloatArray) -> FloatArray:
    """Convolve flows (last axis months) with the monthly shares of a wait."""
    return _convolved(flow, wait)


def _held(flow: FloatArray, wait: FloatArray) -> FloatArray:
    """Return what has arrived and not left at each month's end."""
    return _convolved(flow, 1.0 - np.cumsum(wait))


def _convolved(flow: FloatArray, kernel: FloatArray) -> FloatArray:
    rows = flow.reshape(-1, flow.shape[-1])
    months = rows.shape[1]
    out = np.stack([np.convolve(row, kernel)[:months] for row in rows])
    return np.asarray(out.reshape(flow.shape))


def _rows(numbers: FloatArray) -> list[vec[float]]:
    rows: list[list[float]] = numbers.tolist()
    return [vec[float](row) for row in rows]


def _between(stock: FloatArray, month: int, share: float) -> float:
    """Return a stock within a month: straight from the end of the month before."""
    before = float(stock[month - 1]) if month > 0 else 0.0
    return before + share * (float(stock[month]) - before)
