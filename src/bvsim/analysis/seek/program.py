"""The mixed-integer programme that proposes mixes of levers from their effects row by row.

Each lever is taken at one of its strengths and dates, or not at all; in each row effects are added.
A row is good enough where the sum of its margin and the effects is not negative; enough rows must
be. This is a chance-constrained programme in its sample form (Luedtke and Ahmed 2008, SIAM Journal
on Optimization 19, 674-699), solved exactly by branch and bound (scipy's HiGHS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bvsim.analysis.seek.targets import Target
from bvsim.ensemble.work import FloatArray

Choice = tuple[int, ...]
"""The alternatives that are taken, by number, in order."""
_SECONDS = 20.0
_STEPS = 64
_TIE = 1e-6
"""EUR million a lever: of mixes that cost the same the one with fewer levers is proposed."""


@dataclass(frozen=True)
class Program:
    """What mixes are chosen from.

    Parameters
    ----------
    levers : tuple of tuple of str
        The levers of each alternative: of one lever at most one alternative is taken.
    costs : array, shape (alternatives,)
        EUR million.
    targets : tuple of Target
        All of them must be met.
    bases, effects : tuple of arrays, shape (rows,) and (rows, alternatives)
        For each target the margin of each row without a lever, and what each alternative adds.
    budget : float
        EUR million; infinite for none.
    barred : tuple of Choice
        Mixes that no proposal may hold.
    """

    levers: tuple[tuple[str, ...], ...]
    costs: FloatArray
    targets: tuple[Target, ...]
    bases: tuple[FloatArray, ...] = field(repr=False)
    effects: tuple[FloatArray, ...] = field(repr=False)
    budget: float = np.inf
    barred: tuple[Choice, ...] = ()

    def with_mix(self, choice: Choice, cost: float, effects: Sequence[FloatArray]) -> Program:
        """Return a programme that knows what a mix does together, in place of the added effects.

        Parameters
        ----------
        choice : Choice
            The mix: from now on it is an alternative of its own, and its parts are not all taken.
        cost : float
            EUR million.
        effects : sequence of array, shape (rows,)
            For each target what the mix adds to the margins.
        """
        levers = tuple(name for i in choice for name in self.levers[i])
        columns = zip(self.effects, effects, strict=True)
        return replace(
            self,
            levers=(*self.levers, levers),
            costs=np.append(self.costs, cost),
            effects=tuple(np.column_stack(pair) for pair in columns),
            barred=(*self.barred, choice),
        )

    def cost(self, choice: Choice) -> float:
        """Return what a mix costs, EUR million."""
        return float(self.costs[list(choice)].sum())

    def margins(self, choice: Choice, target: int = 0) -> FloatArray:
        """Return the margin of each row under a mix, effects added."""
        added: FloatArray = self.effects[target][:, list(choice)].sum(axis=1)
        return self.bases[target] + added

    def scores(self, choice: Choice) -> tuple[float, ...]:
        """Return the score of each target under a mix."""
        return tuple(t.score(self.margins(choice, i)) for i, t in enumerate(self.targets))

    def cheapest(self, wanted: Sequence[float], barred: Sequence[Choice] = ()) -> Choice | None:
        """Return the cheapest mix whose scores reach what is wanted; None where no mix does.

        Parameters
        ----------
        wanted : sequence of float
            The score to reach for each target.
        barred : sequence of Choice
            Mixes that are not to be returned.
        """
        return self._solve(self.costs + _TIE, tuple(wanted), barred)

    def best(self) -> Choice:
        """Return the mix within the budget that scores highest in the first target."""
        found = self._solve(self.costs * _TIE, None, ())
        return () if found is None else found

    def front(self) -> list[Choice]:
        """Return the mixes that reach each score of the first target at least cost, by score.

        Of a share each row is a step, of a mean the whole way has `_STEPS`.
        """
        found: list[Choice] = [()]
        score, high = self.scores(())[0], self.scores(self.best())[0]
        share = self.targets[0].share is not None
        step = 1.0 / len(self.bases[0]) if share else (high - score) / _STEPS
        others = [-np.inf] * (len(self.targets) - 1)
        while score + 0.5 * step < high:
            choice = self.cheapest([min(score + step, high), *others])
            if choice is None:
                break
            found.append(choice)
            score = max(self.scores(choice)[0], score + step)
        return found

    def _solve(
        self, prices: FloatArray, wanted: tuple[float, ...] | None, barred: Sequence[Choice]
    ) -> Choice | None:
        """Solve for alternatives x, then rows that are good enough z, target by target."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        number = len(self.costs)
        asked = range(len(self.targets)) if wanted is not None else range(1)
        sizes = [0 if self.targets[t].share is None else len(self.bases[t]) for t in asked]
        width = number + sum(sizes)
        aim = np.zeros(width)
        aim[:number] = prices
        rows: list[LinearConstraint] = list(self._limits(width, barred))
        at = number
        for t, size in zip(asked, sizes, strict=True):
            goal = None if wanted is None else wanted[t]
            rows += self._reach(t, at, width, goal)
            if wanted is None:
                aim += self._praise(t, at, width)
            at += size
        found = milp(
            aim,
            integrality=np.ones(width),
            bounds=Bounds(0.0, 1.0),
            constraints=rows,
            options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        return tuple(int(i) for i in np.flatnonzero(found.x[:number] > 0.5))

    def _praise(self, t: int, at: int, width: int) -> FloatArray:
        """Return the (negative) worth of the first target's score in what is minimised."""
        aim = np.zeros(width)
        if self.targets[t].share is None:
            aim[: len(self.costs)] = -self.effects[t].mean(axis=0)
        else:
            aim[at : at + len(self.bases[t])] = -1.0
        return aim

    def _limits(self, width: int, barred: Sequence[Choice]) -> list[object]:
        """Return what any mix obeys: one alternative a lever, the budget, no barred mix."""
        from scipy.optimize import LinearConstraint

        number = len(self.costs)
        made: list[object] = []
        for lever in dict.fromkeys(name for names in self.levers for name in names):
            row = np.zeros(width)
            row[:number] = [lever in names for names in self.levers]
            made.append(LinearConstraint(row, -np.inf, 1.0))
        if np.isfinite(self.budget):
            row = np.zeros(width)
            row[:number] = self.costs
            made.append(LinearConstraint(row, -np.inf, self.budget))
        for choice in (*self.barred, *barred):
            row = np.zeros(width)
            row[:number] = -1.0
            row[list(choice)] = 1.0
            made.append(LinearConstraint(row, -np.inf, len(choice) - 1.0))
        return made

    def _reach(self, t: int, at: int, width: int, goal: float | None) -> list[object]:
        """Return what ties rows that count as good enough to the mix, and how many must be."""
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array, hstack

        base, effects, number = self.bases[t], self.effects[t], len(self.costs)
        if self.targets[t].share is None:
            row = np.zeros(width)
            row[:number] = effects.mean(axis=0)
            least = -np.inf if goal is None else goal - float(base.mean())
            return [LinearConstraint(row, least, np.inf)]
        rows = len(base)
        worst = base + np.minimum(effects, 0.0).sum(axis=1)  # of any mix: the row's own big M
        big = np.maximum(-worst, 0.0) + 1e-9
        place = (np.arange(rows), at - number + np.arange(rows))
        counted = csr_array((-big, place), shape=(rows, width - number))
        matrix = hstack([csr_array(effects), counted])
        made: list[object] = [LinearConstraint(matrix, -base - big, np.inf)]
        if goal is not None:
            count = np.zeros(width)
            count[at : at + rows] = 1.0
            made.append(LinearConstraint(count, np.ceil(goal * rows - 1e-9), np.inf))
        return made
