"""Ramp-up curves: the share of its mature output that a plant reaches by time since SOP.

A class's curve is that of plants, as they were seen: good cells over the whole nameplate,
relative to what the plant makes in the long run, when nothing outside binds. Time is
scheduled time in years since SOP: the know-how of a plant that starts all it can. A
negative time is a delay.
"""

from __future__ import annotations

import math
from math import exp, expm1, log1p
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR

_MAX_EXPONENT: Final = 700.0  # exp() of more overflows a double
_SLOWEST: Final = 1e-9  # a curve that does not rise at all is flat at its first share
_LARGEST_RATIO: Final = 1.0 - 1e-9
_WIDEST_LOG: Final = 8.0
_HALVINGS: Final = 60
"""Of the search for Wright's curve: its ratio lies in (1/2, 1), log z in (0, 1.6)."""


class Curve:
    """A ramp-up curve L(s), which rises to one: the base class of those below.

    It is no abstract class: compiled, attributes of those are looked after at each access.
    """

    __slots__ = ()

    def share(self, years: float) -> float:
        """Return the share of mature output at a time."""
        raise NotImplementedError

    def made(self, years: float, span: float) -> float:
        """Return the integral of the share over a span that begins at a time, in years."""
        raise NotImplementedError


class Logistic(Curve):
    """L(t) = 1 / (1 + exp(-k (t - t50))): the odds of the share grow by a constant rate.

    Parameters
    ----------
    t50_years, k_per_year : float
        Time of half the mature output, and the growth rate of the odds.
    """

    __slots__ = ("_growth", "_span", "k_per_year", "t50_years")

    def __init__(self, t50_years: float, k_per_year: float) -> None:
        self.t50_years, self.k_per_year = t50_years, k_per_year
        self._span, self._growth = 0.0, 0.0
        """The last span asked for, and expm1 of it: most periods are of one length."""

    def share(self, years: float) -> float:
        """Return the share of mature output at a time."""
        steps = self.k_per_year * (self.t50_years - years)
        return 1.0 / (1.0 + exp(steps if steps < _MAX_EXPONENT else _MAX_EXPONENT))

    def made(self, years: float, span: float) -> float:
        """Return the integral in closed form: ln(1 - L + L exp(k span)) / k."""
        if span != self._span:
            self._span, steps = span, span * self.k_per_year
            self._growth = expm1(steps if steps < _MAX_EXPONENT else _MAX_EXPONENT)
        steps = self.k_per_year * (self.t50_years - years)  # as in `share`, without a call
        share = 1.0 / (1.0 + exp(steps if steps < _MAX_EXPONENT else _MAX_EXPONENT))
        return log1p(share * self._growth) / self.k_per_year


class Gompertz(Curve):
    """L(t) = exp(-b exp(-c t)): an asymmetric curve of the diffusion literature.

    Half of the mature output is reached at t50, and c is the class's k.
    """

    __slots__ = ("displacement", "rate_per_year")

    def __init__(self, displacement: float, rate_per_year: float) -> None:
        self.displacement, self.rate_per_year = displacement, rate_per_year

    def share(self, years: float) -> float:
        """Return the share of mature output at a time."""
        steps = -self.rate_per_year * years
        return exp(-self.displacement * exp(steps if steps < _MAX_EXPONENT else _MAX_EXPONENT))

    def made(self, years: float, span: float) -> float:
        """Return the integral by Simpson's rule (spans are weeks)."""
        middle = self.share(years + span / 2.0)
        return span / 6.0 * (self.share(years) + 4.0 * middle + self.share(years + span))


class LaggedExponential(Curve):
    """L(t) = 1 - exp(-(t - lag) / tau) after a silent lag: lines debugged before they run."""

    __slots__ = ("lag_years", "tau_years")

    def __init__(self, lag_years: float, tau_years: float) -> None:
        self.lag_years, self.tau_years = lag_years, tau_years

    def share(self, years: float) -> float:
        """Return the share of mature output at a time."""
        return -expm1(-max(0.0, years - self.lag_years) / self.tau_years)

    def made(self, years: float, span: float) -> float:
        """Return the integral in closed form."""
        return self._integral(years + span) - self._integral(years)

    def _integral(self, years: float) -> float:
        run = max(0.0, years - self.lag_years)
        return run + self.tau_years * expm1(-run / self.tau_years)


class Wright(Curve):
    """L(t) = min(1, q0 (1 + a t)^p): time per cell falls as a power of cells begun.

    Wright (1936), with the prior experience x0 of the Stanford-B form: with x the
    cumulative output, L = min(1, q0 (1 + x / x0)^b), b = p / (p + 1), x0 = q0 / (a (p + 1)).
    Unlike the others this curve ends in a corner.

    Parameters
    ----------
    initial : float
        q0, the share of a plant without experience.
    pace : float
        a, per year.
    power : float
        p.
    """

    __slots__ = ("initial", "pace", "power")

    def __init__(self, initial: float, pace: float, power: float) -> None:
        self.initial, self.pace, self.power = initial, pace, power

    @property
    def prior(self) -> float:
        """Experience at the start x0, in years of mature output."""
        return self.initial / (self.pace * (self.power + 1.0))

    @property
    def full_years(self) -> float:
        """Time at which the curve reaches one."""
        return (math.pow(self.initial, -1.0 / self.power) - 1.0) / self.pace

    def share(self, years: float) -> float:
        """Return the share of mature output at a time."""
        grown = max(0.0, 1.0 + self.pace * years)
        return min(1.0, self.initial * math.pow(grown, self.power))

    def made(self, years: float, span: float) -> float:
        """Return the integral in closed form."""
        return self.output_by(years + span) - self.output_by(years)

    def output_by(self, years: float) -> float:
        """Return the cumulative output by a time, in years of mature output."""
        full = self.full_years
        growing = math.pow(max(0.0, 1.0 + self.pace * min(years, full)), self.power + 1.0)
        return self.prior * (growing - 1.0) + max(0.0, years - full)


def make_wright(t50_years: float, k_per_year: float) -> Wright:
    """Return Wright's curve through the logistic's first share, half share and slope there.

    With z = 1 + a t50 and L = log(1 / (2 q0)) these ask for
    (z - 1) / (z log z) = k t50 / (2 L); the left side falls from 1 to 0.
    """
    steep = k_per_year * t50_years
    doublings = math.log1p(exp(min(steep, _MAX_EXPONENT))) - math.log(2.0)
    wanted = min(steep / (2.0 * doublings), _LARGEST_RATIO)
    low, high = 0.0, _WIDEST_LOG
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)  # log z; (z - 1) / z is -expm1(-log z)
        low, high = (middle, high) if -expm1(-middle) / middle > wanted else (low, middle)
    return Wright(0.5 * exp(-doublings), expm1(low) / t50_years, doublings / low)


def make_curve(ramp: RampClass) -> Curve:
    """Return the ramp-up curve of a class, by the name of its family."""
    t50_years = ramp.t50 / MONTHS_PER_YEAR
    k_per_year = max(ramp.k, _SLOWEST) * MONTHS_PER_YEAR
    if ramp.family == "gompertz":
        return Gompertz(math.log(2.0) * exp(k_per_year * t50_years), k_per_year)
    if ramp.family == "lagged-exponential":
        tau = min(1.0 / k_per_year, t50_years / math.log(2.0))
        return LaggedExponential(t50_years - tau * math.log(2.0), tau)
    if ramp.family == "wright":
        return make_wright(t50_years, k_per_year)
    return Logistic(t50_years, k_per_year)
