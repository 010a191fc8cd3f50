"""An experiment: which replications of a scenario are made, and what stands behind each."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, cast

import numpy as np

from bvsim.ensemble.design.draws import (
    Draws,
    Scenario,
    copula_of,
    dimensions_of,
    given,
    spread,
    width_of,
)
from bvsim.ensemble.design.points import KINDS, MEDIAN, TABLE
from bvsim.ensemble.design.shard import Shard
from bvsim.ensemble.store import folder
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import SCHEMA_VERSION, Manifest, Sample
from bvsim.ensemble.work import FloatArray, IntArray, Job, Row, Rows, Simulate
from bvsim.valley import compiled
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.kpis import YEARS

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario as FullScenario

BY_HAND = ("--set", "with_values")
"""The origins of settings that stand in no file."""
_ABOUT = ("unit", "source", "confidence", "note", "before")
DESIGNS = (*KINDS, MEDIAN)
DAYS = "days since 1970-01-01"
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class ValleyJob:
    """The replications of the valley itself.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    years : tuple of int
        Years of the key figures.
    monthly : bool
        Whether to record the monthly table too.
    """

    scenario: Scenario
    years: tuple[int, ...]
    monthly: bool

    @property
    def mark(self) -> str:
        """A hash of all that a row depends on beside its values and its key."""
        known = (
            self.scenario.model_hash,
            self.years,
            self.monthly,
            folder.code_hash(),
            folder.build_mark(),
            sorted(folder.packages().items()),
        )
        return blake2b(repr(known).encode(), digest_size=16).hexdigest()

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        from bvsim.valley import valley  # workers load it, `--help` does not

        scenario = cast("FullScenario", self.scenario)
        return functools.partial(
            valley.simulate, valley.prepare(scenario, self.years, self.monthly)
        )


class RowKind:
    """What the rows of an experiment are. Plain ones: a draw of all figures, simulated once.

    Rows of another kind say what is different about them: the values behind a row, its luck,
    what is done with it, and what describes all of them in the manifest.
    """

    design: str = ""
    """Their own design, which is none of `DESIGNS`."""
    mark: str = ""
    """A hash of values that are given."""
    drawn: bool = True
    """Whether the table ``draws`` holds the figures behind each row."""

    def draws(self, experiment: Experiment) -> Draws:
        """Return the values behind each draw."""
        return spread(experiment.scenario, experiment.draws, experiment.seed, experiment.design)

    def luck(self, draw: int, replication: int) -> tuple[int, int]:
        """Return which draw and replication a row has its luck from."""
        return draw, replication

    def simulator(self, job: Job) -> Job:
        """Return what simulates a row, from what simulates one replication."""
        return job

    def sample(self, scenario: Scenario) -> Sample | None:
        """Return what the rows were made for; None for plain ones."""
        return None


PLAIN_ROWS = RowKind()


@dataclass(frozen=True, eq=False)
class Given(RowKind):
    """Rows whose values are given, instead of drawn.

    Parameters
    ----------
    values : array of float, shape (draws, figures)
        The values of each draw.
    mark : str
        A hash of them.
    """

    values: FloatArray = field(repr=False)
    mark: str
    design = TABLE

    def draws(self, experiment: Experiment) -> Draws:
        """Return the values."""
        return given(self.values)


@dataclass(frozen=True)
class Experiment:
    """Which rows there are, and what stands behind each: all that results depend on.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    draws, per_draw : int
        Number of draws of the uncertain figures, and of replications of each.
    seed : int
        Seed of draws and luck.
    design : {"sobol", "lhs", "random", "median"}
        How draws are spread; that of their kind for rows that have one of their own.
    years : tuple of int
        Years of the key figures.
    monthly : bool
        Whether the table ``monthly`` is kept.
    shard : Shard
        The part of the rows that is ours.
    kind : RowKind
        What the rows are.
    job : Job, optional
        What simulates a replication; the valley by default.

    Raises
    ------
    RunError
        When it makes no sense.
    """

    scenario: Scenario
    draws: int = 512
    seed: int = 1
    per_draw: int = 1
    design: str = "sobol"
    years: tuple[int, ...] = YEARS
    monthly: bool = False
    shard: Shard = Shard()
    kind: RowKind = PLAIN_ROWS
    job: Job | None = None

    def __post_init__(self) -> None:
        if self.design not in (*DESIGNS, self.kind.design):
            raise RunError(f"unknown design {self.design!r}: one of {', '.join(DESIGNS)}")
        if self.draws < 1 or self.per_draw < 1:
            counts = f"{self.draws} draws, {self.per_draw} replications each"
            raise RunError(f"{counts}: at least 1 is needed")
        copula_of(self.scenario)  # correlations that cannot be are refused at once

    @property
    def simulator(self) -> Job:
        """What simulates a row."""
        one = self.job or ValleyJob(self.scenario, self.years, self.monthly)
        return self.kind.simulator(one)

    @property
    def total(self) -> int:
        """Number of rows."""
        return len(range(self.shard.number - 1, self.draws, self.shard.of)) * self.per_draw

    @cached_property
    def values(self) -> Draws:
        """The values of the uncertain figures of each draw."""
        return self.kind.draws(self)

    def row(self, draw: int, replication: int = 0) -> Row:
        """Return a row: its values and its key."""
        key = Key(self.seed, *self.kind.luck(draw, replication))
        return Row(draw, replication, key, self.values.values(draw))

    def rows(self, done: tuple[IntArray, IntArray] = (_NONE, _NONE), first: int = 0) -> Rows:
        """Return the rows still to be simulated, in order of draw and replication.

        Parameters
        ----------
        done : (array of int, array of int)
            Draws and replications of rows that need no more work.
        first : int
            Draws before this one were attended to before.
        """
        missing = np.ones((self.draws, self.per_draw), dtype=bool)
        missing[~self.shard.has(np.arange(self.draws))] = False
        missing[done] = False
        missing[:first] = False
        numbers = np.flatnonzero(missing)
        return Rows(self._made(numbers), len(numbers))

    def _made(self, numbers: IntArray) -> Iterator[Row]:
        for number in numbers:
            yield self.row(*divmod(int(number), self.per_draw))

    @property
    def figures(self) -> tuple[str, ...]:
        """Dotted paths of the figures that the table ``draws`` holds."""
        return self.scenario.paths if self.kind.drawn else ()

    @property
    def columns(self) -> tuple[int, ...]:
        """The column of the design behind each of `figures`."""
        return dimensions_of(self.scenario) if self.kind.drawn else ()

    @property
    def units(self) -> tuple[str, ...]:
        """The unit of each of `figures`; drawn dates are numbers of days."""
        figures = getattr(self.scenario, "figures", None)
        known = dict(figures()) if callable(figures) else {}
        symbols = [known[path].unit.symbol if path in known else "" for path in self.figures]
        return tuple(DAYS if symbol == "date" else symbol for symbol in symbols)

    def drawn(self) -> Iterator[FloatArray]:
        """Yield what the table ``draws`` holds, in arrays of shape (draws, figures)."""
        if self.kind.drawn:
            yield from self.values.blocks()
        else:
            yield np.empty((self.draws, 0))

    @cached_property
    def identity(self) -> Manifest:
        """What must be the same for rows to belong together."""
        return {
            "scenario": self.scenario.name,
            "model_hash": self.scenario.model_hash,
            "seed": self.seed,
            "design": self.design,
            "table": self.kind.mark,
            "years": list(self.years),
            "monthly": self.monthly,
            "bvsim": folder.version(),
            "code_hash": folder.code_hash(),
            "sample": self.kind.sample(self.scenario),
        }

    @cached_property
    def manifest(self) -> Manifest:
        """The part of the manifest that is known before the first row."""
        sites = getattr(getattr(self.scenario, "model", None), "sites", ())
        return {
            "schema_version": SCHEMA_VERSION,
            **self.identity,
            "story": str(getattr(self.scenario, "story", "")),
            "draws": self.draws,
            "per_draw": self.per_draw,
            "shard": [self.shard.number, self.shard.of] if self.shard.of > 1 else None,
            "levers": [each.entry() for each in getattr(self.scenario, "turned", ())],
            "set": _set_by_hand(self.scenario),
            "dimensions": len(self.figures),
            "width": width_of(self.scenario),
            "sites": sorted(sites),
            "packages": folder.packages(),
            "platform": folder.platform_facts(),
            "compiled": compiled(),
        }


def _set_by_hand(scenario: Scenario) -> dict[str, str]:
    """Return what was set of a scenario beside its files and levers, as it would be typed."""
    overrides = getattr(scenario, "overrides", {})
    return {path: _typed(o.new) for path, o in overrides.items() if o.origin in BY_HAND}


def _typed(value: object) -> str:
    """Return a setting as it would be typed: a whole figure by its value, a lever by its act."""
    if not isinstance(value, dict):
        return str(value)
    changes = value.get("changes")
    if changes:
        return ", ".join(f"{name} {item}" for change in changes for name, item in change.items())
    return str(value.get("value", {k: v for k, v in value.items() if k not in _ABOUT}))
