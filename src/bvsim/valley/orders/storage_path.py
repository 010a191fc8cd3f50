"""Stationary storage that is installed: interpolated in the logarithm between mid-years."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from bvsim.schema.storage import StorageDemand
from bvsim.valley.orders.contracts import FloatArray, by_month

_LEAST: Final = 1e-6
"""GWh a year that stand for none, where the logarithm is taken."""


class StoragePath:
    """What is installed by year, of which a part is put out to tender.

    Parameters
    ----------
    spec : StorageDemand
        Drawn figures.
    """

    def __init__(self, spec: StorageDemand) -> None:
        self._years, self._logs = _knots(spec)
        self._level = spec.level

    def gwh(self, decimal_year: float, day: float) -> float:
        """Return the GWh a year installed.

        Parameters
        ----------
        decimal_year : float
            When; years before and after the path are as its ends.
        day : float
            The same, in days since the start.
        """
        years, logs = self._years, self._logs
        at = bisect_right(years, decimal_year)
        if at == 0:
            log = logs[0]
        elif at == len(years):
            log = logs[-1]
        else:
            before, year = logs[at - 1], years[at - 1]
            slope = (logs[at] - before) / (years[at] - year)
            log = slope * (decimal_year - year) + before
        return math.exp(log) * self._level.at(day)


def storage_by_month(
    spec: StorageDemand, times: FloatArray, starts: Sequence[float]
) -> tuple[FloatArray, FloatArray]:
    """Return the GWh a year installed by month: on the path, and times its level.

    Parameters
    ----------
    spec : StorageDemand
        Drawn figures.
    times : ndarray
        Middles of the months in decimal years, shape (months,).
    starts : sequence of float
        First day of each month, and the day after the last one.
    """
    path = np.exp(np.interp(times, *_knots(spec)))
    return path, path * by_month(spec.level, starts[:-1])


def _knots(spec: StorageDemand) -> tuple[list[float], list[float]]:
    years = sorted(spec.path)
    logs = [math.log(max(spec.path[year], _LEAST)) for year in years]
    return [float(year) + 0.5 for year in years], logs
