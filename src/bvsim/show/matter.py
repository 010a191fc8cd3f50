"""One system of matter: from cathode material through plants to cells, scrap and black mass.

Nothing is lost between its lanes: what enters a plant leaves it, or stays in its store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bvsim.analysis.tables import REGION, RunLike, columns_of, means_by
from bvsim.valley.cells.causes import CAUSES

Link = tuple[str, str, list[float]]
"""Source, target and tonnes by year; names that begin with ``@`` are words, others plants."""
Table = Mapping[str, pd.DataFrame]

ENTERS = ("@local", "@nearby", "@imported", "@other_materials")
MIDDLE = ("@cells", "@scrap", "@eol", "@replacement", "@non_ev", "@from_store")
LEAVES = ("@black_mass", "@fractions", "@elsewhere", "@into_store")
_FEEDS = {
    "@scrap": "feed_scrap_t",
    "@eol": "feed_eol_t",
    "@replacement": "feed_replacement_t",
    "@non_ev": "feed_non_ev_t",
}
_COLUMNS = (
    *("cam_used_t", "cam_import_t", "cam_local_t", "cam_in_cells_t", "cam_scrap_t", "scrap_t"),
    *("feed_t", *_FEEDS.values()),
    *("processed_t", "black_mass_t", "sent_elsewhere_t", "buffer_t"),
)
COLOURS = {
    "local": "#117733",
    "nearby": "#8fbf9f",
    "imported": "#b4bac2",
    "other_materials": "#d9cfc0",
    "cells": CAUSES["good"].colour,
    "scrap": "#cc6677",
    "eol": "#88ccee",
    "replacement": "#ddcc77",
    "non_ev": "#999933",
    "black_mass": "#6655cc",
    "fractions": "#44aa99",
    "elsewhere": "#7d858f",
    "from_store": "#c9a66b",
    "into_store": "#c9a66b",
}
"""One colour for each matter, in every figure of page, notebook and file."""


@dataclass(frozen=True)
class System:
    """What flows from where to where.

    Parameters
    ----------
    years : list of int
        The calendar years.
    links : list of (str, str, list of float)
        Source, target, and tonnes by year, means over futures.
    """

    years: list[int]
    links: list[Link]

    @property
    def lanes(self) -> list[list[str]]:
        """Nodes from left to right: sources, sites, what they make, recyclers, products."""
        names = {name for source, target, _ in self.links for name in (source, target)}
        sites = {t for s, t, _ in self.links if s in ENTERS and not t.startswith("@")}
        recyclers = {name for name in names if not name.startswith("@")} - sites
        lanes = (ENTERS, sorted(sites), MIDDLE, sorted(recyclers), LEAVES)
        return [[name for name in lane if name in names] for lane in lanes]

    def of_year(self, year: int) -> list[tuple[str, str, float]]:
        """Return source, target and tonnes of a year.

        Raises
        ------
        ValueError
            When there is no such year.
        """
        at = self.years.index(year)
        return [(source, target, values[at]) for source, target, values in self.links]


def system(run: RunLike) -> System:
    """Return the flows of matter of a run, by year."""
    known = [column for column in _COLUMNS if column in columns_of(run, "yearly")]
    means = means_by(run, "yearly", ["year", "entity"], known)
    actors = means.index.get_level_values("entity").str.partition(".").get_level_values(0)
    by_entity = means[actors != REGION].unstack("entity")
    none = pd.DataFrame(index=by_entity.index)
    found = {c: pd.DataFrame(by_entity[c]) if c in known else none for c in _COLUMNS}
    links = [*_through_sites(found), *_through_recyclers(found)]
    links.append(("@scrap", "@elsewhere", _left(links)))
    whole = [(s, t, [float(f"{v:.6g}") for v in np.nan_to_num(values)]) for s, t, values in links]
    years = [int(year) for year in by_entity.index]
    return System(years, [link for link in whole if max(link[2], default=0.0) > 0.0])


_Flow = tuple[str, str, "pd.Series[float]"]


def _own(found: Table, column: str, name: str) -> pd.Series[float]:
    """Return a quantity of an entity by year; zero where it has none."""
    values = found[column]
    return values[name].fillna(0.0) if name in values else pd.Series(0.0, found["feed_t"].index)


def _through_sites(found: Table) -> list[_Flow]:
    """Return cathode material into sites; cells and scrap out of them, scrap with all it holds."""
    flows: list[_Flow] = []
    for site in _having(found["cam_used_t"]):
        used, imported, local, in_cells, in_scrap = (
            _own(found, f"cam_{name}_t", site)
            for name in ("used", "import", "local", "in_cells", "scrap")
        )
        scrap = _own(found, "scrap_t", site).clip(lower=in_scrap)
        flows += [
            ("@imported", site, imported),
            ("@local", site, local),
            ("@nearby", site, _positive(used - imported - local)),
            ("@other_materials", site, _positive(scrap - in_scrap)),
            (site, "@cells", in_cells),
            (site, "@scrap", scrap),
        ]
    makers = set(_having(found["scrap_t"])) - set(_having(found["cam_used_t"]))
    flows += [("@local", "@scrap", _own(found, "scrap_t", name)) for name in sorted(makers)]
    return _added(flows)


def _added(flows: Sequence[_Flow]) -> list[_Flow]:
    """Add up flows between the same two nodes."""
    total: dict[tuple[str, str], pd.Series[float]] = {}
    for source, target, values in flows:
        before = total.get((source, target))
        total[source, target] = values if before is None else before + values
    return [(*ends, values) for ends, values in total.items()]


def _through_recyclers(found: Table) -> list[_Flow]:
    """Return feed into recyclers and products out of them; other scrap goes elsewhere."""
    flows: list[_Flow] = []
    for name in _having(found["feed_t"]):
        own = {column: _own(found, column, name) for column in _COLUMNS}
        gained = own["buffer_t"].diff().fillna(own["buffer_t"])
        flows += [(kind, name, own[column]) for kind, column in _FEEDS.items()]
        flows += [
            ("@from_store", name, _positive(-gained)),
            (name, "@black_mass", own["black_mass_t"]),
            (name, "@fractions", _positive(own["processed_t"] - own["black_mass_t"])),
            (name, "@elsewhere", own["sent_elsewhere_t"]),
            (name, "@into_store", _positive(gained)),
        ]
    return flows


def _left(flows: Sequence[_Flow]) -> pd.Series[float]:
    """Return the scrap that no recycler of the region gets."""
    scrap = [values for _, target, values in flows if target == "@scrap"]
    taken = [values for source, _, values in flows if source == "@scrap"]
    index = flows[0][2].index if flows else pd.Index([])
    none = pd.Series(0.0, index)
    return _positive(sum(scrap, none) - sum(taken, none))


def _having(values: pd.DataFrame) -> list[str]:
    return [str(name) for name in values.columns if values[name].notna().any()]


def _positive(values: pd.Series[float]) -> pd.Series[float]:
    """Cut what is below zero, and what only rounding left."""
    return values.where(values > 1e-6, 0.0)
