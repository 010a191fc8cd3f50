"""Where a region lies: what its map shows. A file ``place.json`` beside the model's others."""

from __future__ import annotations

from dataclasses import field

from bvsim.schema.part import part

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""


@part
class Window:
    """What the map shows, in degrees."""

    west: float
    east: float
    south: float
    north: float


@part
class Town:
    """A town that maps name."""

    town: str
    town_fr: str = ""
    lon: float
    lat: float


@part
class Home:
    """Where a plant stands."""

    lon: float
    lat: float
    town: str = ""
    town_fr: str = ""
    marker: Point | None = None
    """Where it is drawn, when plants stand too close to each other."""
    anchor: str = ""
    """The side of the marker on which its name stands: `left` or `right`; empty: either."""


@part
class PlaceSpec:
    """The ground of the maps: outline, towns, and where plants stand."""

    about: str = ""
    sources: dict[str, str] = field(default_factory=dict)
    """Where outline and places come from."""
    window: Window
    coast: tuple[Point, ...] = ()
    """A line from one side of the window to the other; land lies south and east of it."""
    border: tuple[Point, ...] = ()
    towns: tuple[Town, ...] = ()
    places: dict[str, Home] = field(default_factory=dict)
    """By plant; one without a place stands in the middle of its basin."""
    basins: dict[str, Point] = field(default_factory=dict)
    """Middles of basins."""
    port: Point | None = None
    """Where imports come in."""
