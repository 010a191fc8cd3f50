"""Relief: what each constraint, lifted, would set free, on the same draws and luck.

Each row is simulated once for every subset of the constraints. What lifting changes is
causal, unlike the ledger, which books a loss where it appears.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Unpack, cast

import numpy as np
import pandas as pd

from bvsim.analysis.ledger.shapley import (
    alone,
    interactions,
    last,
    pair_names,
    pairs,
    shapley,
    subsets,
)
from bvsim.analysis.samples import How, require
from bvsim.analysis.tables import REGION, ROW, RunLike, ledger_by
from bvsim.ensemble.design.draws import Scenario
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.experiment import RowKind
from bvsim.ensemble.run import Run, run
from bvsim.ensemble.store.manifest import Sample
from bvsim.ensemble.work import FloatArray, Job, Simulate
from bvsim.valley.cells import causes
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record, Table

KIND = "relief"
TABLE = "relief"
STOPS = causes.STOPS.lift
"""Lifted only when asked for: stalls and breakdowns."""
CONSTRAINTS = tuple(lift for lift in causes.LIFTS if lift != STOPS)

ALL = "all"
MEASURES = ("alone", "last", "shapley", "pair", "interaction", ALL)


class Lifted(Protocol):
    """Simulates one replication with some constraints lifted."""

    def __call__(self, values: FloatArray, key: Key, *, lifts: frozenset[str]) -> Record:
        """Return the record, whose table `ledger` has `good_gwh` by year and block."""


@dataclass(frozen=True)
class Relief(RowKind):
    """Rows of a plain run, each simulated once for every subset of the constraints.

    Parameters
    ----------
    constraints : tuple of str
        What is lifted.
    """

    constraints: tuple[str, ...] = CONSTRAINTS

    def simulator(self, job: Job) -> Job:
        """Return what simulates a row with each subset lifted."""
        return ReliefJob(job, self.constraints)

    def sample(self, scenario: Scenario) -> Sample:
        """Return what the rows were made for."""
        return {"kind": KIND, "constraints": list(self.constraints)}


@dataclass(frozen=True)
class ReliefJob:
    """Simulates every row once for each subset of the constraints.

    Parameters
    ----------
    job : Job
        What simulates one replication, with some constraints lifted: see `Lifted`.
    constraints : tuple of str
        What is lifted.
    """

    job: Job
    constraints: tuple[str, ...]

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        simulate = cast("Lifted", self.job.prepare())
        return functools.partial(relieved, simulate, self.constraints)


def relieved(
    simulate: Lifted, constraints: tuple[str, ...], values: FloatArray, key: Key
) -> Record:
    """Return the record of a row as it is, with a table `relief` of all subsets beside it."""
    good = []
    first: Record | None = None
    for lifted in subsets(constraints):
        record = simulate(values, key, lifts=frozenset(lifted))
        first = first or record
        good.append(_good(record.tables["ledger"]))
    assert first is not None
    labels, _ = good[0]
    if any(other != labels for other, _ in good):
        raise ValueError("lifting a constraint changes the labels of the ledger")
    columns = tuple(_column(lifted) for lifted in subsets(constraints))
    table = Table(labels, columns, np.column_stack([output for _, output in good]))
    return Record({**first.tables, TABLE: table})


Labels = tuple[tuple[str, tuple[object, ...]], ...]


def _good(ledger: Table) -> tuple[Labels, FloatArray]:
    """Return the good output of the valley and of each site by year, with its labels."""
    index = dict(ledger.index)
    sites = [str(entity).split(".", 1)[0] for entity in index["entity"]]
    keys = list(zip(index["year"], sites, strict=True))
    years = sorted(set(index["year"]), key=str)
    names = [REGION, *sorted(set(sites) - {REGION})]
    rows = [(year, name) for year in years for name in names]
    at = {row: i for i, row in enumerate(rows)}
    output = np.zeros(len(rows))
    good = ledger.values[:, ledger.columns.index("good_gwh")]
    for (year, site), value in zip(keys, good, strict=True):
        if site != REGION:
            output[at[year, site]] += value
            output[at[year, REGION]] += value
    labels = (("year", tuple(y for y, _ in rows)), ("entity", tuple(name for _, name in rows)))
    return labels, output


def _column(lifted: Iterable[str]) -> str:
    return f"lifted_{'_'.join(lifted) or 'none'}_gwh"


def run_relief(
    scenario: Scenario,
    draws: int = 64,
    seed: int = 1,
    *,
    out: str | Path,
    stops: bool = False,
    **how: Unpack[How],
) -> Run:
    """Simulate the draws of a plain Sobol run with every subset of the constraints lifted.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    draws, seed : int
        As in `bvsim.run`: the same draws and the same luck.
    out : path
        A run folder; beside the tables of an ordinary run (nothing lifted) it gets `relief`.
    stops : bool
        Lift stalls and breakdowns too: 64 simulations a row instead of 32.
    **how
        Years, workers, resume, progress and job, as in `bvsim.run`.

    Raises
    ------
    RunError
        When the folder holds something else.
    """
    kind = Relief((*CONSTRAINTS, STOPS) if stops else CONSTRAINTS)
    return run(scenario, draws, seed, out=out, kind=kind, chunk_rows=1, **how)


def relief_rows(run: RunLike) -> pd.DataFrame:
    """Return what lifting sets free in every row, GWh.

    Parameters
    ----------
    run : RunLike
        Made by `run_relief`.

    Returns
    -------
    pandas.DataFrame
        Columns (measure, lifted): what each constraint frees ``alone``, and ``last``
        (all others lifted already), its ``shapley`` share; what each ``pair`` frees, and its
        ``interaction`` (the pair less the two alone); and ``all`` lifted together. Index:
        draw, replication, year, entity (sites and ``region``).

    Raises
    ------
    RunError
        When the sample was made for something else.
    """
    constraints = tuple(require(run, KIND)["constraints"])
    table = run.table(TABLE).set_index([*ROW, "year", "entity"])
    worth = table[[_column(lifted) for lifted in subsets(constraints)]].to_numpy(dtype=float)
    couples = pair_names(constraints)
    parts = {
        "alone": (constraints, alone(worth)),
        "last": (constraints, last(worth)),
        "shapley": (constraints, shapley(worth)),
        "pair": (couples, pairs(worth)),
        "interaction": (couples, interactions(worth)),
        ALL: (("+".join(constraints),), worth[:, -1:] - worth[:, :1]),
    }
    labels = [(measure, name) for measure, (names, _) in parts.items() for name in names]
    values = np.concatenate([part for _, part in parts.values()], axis=1)
    columns = pd.MultiIndex.from_tuples(labels, names=["measure", "lifted"])
    return pd.DataFrame(values, index=table.index, columns=columns)


def relief(run: RunLike) -> pd.DataFrame:
    """Summarise what lifting sets free, by year and site.

    Returns
    -------
    pandas.DataFrame
        `mean_gwh`, `ci95_lo_gwh`, `ci95_hi_gwh` (paired: the mean of differences within
        rows, by the design's blocks; NaN where the design allows none), `p10_gwh`,
        `p90_gwh`, `clear` (the interval does not cover zero), `n`; index: year, entity,
        measure, lifted.
    """
    rows = relief_rows(run)
    design = run.manifest["design"]
    groups = rows.groupby(["year", "entity"], sort=True, observed=True)
    parts = {key: _summary(part, design) for key, part in groups}
    return pd.concat(parts, names=["year", "entity"])


def _summary(part: pd.DataFrame, design: str) -> pd.DataFrame:
    draws = part.index.get_level_values("draw").to_numpy()
    unknown = (np.nan, np.nan)
    values = part.to_numpy(dtype=float)
    intervals = [ci95_mean(column, draws, design) or unknown for column in values.T]
    low, high = np.array(intervals).T
    p10, p90 = np.quantile(values, [0.1, 0.9], axis=0)
    columns = {"mean_gwh": values.mean(axis=0), "ci95_lo_gwh": low, "ci95_hi_gwh": high}
    columns |= {"p10_gwh": p10, "p90_gwh": p90, "clear": (low > 0.0) | (high < 0.0)}
    return pd.DataFrame({**columns, "n": len(part)}, index=part.columns)


def booked_and_caused(run: RunLike) -> pd.DataFrame:
    """Put what the ledger books under a cause beside what lifting it alone sets free.

    The ledger books a loss where it appears; the same rows with the cause switched off say
    what it brings about.

    Parameters
    ----------
    run : RunLike
        Made by `run_relief`.

    Returns
    -------
    pandas.DataFrame
        GWh of the whole valley: `booked_gwh` and `caused_gwh` (means), each with
        `..._lo_gwh` and `..._hi_gwh` (95% intervals, by the design's blocks); index: year,
        lifted.
    """
    freed: pd.DataFrame = relief_rows(run).xs(REGION, level="entity")["alone"]  # type: ignore[assignment]
    ledger = ledger_by(run, "region").droplevel("entity")
    booked = ledger[[causes.column(causes.LIFTS[str(name)].name) for name in freed]]
    booked = booked.set_axis(freed.columns, axis=1).reindex(freed.index)
    design = run.manifest["design"]
    parts = {
        year: pd.concat(
            [_mean(booked.loc[rows], "booked", design), _mean(freed.loc[rows], "caused", design)],
            axis=1,
        )
        for year, rows in freed.groupby("year").groups.items()
    }
    return pd.concat(parts, names=["year", "lifted"])


def _mean(rows: pd.DataFrame, name: str, design: str) -> pd.DataFrame:
    """Return the mean of each column and its interval, under a name."""
    found = _summary(rows, design)[["mean_gwh", "ci95_lo_gwh", "ci95_hi_gwh"]]
    return found.set_axis([f"{name}_gwh", f"{name}_lo_gwh", f"{name}_hi_gwh"], axis=1)


def surplus(run: RunLike) -> pd.DataFrame:
    """Compare, for the whole valley, the sum of single reliefs with the relief of all.

    Returns
    -------
    pandas.DataFrame
        Mean GWh over rows: `all`, `sum_shapley` (equal to it), `sum_alone`, `sum_last`;
        index: year. Where the last two differ from the first, constraints interact.
    """
    rows = relief_rows(run)
    valley = rows[rows.index.get_level_values("entity") == REGION]
    means = valley.groupby("year").mean()
    found = {ALL: means[ALL].to_numpy()[:, 0]}
    for name in ("shapley", "alone", "last"):
        found[f"sum_{name}"] = means[name].to_numpy().sum(axis=1)
    return pd.DataFrame(found, index=means.index)
