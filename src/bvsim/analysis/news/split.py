"""The difference of two forecasts, split over named parts by Shapley on the same draws and luck.

In each row the parts are brought in one after the other, in an order of the row's own and in the
reverse order; a part is worth what it adds (Shapley 1953; sampled as in Castro, Gomez and Tejada
2009, Computers and Operations Research 36, 1726-1730). Whatever the orders, parts add up to the
difference; with each order its reverse is used, so that exchanging the two forecasts turns every
sign and no size. With few parts all orders are weighed, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.groups import BY
from bvsim.analysis.tables import ROW
from bvsim.ensemble.design.draws import copula_of, width_of
from bvsim.ensemble.design.points import design, generator
from bvsim.ensemble.experiment import RowKind
from bvsim.ensemble.run import Progress, run
from bvsim.ensemble.store.manifest import Sample
from bvsim.ensemble.work import FloatArray, Simulate
from bvsim.reading.blending import Change, blend, changes
from bvsim.reading.scenario import Scenario
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record, Table

EXACT = 4
"""Of so many parts all orders are weighed; of more, two orders a row."""
_KEPT = 64
_DESIGN = "sobol"
OLD, NEW = "old", "new"


@dataclass(frozen=True)
class Part:
    """Something that parts two forecasts.

    Parameters
    ----------
    name : str
        What it is called, the same whichever forecast comes first.
    kind : str
        ``figures``, ``facts``, ``choices`` or ``time``.
    changes : tuple of Change
        What it holds.
    """

    name: str
    kind: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Bar:
    """A part and what it moves the forecast by: the mean over rows, and its standard error."""

    part: Part
    value: float
    se: float


@dataclass(frozen=True)
class News:
    """Why a forecast moved.

    Parameters
    ----------
    kpi : str
        The key figure.
    old, new : float
        Its mean in both forecasts, over the rows in which all parts define it.
    bars : tuple of Bar
        The parts, the largest first; they add up to new less old.
    rows : int
        Rows.
    exact : bool
        Whether all orders were weighed.
    """

    kpi: str
    old: float
    new: float
    bars: tuple[Bar, ...]
    rows: int
    exact: bool


_KINDS = {"figure": "figures", "fact": "facts", "choice": "choices", "time": "time"}


def parts_of(found: Sequence[Change], *, each: bool = False, by: str = "actor") -> tuple[Part, ...]:
    """Return the parts of what two scenarios do not share.

    Parameters
    ----------
    found : sequence of Change
        Of `changes`.
    each : bool
        Every fact and every choice is a part; otherwise those of an actor go together. Figures
        always do.
    by : {"actor", "section"}
        What goes together: an actor's, or all of a section of the model, for a first look.
    """
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        alone = change.kind == "time" or (each and change.kind != "figure")
        name = change.path if alone else BY[by](change.path)
        groups.setdefault((name, _KINDS[change.kind]), []).append(change)
    return tuple(
        Part(_named(name, kind, members), kind, tuple(members))
        for (name, kind), members in sorted(groups.items())
    )


def _named(name: str, kind: str, members: Sequence[Change]) -> str:
    if kind == "time":
        return name
    if len(members) == 1:
        return members[0].path
    return f"{name}: {len(members)} {kind}"


def shapley(names: Sequence[str], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Return each part's share by all orders.

    Parameters
    ----------
    names : sequence of str
        The parts.
    value : callable
        What a set of parts is worth.
    """
    number = len(names)
    found = dict.fromkeys(names, 0.0)
    for name in names:
        rest = [other for other in names if other != name]
        for size in range(number):
            weight = 1.0 / (number * math.comb(number - 1, size))
            for chosen in combinations(rest, size):
                before = frozenset(chosen)
                found[name] += weight * (value(before | {name}) - value(before))
    return found


def sampled(order: Sequence[str], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Return each part's share by one order and its reverse."""
    found = dict.fromkeys(order, 0.0)
    for path in (list(order), list(order)[::-1]):
        before: frozenset[str] = frozenset()
        for name in path:
            after = before | {name}
            found[name] += 0.5 * (value(after) - value(before))
            before = after
    return found


@dataclass(frozen=True)
class NewsRows(RowKind):
    """Rows that hold what each part moves a key figure by."""

    old: str
    old_hash: str
    names: tuple[str, ...]

    def sample(self, scenario: Any) -> Sample:
        """Return what the rows were made for."""
        groups: dict[str, list[str]] = {name: [] for name in self.names}
        return {"kind": "news", "scenario": self.old, "model_hash": self.old_hash, "groups": groups}


@dataclass(frozen=True)
class NewsJob:
    """Splits the difference of two scenarios in each row.

    Parameters
    ----------
    old, new : Scenario
        The forecasts.
    parts : tuple of Part
        What parts them.
    kpi : str
        The key figure.
    draws, seed : int
        The design.
    """

    old: Scenario
    new: Scenario
    parts: tuple[Part, ...]
    kpi: str
    draws: int
    seed: int

    def prepare(self) -> Simulate:
        """Return the function that splits the difference of a row."""
        paths = {part.name: [change.path for change in part.changes] for part in self.parts}
        found = tuple(change for part in self.parts for change in part.changes)
        names = sorted(paths)

        @lru_cache(maxsize=_KEPT)
        def state(taken: frozenset[str]) -> Callable[[Key], float]:
            chosen = frozenset(path for name in taken for path in paths[name])
            return _simulator(blend(self.old, self.new, chosen, found), self)

        def split(_: FloatArray, key: Key) -> Record:
            worth = lru_cache(maxsize=None)(lambda taken: state(taken)(key))
            if len(names) <= EXACT:
                shares = shapley(names, worth)
            else:
                order = generator("news", self.seed, key.draw, *names).permutation(names)
                shares = sampled([str(name) for name in order], worth)
            row = [worth(frozenset()), worth(frozenset(names)), *(shares[name] for name in names)]
            return Record({"kpis": Table((), (OLD, NEW, *names), np.array([row]))})

        return split


def _simulator(scenario: Scenario, job: NewsJob) -> Callable[[Key], float]:
    """Return what gives the key figure of a scenario in a row of the design."""
    from bvsim.valley.valley import prepare, simulate

    years = {int(word) for word in job.kpi.partition(".")[0].split("_") if word.isdecimal()}
    setting = prepare(scenario, sorted(year for year in years if year > 1900))
    points = design(width_of(scenario), job.draws, job.seed, _DESIGN)
    copula = copula_of(scenario)

    def value(key: Key) -> float:
        uniforms = copula(points.rows(key.draw, key.draw + 1))
        kpis = simulate(setting, scenario.quantile(uniforms)[0], key).tables["kpis"]
        return float(kpis.values[0, kpis.columns.index(job.kpi)])

    return value


def news(
    old: Scenario,
    new: Scenario,
    kpi: str = "output_2030_gwh",
    draws: int = 32,
    seed: int = 1,
    *,
    out: str | Path,
    each: bool = False,
    by: str = "actor",
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> News:
    """Split the move of a forecast over what has become known or was changed.

    Parameters
    ----------
    old, new : Scenario
        The forecasts: of two dates of knowledge, models or scenarios.
    kpi : str
        The key figure.
    draws, seed : int
        The rows that are split, with the draws and luck of an ordinary run.
    out : path
        A folder for them; used again with ``resume``, it goes on.
    each : bool
        Whether every fact is a part of its own.
    by : {"actor", "section"}
        What else goes together.
    workers, resume, progress
        As for `bvsim.run`.

    Raises
    ------
    AnalysisError
        When the two are the same, or no row defines the key figure throughout.
    """
    parts = parts_of(changes(old, new), each=each, by=by)
    if not parts:
        raise AnalysisError(f"{old.name} and {new.name} are the same: nothing moved")
    kind = NewsRows(old.name, old.model_hash, tuple(part.name for part in parts))
    job = NewsJob(old, new, parts, kpi, draws, seed)
    rows = run(
        new,
        draws,
        seed,
        out=out,
        kind=kind,
        job=job,
        chunk_rows=1,
        workers=workers,
        resume=resume,
        progress=progress,
    )
    table = rows.table("kpis").drop(columns=ROW).dropna()
    if table.empty:
        raise AnalysisError(f"{kpi} is undefined in every row of some part")
    return News(
        kpi,
        float(table[OLD].mean()),
        float(table[NEW].mean()),
        _bars(parts, {part.name: table[part.name].to_numpy() for part in parts}),
        len(table),
        len(parts) <= EXACT,
    )


def _bars(parts: Iterable[Part], values: dict[str, FloatArray]) -> tuple[Bar, ...]:
    made = [Bar(part, float(values[part.name].mean()), _error(values[part.name])) for part in parts]
    return tuple(sorted(made, key=lambda bar: (-abs(bar.value), bar.part.name)))


def _error(values: FloatArray) -> float:
    return float(values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else math.nan
