"""Effects of levers added row by row: an estimate of a mix of levers, and how far it is off.

An expansion around the case without levers, cut after pairs (Rabitz and Alis 1999, Journal of
Mathematical Chemistry 25, 197-233): what each lever adds alone, and what two add together beyond
that. Between the strengths and days that were simulated effects run along straight lines; a pair
at other strengths grows with the effects of its two levers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.ensemble.work import FloatArray
from bvsim.reading.turning import Turn

LIMITS = {"mean": 0.05, "p10": 0.08, "p90": 0.08, "odds": 0.05}
"""How far an estimate may be off: of the exact value; odds, in share of rows."""
_COVERED = 0.9
_LEAST = 0.05
"""Values below this share of the mean are told apart no further: errors are shares of it."""
_MOST_SHARE = 2.5
"""A pair grows at most so far beyond what was simulated."""
Pair = tuple[str, str]
Parts = list[tuple[int, float]]


@dataclass(frozen=True, eq=False)
class Effects:
    """What levers add to figures, row by row on common draws and luck.

    Parameters
    ----------
    figures : tuple of str
        Names of the figures.
    base : array of float, shape (rows, figures)
        Figures without a lever, each in its own unit.
    turns : tuple of Turn
        The levers, each at its strengths on its own day, and at strength 1 on later days.
    added : array of float, shape (turns, rows, figures)
        What each adds.
    days : mapping of str to date
        The day from which each lever acts by itself.
    between : frozenset of str
        Levers that take strengths between those listed.
    pairs : tuple of (str, str)
        Levers that were simulated together too, at strength 1 on their own days.
    joint : array of float, shape (pairs, rows, figures)
        What two add beyond the sum of both.
    """

    figures: tuple[str, ...]
    base: FloatArray
    turns: tuple[Turn, ...]
    added: FloatArray
    days: Mapping[str, date]
    between: frozenset[str] = frozenset()
    pairs: tuple[Pair, ...] = ()
    joint: FloatArray = field(default_factory=lambda: np.empty((0, 0, 0)))

    @property
    def shares(self) -> FloatArray:
        """Size of each effect in that of its lever at strength 1, shape (turns, figures).

        The slope of a line through the origin, by least squares over rows.
        """
        unit = {turn.name: i for i, turn in enumerate(self.turns) if _plain(turn)}
        ones = self.added[[unit[turn.name] for turn in self.turns]]
        both, square = (self.added * ones).sum(axis=1), (ones * ones).sum(axis=1)
        found = np.divide(both, square, out=np.zeros_like(both), where=square > 0.0)
        return np.asarray(np.clip(found, 0.0, _MOST_SHARE))

    def estimate(self, mix: Iterable[Turn]) -> FloatArray:
        """Return figures of a mix, shape (rows, figures); none falls below zero.

        Raises
        ------
        AnalysisError
            When the mix lies outside of what was simulated.
        """
        total, shares, sizes = self.base.copy(), self.shares, dict[str, FloatArray]()
        for turn in mix:
            if not turn.strength:
                continue
            parts, later = self.strengths(turn), self.later(turn)
            size = sum(weight * shares[i] for i, weight in parts)
            if later:
                total += size * sum(weight * self.added[i] for i, weight in later)
                size = size * sum(weight * shares[i] for i, weight in later)
            else:
                total += sum(weight * self.added[i] for i, weight in parts)
            sizes[turn.name] = np.asarray(size)
        for pair, joint in zip(self.pairs, self.joint, strict=True):
            if pair[0] in sizes and pair[1] in sizes:
                total += sizes[pair[0]] * sizes[pair[1]] * joint
        return np.maximum(total, 0.0)

    def strengths(self, turn: Turn) -> Parts:
        """Return which effects, and how much of each, make up a strength on the own day."""
        known = {
            t.strength: i for i, t in enumerate(self.turns) if t.name == turn.name and not t.since
        }
        if turn.strength in known:
            return [(known[turn.strength], 1.0)]
        if turn.name not in self.between or not known or turn.strength > max(known):
            raise AnalysisError(f"no estimate of {turn}: exact rows only")
        return _between({0.0: None, **known}, turn.strength)

    def later(self, turn: Turn) -> Parts:
        """Return the same for a day at strength 1; nothing for the own day."""
        own = self.days.get(turn.name)
        if turn.since is None or own is None or turn.since == own:
            return []
        known: dict[float, int | None] = {
            (t.since or own).toordinal(): i
            for i, t in enumerate(self.turns)
            if t.name == turn.name and t.strength == 1.0
        }
        day = turn.since.toordinal()
        if day < min(known) or day > max(known):
            raise AnalysisError(f"no estimate of {turn} from {turn.since}: exact rows only")
        return _between(known, day)


def _plain(turn: Turn) -> bool:
    return turn.strength == 1.0 and turn.since is None


def _between(known: Mapping[float, int | None], wanted: float) -> Parts:
    """Return the weights of the nearest two points of a line."""
    if wanted in known:
        return [(at, 1.0) for at in (known[wanted],) if at is not None]
    low, high = max(k for k in known if k < wanted), min(k for k in known if k > wanted)
    share = (wanted - low) / (high - low)
    ends = ((known[low], 1.0 - share), (known[high], share))
    return [(at, weight) for at, weight in ends if at is not None]


def pairs_of(names: Iterable[str]) -> list[Pair]:
    """Return all pairs, in order."""
    return list(combinations(sorted(names), 2))


def measures(figure: str, values: FloatArray, gwh: float | None) -> dict[str, float]:
    """Return what is told of a figure over rows: mean, P10, P90, and the odds of an output."""
    low, high = np.quantile(values, (0.1, 0.9))
    found = {"mean": float(values.mean()), "p10": float(low), "p90": float(high)}
    if figure.startswith("output_") and gwh is not None:
        found["odds"] = float((values >= gwh).mean())
    return found


def errors(
    figure: str, estimate: FloatArray, exact: FloatArray, gwh: float | None
) -> dict[str, float]:
    """Return how far an estimate is off, by measure: relative, odds in share of rows."""
    ours, true = measures(figure, estimate, gwh), measures(figure, exact, gwh)
    return {name: _error(name, ours[name], true) for name in true}


def _error(name: str, ours: float, true: Mapping[str, float]) -> float:
    gap = abs(ours - true[name])
    if name == "odds" or gap == 0.0:
        return gap
    against = max(abs(true[name]), _LEAST * abs(true["mean"]))
    return min(gap / against, 1.0) if against else 1.0


@dataclass(frozen=True)
class Badge:
    """How far the estimate of a figure is off on mixes that it was not made from.

    Parameters
    ----------
    figure, measure : str
        The figure, and ``mean``, ``p10``, ``p90`` or ``odds`` of it.
    error : float
        Nine mixes in ten of a first set are off by less.
    covers : float
        The share of a second set that is off by no more.
    within : float
        The share of the second set that is off by no more than `LIMITS` allows.
    mixes : int
        Mixes of each set.
    """

    figure: str
    measure: str
    error: float
    covers: float
    within: float
    mixes: int

    @property
    def holds(self) -> bool:
        """Whether the estimate may be shown."""
        return self.within >= _COVERED and self.error <= LIMITS[self.measure]


Found = Sequence[Mapping[str, Mapping[str, float]]]
"""Of each mix the errors by figure and measure."""


def badges(first: Found, second: Found) -> tuple[Badge, ...]:
    """Return a badge for each measure of each figure.

    Parameters
    ----------
    first, second : sequence of mapping
        Errors of the mixes that badges are fixed on, and of others.

    Raises
    ------
    AnalysisError
        When there are none.
    """
    if not first or not second:
        raise AnalysisError("no mixes were held out: how far estimates are off is not known")
    named = [(figure, measure) for figure, found in first[0].items() for measure in found]
    return tuple(_badge(figure, measure, first, second) for figure, measure in named)


def _badge(figure: str, measure: str, first: Found, second: Found) -> Badge:
    fixed, others = (np.array([mix[figure][measure] for mix in part]) for part in (first, second))
    error = float(np.quantile(fixed, _COVERED, method="higher"))
    covers, within = float((others <= error).mean()), float((others <= LIMITS[measure]).mean())
    return Badge(figure, measure, error, covers, within, len(others))
