"""Goal-seek: a programme over single effects proposes mixes, exact runs on fresh rows dispose."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.labels import cost_of, levers_of
from bvsim.analysis.seek.program import Choice, Program
from bvsim.analysis.seek.targets import Target
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.work import FloatArray
from bvsim.reading.turning import Turn

Simulate = Callable[[tuple[Turn, ...], bool], RunLike]
"""Simulates a mix of levers, on the rows that mixes are chosen on or on fresh ones."""

FRONT = 6
"""Points of the front that are confirmed."""
_MORE = (0.0, 0.02, 0.04, 0.06, 0.08)
"""How much more than the target is asked of proposals when those before fell short."""
_NEAR, _MOST_NEAR = 0.05, 4
_FAR = 10.0
"""An undefined row counts as missing the limit by so many times the widest margin."""


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
        The value of the first target that added effects foretell, on the rows it was chosen on.
    value, ci95 : float and (float, float)
        What an exact run on fresh rows gives, with its 95% interval.
    met : bool
        Whether all targets are met on the fresh rows.
    """

    turns: tuple[Turn, ...]
    cost_meur: float
    proposed: float
    value: float
    ci95: tuple[float, float]
    met: bool

    @property
    def label(self) -> str:
        """The levers in words."""
        return ", ".join(map(str, self.turns)) or "no lever"


@dataclass(frozen=True)
class Additivity:
    """How well added effects foretell an exact run of the best mix, on the same rows.

    Parameters
    ----------
    added, exact : float
        The value of the first target by added effects, and by an exact run.
    added_p10, exact_p10 : float
        The tenth percentile of its key figure by both.
    """

    added: float
    exact: float
    added_p10: float
    exact_p10: float


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
    front : tuple of Mix
        From no lever to the most that can be reached, by cost.
    additivity : Additivity
        How good the proposals are.
    rows : int
        Rows that mixes were chosen on, and as many fresh ones.
    free : tuple of str
        Levers without a price that were named: they count as free.
    """

    targets: tuple[Target, ...]
    budget_meur: float
    reachable: bool
    best: Mix
    near: tuple[Mix, ...]
    front: tuple[Mix, ...]
    additivity: Additivity
    rows: int
    free: tuple[str, ...]


def seek_mix(
    simulate: Simulate,
    turns: Sequence[Turn],
    targets: Sequence[Target],
    budget_meur: float = math.inf,
) -> Sought:
    """Find the cheapest mix of levers that meets targets on rows that it was not chosen on.

    Parameters
    ----------
    simulate : callable
        Simulates a mix.
    turns : sequence of Turn
        The alternatives; several of one lever exclude each other.
    targets : sequence of Target
        What is to be reached.
    budget_meur : float
        What may be spent, EUR million.

    Raises
    ------
    AnalysisError
        When there is no alternative or no target.
    """
    if not turns or not targets:
        raise AnalysisError("nothing to seek: give at least one lever and one target")
    base = simulate((), False)
    singles = [simulate((turn,), False) for turn in turns]
    program = _program(base, singles, turns, targets, budget_meur)
    search = _Search(simulate, tuple(turns), program)
    front = search.front()
    found = search.reach()
    best = min(found, key=lambda mix: mix.cost_meur) if found else search.highest()
    met = {mix.turns: mix for mix in (*found, *search.confirmed.values()) if mix.met}
    near = [
        m for m in met.values() if m is not best and m.cost_meur <= best.cost_meur * (1 + _NEAR)
    ]
    free = tuple(each.name for run in singles for each in levers_of(run) if each.unpriced)
    return Sought(
        tuple(targets),
        budget_meur,
        bool(found),
        best,
        tuple(near) if found else (),
        front,
        search.additivity(best, base),
        len(program.bases[0]),
        tuple(dict.fromkeys(free)),
    )


def _program(
    base: RunLike,
    singles: Sequence[RunLike],
    turns: Sequence[Turn],
    targets: Sequence[Target],
    budget: float,
) -> Program:
    costs = np.array([cost_of(base, run) for run in singles])
    bases, effects = [], []
    for target in targets:
        margins = _defined([target.margins(run) for run in (base, *singles)])
        bases.append(margins[0])
        effects.append((margins[1:] - margins[0]).T)
    names = tuple(turn.name for turn in turns)
    return Program(names, costs, tuple(targets), tuple(bases), tuple(effects), budget)


def _defined(margins: Sequence[FloatArray]) -> FloatArray:
    """Return margins, shape (runs, rows), in which an undefined row misses by far."""
    if len({len(each) for each in margins}) > 1:
        raise AnalysisError("rows of some mixes failed: effects cannot be told row by row")
    table = np.stack(margins)
    widest = float(np.nanmax(np.abs(table))) if np.isfinite(table).any() else 1.0
    return np.where(np.isnan(table), -_FAR * max(widest, 1.0), table)


@dataclass
class _Search:
    """The mixes tried so far, and how further ones are proposed."""

    simulate: Simulate
    turns: tuple[Turn, ...]
    program: Program
    confirmed: dict[Choice, Mix] = field(default_factory=dict)
    _fresh: RunLike | None = None

    def confirm(self, choice: Choice) -> Mix:
        """Simulate a mix exactly on fresh rows, once."""
        if choice not in self.confirmed:
            fresh = self._fresh or self.simulate((), True)
            self._fresh = fresh
            turns = tuple(self.turns[i] for i in choice)
            run = self.simulate(turns, True) if choice else fresh
            targets = self.program.targets
            value, ci95 = targets[0].said(run)
            met = all(t.met(t.score(_defined([t.margins(run)])[0])) for t in targets)
            cost = cost_of(fresh, run) if choice else 0.0
            within = cost <= self.program.budget * 1.0001
            proposed = self._value(self.program.margins(choice))
            self.confirmed[choice] = Mix(turns, cost, proposed, value, ci95, met and within)
        return self.confirmed[choice]

    def _value(self, margins: FloatArray) -> float:
        """Return the first target's value from margins: a share, or the mean itself."""
        target, score = self.program.targets[0], self.program.targets[0].score(margins)
        if target.share is not None:
            return score
        return target.limit + score if target.up else target.limit - score

    def front(self) -> tuple[Mix, ...]:
        """Confirm the front of cost against the first target, from no lever to the most."""
        program = self.program
        most = program.best()
        low, high = program.scores(())[0], program.scores(most)[0]
        choices: list[Choice] = [()]
        others = [-math.inf] * (len(program.targets) - 1)
        for step in range(1, FRONT):
            choice = program.cheapest([low + (high - low) * step / (FRONT - 1), *others])
            if high > low and choice is not None and choice not in choices:
                choices.append(choice)
        mixes = [self.confirm(choice) for choice in choices]
        return tuple(sorted(mixes, key=lambda mix: (mix.cost_meur, mix.value)))

    def reach(self) -> list[Mix]:
        """Return mixes that meet all targets on fresh rows, the proposals' cheapest first.

        More than the target is asked where proposals fall short on fresh rows.
        """
        for more in _MORE:
            asked = [
                t.wanted if t.share is None else min(1.0, t.wanted + more)
                for t in self.program.targets
            ]
            choices = self._cheapest(asked)
            if any(self.confirm(choice).met for choice in choices):
                break
        return [mix for mix in self.confirmed.values() if mix.met]

    def _cheapest(self, wanted: Sequence[float]) -> list[Choice]:
        """Return the cheapest proposal and those within 5% of its cost, a few at most."""
        found: list[Choice] = []
        while len(found) < _MOST_NEAR:
            choice = self.program.cheapest(wanted, found)
            if choice is None:
                break
            if found and self.program.cost(choice) > self.program.cost(found[0]) * (1 + _NEAR):
                break
            found.append(choice)
        return found

    def highest(self) -> Mix:
        """Return the confirmed mix within the budget that comes nearest to the first target."""
        target = self.program.targets[0]
        inside = [m for m in self.confirmed.values() if m.cost_meur <= self.program.budget * 1.0001]
        up = target.share is not None or target.up
        return max(inside, key=lambda mix: (mix.value if up else -mix.value, -mix.cost_meur))

    def additivity(self, mix: Mix, base: RunLike) -> Additivity:
        """Compare added effects with an exact run of a mix, on the rows it was chosen on."""
        target = self.program.targets[0]
        choice = tuple(self.turns.index(turn) for turn in mix.turns)
        run = self.simulate(mix.turns, False) if choice else base
        added, exact = self.program.margins(choice), _defined([target.margins(run)])[0]
        sign = 1.0 if target.up else -1.0
        tenths = (target.limit + sign * float(np.quantile(m, 0.1)) for m in (added, exact))
        return Additivity(self._value(added), self._value(exact), *tenths)


def alternatives(
    rules: Mapping[str, tuple[str, bool]], asked: Iterable[str] = ()
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """Return the alternatives of a search, and the levers that stay out for want of a price.

    Parameters
    ----------
    rules : mapping of str to (str, bool)
        Of each lever its rule for strengths, and whether it has a price.
    asked : iterable of str
        ``NAME`` or ``NAME=STRENGTH@DATE``; all priced levers by default. A name alone stands for
        half, once and twice its strength where it is proportional.
    """
    texts = list(asked) or [name for name, (_, priced) in rules.items() if priced]
    named = [Turn.parse(text) for text in texts]
    out = tuple(name for name, (_, priced) in rules.items() if not priced)
    left = tuple(name for name in out if name not in {turn.name for turn in named})
    made: list[Turn] = []
    for text, turn in zip(texts, named, strict=True):
        bare = "=" not in text and rules.get(turn.name, ("", True))[0] == "proportional"
        strengths = (0.5, 1.0, 2.0) if bare else (turn.strength,)
        made += [Turn(turn.name, strength, turn.since) for strength in strengths]
    return tuple(dict.fromkeys(made)), left
