"""The numbers of the first draws, told while a run goes on: means and their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.ensemble.looks import Looks
    from bvsim.ensemble.work import FloatArray

_YEARS_TOLD = 3
"""So many headlines fit into a line of 80 columns."""


def first_numbers(say: Callable[[str], None], design: str, draws: int) -> Looks:
    """Return what tells the mean of each headline, with its interval, for the first draws.

    Parameters
    ----------
    say : callable
        Writes a line.
    design : str
        The run's design, for the intervals.
    draws : int
        The draws of the whole run.
    """
    from bvsim.ensemble.looks import Looks

    def tell(number: int, found: Mapping[str, FloatArray]) -> None:
        told = list(found.items())[:_YEARS_TOLD]
        parts = ", ".join(_mean(name, values, design) for name, values in told)
        say(f"{number} draws, GWh: {parts}")

    return Looks(tell, draws)


def _mean(name: str, values: FloatArray, design: str) -> str:
    """Write a year's mean and its 95% interval."""
    from bvsim.ensemble.design.interval import ci95_mean

    low, high = ci95_mean(values, range(len(values)), design) or (math.nan, math.nan)
    return f"{name.split('_')[1]} {values.mean():.1f} ({low:.1f}-{high:.1f})"
