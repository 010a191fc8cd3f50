"""The ground of the maps: outline, towns, and where plants stand."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TypedDict


class Town(TypedDict):
    """A town that maps name."""

    town: str
    lon: float
    lat: float


class Home(TypedDict, total=False):
    """Where a plant stands: `lon` and `lat` always; a marker moved aside, and its free side."""

    lon: float
    lat: float
    marker: list[float]
    anchor: str
    town: str
    town_fr: str


class World(TypedDict):
    """The ground: a window in degrees, lines of [longitude, latitude], towns and homes."""

    window: dict[str, float]
    coast: list[list[float]]
    border: list[list[float]]
    towns: list[Town]
    places: dict[str, Home]
    basins: dict[str, list[float]]


@cache
def geography() -> World:
    """Return outline and places: `static/valley.json` of the report."""
    text = files("bvsim.show.report").joinpath("static", "valley.json").read_text(encoding="utf-8")
    found: World = json.loads(text)
    return found
