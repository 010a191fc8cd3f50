"""`bvsim ask`: a probability, a quantile or a mean in one line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.errors import FAILED
from bvsim.cli.frames import count
from bvsim.cli.opened import opened
from bvsim.cli.options import RUN, echo_json, json_option

if TYPE_CHECKING:
    from bvsim.analysis.discovery.ask import Answer

RULES = ("leave-out", "as-false", "as-true")


@click.command()
@click.argument("run", type=RUN)
@click.argument("question", metavar="'P(EXPR)'")
@click.option("--given", default="", metavar="EXPR", help="Only rows in which this holds.")
@click.option(
    "--undefined",
    type=click.Choice(RULES),
    default=RULES[0],
    show_default=True,
    help="What rows count as in which EXPR is neither true nor false.",
)
@json_option
@click.pass_context
def ask(
    ctx: click.Context, /, *, run: Path, question: str, given: str, undefined: Any, as_json: bool
) -> None:
    """Answer a question from RUN: P(EXPR), or mean(NAME), median(NAME), P90(NAME).

    EXPR compares key figures, and what happened on the way to them, with numbers:
    'P(output_2030_gwh >= 30 and closed_2030.SITE == 0)'. `bvsim list kpis` names them.
    """
    from bvsim.analysis.discovery.ask import UnansweredError
    from bvsim.analysis.discovery.ask import ask as answer_to

    source = opened(run)
    try:
        found = answer_to(source, question, given, undefined)
    except UnansweredError as nothing:
        click.echo(str(nothing), err=True)
        ctx.exit(FAILED)
    if as_json:
        echo_json(to_json(found))
        return
    from bvsim.cli.terminal import say

    say(sentence(found), *_counts(found, undefined))


def to_json(found: Answer) -> dict[str, object]:
    """Return an answer as plain Python types."""
    from bvsim.analysis.summary import plain, rounded

    ends = None if math.isnan(found.ci95[0]) else [rounded(end) for end in found.ci95]
    key = "probability" if found.what == "probability" else "value"
    return {
        "schema_version": 1,
        "question": found.question,
        "what": found.what,
        key: plain(found.value),
        "ci95": ends,
        "no_interval": found.why or None,
        "rows": found.rows,
        "undefined": found.undefined,
        "outside": found.outside,
        "given": found.given or None,
    }


def sentence(found: Answer) -> str:
    """Return the answer in a line."""
    given = f" given {found.given}" if found.given else ""
    return f"{found.question}{given} = {_said(found)}, {count(found.rows, 'row')}"


def _said(found: Answer) -> str:
    from bvsim.cli.frames import long_number

    def text(value: float) -> str:
        if found.what == "probability":
            return percent(value)
        return f"{value:.2f}" if "year" in found.question else long_number(value)

    if math.isnan(found.ci95[0]):
        return f"{text(found.value)} ({found.why})"
    low, high = map(text, found.ci95)
    return f"{text(found.value)} (95%: {low} to {high})"


def percent(share: float) -> str:
    """Return a share in percent; near 0 and 1 with the digits that tell it from them."""
    near = min(share, 1.0 - share)
    return f"{100 * share:.{0 if near >= 0.0495 or near == 0.0 else 1 if near >= 0.001 else 2}f}%"


def _counts(found: Answer, rule: str) -> list[str]:
    """Say how many rows are undefined, and how many the condition leaves out."""
    lines = []
    if found.undefined:
        became = {"leave-out": "are left out (--undefined as-false or as-true counts them)"}
        known = found.what == "probability"
        text = became.get(rule, f"count {rule.replace('-', ' ')}") if known else "are left out"
        lines.append(f"Undefined in {count(found.undefined, 'row')}: they {text}.")
    if found.outside:
        lines.append(f"The condition leaves out {count(found.outside, 'row')}.")
    return lines
