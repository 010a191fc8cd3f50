"""Effects of levers added row by row: an estimate of a mix of levers, and how far it is off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.ensemble.work import FloatArray
from bvsim.reading.turning import Turn

LIMITS = {"mean": 0.05, "p10": 0.08, "p90": 0.08, "odds": 0.05}
"""How far an estimate may be off: of the exact value; odds, in share of rows."""
THRESHOLD_GWH = 30.0
"""The output whose odds are told."""
_COVERED = 0.9


@dataclass(frozen=True, eq=False)
class Effects:
    """What levers add to key figures, row by row on common draws and luck.

    Parameters
    ----------
    figures : tuple of str
        Names of the key figures.
    base : array of float, shape (rows, figures)
        Key figures without a lever, each in its own unit.
    turns : tuple of Turn
        The levers, each at its strengths.
    added : array of float, shape (turns, rows, figures)
        What each adds.
    between : frozenset of str
        Levers that take strengths between those listed.
    """

    figures: tuple[str, ...]
    base: FloatArray
    turns: tuple[Turn, ...]
    added: FloatArray
    between: frozenset[str] = frozenset()

    def estimate(self, mix: Iterable[Turn]) -> FloatArray:
        """Return key figures of a mix, shape (rows, figures); none falls below zero.

        Raises
        ------
        AnalysisError
            When the mix lies outside of what was simulated.
        """
        parts = [self._effect(turn) for turn in mix if turn.strength]
        total: FloatArray = np.maximum(self.base + sum(parts), 0.0) if parts else self.base
        return total

    def _effect(self, turn: Turn) -> FloatArray:
        """Return what a lever adds: straight lines between the strengths that were simulated."""
        known = {t.strength: i for i, t in enumerate(self.turns) if t.name == turn.name}
        if turn.since is not None or not known or turn.strength > max(known):
            raise AnalysisError(f"no estimate of {turn}: exact rows only")
        if turn.strength in known:
            return np.asarray(self.added[known[turn.strength]])
        if turn.name not in self.between:
            raise AnalysisError(f"no estimate of {turn}: exact rows only")
        low = max((s for s in known if s < turn.strength), default=0.0)
        high = min(s for s in known if s > turn.strength)
        share = (turn.strength - low) / (high - low)
        start = self.added[known[low]] if low else np.zeros_like(self.base)
        return np.asarray(start + share * (self.added[known[high]] - start))


def measures(figure: str, values: FloatArray) -> dict[str, float]:
    """Return what is told of a key figure over rows: mean, P10, P90, and odds of an output."""
    low, high = np.quantile(values, (0.1, 0.9))
    found = {"mean": float(values.mean()), "p10": float(low), "p90": float(high)}
    if figure.startswith("output_"):
        found["odds"] = float((values >= THRESHOLD_GWH).mean())
    return found


def errors(figure: str, estimate: FloatArray, exact: FloatArray) -> dict[str, float]:
    """Return how far an estimate is off, by measure: relative, odds in share of rows."""
    ours, true = measures(figure, estimate), measures(figure, exact)
    return {name: _error(name, ours[name], true[name]) for name in true}


def _error(name: str, ours: float, true: float) -> float:
    gap = abs(ours - true)
    if name == "odds" or gap == 0.0:
        return gap
    return gap / abs(true) if true else float("inf")


@dataclass(frozen=True)
class Badge:
    """How far the estimate of a key figure is off on mixes that it was not made from.

    Parameters
    ----------
    figure, measure : str
        The key figure, and ``mean``, ``p10``, ``p90`` or ``odds`` of it.
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


def badges(
    first: Sequence[Mapping[str, Mapping[str, float]]],
    second: Sequence[Mapping[str, Mapping[str, float]]],
) -> tuple[Badge, ...]:
    """Return a badge for each measure of each key figure.

    Parameters
    ----------
    first, second : sequence of mapping
        Of each mix the errors by key figure and measure.
    """
    if not first or not second:
        raise AnalysisError("no mixes were held out: how far estimates are off is not known")
    made = []
    for figure, found in first[0].items():
        for measure in found:
            fixed, others = (
                np.array([mix[figure][measure] for mix in part]) for part in (first, second)
            )
            error = float(np.quantile(fixed, _COVERED, method="higher"))
            within = float((others <= LIMITS[measure]).mean())
            covers = float((others <= error).mean())
            made.append(Badge(figure, measure, error, covers, within, len(others)))
    return tuple(made)
