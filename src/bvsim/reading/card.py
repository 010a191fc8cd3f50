"""Cards: what a notebook shows of a scenario, a run or a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

_MOST_SETTINGS = 12
_LONGEST_NAME = 60


def card(heading: str, sentence: str = "", table: Iterable[Sequence[str]] = ()) -> str:
    """Return a heading, a sentence and a table as HTML that needs no style of the page.

    Parameters
    ----------
    heading, sentence : str
        Plain text; it is escaped here.
    table : iterable of sequences of str
        Rows of plain text, the head first.
    """
    parts = [f"<strong>{escape(heading)}</strong>"]
    parts += [f"<div>{escape(sentence)}</div>"] if sentence else []
    rows = [list(map(escape, row)) for row in table]
    if rows:
        head, *body = rows
        lines = [_line(head, "th"), *(_line(row, "td") for row in body)]
        parts.append(f"<table>{''.join(lines)}</table>")
    return f"<div>{''.join(parts)}</div>"


def _line(cells: list[str], tag: str) -> str:
    sides = ["left", *["right"] * (len(cells) - 1)]
    made = (
        f'<{tag} style="text-align: {side}">{text}</{tag}>'
        for side, text in zip(sides, cells, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def shorten(text: str, most: int = _LONGEST_NAME) -> str:
    """Leave out the middle of a text that is too long for a line."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"


def short_path(path: Path) -> str:
    """Write a folder for a line: its last names when it is long."""
    text = str(path)
    return text if len(text) <= _LONGEST_NAME else f"...{text[-(_LONGEST_NAME - 3) :]}"


def settings_table(scenario: Any) -> list[tuple[str, ...]]:
    """Return what a scenario sets: path, what it is now, who said so; a head first."""
    figures = dict(scenario.figures())
    rows = [
        (path, figures[path].describe() if path in figures else str(each.new), each.origin)
        for path, each in sorted(scenario.overrides.items())
    ]
    shown = [tuple(shorten(text) for text in row) for row in rows[:_MOST_SETTINGS]]
    more = len(rows) - len(shown)
    last = [(f"and {more} more", "", "")] if more else []
    return [("set", "to", "by"), *shown, *last] if rows else []
