"""Two pictures of the docs: the system, and the schedule of a week from the planner's own phases.

    PYTHONPATH=tools python -m pages.diagrams [FOLDER]

writes `system.svg` and `week.svg` to `docs/images`. A test holds that they are in step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from textwrap import wrap

from bvsim.valley.regions.planner import PHASES

FOLDER = Path("docs/images")
INK, EDGE, FILL, BOUND = "#1d2730", "#5b6b7a", "#e4edf5", "#f6ecd9"
WIDTH = 960

ACTORS = {
    "basins": (30, 40, "people in basins", "seek work, train, leave"),
    "customers": (30, 190, "customers", "programmes, tenders, storage"),
    "imports": (30, 340, "imports by sea", "stocks, lead times, licences"),
    "cathode": (390, 340, "cathode plants", "precursor, cathode material"),
    "plants": (390, 115, "gigafactories", "stages, lines, learning, scrap"),
    "owners": (690, 40, "owners and lenders", "cash, credit, support"),
    "vehicles": (690, 190, "vehicles and packs", "drive, retire, are exported"),
    "recyclers": (690, 340, "recyclers", "shred packs and scrap"),
}
"""Who acts: place, name, and what it does."""

FLOWS = (
    ("basins", "plants", "hires, leavers"),
    ("customers", "plants", "orders"),
    ("imports", "cathode", "precursor"),
    ("imports", "plants", "imported material"),
    ("cathode", "plants", "cathode material"),
    ("owners", "plants", "money"),
    ("plants", "vehicles", "good cells"),
    ("vehicles", "recyclers", "retired packs"),
    ("plants", "recyclers", "scrap"),
    ("recyclers", "cathode", "metals"),
)
"""What passes from whom to whom."""

_BOX = (210, 62)


def pictures() -> dict[str, str]:
    """Return the pictures by file name."""
    return {"system.svg": system(), "week.svg": week()}


def system() -> str:
    """Return who acts in the valley and what passes between them."""
    marks = [_arrow(*flow) for flow in FLOWS]
    boxes = [_actor(*said) for said in ACTORS.values()]
    return _svg("Actors of the valley and what passes between them", 430, [*marks, *boxes])


def week() -> str:
    """Return what happens in a period: bound events first, then the planner's phases."""
    parts = [
        _bar(30, "A, B", "time moves to the first day of the week; what is due then happens", BOUND)
    ]
    for number, phase in enumerate(PHASES):
        words = (phase.__doc__ or "").split("\n\n")[0]
        parts.append(_bar(30 + (number + 1) * 62, f"C{number + 1}  {phase.__name__}", words, FILL))
    last = "events of the days until the next planning day: arrivals, breakdowns, cohorts, starts"
    parts.append(_bar(30 + (len(PHASES) + 1) * 62, "A, B", last, BOUND))
    height = 30 + (len(PHASES) + 2) * 62
    return _svg("One planning period: bound events, then eight phases", height, parts)


def _svg(title: str, height: int, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" fill="{INK}" role="img" aria-label="{escape(title)}">'
    )
    tip = (
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="{EDGE}"/></marker></defs>'
    )
    ground = '<rect width="100%" height="100%" fill="white"/>'
    return "\n".join([head, tip, ground, *parts, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="13" {style}>{escape(words)}</text>'


def _actor(x: int, y: int, name: str, does: str) -> str:
    width, height = _BOX
    box = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" '
    return "\n".join(
        [
            f'{box}fill="{FILL}" stroke="{EDGE}"/>',
            _text(x + 12, y + 26, name, 'font-weight="bold"'),
            _text(x + 12, y + 46, does, 'font-size="12"').replace('font-size="13" ', "", 1),
        ]
    )


def _arrow(one: str, other: str, words: str) -> str:
    """Draw an arrow between the edges of two boxes, and its words in the middle."""
    (x1, y1), (x2, y2) = _edge(one, other), _edge(other, one)
    line = f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{EDGE}" marker-end="url(#tip)"/>'
    style = 'text-anchor="middle" stroke="white" stroke-width="5" paint-order="stroke"'
    return line + _text((x1 + x2) / 2, (y1 + y2) / 2 + 4, words, style)


def _edge(one: str, other: str) -> tuple[float, float]:
    """Return where the line from the middle of a box to that of another leaves it."""
    width, height = _BOX
    x, y = ACTORS[one][0] + width / 2, ACTORS[one][1] + height / 2
    dx, dy = ACTORS[other][0] + width / 2 - x, ACTORS[other][1] + height / 2 - y
    scale = min(width / 2 / abs(dx) if dx else 9, height / 2 / abs(dy) if dy else 9)
    return x + dx * scale, y + dy * scale


def _bar(y: int, name: str, words: str, fill: str) -> str:
    box = f'<rect x="20" y="{y}" width="{WIDTH - 40}" height="50" rx="6" '
    return "\n".join([f'{box}fill="{fill}" stroke="{EDGE}"/>', *_words(y, name, words)])


def _words(y: int, name: str, words: str) -> Iterator[str]:
    yield _text(36, y + 30, name, 'font-weight="bold"')
    for number, line in enumerate(wrap(" ".join(words.split()), 92)):
        yield _text(230, y + (30 if len(words) < 92 else 22) + 18 * number, line)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, text in pictures().items():
        (folder / name).write_text(text, encoding="utf-8")
