"""`bvsim seek`: which levers reach a target at least cost."""

from __future__ import annotations

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
    echo_json,
    json_option,
    runs_option,
    scenario_argument,
    seed_option,
    workers_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.seek.found import Additivity, Mix, Sought


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
@count_option("-n", "--draws", default=128, help="Draws to choose on.")
@count_option("--confirm", help="Fresh draws that decide.  [default: as many]")
@seed_option(1, help="Seed of the draws to choose on; fresh ones have the next.")
@changes_options
@runs_option("Folder; used again, it resumes.  [default: runs/seek-TIME]")
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
    and twice their strength, others at those they list. --set and --lever change SCENARIO.
    """
    from bvsim.analysis.seek.study import seek as search

    scenario = changed(source, sets, levers)
    asked = [name.strip() for name in (names or "").split(",") if name.strip()]
    most = math.inf if budget is None else budget
    place = how.pop("out") or Path("runs") / f"seek-{datetime.now():%Y%m%d-%H%M%S}"
    found, out = search(scenario, targets, asked, most, out=place, bar=progress_bar, **how)
    if as_json:
        echo_json(to_json(found, out))
        return
    print_sought(found, out)


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
        "robust": _mix(found.robust),
        "front": [_mix(mix) for mix in found.front],
        "additivity": {
            **{name: plain(value) for name, value in vars(mixed).items()},
            "error": plain(mixed.error),
            "error_p10": plain(mixed.error_p10),
        },
        "rows": found.rows,
        "fresh_rows": found.fresh_rows,
        "left_out": list(out),
        "counted_as_free": list(found.free),
        "change_nothing": list(found.idle),
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
    numbers["foretold"] = mix.foretold
    return {"levers": levers, **numbers, "ci95": interval, "proposed": plain(mix.proposed)} | {
        "regret_p90": plain(mix.regret)
    }


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
        Column("P90 of regret", 2, right=True),
    )
    rows = [_cells(mix) for mix in found.front]
    console.print(frame_table("The front, on fresh rows", header, rows))
    if found.near:
        say(f"Within 5% of its cost: {'; '.join(mix.label for mix in found.near)}.")
    say(*_robust(found), _foretold(found.front), added_up(found.additivity))
    if found.free:
        say(f"Without a price, counted as free: {', '.join(found.free)}.")
    if found.idle:
        say(f"Not tried, as they change nothing here: {', '.join(found.idle)}.")
    if out:
        say(f"Left out for want of a price: {', '.join(out)} (--levers takes them in).")


def _robust(found: Sought) -> list[str]:
    """Name the mix of least regret, where there is more than one."""
    mix, kpi = found.robust, found.targets[0].kpi
    if math.isnan(mix.regret) or len(found.front) < 2:
        return []
    less = f"in nine futures of ten it falls short of the best by {_amount(mix.regret)} at most"
    spent = f"EUR {mix.cost_meur:,.0f} million"
    return [f"Least regret of these in {kpi}: {mix.label}, for {spent}; {less}."]


def _foretold(front: Sequence[Mix]) -> str:
    """Count the mixes of the front that added effects foretold within their intervals."""
    known = [mix for mix in front if not math.isnan(mix.ci95[0])]
    if not known:
        return "Too few rows for intervals: the front cannot be told from noise."
    right = sum(mix.foretold for mix in known)
    return f"Foretold within the interval of the exact run: {right} of {len(known)} mixes."


def added_up(found: Additivity) -> str:
    """Say how well added effects foretell an exact run, and what was done about it."""
    if "," not in found.mix:
        return "No mix of several levers was needed: effects were not added."
    error = f"{found.error:.1%} {'of the rows' if found.share else ''}".rstrip()
    line = (
        f"Effects added for {found.mix}, on the rows chosen on: {_amount(found.added)} for "
        f"{_amount(found.exact)} (error {error}); P10 {_amount(found.added_p10)} for "
        f"{_amount(found.exact_p10)} (error {found.error_p10:.1%})."
    )
    runs = "1 exact run has" if found.replaced == 1 else f"{found.replaced} exact runs have"
    return f"{line} {runs} replaced them." if found.replaced else line


def verdict(found: Sought) -> str:
    """Return the answer in a sentence."""
    best = found.best
    span = "" if math.isnan(best.ci95[0]) else f" ({' to '.join(_amount(e) for e in best.ci95)})"
    value = f"{_amount(best.value)}{span}"
    cost = f"EUR {best.cost_meur:,.0f} million"
    if found.reachable:
        return f"Reached by {best.label}, for {cost}: {value} on {found.fresh_rows} fresh rows."
    limit = "" if math.isinf(found.budget_meur) else f" within EUR {found.budget_meur:,.0f} million"
    return f"Not reachable{limit}: the best is {value}, by {best.label}, for {cost}."


def _cells(mix: Mix) -> tuple[str, ...]:
    ends = "" if math.isnan(mix.ci95[0]) else " .. ".join(_amount(e) for e in mix.ci95)
    exact, added = (_amount(value) for value in (mix.value, mix.proposed))
    regret = "" if math.isnan(mix.regret) else _amount(mix.regret)
    return mix.label, f"{mix.cost_meur:,.0f}", exact, ends, added, regret


def _amount(value: float) -> str:
    return f"{value:.2f}"
