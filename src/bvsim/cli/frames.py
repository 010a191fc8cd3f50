"""Data frames on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bvsim.cli.terminal import WIDTH

if TYPE_CHECKING:
    from rich.table import Table


def frame_table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table of at most 100 columns; texts stand left, numbers right."""
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        min_width=min(len(title), WIDTH),
    )
    shown = [[cell_text(value) for value in row] for row in rows]
    for i, name in enumerate(header):
        numeric = all(_numeric(row[i]) for row in shown)
        table.add_column(
            name, justify="right" if numeric and i else "left", max_width=WIDTH, overflow="fold"
        )
    for row in shown:
        table.add_row(*row)
    return table


def cell_text(value: object) -> str:
    """Return a value as a cell shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)


def number(value: float) -> str:
    """Return a number with at most two decimals; a dash where there is none."""
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text


def interval(low: float, high: float) -> str:
    """Return an interval, empty where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{number(low)} to {number(high)}"


def _numeric(text: str) -> bool:
    return not any(letter.isalpha() for letter in text.replace(" to ", ""))
