"""Where matter comes from and where it goes, in one year: flow diagrams in tonnes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.axes import Axes

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.tables import RunLike, columns_from
from bvsim.show.names import name_of
from bvsim.show.plot.picture import axes
from bvsim.show.plot.ribbons import Flow, balance, draw_flows
from bvsim.show.plot.style import COLOURS, OUTPUT, QUIET, note, title

_FEEDS = {
    "production scrap": "feed_scrap_t",
    "packs of cars": "feed_eol_t",
    "replaced packs": "feed_replacement_t",
    "other batteries": "feed_non_ev_t",
}
_COLOURS = {
    "imported": QUIET,
    "local makers": COLOURS["cathode"],
    "other makers nearby": "#8fbf9f",
    "good cells": OUTPUT,
    "scrap and trim": COLOURS["labour"],
    "production scrap": COLOURS["labour"],
    "packs of cars": COLOURS["ramp_up"],
    "replaced packs": COLOURS["availability"],
    "other batteries": COLOURS["demand"],
    "from store": COLOURS["delay"],
    "black mass": "#3d454e",
    "other fractions": COLOURS["yield"],
    "passed on": COLOURS["throttle"],
    "into store": COLOURS["delay"],
}
_NODE_COLOUR = "#3d454e"
_LEAST_T = 0.5
"""Tonnes; what is less is not drawn."""


def sankey(run: RunLike, year: int = 2030, *, of: str = "cathode", ax: Axes | None = None) -> Axes:
    """Draw where matter comes from and where it goes in a year; means over futures.

    Nothing is lost between the columns: what enters a plant leaves it, or stays in its store.

    Parameters
    ----------
    run : RunLike
        The run.
    year : int
        The year.
    of : {"cathode", "feedstock"}
        Cathode material, from its makers by plant into cells and scrap; or what recyclers
        get, by kind, and what becomes of it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a figure of its own by default.

    Raises
    ------
    AnalysisError
        When nothing of that kind flows in the year.
    """
    if of not in _KINDS:
        raise AnalysisError(f"of is {of!r}: it must be one of {', '.join(_KINDS)}")
    collect, columns, words = _KINDS[of]
    flows = [flow for flow in collect(_means(run, year)) if flow.amount >= _LEAST_T]
    if not flows:
        raise AnalysisError(f"no {words} flows in {year}")
    sums = {name: max(both) for name, both in balance(flows).items()}
    sources, ends = (set(names) for names in columns)
    plants = sorted(set(sums) - sources - ends, key=lambda name: -sums[name])
    titles = {name: name_of(run, name) if name in plants else name for name in sums}
    colours = {name: _COLOURS.get(name, _NODE_COLOUR) for name in sums}
    ax = ax or axes(height=1.6 + 0.55 * max(3, len(plants)))
    draw_flows(ax, [columns[0], plants, columns[1]], flows, colours, titles)
    measure = f"{words.capitalize()}, tonnes in {year}, means"
    title(ax, _message(flows, columns, words, year), measure)
    note(ax, "Ribbons are as wide as what flows; means over all futures, closed plants counted.")
    return ax


def _means(run: RunLike, year: int) -> pd.DataFrame:
    """Return means of the year by entity; `store_t` is what its store gained in the year."""
    table = columns_from(run, "yearly", ["year", "entity", *_COLUMNS])
    names = table["entity"].astype(str)
    now, before = (
        table[table["year"] == each].groupby(names)[list(_COLUMNS)].mean()
        for each in (year, year - 1)
    )
    if now.empty:
        raise AnalysisError(f"the run has no year {year}")
    kept = before["buffer_t"].reindex(now.index).fillna(0.0)
    return now.assign(store_t=now["buffer_t"] - kept)


def _cathode(means: pd.DataFrame) -> list[Flow]:
    """Return flows of cathode material used in the year: maker, site, cells or scrap."""
    flows = []
    for site, row in means.dropna(subset=["cam_used_t"]).drop("region", errors="ignore").iterrows():
        here = row["cam_used_t"] - row["cam_import_t"] - row["cam_local_t"]
        flows += [
            Flow("imported", str(site), row["cam_import_t"]),
            Flow("local makers", str(site), row["cam_local_t"]),
            Flow("other makers nearby", str(site), here),
            Flow(str(site), "good cells", row["cam_in_cells_t"]),
            Flow(str(site), "scrap and trim", row["cam_scrap_t"]),
        ]
    return flows


def _feedstock(means: pd.DataFrame) -> list[Flow]:
    """Return flows through recyclers in the year: kind, recycler, product."""
    flows = []
    for name, row in means.dropna(subset=["feed_t"]).drop("region", errors="ignore").iterrows():
        plant = str(name)
        flows += [Flow(kind, plant, row[column]) for kind, column in _FEEDS.items()]
        flows += [
            Flow("from store", plant, max(-row["store_t"], 0.0)),
            Flow(plant, "black mass", row["black_mass_t"]),
            Flow(plant, "other fractions", row["processed_t"] - row["black_mass_t"]),
            Flow(plant, "passed on", row["sent_elsewhere_t"]),
            Flow(plant, "into store", max(row["store_t"], 0.0)),
        ]
    return flows


_COLUMNS = (
    *("cam_used_t", "cam_import_t", "cam_local_t", "cam_in_cells_t", "cam_scrap_t"),
    *("feed_t", *_FEEDS.values()),
    *("processed_t", "black_mass_t", "sent_elsewhere_t", "buffer_t"),
)
_Sides = tuple[Sequence[str], Sequence[str]]
_KINDS: dict[str, tuple[Callable[[pd.DataFrame], list[Flow]], _Sides, str]] = {
    "cathode": (
        _cathode,
        (("local makers", "other makers nearby", "imported"), ("good cells", "scrap and trim")),
        "cathode material",
    ),
    "feedstock": (
        _feedstock,
        ((*_FEEDS, "from store"), ("black mass", "other fractions", "passed on", "into store")),
        "feedstock of recyclers",
    ),
}
"""By kind: how its flows are found, the nodes at both sides, and what it is called."""


def _message(flows: Sequence[Flow], columns: _Sides, words: str, year: int) -> str:
    """Say where most comes from and where most goes."""
    sums = balance(flows)
    parts = []
    for side, names in enumerate(columns):
        amounts = {name: max(sums.get(name, (0.0, 0.0))) for name in names}
        first = max(amounts, key=lambda name: amounts[name])
        share = amounts[first] / sum(amounts.values())
        verb = _VERBS.get(first, "is" if side == 0 else "becomes")
        parts.append(f"{share:.0%} {verb} {first}")
    return f"{words.capitalize()} of {year}: " + ", ".join(parts)


_VERBS = {
    "local makers": "comes from",
    "other makers nearby": "comes from",
    "good cells": "ends in",
    "scrap and trim": "ends in",
    "passed on": "is",
    "into store": "goes",
}
"""How a sentence goes on to each node, where not by ``is`` or ``becomes``."""
