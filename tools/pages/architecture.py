"""The picture of docs/architecture.md: rooms from the top down, and the life of a draw beside them.

    PYTHONPATH=tools python -m pages.architecture [FILE]

writes `docs/images/architecture.svg`. A test holds that it names every room there is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

PICTURE = Path("docs/images/architecture.svg")
WIDTH, FLOOR, GAP, LEFT = 1120, 74, 14, 20
ROOMS_WIDTH = 700


@dataclass(frozen=True)
class Floor:
    """A room of the package: what it does, its inner rooms, and what it does to a draw."""

    name: str
    words: str
    inner: tuple[str, ...]
    draw: str


FLOORS = (
    Floor("cli", "what people type", (), "a command names a scenario"),
    Floor(
        "show",
        "what people see",
        ("plot", "report", "export", "brief", "app"),
        "figures, page, workbook, brief",
    ),
    Floor(
        "analysis",
        "what the numbers say",
        (
            *("ledger", "sensitivity", "discovery", "explain", "news"),
            *("policy", "seek", "regression", "truth"),
        ),
        "tables become quantiles, causes, differences",
    ),
    Floor(
        "ensemble",
        "many replications",
        ("design", "workers", "store"),
        "a design gives each draw its figures; workers simulate; tables are kept",
    ),
    Floor(
        "valley",
        "one replication",
        (
            *("regions", "cells", "cathode", "people", "orders", "returns"),
            *("projects", "record", "ground"),
        ),
        "actors are built from the figures; events and planning days pass; a record is left",
    ),
    Floor("reading", "how files are read", (), "a tree with places becomes a checked scenario"),
    Floor("schema", "what a file may say", (), "figures with unit, source, distribution"),
)


def _text(x: float, y: float, words: str, *, size: int = 13, weight: str = "normal") -> str:
    style = f'font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {place} rx="5" fill="{fill}" stroke="#5b6b7a"/>'


def _inner(floor: Floor, y: float) -> Iterator[str]:
    width = min(78.0, (ROOMS_WIDTH - 22) / max(len(floor.inner), 1) - 6)  # all side by side
    for number, name in enumerate(floor.inner):
        x = LEFT + 14 + number * (width + 6)
        yield _box(x, y + 34, width, 28, "#ffffff")
        yield _text(x + 6, y + 53, name, size=12)


def _floor(floor: Floor, y: float) -> Iterator[str]:
    yield _box(LEFT, y, ROOMS_WIDTH, FLOOR, "#e4edf5")
    yield _text(LEFT + 14, y + 22, floor.name, size=15, weight="bold")
    yield _text(LEFT + 110, y + 22, floor.words)
    yield from _inner(floor, y)
    yield _text(LEFT + ROOMS_WIDTH + 24, y + 42, floor.draw, size=12)


def picture() -> str:
    """Return the picture as SVG."""
    height = 60 + len(FLOORS) * (FLOOR + GAP)
    parts = [
        _text(LEFT, 28, "Rooms: each imports only what stands below it", weight="bold"),
        _text(LEFT + ROOMS_WIDTH + 24, 28, "The life of a draw (read upward)", weight="bold"),
    ]
    for number, floor in enumerate(FLOORS):
        parts += _floor(floor, 46 + number * (FLOOR + GAP))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 130} {height}" '
        f'font-family="sans-serif" fill="#1d2730" role="img" '
        f'aria-label="Rooms of bvsim from cli down to schema, and the life of a draw">'
    )
    return (
        "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"])
        + "\n"
    )


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    target.write_text(picture(), encoding="utf-8")
