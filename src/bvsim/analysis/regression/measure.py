"""What a scenario gives in a few fixed rows: what baselines store and `check` compares."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bvsim.analysis.kpis import unit_of
from bvsim.analysis.tables import REGION
from bvsim.analysis.traced import TracedRow, TracedRows, TraceLine, lines_of, simulate_rows
from bvsim.ensemble.work import FloatArray
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario


@dataclass(frozen=True)
class Metric:
    """A key figure by row.

    Parameters
    ----------
    unit : str
        Its unit.
    rows : array of float, shape (rows,)
        Values, NaN where it is not defined.
    """

    unit: str
    rows: FloatArray

    @property
    def mean(self) -> float:
        """Mean over the rows in which it is defined; NaN without any."""
        defined = self.rows[np.isfinite(self.rows)]
        return float(np.mean(defined)) if len(defined) else math.nan

    @property
    def sd(self) -> float:
        """Spread over the rows in which it is defined; NaN with fewer than two."""
        defined = self.rows[np.isfinite(self.rows)]
        return float(np.std(defined, ddof=1)) if len(defined) > 1 else math.nan


@dataclass(frozen=True)
class ScenarioMetrics:
    """What a scenario gave.

    Parameters
    ----------
    scenario : str
        Its name.
    model_hash : str
        Hash of everything that the scenario says.
    rows : TracedRows
        Which rows were simulated.
    metrics : mapping of str to Metric
        Key figures, and the valley's losses by cause in the same years.
    trace : tuple of TraceLine
        The dated events of the first row.
    digests : tuple of mapping
        For each traced row, a digest of its events by year (values apart).
    failures : tuple of str
        Rows that could not be simulated, and why.
    """

    scenario: str
    model_hash: str
    rows: TracedRows
    metrics: Mapping[str, Metric]
    trace: tuple[TraceLine, ...]
    digests: tuple[Mapping[str, str], ...]
    failures: tuple[str, ...] = ()


def measure(scenario: Scenario, rows: TracedRows) -> ScenarioMetrics:
    """Simulate the rows of a scenario and keep what is compared."""
    values: list[dict[str, float]] = []
    trace: tuple[TraceLine, ...] = ()
    digests: list[Mapping[str, str]] = []
    failures: list[str] = []
    for row in simulate_rows(scenario, rows):
        if row.record is None:
            failures.append(f"draw {row.draw}: {row.error}")
        values.append(dict(_metrics(row, rows.years)))
        if row.draw < rows.traced:
            lines = lines_of(row.record.events, scenario.start) if row.record else ()
            digests.append(digest_by_year(lines))
            trace = lines if row.draw == 0 else trace
    names = sorted({name for each in values for name in each})
    metrics = {
        name: Metric(_unit(name), np.array([each.get(name, math.nan) for each in values]))
        for name in names
    }
    return ScenarioMetrics(
        scenario.name, scenario.model_hash, rows, metrics, trace, tuple(digests), tuple(failures)
    )


def _unit(name: str) -> str:
    return "GWh" if name.startswith("lost_") else unit_of(name)


def _metrics(row: TracedRow, years: Sequence[int]) -> Iterator[tuple[str, float]]:
    """Yield key figures and the valley's losses, by name."""
    if row.record is None:
        return
    kpis = row.record.tables["kpis"]
    yield from zip(kpis.columns, kpis.values[0].tolist(), strict=True)
    yield from _losses(row.record, years)


def _losses(record: Record, years: Sequence[int]) -> Iterator[tuple[str, float]]:
    table = record.tables["ledger"]
    labels = dict(table.index)
    year = np.array(labels["year"])
    keep = np.array([entity != REGION for entity in labels["entity"]])
    for wanted in years:
        total = table.values[(year == wanted) & keep].sum(axis=0)
        for column, value in zip(table.columns, total.tolist(), strict=True):
            if column.startswith("lost_"):
                yield f"{column.removesuffix('_gwh')}_{wanted}_gwh", value


def digest_by_year(lines: Sequence[TraceLine]) -> dict[str, str]:
    """Return a digest of what happened in each year: when, to whom and why, not how much."""
    hashes: dict[str, hashlib.blake2b] = {}
    for line in lines:
        told = (line.stamp, line.entity, line.event, line.cause)
        digest = hashes.setdefault(line.year, hashlib.blake2b(digest_size=6))
        digest.update("\t".join(told).encode() + b"\n")
    return {year: digest.hexdigest() for year, digest in sorted(hashes.items())}


# -- several scenarios at a time ---------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A scenario to be measured: its file or name, and which rows."""

    name: str
    path: Path
    rows: TracedRows


def measure_task(task: Task) -> ScenarioMetrics:
    """Load a scenario and measure it."""
    from bvsim.reading import load

    return measure(load(str(task.path)), task.rows)


def measure_all(
    tasks: Sequence[Task], workers: int | None = None
) -> Iterator[tuple[str, ScenarioMetrics]]:
    """Measure scenarios, each in one process, and yield them as they finish.

    Raises
    ------
    SpecError
        When a scenario cannot be loaded.
    RuntimeError
        When a process dies.
    """
    from bvsim.ensemble.workers.crews import process_pool
    from bvsim.ensemble.workers.engine import available_workers

    count = min(available_workers() if workers is None else workers, len(tasks))
    if count <= 1:
        for task in tasks:
            yield task.name, measure_task(task)
        return
    with process_pool(count) as pool:
        names = {pool.submit(measure_task, task): task.name for task in tasks}
        for future in as_completed(names):
            yield names.pop(future), future.result()
