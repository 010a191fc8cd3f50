"""Where cathode material comes from, and the state of each place on the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.show import words
from bvsim.show.geography import Home, World, geography
from bvsim.show.matter import System
from bvsim.show.report.cube import listed
from bvsim.show.report.series import RECYCLED, Series
from bvsim.show.words import Data
from bvsim.valley.cells.causes import NONE

if TYPE_CHECKING:
    import pandas as pd

SITE_SIZE, OTHER_SIZE = 5.2, 0.11
"""Pixels of radius by the root of GWh, and by the root of tonnes, on a map 720 wide."""

NO_MAP: Data = {"width": 0, "height": 0, "markers": [], "port": None, "sizes": {}}


def cathode_origin(matter: System) -> dict[str, list[float]]:
    """Return cathode material used in all sites by its origin; means by year."""
    found = {}
    for origin in ("local", "nearby", "imported"):
        own = [v for s, t, v in matter.links if s == f"@{origin}" and not t.startswith("@")]
        if own:
            found[origin] = listed(np.sum(own, axis=0))
    return found


def states(series: Series) -> dict[str, Data]:
    """Return what the map shows of each entity by year; means, and shares of rows."""
    found: dict[str, Data] = {}
    named = shares(series.run, "site")
    nameplate, heads = (series.yearly.means(c) for c in ("nameplate_gwh", "headcount"))
    for site in series.sites:
        good = series.step("good", site)
        found[site] = {
            "kind": "site",
            "announced": listed(series.step("announced", site).mean(axis=0)),
            "good": listed(good.mean(axis=0)),
            "running": listed((good > 0).mean(axis=0)),
            "cause": _causes(named.loc[site], series.years) if site in named.index else [],
        }
        for name, means in (("nameplate", nameplate), ("heads", heads)):
            if site in means:
                found[site][name] = means[site]
    for kind, column in (("cathode", "good_t"), ("recycler", RECYCLED)):
        for name, values in series.yearly.means(column).items():
            made = series.yearly.entity(column, name)
            running = [] if made is None else listed((np.nan_to_num(made) > 0).mean(axis=0))
            found[name] = {"kind": kind, "tonnes": values, "running": running}
            if name in heads:
                found[name]["heads"] = heads[name]
    return found


def _causes(found: pd.Series | pd.DataFrame, years: list[int]) -> list[str]:
    """Return the most frequent bottleneck of each year."""
    return [str(found.loc[year].idxmax()) if year in found.index else NONE for year in years]


def draw_map(series: Series, known: Mapping[str, Data], width: float = 720.0) -> Data:
    """Return the map in pixels: outline, towns, and a marker for each entity with a place.

    An entity without a place of its own stands in the middle of its basin; one without a
    basin is named below the map.
    """
    world = geography(series.run)
    if world is None:
        titles = (words.title(series.facts.title(name)) for name in known)
        return NO_MAP | {"missing": words.listing(list(titles))}
    window = world["window"]
    degrees = window["north"] - window["south"]
    middle = np.deg2rad((window["south"] + window["north"]) / 2)
    scale = width / (window["east"] - window["west"])
    rise = scale / np.cos(middle)

    def at(lon: float, lat: float) -> tuple[float, float]:
        x, y = (lon - window["west"]) * scale, (window["north"] - lat) * rise
        return round(float(x), 1), round(float(y), 1)

    markers, missing = [], []
    for name in known:
        place = world["places"].get(name) or _in_basin(series, name, world)
        if place is None:
            missing.append(name)
            continue
        true = at(place["lon"], place["lat"])
        shown = at(*place["marker"]) if "marker" in place else true
        kind, anchor = known[name]["kind"], place.get("anchor", "")
        markers.append({"name": name, "kind": kind, "true": true, "at": shown, "anchor": anchor})
    return {
        "width": width,
        "height": round(float(degrees * rise), 1),
        "land": _path([at(*p) for p in _coast(world)], close=(width, float((degrees + 1) * rise))),
        "border": _path([at(*p) for p in world["border"]]),
        "towns": [
            {"town_fr": "", **town, "at": at(town["lon"], town["lat"])} for town in world["towns"]
        ],
        "markers": markers,
        "missing": words.listing([words.title(series.facts.title(name)) for name in missing]),
        "port": at(*world["port"]) if world["port"] else None,
        "sizes": {"site": SITE_SIZE, "other": OTHER_SIZE},
    }


def _in_basin(series: Series, name: str, world: World) -> Home | None:
    middle = world["basins"].get(series.facts.basins.get(name, ""))
    return None if middle is None else {"lon": middle[0], "lat": middle[1]}


def _coast(world: World) -> list[list[float]]:
    """Return the line south and east of which land lies; without one all is land."""
    window = world["window"]
    return world["coast"] or [[window[side], window["north"]] for side in ("west", "east")]


def _path(points: list[tuple[float, float]], close: tuple[float, float] | None = None) -> str:
    """Return an SVG path; with `close`, around the corners of land to the south and east."""
    if not points:
        return ""
    text = "M" + "L".join(f"{x:g},{y:g}" for x, y in points)
    if close is None:
        return text
    right, bottom = max(close[0], points[-1][0]), close[1]
    return f"{text}L{right:g},{points[-1][1]:g}L{right:g},{bottom:g}L{points[0][0]:g},{bottom:g}Z"
