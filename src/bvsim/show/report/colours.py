"""One colour for each plant, programme and matter, the same in every chart of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bvsim.show import matter
from bvsim.show.words import Data

PALETTE = (
    "#6655cc",
    "#44aa99",
    "#ddcc77",
    "#cc6677",
    "#88ccee",
    "#aa3377",
    "#999933",
    "#aa4499",
    "#7d858f",
    "#ee7733",
    "#c9a66b",
    "#5b8c2a",
    "#e6a0c4",
    "#4477aa",
)
"""After Paul Tol's muted scheme, its darkest colours light enough for a dark page; its green
is kept for local cathode material. As many as a region may have plants."""

_KINDS = ("site", "cathode", "recycler")


def own_colours(states: Mapping[str, Data], others: Iterable[str]) -> dict[str, str]:
    """Return the colour of each plant of the map, of other names, and of ends of flows (``@``).

    Names of a kind follow each other in the order of the alphabet, so a plant that has nothing
    to show in one chart takes nobody's colour in another.
    """
    plants = sorted(states, key=lambda name: (_KINDS.index(str(states[name]["kind"])), name))
    rest = sorted(set(others) - set(plants))
    found = {
        name: PALETTE[i % len(PALETTE)] for names in (plants, rest) for i, name in enumerate(names)
    }
    return found | {f"@{name}": colour for name, colour in matter.COLOURS.items()}
