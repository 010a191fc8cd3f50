"""Sweeps: one run for each combination of values, all on the same draws and the same luck."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.run import Progress, perform
from bvsim.ensemble.store.folder import RunError, is_free
from bvsim.ensemble.store.manifest import SCHEMA_VERSION
from bvsim.ensemble.store.results import ROW, Run, open_run
from bvsim.ensemble.store.spreadsheet import csv_text
from bvsim.ensemble.sweep_file import Sweep, read_sweep
from bvsim.ensemble.sweep_points import LEVERS, Point, Scalar
from bvsim.ensemble.work import Job
from bvsim.ensemble.workers.engine import Engine, available_workers
from bvsim.reading.datafiles import find_scenario, scenario_names
from bvsim.reading.overrides import TWICE
from bvsim.reading.scenario_file import DATES
from bvsim.reading.turning import OPTION, turn_levers
from bvsim.reading.whole_files import together, write_text
from bvsim.schema.errors import Problem, SpecError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from bvsim.reading.scenario import Scenario

MOST_ROWS = 20_000
"""A sweep with more replications still to make has to be confirmed."""
POINTS = "points"
_TOLD = ("story", "scenario", "combine", "axes", "draws", "per_draw", "seed", "design")

MakeJob = Callable[["Scenario", tuple[int, ...], bool], Job]
"""Returns what simulates the rows of a scenario, from the years and whether months are kept."""


@dataclass(frozen=True)
class Cost:
    """What a sweep would take.

    Parameters
    ----------
    points, rows : int
        Runs, and replications of all of them.
    rows_left : int
        Replications that are not done yet.
    row_seconds : float
        Measured time of one replication; 0 when nothing is left.
    workers : int
        Processes it is spread over.
    """

    points: int
    rows: int
    rows_left: int
    row_seconds: float
    workers: int

    @property
    def seconds(self) -> float:
        """Time that what is left will take."""
        return self.rows_left * self.row_seconds / self.workers

    def __str__(self) -> str:
        work = f"{self.points} points, {self.rows:,} replications"
        if not self.rows_left:
            return f"{work}: all done before"
        done = f", {self.rows - self.rows_left:,} of them done before" * (
            self.rows_left < self.rows
        )
        return f"{work}{done}: about {_duration(self.seconds)} on {self.workers} workers"


def _duration(seconds: float) -> str:
    """Write a time to one or two digits."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class SweepRun:
    """A sweep and its folder.

    Parameters
    ----------
    sweep : Sweep
        What is asked.
    out : path
        The folder: one run a point under ``points``, and the tables of all.
    make_job : callable, optional
        What simulates the rows; the valley by default.

    Raises
    ------
    SpecError
        When the scenario does not exist, or a value does not fit, at its place in the file.
    """

    def __init__(self, sweep: Sweep, out: str | Path, make_job: MakeJob | None = None) -> None:
        self.sweep, self.out = sweep, Path(out)
        self._make_job = make_job
        self._base = _checked(sweep)

    def folder_of(self, point: Point) -> Path:
        """Return the run folder of a point: named after its settings, never by position."""
        return self.out / POINTS / point.id

    def scenario_of(self, point: Point) -> Scenario:
        """Return the scenario of a point."""
        made = _at_point(self._base, point)
        return replace(made, name=f"{self.sweep.name}-{point.id}")

    def cost(self, workers: int | None = None) -> Cost:
        """Estimate what is left to do, by simulating two replications."""
        sweep = self.sweep
        rows = sweep.draws * sweep.per_draw
        left = [rows - min(rows, self._done(point)) for point in sweep.points]
        pending = next((p for p, rest in zip(sweep.points, left, strict=True) if rest), None)
        seconds = 0.0 if pending is None else self._row_seconds(pending)
        return Cost(
            len(sweep.points),
            rows * len(sweep.points),
            sum(left),
            seconds,
            workers or available_workers(),
        )

    def simulate(
        self,
        engine: Engine | None = None,
        progress: Callable[[int, Point], Progress] | None = None,
    ) -> tuple[Run, ...]:
        """Run all points that are not done, and write the tables of all.

        Parameters
        ----------
        engine : Engine, optional
            Who simulates.
        progress : callable, optional
            Called with the number of each point and the point; returns what is told how
            far its run is.

        Raises
        ------
        RunError
            When the folder holds something else.
        Interrupted
            On Ctrl-C; asked for again, the sweep goes on where it stopped.
        """
        self._write_plan()
        runs = []
        for i, point in enumerate(self.sweep.points):
            target = self.folder_of(point)
            runs.append(
                perform(
                    self.experiment_of(point),
                    engine or Engine(),
                    out=target,
                    resume=target.exists(),  # what is done is opened, what is not is finished
                    progress=progress and progress(i, point),
                )
            )
        self.write_tables(runs)
        return tuple(runs)

    def table(self, runs: list[Run] | None = None) -> pd.DataFrame:
        """Return one row for each point and key figure: axes, mean, quantiles, interval."""
        import pandas as pd

        opened = runs or [open_run(self.folder_of(point)) for point in self.sweep.points]
        parts = [
            part
            for point, each in zip(self.sweep.points, opened, strict=True)
            if (part := _summary(point, each)) is not None
        ]
        if not parts:
            raise RunError(f"no point of {self.out} has any row")
        table = pd.concat(parts, ignore_index=True)
        for axis in self.sweep.axes:
            if not pd.api.types.is_numeric_dtype(table[axis]):
                table[axis] = table[axis].map(_text)
        return table

    def write_tables(self, runs: list[Run]) -> pd.DataFrame:
        """Write ``sweep.parquet`` and ``sweep.csv``; return the table."""
        table = self.table(runs)
        with together() as beside:
            table.to_parquet(beside(self.out / "sweep.parquet"), index=False)
            beside(self.out / "sweep.csv").write_text(csv_text(table), "utf-8", newline="\n")
        return table

    def experiment_of(self, point: Point) -> Experiment:
        """Return the experiment of a point."""
        sweep, scenario = self.sweep, self.scenario_of(point)
        return Experiment(
            scenario,
            sweep.draws,
            sweep.seed,
            sweep.per_draw,
            sweep.design,
            sweep.years,
            job=self._make_job(scenario, sweep.years, False) if self._make_job else None,
        )

    def _done(self, point: Point) -> int:
        """Return how many rows of a point are done."""
        if not (self.folder_of(point) / "manifest.json").is_file():
            return 0
        manifest = open_run(self.folder_of(point)).manifest
        finished = manifest["status"] == "complete" and not manifest["failures"]
        return int(manifest["draws"] * manifest["per_draw"]) if finished else 0

    def _row_seconds(self, point: Point) -> float:
        """Measure one replication, after a first one that warms up."""
        experiment, seconds = self.experiment_of(point), 0.0
        simulate = experiment.simulator.prepare()
        for row in experiment.rows().take(2):
            started = time.perf_counter()
            try:
                simulate(row.values, row.key)
            except Exception:  # the run will record it
                continue
            seconds = time.perf_counter() - started
        return seconds

    def _write_plan(self) -> None:
        """Write down which points there are, before the first one runs."""
        sweep = self.sweep
        self.out.mkdir(parents=True, exist_ok=True)
        if not ((self.out / "sweep.json").exists() or is_free(self.out)):
            raise RunError(f"{self.out} is not empty and holds no sweep: choose another folder")
        plan = {
            "schema_version": SCHEMA_VERSION,
            "sweep": sweep.name,
            **{name: getattr(sweep, name) for name in _TOLD},
            "points": [
                {
                    "point": point.id,
                    "values": {axis: _plain(value) for axis, value in point.values.items()},
                }
                for point in sweep.points
            ],
        }
        write_text(self.out / "sweep.json", json.dumps(plan, indent=2, allow_nan=False) + "\n")


def validate_sweep(name: str | Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with a sweep file, its scenario and its values included."""
    try:
        _checked(read_sweep(name))
    except SpecError as error:
        return error.problems
    return ()


def _checked(sweep: Sweep) -> Scenario:
    """Return the scenario of a sweep, after every value of every axis has been tried once.

    Raises
    ------
    SpecError
        With all that does not fit, at its place in the file.
    """
    from bvsim import reading

    if find_scenario(sweep.scenario) is None:
        message = f"there is no scenario {sweep.scenario!r}"
        near = did_you_mean(sweep.scenario, scenario_names())
        raise SpecError([Problem(sweep.scenario_place, "scenario", message + near)])
    base = turn_levers(reading.load(sweep.scenario, sets=dict(sweep.common)), sweep.levers)
    tried: set[tuple[str, str]] = set()
    problems: list[Problem] = []
    dated = not set(DATES).isdisjoint(sweep.axes)  # dates stand against each other
    for point in sweep.points:
        new = {(axis, str(value)) for axis, value in point.values.items()} - tried
        if not new and not dated:
            continue
        tried |= new
        try:
            _refuse_lost_levers(base, _at_point(base, point), sweep)
        except SpecError as error:
            problems += error.problems
        if any(TWICE in problem.message for problem in problems):
            break  # axes that overlap do so at every point
    if problems:
        raise SpecError(problems)
    return base


def _at_point(base: Scenario, point: Point) -> Scenario:
    """Return the scenario of a point: what it sets, then the levers that it turns.

    Raises
    ------
    SpecError
        When a value does not fit, at its place in the file.
    """
    made, problems = base.with_values(point.plain), list[Problem]()
    for name, node in point.turned.items():
        try:
            made = turn_levers(made, [f"{name}={node.plain()}"])
        except SpecError as error:
            problems += (
                Problem(node.at, f"{LEVERS}{name}", each.message) for each in error.problems
            )
    if problems:
        raise SpecError(problems)
    return made


def _refuse_lost_levers(base: Scenario, point: Scenario, sweep: Sweep) -> None:
    """Refuse an axis that would undo what a lever sets."""
    for path, old in base.overrides.items():
        if old.origin.startswith(OPTION) and point.overrides[path].origin != old.origin:
            message = f"{old.origin} sets it at every point, and so does an axis"
            raise SpecError([Problem(sweep.scenario_place, path, message)])


def _summary(point: Point, each: Run) -> pd.DataFrame | None:
    """Return the key figures of one point; None where no row could be simulated."""
    if not each.manifest["tables"]:
        return None
    import pandas as pd

    kpis = each.table("kpis")
    names = [name for name in kpis.columns if name not in ROW]
    rows = [_kpi(name, kpis[name], kpis["draw"], each.design) for name in names]
    axes = {"point": point.id, **point.values}
    return pd.DataFrame([{**axes, **row} for row in rows])


def _kpi(
    name: str, values: pd.Series[float], draws: pd.Series[int], design: str
) -> dict[str, str | float]:
    """Return the summary of one key figure."""
    from bvsim.ensemble.design.interval import QUANTILES, ci95_kpi
    from bvsim.ensemble.kpis import unit_of

    low, high = ci95_kpi(unit_of(name), values, draws, design) or (float("nan"), float("nan"))
    return {
        "kpi": name,
        "mean": values.mean(),
        "sd": values.std(ddof=1),
        **{q: float(values.quantile(p)) for q, p in QUANTILES.items()},
        "ci95_lo": low,
        "ci95_hi": high,
        "share_defined": values.notna().mean(),
    }


def _plain(value: Scalar) -> Scalar:
    """Return a value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value


def _text(value: Scalar) -> str:
    """Return a label that is no number as text."""
    return str(_plain(value))
