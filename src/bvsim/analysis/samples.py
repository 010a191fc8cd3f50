"""Samples made for one analysis: rows that differ from one another in a planned way.

A sample consists of bases; each base has the same number of rows, one for each role (the
base itself, the base with one group changed, ...). All rows of a base share its luck, or
differ in it on purpose. Samples go through the same executor and run folder as any run, so
they run in parallel, can be resumed, and can be extended by more bases. `sample.json` in the
folder says what the sample is; an analysis refuses one that was not made for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.groups import Group
from bvsim.analysis.kpi_names import missing
from bvsim.analysis.tables import ROW, RunLike
from bvsim.ensemble.run import Interrupted, Progress, Run, ValleyJob
from bvsim.ensemble.run import run as run_ensemble
from bvsim.ensemble.store.folder import RunError, write_text
from bvsim.ensemble.work import Job, Simulate
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.kpis import YEARS
from bvsim.valley.record.record import Record

FloatArray = NDArray[np.float64]
FILE = "sample.json"
PLAIN = "plain"
"""The kind of an ordinary run: each row is a draw of all figures."""

DRAWN = (PLAIN, "relief")
"""Kinds of sample whose table `draws` holds the figures behind each row."""


Correlate = Callable[[FloatArray], FloatArray]
"""Gives rows of uniform numbers the rank correlations of a scenario."""


def independent(uniforms: FloatArray) -> FloatArray:
    """Return the numbers as they are."""
    return uniforms


class Plan(Protocol):
    """Which rows a sample has."""

    @property
    def kind(self) -> str:
        """What the sample was made for."""

    @property
    def bases(self) -> int:
        """Number of bases."""

    @property
    def seed(self) -> int:
        """Seed of figures and luck."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that are varied."""

    @property
    def rows_per_base(self) -> int:
        """Rows of each base."""

    def uniforms(self, base: int) -> FloatArray:
        """Return the uniform numbers behind the rows of a base, shape (rows, columns)."""

    def luck(self, role: int) -> int:
        """Return which luck of its base a row has."""

    def settings(self) -> dict[str, Any]:
        """Return what else makes the sample what it is."""


@dataclass(frozen=True)
class SampledScenario:
    """A scenario whose rows come from a plan; its own table `draws` holds no figures."""

    inner: Any
    plan: Plan

    @property
    def name(self) -> str:
        """The scenario's name and what the sample is for."""
        return f"{self.inner.name}+{self.plan.kind}"

    @property
    def paths(self) -> tuple[str, ...]:
        """No figures: the plan has them."""
        return ()

    @property
    def model(self) -> Any:
        """The tree of figures."""
        return getattr(self.inner, "model", None)

    @property
    def model_hash(self) -> str:
        """A hash of the scenario and of everything that identifies a row of the plan."""
        plan = self.plan
        groups = [(group.name, group.columns) for group in plan.groups]
        text = repr([self.inner.model_hash, plan.kind, plan.seed, groups, plan.settings()])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def quantile(self, u: FloatArray, /) -> FloatArray:
        """Return no values for each row."""
        return np.empty((len(u), 0))

    def to_yaml(self) -> str:
        """Return the resolved scenario as a file."""
        return str(self.inner.to_yaml())


@dataclass(frozen=True)
class SampleJob:
    """Simulates the rows of a plan, keeping the key figures.

    Parameters
    ----------
    scenario : bvsim.reading.scenario.Scenario
        What to simulate.
    plan : Plan
        The rows.
    inner : Job
        What simulates one replication.
    """

    scenario: Any
    plan: Plan
    inner: Job

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        return _Sampled(self.scenario, self.plan, self.inner.prepare()).simulate


@dataclass
class _Sampled:
    """Rows of a plan; the values of the last base are kept."""

    scenario: Any
    plan: Plan
    inner: Simulate
    held: tuple[int, FloatArray] | None = field(default=None)

    def simulate(self, _: FloatArray, key: Key) -> Record:
        base, role = divmod(key.draw, self.plan.rows_per_base)
        if self.held is None or self.held[0] != base:
            self.held = base, np.asarray(self.scenario.quantile(self.plan.uniforms(base)))
        luck = Key(key.seed, base, self.plan.luck(role))
        record = self.inner(self.held[1][role], luck)
        return Record({"kpis": record.tables["kpis"]})


def run_sample(
    scenario: Any,
    plan: Plan,
    out: str | Path,
    *,
    years: tuple[int, ...] = YEARS,
    workers: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    job: Job | None = None,
) -> Run:
    """Simulate a sample into a run folder.

    Raises
    ------
    RunError
        When the folder holds something else.
    Interrupted
        On Ctrl-C; what was finished is kept and can be resumed.
    """
    sampled = SampledScenario(scenario, plan)
    try:
        made = run_ensemble(
            sampled,
            draws=plan.bases * plan.rows_per_base,
            seed=plan.seed,
            design="random",
            out=out,
            years=years,
            workers=workers,
            resume=resume,
            progress=progress,
            job=SampleJob(scenario, plan, job or ValleyJob(scenario, years, False)),
        )
    except Interrupted as stop:
        write_sample(stop.run.folder, describe(scenario, plan))
        raise
    write_sample(made.folder, describe(scenario, plan))
    return made


def describe(scenario: Any, plan: Plan) -> dict[str, Any]:
    """Return what `sample.json` says of a plan."""
    order = getattr(scenario, "order", scenario.paths)
    return {
        "kind": plan.kind,
        "scenario": scenario.name,
        "model_hash": scenario.model_hash,
        "seed": plan.seed,
        "bases": plan.bases,
        "rows_per_base": plan.rows_per_base,
        "groups": {group.name: [order[i] for i in group.columns] for group in plan.groups},
        **plan.settings(),
    }


def write_sample(folder: Path, sample: Mapping[str, Any]) -> None:
    """Write `sample.json` into a run folder."""
    text = json.dumps({"schema_version": 1, **sample}, indent=2, allow_nan=False)
    write_text(folder / FILE, text + "\n")


def sample_of(run: RunLike) -> dict[str, Any]:
    """Return what sample a run holds; an ordinary run is `PLAIN`.

    Raises
    ------
    RunError
        When a run made for an analysis has lost its `sample.json`.
    """
    path = Path(run.folder) / FILE
    if path.is_file():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    name = str(run.manifest.get("scenario", ""))
    if "+" in name:
        raise RunError(f"{run.folder} ({name}) has no {FILE}: resume the analysis that made it")
    return {"kind": PLAIN, "design": run.manifest.get("design")}


def require(run: RunLike, *kinds: str) -> dict[str, Any]:
    """Return the sample of a run, which must be of one of some kinds.

    Raises
    ------
    RunError
        When the sample was made for something else.
    """
    sample = sample_of(run)
    if sample["kind"] not in kinds:
        raise RunError(
            f"{run.folder} holds a sample made for {sample['kind']!r}; this analysis needs one "
            f"made for {' or '.join(repr(kind) for kind in kinds)}"
        )
    return sample


def outcomes(run: RunLike, kpi: str, sample: Mapping[str, Any]) -> FloatArray:
    """Return a key figure by base and role, shape (bases, rows a base); failed rows are NaN.

    Raises
    ------
    AnalysisError
        When the run has no such key figure.
    """
    table = run.table("kpis")
    known(table, kpi)
    rows = int(sample["rows_per_base"])
    values = np.full(int(sample["bases"]) * rows, np.nan)
    values[table["draw"].to_numpy(dtype=np.int64)] = table[kpi].to_numpy(dtype=np.float64)
    return values.reshape(-1, rows)


def known(table: Any, kpi: str) -> None:
    """Check that a table has a key figure; the message names those that come near."""
    if kpi in table.columns and kpi not in ROW:
        return
    raise missing(kpi, [str(name) for name in table.columns if name not in ROW])
