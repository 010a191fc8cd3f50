"""The estimate of a scenario's levers: made once, kept by content beside the rows, or shipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.added import Badge, Effects, Pair, badges, errors, pairs_of
from bvsim.analysis.policy.headlines import Headlines, is_told_by_row
from bvsim.analysis.policy.labels import SPAN
from bvsim.analysis.progress import Bar, no_bar
from bvsim.ensemble.blocks import blocks
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.work import FloatArray
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.reading.datafiles import find_model
from bvsim.reading.levers import Lever, load_levers, model_of
from bvsim.reading.pages import read_pages
from bvsim.reading.scenario import Scenario
from bvsim.reading.turning import Turn, turn_levers
from bvsim.schema.errors import SpecError
from bvsim.schema.pages import PlannerPage

VERSION = 2
LATER_YEARS = (2,)
"""How much later levers are simulated too."""
_MOST_MIXED, _FEWEST_MIXED = 5, 2
_LATER = 0.2
"""The share of levers in mixes held out that act later than by themselves."""
_TRIES = 50
_LEAP_DAY = 29


@dataclass(frozen=True)
class Asked:
    """What an estimate is made of.

    Parameters
    ----------
    scenario : Scenario
        What levers are turned in.
    draws, seed : int
        The common rows.
    names : tuple of str
        The levers; by default all that the scenario takes.
    held_out : int
        Mixes in each of the two sets that say how far estimates are off.
    pairs, screened : int
        Pairs of levers that are simulated together, and the draws on which they are chosen.
    """

    scenario: Scenario
    draws: int = 64
    seed: int = 1
    names: tuple[str, ...] = ()
    held_out: int = 40
    pairs: int = 24
    screened: int = 16

    def experiment(self, mix: Iterable[Turn] = ()) -> Experiment:
        """Return the rows of a mix: those of `bvsim run` with its levers."""
        return Experiment(turn_levers(self.scenario, mix), self.draws, self.seed)

    @cached_property
    def levers(self) -> dict[str, Lever]:
        """The levers by name.

        Raises
        ------
        AnalysisError
            When one is unknown.
        """
        known = load_levers(self.scenario)
        for name in self.names:
            if name not in known:
                raise AnalysisError(f"there is no lever {name!r}: they are {', '.join(known)}")
        asked = {name: known[name] for name in self.names or known}
        return {name: each for name, each in asked.items() if self.takes((Turn(name),))}

    def takes(self, mix: Iterable[Turn]) -> bool:
        """Tell whether levers can be turned together, so far and from those days."""
        try:
            turn_levers(self.scenario, mix)
        except SpecError:
            return False
        return True

    @cached_property
    def later(self) -> dict[str, tuple[Turn, ...]]:
        """Each lever on its later days; none where it takes no day."""
        return {name: tuple(self._later(name, each.since)) for name, each in self.levers.items()}

    def _later(self, name: str, own: date) -> Iterator[Turn]:
        days = (own.replace(year=own.year + years) for years in LATER_YEARS if own.day < _LEAP_DAY)
        for turn in (Turn(name, 1.0, day) for day in days if day <= self.scenario.end):
            if self.takes((turn,)):
                yield turn

    @cached_property
    def page(self) -> PlannerPage | None:
        """What the region's ``pages.yaml`` says of the planner's page; nothing of several."""
        if self.scenario.regions:
            return None
        folder = find_model(model_of(self.scenario))
        return read_pages(folder).planner if folder else None

    @property
    def gwh(self) -> float | None:
        """The output whose odds are told; None where the region names none."""
        return self.page.gwh if self.page else None

    @cached_property
    def view(self) -> Headlines:
        """What is told of rows."""
        booked = sorted({each.booked for each in self.levers.values() if each.booked})
        first, last = self.scenario.as_of.year, self.scenario.end.year
        return Headlines(first, last, tuple(booked), SPAN)

    @property
    def mark(self) -> str:
        """A hash of the content that an estimate depends on, beside the program."""
        levers = {
            name: (repr(each.set), repr(each.strengths), each.rule, each.since)
            for name, each in self.levers.items()
        }
        sizes = (
            VERSION,
            LATER_YEARS,
            self.draws,
            self.seed,
            self.held_out,
            self.pairs,
            self.screened,
        )
        known = (sizes, self.gwh, self.scenario.model_hash, sorted(levers.items()))
        return blake2b(repr(known).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Estimate:
    """Effects, and how far mixes of them are off.

    Parameters
    ----------
    effects : Effects
        What each lever adds to figures that are told with their distribution.
    means : Effects
        The same of means: one row.
    badges : tuple of Badge
        By figure and measure.
    """

    effects: Effects
    means: Effects
    badges: tuple[Badge, ...]


def prepare(asked: Asked, engine: Engine = HERE, bar: Bar = no_bar) -> Estimate:
    """Make the estimate from rows of the row store and new ones.

    Parameters
    ----------
    asked : Asked
        Of what.
    engine : Engine
        Who simulates.
    bar : callable
        Shows progress.

    Raises
    ------
    AnalysisError
        When there are too few levers to mix, or rows fail.
    """
    made = Exact(asked, engine, bar)
    turns, chosen = singles(asked), screened_pairs(asked, made)
    names, base = made(())
    added = np.stack([made((turn,))[1] - base for turn in turns])
    at = {turn: i for i, turn in enumerate(turns)}
    joint = [
        made((Turn(a), Turn(b)))[1] - base - added[at[Turn(a)]] - added[at[Turn(b)]]
        for a, b in chosen
    ]
    whole = Effects(
        names,
        base,
        turns,
        added,
        {name: each.since for name, each in asked.levers.items()},
        frozenset(n for n, each in asked.levers.items() if each.rule == "proportional"),
        tuple(chosen),
        np.stack(joint) if joint else np.empty((0, *base.shape)),
    )
    effects, means = _by_row(whole), _of_means(whole)
    found = [_errors(asked, effects, mix, made(mix)) for mix in mixes(asked)]
    half = len(found) // 2
    return Estimate(effects, means, badges(found[:half], found[half:]))


def singles(asked: Asked) -> tuple[Turn, ...]:
    """Return the levers at their strengths, and at strength 1 on later days."""
    at_strengths = [Turn(name, s) for name, each in asked.levers.items() for s in each.tried]
    return (*at_strengths, *(turn for name in asked.levers for turn in asked.later[name]))


def possible_pairs(asked: Asked) -> list[Pair]:
    """Return the pairs of levers that can be turned together."""
    every = pairs_of(asked.levers)
    return [pair for pair in every if asked.takes(tuple(map(Turn, pair)))]


def screened_pairs(asked: Asked, made: Exact) -> list[Pair]:
    """Return the pairs that add most output together beyond the sum of both, on a few draws."""
    few = replace(made, asked=replace(asked, draws=min(asked.screened, asked.draws)))
    names, base = few(())
    output = [i for i, name in enumerate(names) if name.startswith("output_")]
    alone = {name: few((Turn(name),))[1] - base for name in asked.levers}
    sizes = {
        (a, b): np.abs(few((Turn(a), Turn(b)))[1] - base - alone[a] - alone[b])[:, output].mean()
        for a, b in possible_pairs(asked)
    }
    return sorted(sorted(sizes, key=lambda pair: -sizes[pair])[: asked.pairs])


@dataclass(frozen=True)
class Exact:
    """Simulates mixes on the common rows; returns names, and values of shape (rows, names)."""

    asked: Asked
    engine: Engine
    bar: Bar

    def __call__(self, mix: Sequence[Turn]) -> tuple[tuple[str, ...], FloatArray]:
        """Simulate a mix."""
        experiment, parts, done = self.asked.experiment(mix), [], 0
        with self.bar(" ".join(map(str, mix)) or self.asked.scenario.name) as progress:
            for block in blocks(experiment, self.engine, view=self.asked.view):
                parts.append(block)
                done += len(block.draws)
                if progress is not None:
                    progress(done, experiment.total, 0)
        if done < experiment.total:
            raise AnalysisError(f"{experiment.total - done} rows of {list(map(str, mix))} failed")
        return parts[0].figures, np.concatenate([block.values for block in parts])


def _by_row(whole: Effects) -> Effects:
    kept = [i for i, name in enumerate(whole.figures) if is_told_by_row(name)]
    return _part(whole, kept)


def _of_means(whole: Effects) -> Effects:
    kept = [i for i, name in enumerate(whole.figures) if not is_told_by_row(name)]
    part = _part(whole, kept)
    joint = part.joint.mean(axis=1, keepdims=True)
    return replace(
        part,
        base=part.base.mean(axis=0, keepdims=True),
        added=part.added.mean(axis=1, keepdims=True),
        joint=joint,
    )


def _part(whole: Effects, kept: list[int]) -> Effects:
    return replace(
        whole,
        figures=tuple(whole.figures[i] for i in kept),
        base=whole.base[:, kept],
        added=whole.added[:, :, kept],
        joint=whole.joint[:, :, kept],
    )


def _errors(
    asked: Asked, effects: Effects, mix: Sequence[Turn], exact: tuple[tuple[str, ...], FloatArray]
) -> dict[str, dict[str, float]]:
    ours, (names, values) = effects.estimate(mix), exact
    return {
        figure: errors(figure, ours[:, at], values[:, names.index(figure)], asked.gwh)
        for at, figure in enumerate(effects.figures)
    }


def mixes(asked: Asked) -> Iterator[tuple[Turn, ...]]:
    """Yield mixes to hold out, twice `Asked.held_out` of them, the same for the same levers.

    Proportional levers have strengths off those that effects were simulated at.

    Raises
    ------
    AnalysisError
        When there are too few levers, or they do not go together.
    """
    levers = asked.levers
    if len(levers) < _FEWEST_MIXED:
        raise AnalysisError("an estimate of mixes needs at least two levers")
    rng, left = np.random.default_rng(0), 2 * asked.held_out
    most = min(_MOST_MIXED, len(levers))
    days = {name: [each.since for each in asked.later[name]] for name in levers}
    for _ in range(_TRIES * left):
        chosen = rng.choice(sorted(levers), rng.integers(_FEWEST_MIXED, most + 1), replace=False)
        mix = tuple(_any(str(name), levers[str(name)], days[str(name)], rng) for name in chosen)
        if asked.takes(mix):
            yield mix
            left -= 1
        if not left:
            return
    raise AnalysisError("these levers do not go together: no mixes of them can be held out")


def _any(name: str, lever: Lever, days: Sequence[date | None], rng: np.random.Generator) -> Turn:
    if lever.rule == "proportional":
        strength = float(rng.integers(6, 40)) / 20.0
    else:
        strength = float(rng.choice(lever.tried))
    last = max((day.toordinal() for day in days if day), default=0)
    if not last or rng.random() >= _LATER:
        return Turn(name, strength)
    day = int(rng.integers(lever.since.toordinal() + 1, last))
    return Turn(name, strength, date.fromordinal(day))
