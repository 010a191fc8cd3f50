"""Compares what scenarios give with their baselines: what moved, where, and is it chance.

Two layers. The exact one holds row by row, within tolerances that another machine, another numpy
or another Python (`sum()` of floats is more exact since 3.12) stays inside, and names the first
event that differs. The statistical one asks whether the means moved by more than chance would
move them, over all metrics together.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from bvsim.analysis.regression.measure import Metric, ScenarioMetrics
from bvsim.analysis.scoring import holm, paired_test
from bvsim.analysis.traced import TracedRows, TraceLine
from bvsim.ensemble.work import FloatArray

DEFAULT_ROWS = TracedRows(seed=20260331, number=8, traced=4, years=(2026, 2030, 2035, 2040))
"""Rows of a new baseline; a stored one says which rows it is of."""

LEVEL = 0.01
"""Corrected probability below which the statistical layer fails."""


@dataclass(frozen=True)
class Tolerance:
    """How far a value may lie from the stored one: the larger of the two bounds."""

    relative: float
    absolute: float

    def moved(self, old: FloatArray, new: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Tell for each row whether the value moved; appearing or vanishing is a move."""
        defined = np.isfinite(old) & np.isfinite(new)
        bound = np.maximum(self.absolute, self.relative * np.maximum(np.abs(old), np.abs(new)))
        with np.errstate(invalid="ignore"):
            far = np.abs(new - old) > bound
        return np.where(defined, far, np.isfinite(old) != np.isfinite(new))


_COUNT = Tolerance(0.0, 0.5)
_TOLERANCES = {
    "heads": _COUNT,
    "year": _COUNT,
    "probability": _COUNT,
    "t": Tolerance(1e-6, 1e-3),
    "GWh": Tolerance(1e-6, 1e-6),
    "GWh/yr": Tolerance(1e-6, 1e-6),
    "share": Tolerance(1e-6, 1e-6),
}
_OTHERS = Tolerance(1e-6, 1e-9)
_EVENT_VALUE = Tolerance(2e-5, 1e-9)  # written with six digits


def tolerance_of(unit: str) -> Tolerance:
    """Return how far figures of a unit may move: counts not at all, others by a millionth."""
    return _TOLERANCES.get(unit, _OTHERS)


@dataclass(frozen=True)
class Moved:
    """A metric that moved.

    Parameters
    ----------
    name, unit : str
        The metric.
    old, new : float
        Means over the rows in which it is defined, NaN without any.
    rows : int
        How many rows of the exact layer moved.
    probability : float
        Of so large a difference of the means by chance, corrected for the number of metrics.
    sd : float
        Spread of the stored rows.
    """

    name: str
    unit: str
    old: float
    new: float
    rows: int
    probability: float
    sd: float

    @property
    def difference(self) -> float:
        """New less old; NaN where either is missing."""
        return self.new - self.old

    @property
    def arrow(self) -> str:
        """The direction."""
        if not math.isfinite(self.difference):
            return "?"
        return "↑" if self.difference > 0 else "↓" if self.difference < 0 else "="

    @property
    def size(self) -> float:
        """The difference in units of the stored spread, to sort by."""
        if not math.isfinite(self.difference):
            return math.inf
        scale = self.sd if math.isfinite(self.sd) and self.sd > 0 else abs(self.old) or 1.0
        return abs(self.difference) / scale


@dataclass(frozen=True)
class Verdict:
    """What a comparison found for one scenario.

    Parameters
    ----------
    scenario : str
        Its name.
    problems : tuple of str
        What makes a comparison impossible: no baseline, rows that failed.
    appeared, vanished : tuple of str
        Metrics that only one side has.
    exact : tuple of Moved
        Metrics beyond tolerance in some row of the exact layer, the largest first.
    statistical : tuple of Moved
        Metrics whose mean moved by more than chance.
    events : tuple of str
        The first event that differs, and rows whose events differ.
    model_changed : bool
        Whether the scenario says something else than when the baseline was made.
    new : bool
        Whether there is no baseline of these rows yet.
    metrics : int
        How many metrics were compared.
    rows : TracedRows
        Which rows were simulated.
    """

    scenario: str
    problems: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    exact: tuple[Moved, ...] = ()
    statistical: tuple[Moved, ...] = ()
    events: tuple[str, ...] = ()
    model_changed: bool = False
    new: bool = False
    metrics: int = 0
    rows: TracedRows = field(default=DEFAULT_ROWS)

    @property
    def passed(self) -> bool:
        """Whether nothing moved."""
        moved = (self.problems, self.appeared, self.vanished, self.exact, self.statistical)
        return not any((*moved, self.events))

    def layers(self) -> dict[str, tuple[str, ...]]:
        """Return what is wrong by layer, in words; empty for a layer that holds."""
        return {
            "rows": self.problems,
            "metrics": (
                *(f"{name} appeared" for name in self.appeared),
                *(f"{name} vanished" for name in self.vanished),
            ),
            "exact": tuple(map(describe, self.exact)),
            "events": self.events,
            "statistical": tuple(map(describe, self.statistical)),
        }


def describe(moved: Moved) -> str:
    """Write a metric that moved in a line."""
    return (
        f"{moved.name} {moved.arrow} {number(moved.old)} -> {number(moved.new)} {moved.unit} "
        f"(difference {number(moved.difference)}, exact rows beyond tolerance: {moved.rows}, "
        f"corrected p {moved.probability:.2g})"
    )


def number(value: float) -> str:
    """Write a figure in short; a dash where there is none."""
    return f"{value:,.6g}" if math.isfinite(value) else "-"


def compare(old: ScenarioMetrics | None, new: ScenarioMetrics) -> Verdict:
    """Compare what a scenario gives with its baseline."""
    if old is None:
        problem = "no baseline: `bvsim check --update` makes one"
        return Verdict(new.scenario, (problem, *new.failures), new=True, rows=new.rows)
    if old.rows != new.rows:
        raise ValueError(f"{new.scenario}: other rows than those of the baseline")
    shared = sorted(old.metrics.keys() & new.metrics.keys())
    exact, statistical = _metrics(old, new, shared)
    return Verdict(
        new.scenario,
        problems=new.failures,
        appeared=tuple(sorted(new.metrics.keys() - old.metrics.keys())),
        vanished=tuple(sorted(old.metrics.keys() - new.metrics.keys())),
        exact=exact,
        statistical=statistical,
        events=tuple(_events(old, new)),
        model_changed=old.model_hash != new.model_hash,
        metrics=len(shared),
        rows=new.rows,
    )


Moves = tuple[Moved, ...]


def _metrics(old: ScenarioMetrics, new: ScenarioMetrics, names: list[str]) -> tuple[Moves, Moves]:
    """Return what moved beyond tolerance, and what moved by more than chance."""
    probabilities = holm([paired_test(*_settled(old, new, name)) for name in names])
    exact, statistical = [], []
    for name, probability in zip(names, probabilities, strict=True):
        moved = _moved(name, old.metrics[name], new.metrics[name], new.rows, probability)
        if moved.rows:
            exact.append(moved)
        if probability < LEVEL:
            statistical.append(moved)
    return tuple(sorted(exact, key=_by_size)), tuple(sorted(statistical, key=_by_size))


def _by_size(moved: Moved) -> tuple[float, str]:
    return -moved.size, moved.name


def _settled(
    old: ScenarioMetrics, new: ScenarioMetrics, name: str
) -> tuple[FloatArray, FloatArray]:
    """Return a metric's rows, those within tolerance as if they had not moved at all."""
    a, b = old.metrics[name], new.metrics[name]
    moved = tolerance_of(b.unit).moved(a.rows, b.rows)
    return a.rows, np.where(moved, b.rows, a.rows)


def _moved(name: str, old: Metric, new: Metric, rows: TracedRows, probability: float) -> Moved:
    beyond = tolerance_of(new.unit).moved(old.rows, new.rows)[: rows.traced]
    return Moved(name, new.unit, old.mean, new.mean, int(beyond.sum()), probability, old.sd)


def _events(old: ScenarioMetrics, new: ScenarioMetrics) -> Iterator[str]:
    """Yield the first event that differs, and what is known of the other rows."""
    first = first_difference(old.trace, new.trace)
    if first is not None:
        before, after = first
        yield f"first event that differs: {before or 'none'} -> {after or 'none'}"
    for row, (a, b) in enumerate(zip(old.digests, new.digests, strict=True)):
        year = _first_year(a, b)
        if year is not None and not (row == 0 and first is not None):
            yield f"the events of draw {row} differ from {year} on"


def first_difference(
    old: tuple[TraceLine, ...], new: tuple[TraceLine, ...]
) -> tuple[TraceLine | None, TraceLine | None] | None:
    """Return the first pair of events that differ, None where one trace has ended."""
    for before, after in itertools.zip_longest(old, new):
        if before is None or after is None or not _same(before, after):
            return before, after
    return None


def _same(a: TraceLine, b: TraceLine) -> bool:
    words = [(x.stamp, x.entity, x.event, x.cause, x.unit, bool(x.value)) for x in (a, b)]
    if words[0] != words[1]:
        return False
    if not a.value:
        return True
    values = [np.array([float(line.value)]) for line in (a, b)]
    return not _EVENT_VALUE.moved(values[0], values[1]).any()


def _first_year(old: Mapping[str, str], new: Mapping[str, str]) -> str | None:
    years = sorted({*old, *new})
    return next((year for year in years if old.get(year) != new.get(year)), None)
