"""What the benchmarks that write into pages of docs/ share: markers, tables, progress.

A page holds, for each generated part, a line `<!-- begin: NAME -->` and below it a line
`<!-- end: NAME -->`; NAME is the script's. What stands between is replaced.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import bvsim as bv

Progress = Callable[[int, int, int], None]


def insert(page: str, name: str, text: str) -> str:
    """Return a page with the part of a name replaced.

    Raises
    ------
    ValueError
        When the markers are not there once each, in this order.
    """
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"the page needs one line {begin} and, below it, one line {end}")
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n\n{text.strip()}\n\n{end}{rest.partition(end)[2]}"


def publish(path: Path | None, name: str, text: str) -> None:
    """Print a generated part, and write it into a page where one is named."""
    print(text)
    if path is not None:
        path.write_text(insert(path.read_text("utf-8"), name, text), "utf-8")
        print(f"written into {path}", file=sys.stderr)


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def stamp(scenario: str, rows: str) -> str:
    """Return the sentence that says what was measured, with which model and version."""
    loaded = bv.load(scenario)
    version = bv.__version__
    return f"Scenario `{scenario}` (model {loaded.model_hash[:8]}), bvsim {version}: {rows}."


def every(title: str, seconds: float = 20.0) -> Progress:
    """Return what tells on standard error, now and then, how far a run is."""
    began = time.monotonic()
    told = began

    def tell(done: int, total: int, failed: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < seconds and done < total:
            return
        told = now
        lost = f", {failed} failed" if failed else ""
        spent = now - began
        print(f"{title}: {done:,} of {total:,} rows{lost}, {spent:.0f} s", file=sys.stderr)

    return tell
