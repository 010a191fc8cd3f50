"""Goal-seek: a programme over single effects proposes mixes, exact runs on fresh rows dispose.

Where added effects foretell the best mix badly, an exact run of that mix takes their place in the
programme, and it is asked again. Of the mixes confirmed on fresh rows the robust one is told too:
the one of least regret (Savage 1951, Journal of the American Statistical Association 46, 55-67).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.labels import cost_of, levers_of
from bvsim.analysis.seek.found import Additivity, Mix, Sought, in_words
from bvsim.analysis.seek.program import Choice, Program
from bvsim.analysis.seek.targets import Target
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.work import FloatArray
from bvsim.reading.levers import Lever
from bvsim.reading.turning import Turn

Simulate = Callable[[tuple[Turn, ...], bool], RunLike]
"""Simulates a mix of levers, on the rows that mixes are chosen on or on fresh ones."""

FRONT = 8
"""Points of the front that are confirmed."""
_MORE = (0.0, 0.02, 0.04, 0.06, 0.08)
"""How much more than the target is asked of proposals when those before fell short."""
_NEAR, _MOST_NEAR = 0.05, 4
_ROUNDS = 3
"""Exact runs that may take the place of added effects."""
_REGRET = 0.9
"""The quantile of regret that a robust choice makes least."""
_FAR = 10.0
"""An undefined row counts as missing the limit by so many times the widest margin."""


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
    search = _Search(simulate, tuple(turns), program, base)
    front = search.front()
    best, added = search.settle()
    reachable = best.met
    mixes = search.with_regret()
    met = [mix for mix in mixes.values() if mix.met and mix.turns != best.turns]
    near = [mix for mix in met if mix.cost_meur <= best.cost_meur * (1 + _NEAR)]
    free = tuple(each.name for run in singles for each in levers_of(run) if each.unpriced)
    inside = [mix for mix in mixes.values() if math.isfinite(mix.regret)]
    return Sought(
        tuple(targets),
        budget_meur,
        reachable,
        mixes[best.turns],
        tuple(near) if reachable else (),
        min(inside or mixes.values(), key=lambda mix: (mix.regret, mix.cost_meur)),
        tuple(mixes[mix.turns] for mix in front),
        added,
        len(program.bases[0]),
        search.fresh_rows,
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
    names = tuple((turn.name,) for turn in turns)
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
    base: RunLike
    confirmed: dict[tuple[Turn, ...], Mix] = field(default_factory=dict)
    replaced: list[Choice] = field(default_factory=list)
    proposed: Mix | None = None
    """What is proposed for the target itself."""
    _fresh: RunLike | None = None
    _rows: dict[tuple[Turn, ...], FloatArray] = field(default_factory=dict)
    """The margins of the first target in fresh rows, by mix."""

    @property
    def fresh_rows(self) -> int:
        """Number of rows on which mixes are confirmed."""
        return len(next(iter(self._rows.values())))

    def turns_of(self, choice: Choice) -> tuple[Turn, ...]:
        """Return the levers of a mix; alternatives after the single ones are replaced mixes."""
        single = len(self.turns)
        parts = [(i,) if i < single else self.replaced[i - single] for i in choice]
        flat = [i for part in parts for i in part]
        return tuple(self.turns[i] for i in sorted(flat))

    def confirm(self, choice: Choice) -> Mix:
        """Simulate a mix exactly on fresh rows, once."""
        turns = self.turns_of(choice)
        if turns not in self.confirmed:
            fresh = self._fresh or self.simulate((), True)
            self._fresh = fresh
            run = self.simulate(turns, True) if turns else fresh
            targets = self.program.targets
            value, ci95 = targets[0].said(run)
            self._rows[turns] = targets[0].margins(run)
            met = all(t.met(t.score(_defined([t.margins(run)])[0])) for t in targets)
            cost = cost_of(fresh, run) if turns else 0.0
            proposed = self._foretold(choice, targets[0].said(fresh)[0])
            met = met and self._affordable(cost)
            self.confirmed[turns] = Mix(turns, cost, proposed, value, ci95, met)
        return self.confirmed[turns]

    def _foretold(self, choice: Choice, without: float) -> float:
        """Return what added effects foretell of a mix, from the value of no lever on fresh rows.

        Rows differ by their luck; what is foretold is the gain.
        """
        gain = self._value(self.program.margins(choice)) - self._value(self.program.margins(()))
        foretold = without + gain
        share = self.program.targets[0].share is not None
        return min(1.0, max(0.0, foretold)) if share else foretold

    def _affordable(self, cost: float) -> bool:
        return cost <= self.program.budget * 1.0001

    def _value(self, margins: FloatArray) -> float:
        """Return the first target's value from margins: a share, or the mean itself."""
        target, score = self.program.targets[0], self.program.targets[0].score(margins)
        if target.share is not None:
            return score
        return target.limit + score if target.up else target.limit - score

    def front(self) -> tuple[Mix, ...]:
        """Confirm the front of cost against the first target, from no lever to the most.

        Of all mixes on it a few are confirmed, evenly spread.
        """
        every = self.program.front()
        places = np.unique(np.linspace(0, len(every) - 1, FRONT).round().astype(int))
        mixes = [self.confirm(every[i]) for i in places]
        return tuple(sorted(mixes, key=lambda mix: (mix.cost_meur, mix.value)))

    def settle(self) -> tuple[Mix, Additivity]:
        """Return the best mix, and how well added effects foretold it.

        Where they did so badly, an exact run takes their place, and the programme is asked again.
        """
        for left in reversed(range(_ROUNDS + 1)):
            found = self.reach()
            best = min(found, key=lambda mix: mix.cost_meur) if found else self.highest()
            tested = self._telling(best)
            run = self.simulate(tested, False) if tested else self.base
            choice = tuple(self.turns.index(turn) for turn in tested)
            added = self.added(choice, run)
            if not left or len(choice) < 2 or choice in self.replaced or not added.bad:
                break
            self._replace(choice, run)
        return best, added

    def _telling(self, best: Mix) -> tuple[Turn, ...]:
        """Return the mix that tells most of added effects: what they propose, if it fell short."""
        short = self.proposed is not None and not self.proposed.met
        first = self.proposed if short and self.proposed else best
        widest = max(self.confirmed.values(), key=lambda mix: len(mix.turns))
        return next((mix.turns for mix in (first, best) if len(mix.turns) > 1), widest.turns)

    def _replace(self, choice: Choice, run: RunLike) -> None:
        """Put an exact run of a mix in the place of its added effects."""
        program = self.program
        margins = [_defined([target.margins(run)])[0] for target in program.targets]
        effects = [m - base for m, base in zip(margins, program.bases, strict=True)]
        self.program = program.with_mix(choice, cost_of(self.base, run), effects)
        self.replaced.append(choice)

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
            if choices and more == 0.0:
                self.proposed = self.confirm(choices[0])
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
        inside = [m for m in self.confirmed.values() if self._affordable(m.cost_meur)]
        up = target.share is not None or target.up
        return max(inside, key=lambda mix: (mix.value if up else -mix.value, -mix.cost_meur))

    def with_regret(self) -> dict[tuple[Turn, ...], Mix]:
        """Return the confirmed mixes with their regret; without one beyond the budget."""
        inside = [turns for turns, m in self.confirmed.items() if self._affordable(m.cost_meur)]
        rows = np.stack([self._rows[turns] for turns in inside])
        rows = rows[:, ~np.isnan(rows).any(axis=0)]
        if not rows.size:
            return dict(self.confirmed)
        short = np.quantile(rows.max(axis=0) - rows, _REGRET, axis=1)
        found = dict(zip(inside, map(float, short), strict=True))
        return {
            turns: replace(mix, regret=found.get(turns, math.nan))
            for turns, mix in self.confirmed.items()
        }

    def added(self, choice: Choice, run: RunLike) -> Additivity:
        """Compare added effects with an exact run of a mix, on the rows it was chosen on."""
        target = self.program.targets[0]
        added, exact = self.program.margins(choice), _defined([target.margins(run)])[0]
        sign = 1.0 if target.up else -1.0
        tenths = [target.limit + sign * float(np.quantile(m, 0.1)) for m in (added, exact)]
        share = target.share is not None
        return Additivity(
            in_words(self.turns[i] for i in choice),
            self._value(added),
            self._value(exact),
            tenths[0],
            tenths[1],
            share,
            len(self.replaced),
        )


def alternatives(
    levers: Mapping[str, Lever], asked: Iterable[str] = ()
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """Return the alternatives of a search, and the levers that stay out for want of a price.

    Parameters
    ----------
    levers : mapping of str to Lever
        Those that there are.
    asked : iterable of str
        ``NAME`` or ``NAME=STRENGTH@DATE``; all priced levers by default. A name alone stands for
        every strength in `Lever.tried`.
    """
    texts = list(asked) or [name for name, each in levers.items() if not each.unpriced]
    named = [Turn.parse(text) for text in texts]
    out = tuple(name for name, each in levers.items() if each.unpriced)
    left = tuple(name for name in out if name not in {turn.name for turn in named})
    made: list[Turn] = []
    for text, turn in zip(texts, named, strict=True):
        bare = "=" not in text and turn.name in levers
        strengths = levers[turn.name].tried if bare else (turn.strength,)
        made += [Turn(turn.name, strength, turn.since) for strength in strengths]
    return tuple(dict.fromkeys(made)), left
