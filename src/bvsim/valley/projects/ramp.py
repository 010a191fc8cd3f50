"""Learning curves of the rate: the share of its mature rate at which a line runs.

All curves are used through cumulative starts, not through time, so that a plant
starved of people or cathode learns more slowly. Time is in years of scheduled
operation; starts are in years of scheduled operation at the mature rate.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from math import exp, expm1, log1p
from typing import Final

from bvsim.schema.ramp import RampClass
from bvsim.valley.ground.calendar import MONTHS_PER_YEAR

_MAX_EXPONENT: Final = 700.0  # exp() of more overflows a double
_LARGEST_RATIO: Final = 1.0 - 1e-9
_WIDEST_LOG: Final = 8.0
_HALVINGS: Final = 60
"""Of the search for Wright's curve: its ratio lies in (1/2, 1), log z in (0, 1.6)."""


class Curve(ABC):
    """A learning curve; `state` is its own measure of experience."""

    @property
    @abstractmethod
    def start(self) -> float:
        """State of a line without experience."""

    @abstractmethod
    def rate(self, state: float) -> float:
        """Return the rate at a state, a share of the mature rate."""

    @abstractmethod
    def starts(self, state: float, years: float) -> float:
        """Return the starts of an unconstrained line over a span of scheduled time."""

    @abstractmethod
    def advance(self, state: float, done: float, possible: float, years: float) -> float:
        """Return the state after `done` of the `possible` starts of a span."""

    @abstractmethod
    def state_at(self, years: float) -> float:
        """Return the state of an unconstrained line; a negative time is a delayed start."""


class Logistic(Curve):
    """q(x) = 1 - (1 - q0) exp(-x / x_q): exactly the logistic in unconstrained time.

    With dx/dt = q the odds q/(1-q) grow as exp(t / x_q), so t50 and k of a logistic
    in months give x_q = 1/(12 k) years and 1/q0 = 1 + exp(k t50).

    Parameters
    ----------
    scale_years : float
        x_q, in years of scheduled time at full rate.
    initial : float
        q0, the rate of a line without experience.
    """

    __slots__ = ("_growth", "_missing", "_years", "initial", "scale_years")

    def __init__(self, scale_years: float, initial: float) -> None:
        self.scale_years, self.initial = scale_years, initial
        self._missing = 1.0 - initial
        self._years, self._growth = 0.0, 0.0
        """The last span asked for, and expm1 of it: all lines run for the same spans."""

    @property
    def start(self) -> float:
        """State of a line without experience: no starts yet."""
        return 0.0

    def rate(self, state: float) -> float:
        """Return the rate after `state` cumulative starts (negative: a delayed line)."""
        return 1.0 - self._missing * exp(-state / self.scale_years)

    def starts(self, state: float, years: float) -> float:
        """Return the integral of the rate in closed form."""
        if years != self._years:
            self._years = years
            self._growth = expm1(min(years / self.scale_years, _MAX_EXPONENT))
        rate = 1.0 - self._missing * exp(-state / self.scale_years)
        return self.scale_years * log1p(rate * self._growth)

    def advance(self, state: float, done: float, possible: float, years: float) -> float:
        """Return the state after `done` starts: experience is cumulative starts."""
        return state + done

    def state_at(self, years: float) -> float:
        """Return the cumulative starts of a line whose rate follows the logistic in time.

        Rate zero lies in the infinite past, at a finite negative number of starts.
        """
        exponent = max(-_MAX_EXPONENT, min(years / self.scale_years, _MAX_EXPONENT))
        return self.scale_years * log1p(self.initial * expm1(exponent))


class Gompertz(Curve):
    """q(t) = exp(-b exp(-c t)), with t advancing by the share of possible starts done.

    An asymmetric curve of the ramp-up and diffusion literature: slow start, long tail.
    Half the mature rate is reached at t50, and c is the class's k.
    """

    __slots__ = ("displacement", "rate_per_year")

    def __init__(self, displacement: float, rate_per_year: float) -> None:
        self.displacement, self.rate_per_year = displacement, rate_per_year

    @property
    def start(self) -> float:
        """Time zero."""
        return 0.0

    def rate(self, state: float) -> float:
        """Return the rate at time `state` (years)."""
        return exp(-self.displacement * exp(-self.rate_per_year * state))

    def starts(self, state: float, years: float) -> float:
        """Return the integral of the rate by Simpson's rule (spans are weeks)."""
        middle = self.rate(state + years / 2.0)
        return years / 6.0 * (self.rate(state) + 4.0 * middle + self.rate(state + years))

    def advance(self, state: float, done: float, possible: float, years: float) -> float:
        """Return the time reached when only part of the possible starts was done."""
        return state + (years * done / possible if possible > 0.0 else 0.0)

    def state_at(self, years: float) -> float:
        """Return the time itself."""
        return years


class LaggedExponential(Curve):
    """q(t) = 1 - exp(-(t - lag) / tau) after a silent lag: lines debugged before they run."""

    __slots__ = ("lag_years", "tau_years")

    def __init__(self, lag_years: float, tau_years: float) -> None:
        self.lag_years, self.tau_years = lag_years, tau_years

    @property
    def start(self) -> float:
        """Time zero."""
        return 0.0

    def rate(self, state: float) -> float:
        """Return the rate at time `state` (years)."""
        return -expm1(-max(0.0, state - self.lag_years) / self.tau_years)

    def _integral(self, state: float) -> float:
        run = max(0.0, state - self.lag_years)
        return run + self.tau_years * expm1(-run / self.tau_years)

    def starts(self, state: float, years: float) -> float:
        """Return the integral of the rate in closed form."""
        return self._integral(state + years) - self._integral(state)

    def advance(self, state: float, done: float, possible: float, years: float) -> float:
        """Return the time reached when only part of the possible starts was done."""
        return state + years * (done / possible if possible > 0.0 else 1.0)

    def state_at(self, years: float) -> float:
        """Return the time itself."""
        return years


class Wright(Curve):
    """q(x) = min(1, q0 (1 + x / x0)^b): time per cell falls as a power of cells begun.

    Wright (1936), with the prior experience x0 of the Stanford-B form. With dx/dt = q
    the rate of an unconstrained line is q0 (1 + a t)^p, p = b / (1 - b), until it is
    full; x0 = q0 / (a (p + 1)). Unlike the others this curve ends in a corner.

    Parameters
    ----------
    initial : float
        q0, the rate of a line without experience.
    pace : float
        a, per year.
    power : float
        p, so that b = p / (p + 1).
    """

    __slots__ = ("initial", "pace", "power")

    def __init__(self, initial: float, pace: float, power: float) -> None:
        self.initial, self.pace, self.power = initial, pace, power

    @property
    def start(self) -> float:
        """State of a line without experience: no starts yet."""
        return 0.0

    @property
    def prior(self) -> float:
        """Experience at the start x0, in years of scheduled time at full rate."""
        return self.initial / (self.pace * (self.power + 1.0))

    @property
    def full_years(self) -> float:
        """Time at which an unconstrained line runs at its mature rate."""
        return (math.pow(self.initial, -1.0 / self.power) - 1.0) / self.pace

    def rate(self, state: float) -> float:
        """Return the rate after `state` cumulative starts (negative: a delayed line)."""
        grown = max(0.0, 1.0 + state / self.prior)
        return min(1.0, self.initial * math.pow(grown, self.power / (self.power + 1.0)))

    def starts(self, state: float, years: float) -> float:
        """Return the integral of the rate in closed form."""
        return self.state_at(self._years_at(state) + years) - state

    def advance(self, state: float, done: float, possible: float, years: float) -> float:
        """Return the state after `done` starts: experience is cumulative starts."""
        return state + done

    def state_at(self, years: float) -> float:
        """Return the cumulative starts of an unconstrained line; at least -x0, where it rests."""
        full = self.full_years
        growing = math.pow(max(0.0, 1.0 + self.pace * min(years, full)), self.power + 1.0)
        return self.prior * (growing - 1.0) + max(0.0, years - full)

    def _years_at(self, state: float) -> float:
        """Return the time at which an unconstrained line has some cumulative starts."""
        full = self.full_years
        beyond = state - self.state_at(full)
        if beyond >= 0.0:
            return full + beyond
        grown = max(0.0, 1.0 + state / self.prior)
        return (math.pow(grown, 1.0 / (self.power + 1.0)) - 1.0) / self.pace


def make_wright(t50_years: float, k_per_year: float) -> Wright:
    """Return Wright's curve through the logistic's first rate, half rate and slope there.

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
    """Return the learning curve of a class, by the name of its family."""
    t50_years, k_per_year = ramp.t50 / MONTHS_PER_YEAR, ramp.k * MONTHS_PER_YEAR
    if ramp.family == "gompertz":
        return Gompertz(math.log(2.0) * exp(k_per_year * t50_years), k_per_year)
    if ramp.family == "lagged-exponential":
        tau = min(1.0 / k_per_year, t50_years / math.log(2.0))
        return LaggedExponential(t50_years - tau * math.log(2.0), tau)
    if ramp.family == "wright":
        return make_wright(t50_years, k_per_year)
    return Logistic(1.0 / k_per_year, 1.0 / (1.0 + exp(ramp.k * ramp.t50)))
