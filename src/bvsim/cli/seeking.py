"""`bvsim seek`: which levers reach a target at least cost."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.options import (
    changed,
    changes_options,
    count_option,
    json_option,
    out_option,
    scenario_argument,
    seed_option,
    workers_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.seek.search import Mix, Sought
    from bvsim.ensemble.store.results import Run
    from bvsim.reading.scenario import Scenario
    from bvsim.reading.turning import Turn


@click.command()
@scenario_argument("source", "SCENARIO")
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    metavar="TARGET",
    help="'P(KPI >= X) >= SHARE', 'mean(KPI) >= X' or 'P10(KPI) >= X' (repeatable; <= too).",
)
@click.option(
    "--levers",
    "names",
    metavar="NAME,...",
    help="Only these, perhaps NAME=STRENGTH@DATE.  [default: all that have a price]",
)
@click.option("--budget", type=click.FloatRange(min=0), metavar="MEUR", help="EUR million.")
@count_option("-n", "--draws", default=128, help="Draws to choose on, and as many fresh ones.")
@seed_option(1, help="Seed of the draws to choose on; fresh ones have the next.")
@changes_options
@out_option("Folder; used again, it resumes.  [default: runs/seek-TIME]")
@workers_option
@json_option
def seek(
    *,
    source: str,
    targets: tuple[str, ...],
    names: str | None,
    budget: float | None,
    sets: dict[str, object],
    levers: tuple[str, ...],
    as_json: bool,
    **how: Any,
) -> None:
    """Find the cheapest mix of levers that meets a target.

    Each lever is simulated alone on common draws; a mixed-integer programme over its effects row by
    row proposes mixes; exact runs on fresh rows decide. Proportional levers are tried at half, once
    and twice their strength. --set and --lever change SCENARIO throughout.
    """
    from bvsim.analysis.seek.search import alternatives, seek_mix
    from bvsim.analysis.seek.targets import Target
    from bvsim.reading.levers import load_levers
    from bvsim.reading.turning import turn_levers

    wanted = [Target.parse(text) for text in targets]
    scenario = changed(source, sets, levers)
    known = load_levers(scenario)
    rules = {name: (lever.rule, not lever.unpriced) for name, lever in known.items()}
    asked = [name.strip() for name in (names or "").split(",") if name.strip()]
    turns, out = alternatives(rules, asked)
    for turn in turns:
        turn_levers(scenario, [turn])  # what does not fit is told before anything runs
    from bvsim.analysis.kpi_names import require_names

    require_names(scenario, [target.kpi for target in wanted])
    click.echo(f"seek: {len(turns)} alternatives, {(len(turns) + 1) * how['draws']} rows", err=True)
    found = seek_mix(
        _Simulator(scenario, how), turns, wanted, math.inf if budget is None else budget
    )
    if as_json:
        click.echo(json.dumps(to_json(found, out), allow_nan=False))
        return
    print_sought(found, out)


class _Simulator:
    """Simulates mixes of levers of a scenario into folders of their own, each once."""

    def __init__(self, scenario: Scenario, how: dict[str, Any]) -> None:
        self._scenario, self._how = scenario, dict(how)
        self._folder = self._how.pop("out") or Path("runs") / f"seek-{datetime.now():%Y%m%d-%H%M%S}"
        self._seed = self._how.pop("seed")

    def __call__(self, turns: Sequence[Turn], fresh: bool) -> Run:
        from bvsim.cli.options import given
        from bvsim.ensemble.run import run
        from bvsim.reading.turning import turn_levers

        name = "+".join(map(str, turns)) or "no-lever"
        target = Path(self._folder) / ("fresh" if fresh else "chosen-on") / name
        seed, again = self._seed + fresh, target.exists()
        scenario = turn_levers(self._scenario, turns)
        with progress_bar(f"{name}{', fresh rows' * fresh}") as progress:
            options = given(self._how)
            return run(scenario, seed=seed, out=target, resume=again, progress=progress, **options)


def to_json(found: Sought, out: Sequence[str]) -> dict[str, object]:
    """Return what was found as plain Python types."""
    from bvsim.analysis.summary import plain

    mixed = found.additivity
    return {
        "schema_version": 1,
        "targets": [target.text for target in found.targets],
        "budget_meur": plain(found.budget_meur),
        "reachable": found.reachable,
        "best": _mix(found.best),
        "near": [_mix(mix) for mix in found.near],
        "front": [_mix(mix) for mix in found.front],
        "additivity": {name: plain(value) for name, value in vars(mixed).items()},
        "rows": found.rows,
        "left_out": list(out),
        "counted_as_free": list(found.free),
    }


def _mix(mix: Mix) -> dict[str, object]:
    from bvsim.analysis.summary import plain

    levers = [
        {"name": t.name, "strength": t.strength, "from": t.since.isoformat() if t.since else None}
        for t in mix.turns
    ]
    ends = [plain(end) for end in mix.ci95]
    numbers = {"cost_meur": plain(mix.cost_meur), "value": plain(mix.value)}
    interval = None if None in ends else ends
    return {"levers": levers, **numbers, "ci95": interval, "proposed": plain(mix.proposed)}


def print_sought(found: Sought, out: Sequence[str]) -> None:
    """Print the answer, the front, and what to know about both."""
    from bvsim.cli.frames import Column, frame_table
    from bvsim.cli.terminal import make_console, say

    console = make_console()
    console.print(" and ".join(t.text for t in found.targets), style="bold", markup=False)
    say(verdict(found), "")
    header = (
        *(Column("mix"), Column("EUR million", right=True), Column("exact", right=True)),
        *(Column("95%", right=True), Column("effects added", 1, right=True)),
    )
    rows = [_cells(mix) for mix in found.front]
    console.print(frame_table("The front, on fresh rows", header, rows))
    if found.near:
        say(f"Within 5% of its cost: {'; '.join(mix.label for mix in found.near)}.")
    a = found.additivity
    gap = f"{_amount(a.added)} for {_amount(a.exact)}"
    say(
        f"Effects added foretell {gap} on the rows chosen on; of its P10 "
        f"{a.added_p10:.2f} for {a.exact_p10:.2f}."
    )
    if found.free:
        say(f"Without a price, counted as free: {', '.join(found.free)}.")
    if out:
        say(f"Left out for want of a price: {', '.join(out)} (--levers takes them in).")


def verdict(found: Sought) -> str:
    """Return the answer in a sentence."""
    best = found.best
    span = "" if math.isnan(best.ci95[0]) else f" ({' to '.join(_amount(e) for e in best.ci95)})"
    value = f"{_amount(best.value)}{span}"
    cost = f"EUR {best.cost_meur:,.0f} million"
    if found.reachable:
        return f"Reached by {best.label}, for {cost}: {value} on {found.rows} fresh rows."
    limit = "" if math.isinf(found.budget_meur) else f" within EUR {found.budget_meur:,.0f} million"
    return f"Not reachable{limit}: the best is {value}, by {best.label}, for {cost}."


def _cells(mix: Mix) -> tuple[str, ...]:
    ends = "" if math.isnan(mix.ci95[0]) else " .. ".join(_amount(e) for e in mix.ci95)
    exact, added = (_amount(value) for value in (mix.value, mix.proposed))
    return mix.label, f"{mix.cost_meur:,.0f}", exact, ends, added


def _amount(value: float) -> str:
    return f"{value:.2f}"
