"""The ground of the maps: outline, towns, and where plants stand."""

from __future__ import annotations

from typing import TypedDict, cast

from bvsim.analysis.tables import RunLike
from bvsim.show.names import model_of


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
    port: list[float] | None


_EMPTY: dict[str, object] = {
    "coast": [],
    "border": [],
    "towns": [],
    "places": {},
    "basins": {},
    "port": None,
}


def geography(run: RunLike) -> World | None:
    """Return outline and places of the model that a run holds; None where it has no map."""
    found = model_of(run).get("place")
    return cast("World", {**_EMPTY, **found}) if isinstance(found, dict) else None
