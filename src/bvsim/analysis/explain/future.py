"""One future told: the dated events that part it from the median one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.replay import replay_run, scenario_of
from bvsim.analysis.tables import ROW, columns_from, columns_of
from bvsim.ensemble.store.results import Run
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

KPI: Final = "output_2030_gwh"
MOST: Final = 10
TURNS: Final = frozenset(
    {
        *("SOP", "cancelled", "suspended", "undecided", "closed", "approved by customers"),
        *("mothballed", "line opens", "starts capped", "export licences required"),
        *(f"line {n} released" for n in range(1, 13)),
    }
)
"""Events that can decide a future; cohorts, shipments and the like are too many and too small."""
_FOLLOWS = {"line 1 released": "SOP", "approved by customers": "SOP"}
_FULL_YEARS = 3.0
"""An event that comes so many years sooner or later counts as much as one that never comes."""


@dataclass(frozen=True)
class Turn:
    """A dated event that parts a future from the median one.

    Parameters
    ----------
    when : datetime.date
        Its day; where it does not happen in this future, that in the median one.
    entity, event, cause : str
        What happened to whom, and why.
    here : bool
        Whether it happens in this future.
    days : float
        How many days later than in the median one; infinite where only one of them has it.
    gwh : float
        What the block or site makes more than in the median future, all years together.
    """

    when: date
    entity: str
    event: str
    cause: str
    here: bool
    days: float
    gwh: float


@dataclass(frozen=True)
class Told:
    """A future beside the median one.

    Parameters
    ----------
    row, median : (int, int)
        Draw and replication of both.
    output, median_output : float
        Good cells of 2030, GWh.
    total, median_total : float
        Good cells of all years, GWh.
    turns : tuple of Turn
        The decisive events, by date.
    """

    row: tuple[int, int]
    median: tuple[int, int]
    output: float
    median_output: float
    total: float
    median_total: float
    turns: tuple[Turn, ...]


def tell(
    run: Run,
    draw: int | None = None,
    replication: int = 0,
    site: str | None = None,
    *,
    scenario: Scenario | None = None,
) -> Told:
    """Tell one future of a run against the median one.

    Parameters
    ----------
    run : Run
        The run; two of its rows are simulated again.
    draw, replication : int, optional
        Which future; by default the one at the tenth percentile of output in 2030.
    site : str, optional
        Only events of this site, plant or recycler.
    scenario : Scenario, optional
        The run's, where it has been loaded.

    Raises
    ------
    AnalysisError
        When the run has no output of 2030.
    """
    median = row_at(run, 0.5)
    row = row_at(run, 0.1) if draw is None else (draw, replication)
    scenario = scenario or scenario_of(run)
    here, there = (replay_run(run, *each, scenario=scenario) for each in (row, median))
    output = columns_from(run, "kpis", [*ROW, KPI]).set_index(ROW)[KPI]
    made, usual = _made(here), _made(there)
    turns = _turns(here, there, {name: made[name] - usual.get(name, 0.0) for name in made}, site)
    return Told(
        row,
        median,
        float(output.loc[row]),
        float(output.loc[median]),
        sum(made.values()),
        sum(usual.values()),
        turns,
    )


def row_at(run: Run, level: float) -> tuple[int, int]:
    """Return the row whose output of 2030 is nearest a quantile of it."""
    if KPI not in columns_of(run, "kpis"):
        raise AnalysisError(f"the run has no {KPI}: nothing to tell futures by")
    kpis = columns_from(run, "kpis", [*ROW, KPI])
    output = kpis[KPI].to_numpy(dtype=np.float64)
    far = np.abs(output - np.quantile(output, level))
    nearest = kpis.iloc[int(np.argmin(far))]
    return int(nearest["draw"]), int(nearest["replication"])


def _made(record: Record) -> dict[str, float]:
    """Return the good cells of each block over all years."""
    table = record.tables["ledger"]
    good = table.values[:, table.columns.index("good_gwh")]
    made: dict[str, float] = {}
    for entity, gwh in zip(dict(table.index)["entity"], good, strict=True):
        made[str(entity)] = made.get(str(entity), 0.0) + float(gwh)
    return made


Dated = dict[tuple[str, str], tuple[float, date, str]]


def _dated(record: Record) -> Dated:
    """Return the first time of each turn: its day, date and cause."""
    found: Dated = {}
    for event in sorted(record.events, key=lambda each: each.day):
        if event.event in TURNS:
            found.setdefault((event.entity, event.event), (event.day, event.when, event.cause))
    return found


def _turns(
    here: Record, there: Record, gained: dict[str, float], site: str | None
) -> tuple[Turn, ...]:
    """Return the events with the most weight: how far apart they lie, and what hangs on them."""
    ours, theirs = _dated(here), _dated(there)
    found = []
    for key in {*ours, *theirs}:
        entity, event = key
        if site is not None and not f"{entity}.".startswith(f"{site}."):
            continue
        ends = [side[key][0] if key in side else math.inf for side in (ours, theirs)]
        days = 0.0 if ends[0] == ends[1] else ends[0] - ends[1]
        _, when, cause = ours.get(key) or theirs[key]
        gwh = sum(g for name, g in gained.items() if f"{name}.".startswith(f"{entity}."))
        weight = min(1.0, abs(days) / 365.25 / _FULL_YEARS) * max(abs(gwh), 1e-3)
        found.append((weight, Turn(when, entity, event, cause, key in ours, days, gwh)))
    found.sort(key=lambda each: (-each[0], each[1].when, each[1].entity, each[1].event))
    kept = _one_a_kind([turn for weight, turn in found if weight > 0.0])
    return tuple(sorted(kept[:MOST], key=lambda turn: (turn.when, turn.entity, turn.event)))


def _one_a_kind(turns: list[Turn]) -> list[Turn]:
    """Keep the heaviest of each block's releases of lines, and of its start: others follow."""
    kept: list[Turn] = []
    seen: set[tuple[str, str]] = set()
    for turn in turns:
        kind = _FOLLOWS.get(turn.event, turn.event.split(" ")[0])
        if (turn.entity, kind) not in seen:
            seen.add((turn.entity, kind))
            kept.append(turn)
    return kept
