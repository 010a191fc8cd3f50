"""What knowing more is worth before one of a scenario's levers is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from bvsim.analysis.groups import BY
from bvsim.analysis.policy.information import (
    Information,
    Known,
    information,
    utilities,
    variance_explained,
)
from bvsim.analysis.policy.labels import cost_of
from bvsim.analysis.progress import Bar, no_bar
from bvsim.analysis.samples import DRAWN, require
from bvsim.analysis.tables import ROW
from bvsim.analysis.variables import values_of
from bvsim.ensemble.run import Run, run
from bvsim.reading.levers import load_levers
from bvsim.reading.scenario import load
from bvsim.reading.turning import turn_levers

BASE = "no lever"


def options_of(
    base: Run,
    levers: Sequence[str] = (),
    *,
    out: str | Path,
    workers: int | None = None,
    bar: Bar = no_bar,
) -> dict[str, Run]:
    """Simulate each lever alone on the draws and luck of a run.

    Parameters
    ----------
    base : Run
        The run without them.
    levers : sequence of str
        ``NAME`` or ``NAME=STRENGTH@DATE``; all of the model by default.
    out : path
        A folder; used again, it goes on.
    workers, bar
        Processes, and what shows progress.
    """
    scenario = load(base.folder / "scenario.yaml")
    asked = list(levers) or list(load_levers(scenario))
    turned = {name: turn_levers(scenario, [name]) for name in asked}
    found, facts = {BASE: base}, base.manifest
    for name, each in turned.items():
        target = Path(out) / name
        again = target.exists()
        with bar(name) as progress:
            found[name] = run(
                each,
                facts["draws"],
                facts["seed"],
                per_draw=facts["per_draw"],
                design=facts["design"],
                years=facts["years"],
                out=target,
                resume=again,
                workers=workers,
                progress=progress,
            )
    return found


def value(
    runs: Mapping[str, Run],
    outcome: str = "output_2030_gwh",
    *,
    meur_per_unit: float | None = None,
    less_is_better: bool = False,
    observations: Mapping[str, float] | None = None,
) -> Information:
    """Return what knowing more is worth before one of some runs is chosen.

    Parameters
    ----------
    runs : mapping of str to Run
        The options, on common draws and luck: of `options_of`, or any others.
    outcome : str
        The key figure whose mean is maximised.
    meur_per_unit : float, optional
        What a unit of it is worth; then money less the levers' prices is maximised.
    less_is_better : bool
        The key figure is minimised instead.
    observations : mapping of str to float, optional
        Figures that can be measured, with the standard deviation of the error.
    """
    first = next(iter(runs.values()))
    costs = {name: cost_of(first, each) for name, each in runs.items()}
    table = utilities(runs, outcome, costs, meur_per_unit, less_is_better=less_is_better)
    figures = first.table("draws").set_index("draw")
    return information(table, figures, parts_of(first), observations)


def explained(base: Run, outcome: str = "output_2030_gwh") -> tuple[Known, ...]:
    """Return the share of an outcome's variance by figure, actor and source, without a decision.

    The outcome is a key figure, or another variable (see `bvsim.analysis.variables`).
    """
    require(base, *DRAWN)
    kpis = base.table("kpis").set_index(ROW)
    values = pd.Series(values_of(base, outcome, kpis), kpis.index, name=outcome).dropna()
    return variance_explained(values, base.table("draws").set_index("draw"), parts_of(base))


def parts_of(base: Run) -> dict[tuple[str, str], list[str]]:
    """Return the figures of a run by actor and by source."""
    scenario = load(base.folder / "scenario.yaml")
    figures = dict(scenario.figures())
    found: dict[tuple[str, str], list[str]] = {}
    for path in scenario.paths:
        found.setdefault(("group", BY["actor"](path)), []).append(path)
        for name in figures[path].vintage.sources:
            found.setdefault(("source", name), []).append(path)
    return found
