"""What a search for a mix of levers finds: mixes, their regret, and how well effects add up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bvsim.analysis.seek.targets import Target
from bvsim.reading.turning import Turn

BADLY = 0.05
"""An error of added effects from which an exact run replaces them."""


def in_words(turns: Iterable[Turn]) -> str:
    """Return the levers of a mix in words."""
    return ", ".join(map(str, turns)) or "no lever"


@dataclass(frozen=True)
class Mix:
    """A mix of levers and what it gives.

    Parameters
    ----------
    turns : tuple of Turn
        The levers, with strength and date.
    cost_meur : float
        EUR million over the years of the page of levers; levers without a price count as free.
    proposed : float
        The value of the first target that added effects foretell: that of no lever on the fresh
        rows, and the gain on the rows that the mix was chosen on.
    value, ci95 : float and (float, float)
        What an exact run on fresh rows gives, with its 95% interval.
    met : bool
        Whether all targets are met on the fresh rows.
    regret : float
        By how much the first target's key figure falls short of the best confirmed mix within the
        budget, row by row: the P90 over fresh rows that all define.
    """

    turns: tuple[Turn, ...]
    cost_meur: float
    proposed: float
    value: float
    ci95: tuple[float, float]
    met: bool
    regret: float = math.nan

    @property
    def label(self) -> str:
        """The levers in words."""
        return in_words(self.turns)

    @property
    def foretold(self) -> bool:
        """Whether what added effects foretell lies within the interval of the exact run."""
        return self.ci95[0] <= self.proposed <= self.ci95[1]


@dataclass(frozen=True)
class Additivity:
    """How well added effects foretell an exact run of a mix, on the same rows.

    Parameters
    ----------
    mix : str
        The mix: what added effects propose where it falls short on fresh rows, else the best one;
        where that has fewer than two levers, the one of the most.
    added, exact : float
        The value of the first target by added effects, and by an exact run.
    added_p10, exact_p10 : float
        The tenth percentile of its key figure by both.
    share : bool
        Whether the value is a share of rows.
    replaced : int
        Mixes whose added effects were replaced by an exact run.
    """

    mix: str
    added: float
    exact: float
    added_p10: float
    exact_p10: float
    share: bool = True
    replaced: int = 0

    @property
    def error(self) -> float:
        """The error of the value: in points of a share, else relative to the exact one."""
        gap = abs(self.added - self.exact)
        return gap if self.share else _relative(gap, self.exact)

    @property
    def error_p10(self) -> float:
        """The error of the tenth percentile, relative to the exact one."""
        return _relative(abs(self.added_p10 - self.exact_p10), self.exact_p10)

    @property
    def bad(self) -> bool:
        """Whether either error is above 5%."""
        return max(self.error, self.error_p10) > BADLY


def _relative(gap: float, size: float) -> float:
    return 0.0 if gap == 0.0 else gap / max(abs(size), gap)


@dataclass(frozen=True)
class Sought:
    """What a search has found.

    Parameters
    ----------
    targets : tuple of Target
        What was to be reached.
    budget_meur : float
        EUR million; infinite for none.
    reachable : bool
        Whether a mix meets all targets on fresh rows.
    best : Mix
        The cheapest that does; where none does, the one of the highest value.
    near : tuple of Mix
        Others that meet the targets within 5% of its cost.
    robust : Mix
        Of the confirmed mixes within the budget the one of least regret, of equals the cheapest.
    front : tuple of Mix
        From no lever to the most that can be reached, by cost.
    additivity : Additivity
        How good the proposals are.
    rows, fresh_rows : int
        Rows that mixes were chosen on, and on which they were confirmed.
    free : tuple of str
        Levers without a price that were named: they count as free.
    idle : tuple of str
        Levers that change nothing in the scenario: they were not tried.
    """

    targets: tuple[Target, ...]
    budget_meur: float
    reachable: bool
    best: Mix
    near: tuple[Mix, ...]
    robust: Mix
    front: tuple[Mix, ...]
    additivity: Additivity
    rows: int
    fresh_rows: int
    free: tuple[str, ...]
    idle: tuple[str, ...] = ()
