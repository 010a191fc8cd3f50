"""Writers of generated pages of the documentation."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def insert(page: str, begin: str, end: str, generated: str) -> str:
    """Return a page with what stands between two markers replaced; people's words stay.

    Raises
    ------
    ValueError
        When the markers are not there once, in this order.
    """
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"the page needs one line {begin!r} and, below it, one {end!r}")
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{generated}\n{end}{rest.partition(end)[2]}"


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table in Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def short(value: float) -> str:
    """Write a figure with three digits, large ones whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file, whose lines of comment begin with ``#``."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
