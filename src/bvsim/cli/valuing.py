"""`bvsim value`: what it is worth to know more before deciding."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import RUN, echo_json, json_option, runs_option, workers_option
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bvsim.analysis.policy.information import Information, Known
    from bvsim.ensemble.store.results import Run

NONE = "none"
_SHOWN = 12


def _read_observations(
    _: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, float]:
    found = {}
    for text in texts:
        path, _equals, error = text.partition("=")
        try:
            found[path.strip()] = float(error)
        except ValueError:
            raise click.BadParameter(f"{text!r} is not PATH=ERROR", param=parameter) from None
    return found


@click.command()
@click.argument("source", metavar="RUN", type=RUN)
@click.option("--outcome", default="output_2030_gwh", show_default=True, metavar="KPI")
@click.option(
    "--levers",
    "names",
    metavar="NAME,...",
    help="Decide among none and each of these.  [default: all levers; 'none': no decision]",
)
@click.option(
    "--beside",
    multiple=True,
    type=RUN,
    metavar="RUN",
    help="Decide among RUN and these runs of the same draws, instead (repeatable).",
)
@click.option("--less", is_flag=True, help="Less of the outcome is better.")
@click.option(
    "--meur-per-unit",
    type=float,
    metavar="MEUR",
    help="What a unit of the outcome is worth: then utility is money, less the price of a lever.",
)
@click.option(
    "--observe",
    multiple=True,
    callback=_read_observations,
    metavar="PATH=ERROR",
    help="A figure that can be measured, with the standard deviation of the error (repeatable).",
)
@runs_option("Folder for the runs of levers; used again, it resumes.  [default: runs/value-TIME]")
@workers_option
@json_option
def value(*, source: Path, outcome: str, as_json: bool, **options: Any) -> None:
    """Say what knowing more before deciding is worth: EVPI, EVPPI by figure, group and source.

    The decision is which lever to turn, if any: each is simulated alone on the draws of RUN. What
    is maximised is the mean of the outcome, or money with --meur-per-unit.
    """
    run = opened(source)
    names, beside = options["names"], options["beside"]
    if names == NONE and not beside:
        _say_variance(run, outcome, as_json=as_json)
        return
    if beside:
        from bvsim.analysis.policy.labels import label
        from bvsim.analysis.policy.valuation import BASE

        runs = {BASE: run} | {label(each): each for each in map(opened, beside)}
    else:
        runs = _turned(run, names, options["out"], options["workers"])
    _say_value(runs, outcome, options, as_json=as_json)


def _turned(run: Run, names: str | None, out: Path | None, workers: int | None) -> dict[str, Run]:
    """Simulate each lever alone on the draws of a run."""
    from bvsim.analysis.policy.valuation import options_of

    asked = [name.strip() for name in (names or "").split(",") if name.strip()]
    place = out or Path("runs") / f"value-{datetime.now():%Y%m%d-%H%M%S}"
    return options_of(run, asked, out=place, workers=workers, bar=progress_bar)


def _say_value(
    runs: dict[str, Run], outcome: str, options: dict[str, Any], *, as_json: bool
) -> None:
    from bvsim.analysis.policy.valuation import value as value_of

    money = options["meur_per_unit"]
    found = value_of(
        runs,
        outcome,
        meur_per_unit=money,
        less_is_better=options["less"],
        observations=options["observe"],
    )
    aim = f"the mean of {outcome}, made {'least' if options['less'] else 'most'}"
    if money is not None:
        aim = f"money: {money:g} EUR million a unit of {outcome}, less the price of the lever"
    unit = "EUR million" if money is not None else _unit(outcome)
    if as_json:
        decision = {"options": found.means, "best": found.best, "maximised": aim}
        body = {"decision": decision, "unit": unit, "evpi": found.evpi, "evpi_se": found.evpi_se}
        parts = {"evppi": [_json(each) for each in found.known], "rows": found.rows}
        echo_json({"schema_version": 1, "outcome": outcome, **body, **parts})
        return
    _print(found, aim, unit)


def _unit(outcome: str) -> str:
    from bvsim.analysis.kpis import unit_of

    return unit_of(outcome)


def _json(known: Known) -> dict[str, object]:
    error = known.se if math.isfinite(known.se) else None
    return {
        "name": known.name,
        "kind": known.kind,
        "value": known.value,
        "se": error,
        "clear": known.clear,
    }


def _print(found: Information, aim: str, unit: str) -> None:
    from bvsim.cli.terminal import say

    options = ", ".join(found.options)
    say(f"Decision: one of {options}.", f"Maximised: {aim}. {found.rows} rows.")
    say(f"Chosen now: {found.best}, {found.means[found.best]:,.2f} {unit} on average.")
    say(
        f"EVPI: knowing all figures and luck beforehand would be worth {found.evpi:,.3g} {unit} "
        f"(standard error {found.evpi_se:.2g}).",
        "",
    )
    clear = [each for each in found.known if each.clear]
    if clear:
        _table(clear, f"Worth to know, {unit}", ("value", "standard error"))
    if left := len(found.known) - len(clear):
        say(f"{left} looks at figures, groups and sources tell no worth with {found.rows} rows.")
    if clear:
        say(f"To ask or measure next: {clear[0].name}.")


def _table(known: Sequence[Known], title: str, heads: tuple[str, ...]) -> None:
    from bvsim.cli.frames import frame_table
    from bvsim.cli.terminal import make_console

    rows = [
        (each.name, each.kind, f"{each.value:.3g}", *([f"{each.se:.2g}"] if heads[1:] else []))
        for each in known[:_SHOWN]
    ]
    make_console().print(frame_table(title, ("", "kind", *heads), rows))
    if len(known) > _SHOWN:
        from bvsim.cli.terminal import say

        say(f"{len(known) - _SHOWN} more in --json.")


def _say_variance(run: Run, outcome: str, *, as_json: bool) -> None:
    from bvsim.analysis.policy.valuation import explained
    from bvsim.cli.terminal import say

    found = explained(run, outcome)
    if as_json:
        parts = [_json(each) | {"share": each.value} for each in found]
        head = {"schema_version": 1, "outcome": outcome, "decision": None, "evpi": None}
        echo_json({**head, "evppi": [], "variance_explained": parts})
        return
    say(
        "Without a decision knowledge has no value: this is the share of the variance of "
        f"{outcome} that each part explains, in rows its fit has not seen.",
        "",
    )
    clear = [each for each in found if each.clear]
    if clear:
        _table(clear, "Variance explained", ("share",))
    else:
        say("No part explains any that the rows can tell: take more draws.")
