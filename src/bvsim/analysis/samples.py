"""Samples made for one analysis: rows that differ from one another in a planned way.

A sample consists of bases; each base has the same number of rows, one for each role (the
base itself, the base with one group changed, ...). All rows of a base share its luck, or
differ in it on purpose. Samples are rows of another kind than plain draws: they go through
the same pool and run folder, so they run in parallel, can be resumed, and can be extended by
more bases. The manifest says what a sample is; an analysis refuses one made for another.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypedDict, Unpack

import numpy as np

from bvsim.analysis.groups import Group
from bvsim.analysis.kpi_names import missing
from bvsim.analysis.tables import ROW, RunLike
from bvsim.ensemble.design.draws import Draws, Scenario
from bvsim.ensemble.experiment import Experiment, RowKind
from bvsim.ensemble.run import Progress, Run, run
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import PLAIN, Sample
from bvsim.ensemble.work import FloatArray, Job, Simulate
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    import pandas as pd

FILE = "sample.json"
"""Where runs of bvsim 0.1 say what sample they hold."""

DRAWN = (PLAIN, "relief")
"""Kinds of sample whose table `draws` holds the figures behind each row."""


Correlate = Callable[[FloatArray], FloatArray]
"""Gives rows of uniform numbers the rank correlations of a scenario."""


def independent(uniforms: FloatArray) -> FloatArray:
    """Return the numbers as they are."""
    return uniforms


@dataclass(frozen=True)
class BaseRows(RowKind, ABC):
    """Rows in bases, for an analysis that looks at key figures alone.

    Parameters
    ----------
    dimensions : int
        Columns of the design.
    groups : tuple of Group
        The figures that vary together.
    bases, seed : int
        Number of bases, and seed of figures and luck.
    """

    dimensions: int
    groups: tuple[Group, ...]
    bases: int
    seed: int

    drawn = False

    @property
    @abstractmethod
    def rows_per_base(self) -> int:
        """Rows of each base."""

    @abstractmethod
    def uniforms(self, base: int) -> FloatArray:
        """Return the uniform numbers behind the rows of a base, shape (rows, columns)."""

    def luck_of(self, role: int) -> int:
        """Return which luck of its base a row has; all have the same by default."""
        return 0

    def settings(self) -> Sample:
        """Return what else makes the sample what it is."""
        return {}

    def draws(self, experiment: Experiment) -> Draws:
        """Return the values behind each row."""
        size, scenario = self.rows_per_base, experiment.scenario
        return Draws(
            experiment.draws, size, lambda base: np.asarray(scenario.quantile(self.uniforms(base)))
        )

    def luck(self, draw: int, replication: int) -> tuple[int, int]:
        """Return the base, and which of its lucks a row has."""
        base, role = divmod(draw, self.rows_per_base)
        return base, self.luck_of(role)

    def simulator(self, job: Job) -> Job:
        """Return what simulates a row and keeps its key figures."""
        return KpiJob(job)

    def sample(self, scenario: Scenario) -> Sample:
        """Return what the sample is."""
        order: Sequence[str] = getattr(scenario, "order", scenario.paths)
        return {
            "kind": self.design,
            "bases": self.bases,
            "rows_per_base": self.rows_per_base,
            "groups": {group.name: [order[i] for i in group.columns] for group in self.groups},
            **self.settings(),
        }


@dataclass(frozen=True)
class KpiJob:
    """Simulates rows and keeps their key figures alone.

    Parameters
    ----------
    job : Job
        What simulates one replication.
    """

    job: Job

    tables: ClassVar[tuple[str, ...]] = ("kpis",)

    @property
    def part_of(self) -> str:
        """What rows with all their tables depend on."""
        return str(getattr(self.job, "mark", ""))

    @property
    def mark(self) -> str:
        """What its rows depend on."""
        return f"{self.part_of}-kpis" if self.part_of else ""

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        simulate = self.job.prepare()

        def simulated(values: FloatArray, key: Key) -> Record:
            return Record({"kpis": simulate(values, key).tables["kpis"]})

        return simulated


class How(TypedDict, total=False):
    """Options of what is simulated for an analysis: see `bvsim.run`."""

    years: tuple[int, ...]
    workers: int | None
    resume: bool
    progress: Progress | None
    job: Job | None


def run_sample(scenario: Scenario, rows: BaseRows, out: str | Path, **how: Unpack[How]) -> Run:
    """Simulate a sample into a run folder.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    rows : BaseRows
        The sample.
    out : path
        The run folder.
    **how
        Years, workers, resume, progress and job, as for `bvsim.run`.

    Raises
    ------
    RunError
        When the folder holds something else.
    Interrupted
        On Ctrl-C; what was finished is kept and can be resumed.
    """
    draws = rows.bases * rows.rows_per_base
    return run(scenario, draws, rows.seed, out=out, kind=rows, design=rows.design, **how)


def sample_of(run: RunLike) -> Sample:
    """Return what sample a run holds; an ordinary run is `PLAIN`.

    Raises
    ------
    RunError
        When a run made by bvsim 0.1 for an analysis has lost its `sample.json`.
    """
    manifest = run.manifest
    if found := manifest.get("sample"):
        return found
    path = Path(run.folder) / FILE
    if path.is_file():
        before: Sample = json.loads(path.read_text(encoding="utf-8"))
        return before
    name = manifest.get("scenario", "")
    if "+" in name:
        raise RunError(f"{run.folder} ({name}) has no {FILE}: make the analysis anew")
    return {"kind": PLAIN, "design": manifest.get("design", "")}


def require(run: RunLike, *kinds: str) -> Sample:
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


def outcomes(run: RunLike, kpi: str, sample: Sample) -> FloatArray:
    """Return a key figure by base and role, shape (bases, rows a base); failed rows are NaN.

    Raises
    ------
    AnalysisError
        When the run has no such key figure.
    """
    table = run.table("kpis")
    known(table, kpi)
    rows = sample["rows_per_base"]
    values = np.full(sample["bases"] * rows, np.nan)
    values[table["draw"].to_numpy(dtype=np.int64)] = table[kpi].to_numpy(dtype=np.float64)
    return values.reshape(-1, rows)


def known(table: pd.DataFrame, kpi: str) -> None:
    """Check that a table has a key figure; the message names those that come near."""
    if kpi in table.columns and kpi not in ROW:
        return
    raise missing(kpi, [str(name) for name in table.columns if name not in ROW])
