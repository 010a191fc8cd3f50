"""The effects of a scenario's levers, made once and kept by content beside the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.policy.added import Badge, Effects, badges, errors
from bvsim.analysis.progress import Bar, no_bar
from bvsim.ensemble.blocks import blocks
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.store.row_store import row_store
from bvsim.ensemble.work import FloatArray
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.reading.levers import Lever, load_levers
from bvsim.reading.scenario import Scenario
from bvsim.reading.turning import Turn, turn_levers
from bvsim.schema.errors import SpecError

FAMILIES = ("output_", "jobs_2", "headcount_")
"""Beginnings of the names of the key figures that are estimated."""
_FOLDER, _VERSION = "estimates", 1
_MOST_MIXED, _FEWEST_MIXED = 5, 2
_TRIES = 50


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
        The levers; all by default.
    held_out : int
        Mixes in each of the two sets that say how far estimates are off.
    """

    scenario: Scenario
    draws: int = 64
    seed: int = 1
    names: tuple[str, ...] = ()
    held_out: int = 40

    def experiment(self, mix: Iterable[Turn] = ()) -> Experiment:
        """Return the rows of a mix: those of `bvsim run` with its levers."""
        return Experiment(turn_levers(self.scenario, mix), self.draws, self.seed)

    def levers(self) -> dict[str, Lever]:
        """Return the levers by name.

        Raises
        ------
        AnalysisError
            When one is unknown.
        """
        known = load_levers(self.scenario)
        for name in self.names:
            if name not in known:
                raise AnalysisError(f"there is no lever {name!r}: they are {', '.join(known)}")
        return {name: known[name] for name in self.names or known}

    @property
    def mark(self) -> str:
        """A hash of all that the estimate depends on."""
        job: Any = Experiment(self.scenario, self.draws, self.seed).simulator
        levers = {
            name: (repr(each.set), repr(each.strengths), each.rule, each.since)
            for name, each in self.levers().items()
        }
        known = (_VERSION, job.mark, self.draws, self.seed, self.held_out, sorted(levers.items()))
        return blake2b(repr(known).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Estimate:
    """Effects, and how far mixes of them are off.

    Parameters
    ----------
    effects : Effects
        What each lever adds.
    badges : tuple of Badge
        By key figure and measure.
    """

    effects: Effects
    badges: tuple[Badge, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain Python types; floats keep every bit."""
        effects = self.effects
        return {
            "figures": list(effects.figures),
            "base": effects.base.tolist(),
            "turns": [[turn.name, turn.strength] for turn in effects.turns],
            "added": effects.added.tolist(),
            "between": sorted(effects.between),
            "badges": [asdict(badge) | {"holds": badge.holds} for badge in self.badges],
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Estimate:
        """Return what `to_json` has written."""
        effects = Effects(
            tuple(kept["figures"]),
            np.array(kept["base"]),
            tuple(Turn(name, strength) for name, strength in kept["turns"]),
            np.array(kept["added"]),
            frozenset(kept["between"]),
        )
        named = [{k: v for k, v in each.items() if k != "holds"} for each in kept["badges"]]
        return cls(effects, tuple(Badge(**each) for each in named))


def known(asked: Asked) -> Estimate | None:
    """Return the estimate, if it was made before."""
    path = _path(asked)
    try:
        return Estimate.of_json(json.loads(path.read_text("utf-8"))) if path else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or damaged: it is made anew
        return None


def prepare(asked: Asked, engine: Engine = HERE, bar: Bar = no_bar) -> Estimate:
    """Return the estimate: as it was made before, or from rows of the row store and new ones.

    Parameters
    ----------
    asked : Asked
        Of what.
    engine : Engine
        Who simulates.
    bar : callable
        Shows progress.
    """
    if (before := known(asked)) is not None:
        return before
    levers, made = asked.levers(), _Exact(asked, engine, bar)
    figures, base = made(())
    turns = tuple(Turn(name, s) for name, each in levers.items() for s in each.tried)
    added = np.stack([made((turn,))[1] - base for turn in turns])
    between = frozenset(n for n, each in levers.items() if each.rule == "proportional")
    effects = Effects(figures, base, turns, added, between)
    found = [_errors(effects, mix, made(mix)[1]) for mix in mixes(asked, levers)]
    half = len(found) // 2
    estimate = Estimate(effects, badges(found[:half], found[half:]))
    _keep(asked, estimate)
    return estimate


@dataclass(frozen=True)
class _Exact:
    """Simulates mixes on the common rows."""

    asked: Asked
    engine: Engine
    bar: Bar

    def __call__(self, mix: Sequence[Turn]) -> tuple[tuple[str, ...], FloatArray]:
        experiment = self.asked.experiment(mix)
        parts, done = [], 0
        with self.bar(" ".join(map(str, mix)) or self.asked.scenario.name) as progress:
            for block in blocks(experiment, self.engine):
                parts.append(block)
                done += len(block.draws)
                if progress is not None:
                    progress(done, experiment.total, 0)
        if done < experiment.total:
            raise AnalysisError(f"{experiment.total - done} rows of {list(map(str, mix))} failed")
        names = parts[0].figures
        shown = [i for i, n in enumerate(names) if n.startswith(FAMILIES) and "." not in n]
        values = np.concatenate([block.values for block in parts])[:, shown]
        return tuple(names[i] for i in shown), values


def _errors(effects: Effects, mix: Sequence[Turn], exact: FloatArray) -> dict[str, Any]:
    ours = effects.estimate(mix)
    return {
        figure: errors(figure, ours[:, at], exact[:, at])
        for at, figure in enumerate(effects.figures)
    }


def mixes(asked: Asked, levers: Mapping[str, Lever]) -> Iterator[tuple[Turn, ...]]:
    """Yield mixes to hold out, twice `Asked.held_out` of them, the same for the same levers.

    Proportional levers have strengths off those that effects were simulated at.
    """
    if len(levers) < _FEWEST_MIXED:
        raise AnalysisError("an estimate of mixes needs at least two levers")
    rng = np.random.default_rng(0)
    most = min(_MOST_MIXED, len(levers))
    left = 2 * asked.held_out
    for _ in range(_TRIES * left):
        chosen = rng.choice(sorted(levers), rng.integers(_FEWEST_MIXED, most + 1), replace=False)
        mix = tuple(Turn(str(name), _strength(levers[name], rng)) for name in chosen)
        try:
            turn_levers(asked.scenario, mix)
        except SpecError:  # two of them set the same figure
            continue
        yield mix
        left -= 1
        if not left:
            return
    raise AnalysisError("these levers do not go together: no mixes of them can be held out")


def _strength(lever: Lever, rng: np.random.Generator) -> float:
    if lever.rule == "proportional":
        return float(rng.integers(6, 40)) / 20.0
    return float(rng.choice(lever.tried))


def _path(asked: Asked) -> Path | None:
    store = row_store()
    return store.folder / _FOLDER / f"{asked.mark}.json" if store else None


def _keep(asked: Asked, estimate: Estimate) -> None:
    from bvsim.reading.whole_files import write_text

    path = _path(asked)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(estimate.to_json()))
