"""The map as it stands in one year, for the page before its scripts run, or without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bvsim.show import plot, words
from bvsim.show.matter import Link
from bvsim.show.report.flows import OTHER_SIZE, SITE_SIZE
from bvsim.show.words import Both
from bvsim.valley.cells.causes import NONE

_TEXT, _LEAST = 12.0, 2.5
_SIDES = {"right": (1.0, "start"), "left": (-1.0, "end")}
State = Mapping[str, Any]


def still_marker(marker: State, state: State, at: int) -> dict[str, Any]:
    """Return how a marker looks in a year: sizes, colour, what it says and where.

    Parameters
    ----------
    marker : mapping
        As `draw_map` returns it.
    state : mapping
        What is known of the plant by year; see `flows.states`.
    at : int
        Position of the year.
    """
    looks = _site(state, at) if state["kind"] == "site" else _other(state, at)
    side, anchor = _SIDES.get(marker["anchor"], (0.0, "middle"))
    radius = looks["radius"]
    above, below = -radius - 0.4 * _TEXT, radius + 1.2 * _TEXT
    lines = (above, below) if marker["anchor"] != "below" else (below, below + 1.2 * _TEXT)
    lines = (-0.25 * _TEXT, _TEXT) if side else lines
    return looks | {"dx": round(side * (radius + 6), 1), "anchor_": anchor, "lines": lines}


def led_to(marker: State, sites: Sequence[State]) -> str:
    """Return the part of the page to which a marker leads: its site, or what tells of its kind."""
    if any(site["name"] == marker["name"] for site in sites):
        return f"site-{marker['name']}"
    return {"cathode": "h-cathode", "recycler": "h-recycling"}.get(str(marker["kind"]), "h-sites")


def _site(state: State, at: int) -> dict[str, Any]:
    amounts = {name: _of(state, name, at) for name in ("announced", "nameplate", "good")}
    radii = {name: round(SITE_SIZE * amount**0.5, 2) for name, amount in amounts.items()}
    radii["good"] = max(radii["good"], _LEAST)
    cause = state["cause"][at] if state["cause"] else NONE
    good, plan = words.short(amounts["good"]), words.short(amounts["announced"])
    said = Both(f"{good.en} / {plan.en} GWh", f"{good.fr} / {plan.fr} GWh")
    return {
        "radii": radii,
        "radius": max(radii.values()),
        "colour": "#7d858f" if cause == NONE else plot.COLOURS[cause],
        "said": said if amounts["good"] + amounts["announced"] > 0 else words.plain(""),
    }


def _other(state: State, at: int) -> dict[str, Any]:
    tonnes = _of(state, "tonnes", at)
    half = round(max(OTHER_SIZE * tonnes**0.5, _LEAST), 2)
    kilotonnes = words.short(tonnes / 1000.0)
    said = Both(f"{kilotonnes.en} kt", f"{kilotonnes.fr} kt") if tonnes > 0 else words.plain("")
    wide = 1.3 if state["kind"] == "recycler" else 1.0
    return {"half": half, "radius": half * wide, "said": said}


def still_flow(links: Sequence[Link], origin: str, name: str, at: int) -> float:
    """Return how wide the line of a site's cathode material is in a year."""
    found: Iterator[float] = (
        values[at] for source, target, values in links if (source, target) == (origin, name)
    )
    return float(round(next(found, 0.0) ** 0.5 / 16, 2))


def _of(state: State, name: str, at: int) -> float:
    values = state.get(name) or ()
    return float(values[at]) if values else 0.0
