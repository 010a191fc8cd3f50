"""`bvsim explain`: one future in ten dated events, or the chain from a change to the cells."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bvsim.cli.opened import opened
from bvsim.cli.options import (
    RUN,
    count_option,
    echo_json,
    json_option,
    lang_option,
    site_option,
)

if TYPE_CHECKING:
    from bvsim.analysis.explain.chains import Chain, Step
    from bvsim.analysis.explain.future import Told
    from bvsim.ensemble.store.results import Run


@click.command()
@click.argument("run", type=RUN)
@click.argument("other", type=RUN, required=False)
@count_option("--draw", least=0, help="The future of this draw.  [default: the one at P10]")
@count_option("--replication", default=0, least=0, help="Its replication.")
@site_option
@lang_option("Language of one future's story.")
@json_option
def explain(
    *,
    run: Path,
    other: Path | None,
    draw: int | None,
    replication: int,
    site: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Tell one future of RUN against the median one, or why OTHER differs from RUN or does not.

    With one run: the ten dated events that part a future from the median one. With two: the chains
    from what was changed to the cells, with counts, and where each of them stops.
    """
    if other is None:
        from bvsim.analysis.explain.future import tell

        found = opened(run)
        _tell(found, tell(found, draw, replication, site), lang, as_json=as_json)
        return
    if lang != "en":
        raise click.UsageError("--lang is for one run: two are compared in English")
    if draw is not None:
        raise click.UsageError("--draw is for one run: two are compared over all their rows")
    _chain(run, other, site, as_json=as_json)


# -- one future ----------------------------------------------------------------------


def _tell(run: Run, told: Told, lang: str, *, as_json: bool) -> None:
    if as_json:
        events = [
            {
                "date": turn.when.isoformat(),
                "entity": turn.entity,
                "event": turn.event,
                "cause": turn.cause,
                "happens": turn.here,
                "days_later": turn.days if math.isfinite(turn.days) else None,
                "gwh": turn.gwh,
            }
            for turn in told.turns
        ]
        sides = {"row": list(told.row), "median_row": list(told.median)}
        output = {"output_2030_gwh": told.output, "median_output_2030_gwh": told.median_output}
        echo_json({"schema_version": 1, **sides, **output, "events": events})
        return
    from bvsim.cli.terminal import say
    from bvsim.show.happened import telling, turning
    from bvsim.show.words import Speaker, called, plain

    said = Speaker(lang)
    say(said.of(telling(told)), "")
    for turn in told.turns:
        name = called(run, turn.entity) if lang == "fr" else plain(turn.entity)
        _say_dated(f"{turn.when:%Y-%m}  {said.of(turning(turn, name))}")
    if not told.turns:
        say(said("trace.none_parts"))


def _say_dated(text: str) -> None:
    import textwrap

    from bvsim.cli.terminal import make_console

    console = make_console()
    lines = textwrap.wrap(text, console.width, subsequent_indent=" " * 9, break_on_hyphens=False)
    console.print("\n".join(lines), markup=False, soft_wrap=True)


# -- two runs ------------------------------------------------------------------------


def _chain(run: Path, other: Path, site: str | None, *, as_json: bool) -> None:
    from bvsim.analysis.explain.chains import chains
    from bvsim.analysis.policy.compare import compare
    from bvsim.analysis.policy.labels import SPAN

    pair = compare(run, other)
    found = chains(pair, site)
    if as_json:
        body = [_chain_json(each) for each in found]
        head = {"schema_version": 1, "what": pair.name, "pairs": pair.pairs, "years": list(SPAN)}
        echo_json({**head, "site": site, "chains": body})
        return
    from bvsim.cli.terminal import make_console, say

    console = make_console()
    years = f"{SPAN[0]}-{SPAN[1]}"
    console.print(f"{pair.name}: {pair.pairs} pairs, {site or 'the valley'}, {years}", style="bold")
    for each in sorted(found, key=lambda chain: not chain.moved):
        say(f"{each.name}: {each.says}.")
    console.print()
    for each in found:
        if each.moved:
            console.print(_table(each))


def _chain_json(chain: Chain) -> dict[str, object]:
    from bvsim.analysis.summary import plain

    steps = [
        {
            "count": step.link.column,
            "says": step.link.says,
            "unit": step.link.unit,
            **{name: plain(getattr(step, name)) for name in ("base", "other", "mean")},
            "ci95": None if math.isnan(step.ci95_lo) else [step.ci95_lo, step.ci95_hi],
            "moved": step.moved,
        }
        for step in chain.steps
    ]
    return {"name": chain.name, "moved": chain.moved, "says": chain.says, "steps": steps}


def _table(chain: Chain) -> object:
    from bvsim.cli.frames import Column, frame_table

    header = (
        *(Column(chain.name), Column("unit", 2), Column("base", 1, right=True)),
        *(Column("other", 1, right=True), Column("difference", right=True)),
        Column("95% interval", right=True),
    )
    return frame_table("", header, map(_cells, chain.steps))


def _cells(step: Step) -> tuple[str, ...]:
    digits = 0 if max(abs(step.base), abs(step.other)) >= 1000 else 1

    def text(value: float, sign: str = "") -> str:
        return "" if math.isnan(value) else f"{value:{sign},.{digits}f}"

    ends = (text(end, "+") for end in (step.ci95_lo, step.ci95_hi))
    return (
        step.link.says,
        step.link.unit,
        text(step.base),
        text(step.other),
        text(step.mean, "+"),
        "" if math.isnan(step.ci95_lo) else " .. ".join(ends),
    )
