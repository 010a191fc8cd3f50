"""What `bvsim compare` prints: a sentence, what moved, and what did not in one line."""

from __future__ import annotations

import fnmatch
import math
from typing import TYPE_CHECKING

import click

from bvsim.analysis.policy.reading import Read, amount, change, read, verdict

if TYPE_CHECKING:
    from bvsim.analysis.policy.compare import Comparison, Difference
    from bvsim.cli.frames import FittedTable

MOST = 15
"""Rows of what moved; more are counted."""


def fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a key figure is asked for."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def read_names(comparison: Comparison, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the key figures that are read: those asked for, the valley's own by default."""
    return tuple(
        name for name in comparison.kpis if (fits(name, patterns) if patterns else "." not in name)
    )


def print_comparison(comparison: Comparison, patterns: tuple[str, ...], *, every: bool) -> None:
    """Print what one run makes of the base.

    Parameters
    ----------
    comparison : Comparison
        The two runs.
    patterns : tuple of str
        Key figures asked for.
    every : bool
        Whether what did not move is shown too.
    """
    from bvsim.cli.terminal import make_console, say

    names = read_names(comparison, patterns)
    if not names:
        raise click.UsageError(f"no key figure is called {', '.join(patterns)}")
    for note in comparison.notes:
        click.echo(note, err=True)
    console, found = make_console(), read(comparison, names)
    design = comparison.base.manifest["design"]
    console.print(f"{comparison.name}: {comparison.pairs} pairs, {design}", style="bold")
    say(verdict(comparison, names), *_worth(comparison), "")
    shown = _shown(found, every=every)
    if shown:
        console.print(_table(shown, "What moved" if found.moved and not every else ""))
    say(*_rest(found, every=every))
    for side, run in (("Base", comparison.base), ("Other", comparison.other)):
        console.print(f"[bold]{side}[/bold]  {run.folder}", soft_wrap=True)
    console.print()


def _shown(found: Read, *, every: bool) -> list[Difference]:
    """Return the rows of the table: what moved, else what may have moved."""
    some = [*found.moved, *found.unknown]
    return [*some, *found.unclear] if every else some[:MOST]


def _worth(comparison: Comparison) -> list[str]:
    """Say what the levers cost, and what they give for it."""
    value = comparison.worth
    if value is None:
        return []
    lines = [f"{each}." for each in value.why]
    gain = f"{value.gwh:+.1f} GWh over {value.first}-{value.last}"
    known = "" if math.isnan(value.gwh_lo) else f" ({value.gwh_lo:+.1f} to {value.gwh_hi:+.1f})"
    if value.gwh_per_meur is not None:
        return [*lines, f"{gain}{known}: {value.gwh_per_meur:.2g} GWh for each EUR million."]
    why = "no price" if value.meur is None else "no gain that can be told from none"
    return [*lines, f"{gain}{known}; GWh for each EUR million: not said, {why}."]


def _rest(found: Read, *, every: bool) -> list[str]:
    """Say in a line or two what the table leaves out."""
    left = max(0, len(found.moved) + len(found.unknown) - MOST)
    parts = [f"{left} more moved (--all)"] if left and not every else []
    if found.unclear and not every:
        parts.append(f"{len(found.unclear)} cannot be told from no change")
    parts += [f"{len(found.same)} are the same in every pair"] if found.same else []
    parts += [f"{len(found.empty)} are not defined on both sides"] if found.empty else []
    lines = [f"The rest: {', '.join(parts)}."] if parts else []
    if found.moved or found.unclear or found.unknown:
        lines.append("Paired rows: same figures, same luck. Higher: share of pairs.")
    return lines


def _table(shown: list[Difference], title: str) -> FittedTable:
    from bvsim.cli.frames import Column, frame_table

    header = (
        *(Column(""), Column("base", 3), Column("other", 4), Column("difference", right=True)),
        *(Column("95% interval", right=True), Column("higher", 1, right=True), Column("factor", 2)),
    )
    return frame_table(title, header, map(_cells, shown))


def _cells(found: Difference) -> tuple[str, ...]:
    """Return the texts of one row."""
    unknown = math.isnan(found.ci95_lo)
    ends = (change(found, end).removesuffix(" pt") for end in (found.ci95_lo, found.ci95_hi))
    return (
        found.kpi,
        amount(found, found.base_mean),
        amount(found, found.other_mean),
        change(found, found.mean),
        "" if unknown else " .. ".join(ends),
        f"{found.chance_higher:.0%}",
        _factor(found.variance_factor),
    )


def _factor(factor: float) -> str:
    """Return a variance factor; beyond four digits it says no more than that it is large."""
    if math.isnan(factor):
        return ""
    if factor > 9999.5:
        return "> 9,999"
    return f"{factor:.1f}" if factor < 100 else f"{factor:,.0f}"
