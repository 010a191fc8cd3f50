"""The map: where plants stand, what they make of what was announced, in one year."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import RunLike, cell, columns_from, has_column, ledger_by
from bvsim.show.geography import World, geography
from bvsim.show.plot.picture import axes
from bvsim.show.plot.style import COLOURS, FAINT, INK, OUTPUT, QUIET, note, title
from bvsim.show.words import Both, Speaker, called, fixed, percent

_SEA, _LAND = "#eaf1f6", "#fbfbf9"
_POINTS = 4.6
"""Diameter of a circle in points by the root of GWh."""
_OTHERS = {"processed_t": ("s", COLOURS["yield"]), "cam_to_valley_t": ("^", COLOURS["cathode"])}
"""By the column that recyclers and cathode plants have, their marker and colour."""


def map(run: RunLike, year: int = 2030, *, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw on a map what each site makes in a year, beside what was announced.

    A disc is what the site makes, the ring around it what the plan had announced, both by
    area; means over futures. Squares are recyclers, triangles cathode plants: filled where
    they make anything in at least half of the futures.

    Parameters
    ----------
    run : RunLike
        The run.
    year : int
        The year.
    lang : {"en", "fr"}
        Its language.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    AnalysisError
        When the run has no such year, or its model no map.
    """
    sites, world = _sites(run, year), geography(run)
    if world is None:
        raise AnalysisError("the model has no map: a file place.json in its folder draws one")
    ax, said = ax or axes(7.6, 7.0), Speaker(lang)
    _ground(ax, world, lang)
    missing = []
    for site, each in sites.iterrows():
        place = _place(world, str(site))
        name = said.of(called(run, str(site)))
        if place is None:
            missing.append(name)
            continue
        made, plan = (_n(each[f"{step}_gwh"]) for step in ("good", "announced"))
        text = f"{name}\n{said('figure.made_of', made=made, plan=plan)}"
        _disc(ax, place, each)
        _write(ax, place, text, max(math.sqrt(each["announced_gwh"]) * _POINTS / 2, 4.0))
    for column in _OTHERS:
        _others(ax, run, year, column, world=world, said=said)
    title(ax, _message(run, sites, year, said), said("figure.map", year=year))
    left_out = said("figure.map_missing", names=", ".join(missing)) if missing else ""
    note(ax, said("figure.map_note") + left_out)
    return ax


def _sites(run: RunLike, year: int) -> pd.DataFrame:
    """Return means of what each site makes and of what was announced for it."""
    ledger = ledger_by(run, "site")[["good_gwh", "announced_gwh"]]
    rows = ledger[ledger.index.get_level_values("year") == year]
    if rows.empty:
        raise AnalysisError(f"the run has no year {year}")
    found = rows.groupby(level="entity").mean()
    return found[found.max(axis=1) > 0.0]


@dataclass(frozen=True)
class Place:
    """Where an entity is drawn and where it stands, and on which side its text begins."""

    at: tuple[float, float]
    true: tuple[float, float]
    anchor: str


def _ground(ax: Axes, world: World, lang: str) -> None:
    """Draw sea, land, border and towns."""
    window = world["window"]
    west, east, south, north = (window[side] for side in ("west", "east", "south", "north"))
    coast = world["coast"] or [[west - 1.0, north + 1.0], [east + 1.0, north + 1.0]]
    right = max(east, coast[-1][0])
    corners = [(right, coast[-1][1]), (right, south - 1.0), (coast[0][0], south - 1.0)]
    ax.set_facecolor(_SEA)
    ax.fill(*zip(*coast, *corners, strict=True), fc=_LAND, ec=QUIET, lw=0.7, zorder=0)
    border = np.reshape(world["border"], (-1, 2))
    ax.plot(*border.T, color=QUIET, lw=0.7, dashes=(5, 3), zorder=0)
    for town in world["towns"]:
        ax.plot(town["lon"], town["lat"], ".", color=QUIET, ms=4, zorder=1)
        ax.annotate(
            str(town.get("town_fr") or town["town"]) if lang == "fr" else town["town"],
            (town["lon"], town["lat"]),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            size=7.5,
            color=QUIET,
            style="italic",
        )
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect(1.0 / math.cos(math.radians((south + north) / 2)))
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(FAINT)


def _place(world: World, entity: str) -> Place | None:
    """Return where an entity is drawn and where it stands; None for one without a place."""
    place = world["places"].get(entity)
    if place is None:
        return None
    true = (place["lon"], place["lat"])
    lon, lat = place.get("marker", true)
    return Place((lon, lat), true, place.get("anchor", ""))


def _disc(ax: Axes, place: Place, each: pd.Series[float]) -> None:
    _lead(ax, place)
    for size, look in (
        (each["announced_gwh"], {"mfc": "white", "mec": INK, "mew": 1.0, "alpha": 0.75}),
        (each["good_gwh"], {"mfc": OUTPUT, "mec": "none"}),
    ):
        ax.plot(*place.at, "o", ms=math.sqrt(size) * _POINTS, zorder=3, **look)


def _lead(ax: Axes, place: Place) -> None:
    """Draw a line from a marker that was moved aside to where its plant stands."""
    if place.at != place.true:
        ax.plot(*zip(place.at, place.true, strict=True), color=QUIET, lw=0.7, zorder=2)
        ax.plot(*place.true, "o", color=QUIET, ms=2.5, zorder=2)


def _write(ax: Axes, place: Place, text: str, room: float, size: float = 8.5) -> None:
    """Write beside a marker, on the side that the map has free."""
    left = place.anchor == "left"
    ax.annotate(
        text,
        place.at,
        xytext=(-room - 4 if left else room + 4, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        size=size,
        color=INK,
        zorder=4,
    )


def _others(ax: Axes, run: RunLike, year: int, column: str, *, world: World, said: Speaker) -> None:
    """Draw the plants that have a column, filled where they make something in most futures."""
    marker, colour = _OTHERS[column]
    if not has_column(run, "yearly", column):
        return  # the region has no such plants
    table = columns_from(run, "yearly", ["year", "entity", column])
    rows = table[(table["year"] == year) & table[column].notna()]
    often = (rows[column] > 0.0).groupby(rows["entity"].astype(str)).mean()
    for entity, share in often.items():
        place = _place(world, str(entity))
        if place is None:
            continue
        _lead(ax, place)
        filled = colour if share >= 0.5 else "white"
        ax.plot(*place.at, marker, ms=7, zorder=3, mfc=filled, mec=colour, mew=1.2)
        _write(ax, place, said.of(called(run, str(entity))), 4.0, size=7.5)


def _message(run: RunLike, sites: pd.DataFrame, year: int, said: Speaker) -> str:
    """Say how much of the valley's output comes from where most of it does."""
    total = float(sites["good_gwh"].sum())
    if total <= 0.0:
        return said("figure.no_site", year=year)
    first = str(sites["good_gwh"].idxmax())
    share = percent(cell(sites, first, "good_gwh") / total)
    fields = {"share": share, "total": _n(total), "site": called(run, first)}
    return said("figure.map_message", year=year, **fields)


def _n(value: float) -> Both:
    return fixed(value, 0 if value >= 9.95 else 1)
