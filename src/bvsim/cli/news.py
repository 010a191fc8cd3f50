"""`bvsim news`: why a forecast moved between two dates of knowledge, models or scenarios."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bvsim.cli.options import (
    count_option,
    echo_json,
    given,
    json_option,
    runs_option,
    scenario_argument,
    seed_option,
    workers_option,
)
from bvsim.cli.progress import progress_bar

if TYPE_CHECKING:
    from bvsim.analysis.news.split import Bar, News
    from bvsim.reading.scenario import Scenario

_SHOWN = 15


@click.command()
@scenario_argument("old", "OLD")
@scenario_argument("new", "NEW")
@click.option("--outcome", default="output_2030_gwh", show_default=True, metavar="KPI")
@count_option("-n", "--draws", default=32, help="Draws.")
@seed_option(1)
@click.option(
    "--by",
    type=click.Choice(["actor", "section"]),
    default="actor",
    show_default=True,
    help="What goes together; section is fewer parts and less time.",
)
@click.option("--each", is_flag=True, help="Every fact is a part of its own: takes longer.")
@runs_option("Folder; used again, it resumes.  [default: runs/news-TIME]")
@workers_option
@json_option
def news(*, old: str, new: str, outcome: str, out: Path | None, as_json: bool, **how: Any) -> None:
    """Say why the forecast of NEW differs from that of OLD: parts that add up to the difference.

    OLD and NEW are scenarios or run folders; NAME@DATE is a scenario as it was known on that date,
    such as reference@2025-09-30. Parts are the dates, and by actor the facts that have become
    known, the figures and the choices that changed.
    """
    from bvsim.analysis.kpi_names import require_names
    from bvsim.analysis.news.split import news as split

    sides = [_scenario(text) for text in (old, new)]
    for side in sides:
        require_names(side, [outcome], _years(outcome))
    target = out or Path("runs") / f"news-{datetime.now():%Y%m%d-%H%M%S}"
    with progress_bar("news") as progress:
        options: dict[str, Any] = {**given(how), "progress": progress, "resume": target.exists()}
        found = split(sides[0], sides[1], outcome, out=target, **options)
    if as_json:
        echo_json(to_json(found, (old, new)))
        return
    print_news(found, (old, new))


def _years(outcome: str) -> tuple[int, ...] | None:
    years = [int(word) for word in outcome.partition(".")[0].split("_") if word.isdecimal()]
    return tuple(year for year in years if year > 1900) or None


def _scenario(text: str) -> Scenario:
    """Load a scenario, a run's scenario, or a scenario as it was known on a date."""
    from bvsim import reading

    if (Path(text) / "manifest.json").is_file():
        return reading.load(str(Path(text) / "scenario.yaml"))
    name, at, word = text.partition("@")
    if not at:
        return reading.load(name)
    try:
        return reading.load(name, sets={"as_of": date.fromisoformat(word)})
    except ValueError as error:
        if hasattr(error, "problems"):
            raise
        raise click.UsageError(f"{text}: {word!r} is not a date: write NAME@YYYY-MM-DD") from None


def to_json(found: News, sides: tuple[str, str]) -> dict[str, object]:
    """Return what was found as plain Python types."""
    return {
        "schema_version": 1,
        "old": {"name": sides[0], "mean": found.old},
        "new": {"name": sides[1], "mean": found.new},
        "outcome": found.kpi,
        "difference": found.new - found.old,
        "rows": found.rows,
        "exact": found.exact,
        "parts": [_bar(bar) for bar in found.bars],
    }


def _bar(bar: Bar) -> dict[str, object]:
    held = [{"path": each.path, "says": each.says} for each in bar.part.changes]
    error = bar.se if math.isfinite(bar.se) else None
    kind = {"name": bar.part.name, "kind": bar.part.kind}
    return {**kind, "value": bar.value, "se": error, "changes": held}


def print_news(found: News, sides: tuple[str, str]) -> None:
    """Print the waterfall from old to new."""
    from bvsim.cli.frames import Column, frame_table
    from bvsim.cli.terminal import make_console, say

    difference = found.new - found.old
    say(
        f"{found.kpi}: {found.old:.2f} by {sides[0]}, {found.new:.2f} by {sides[1]}: "
        f"{difference:+.2f}, in {found.rows} rows of the same draws and luck.",
        "",
    )
    widest = max(abs(bar.value) for bar in found.bars) or 1.0
    rows: list[tuple[str, ...]] = [("old", "", f"{found.old:.2f}", "", "")]
    shown, rest = found.bars[:_SHOWN], found.bars[_SHOWN:]
    rows += [_row(bar, widest) for bar in shown]
    if rest:
        rows.append((f"{len(rest)} more", "", f"{sum(bar.value for bar in rest):+.2f}", "", ""))
    rows.append(("new", "", f"{found.new:.2f}", "", ""))
    header = (
        *("", Column("kind", 2), Column(found.kpi, right=True)),
        *(Column("se", 1), Column("", 3, whole=True)),
    )
    make_console().print(frame_table("", header, rows, (0, len(rows) - 1)))
    how = "all orders weighed" if found.exact else "two orders a row; se: standard error"
    say(f"Parts by Shapley, {how}. They add up to the difference.")
    clear = [bar for bar in found.bars if abs(bar.value) > 2.0 * bar.se]
    if not clear:
        say("No part can be told from none with so few rows: take more draws.")


def _row(bar: Bar, widest: float) -> tuple[str, ...]:
    mark = ("+" if bar.value > 0 else "\N{MINUS SIGN}") * round(12 * abs(bar.value) / widest)
    error = "" if math.isnan(bar.se) else f"{bar.se:.2f}"
    return bar.part.name, bar.part.kind, f"{bar.value:+.2f}", error, mark
