"""The heat strip of bottlenecks: sites by years, a small bar each, in a table without a script."""

from __future__ import annotations

import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import RunLike, ranked
from bvsim.show import words
from bvsim.show.plot import COLOURS
from bvsim.show.report.model import Facts
from bvsim.show.words import Both, Data, say
from bvsim.valley.cells.causes import NONE

RUNNERS_UP = 3
SELDOM = 0.005
"""The share of draws below which a cell says nothing."""


def heat_map(run: RunLike, facts: Facts | None = None) -> Data:
    """Return the main bottleneck by site (rows) and year (columns), the valley first."""
    facts = facts or Facts()
    valley, sites = shares(run), shares(run, "site")
    years = [int(year) for year in valley.index]
    parts = [(say("heat.valley"), valley)]
    for site in sorted(sites.index.unique("entity")):
        parts.append((words.title(facts.title(str(site))), sites.loc[site]))
    return {"years": years, "rows": [_row(name, _cells(part, years)) for name, part in parts]}


def _row(name: Both, cells: list[Data]) -> Data:
    return {"name": name, "cells": cells, "empty": not any(cell["cause"] for cell in cells)}


def _cells(found: pd.DataFrame, years: list[int]) -> list[Data]:
    return [_cell(row) for _, row in found.loc[years].iterrows()]


def _cell(row: pd.Series[float]) -> Data:
    """Return a cell: its bar of all causes, and the most frequent one that holds back at all."""
    causes = ranked(row.drop(NONE, errors="ignore"))
    listed = [(words.cause(c), words.percent(s)) for c, s in ranked(row)[:RUNNERS_UP]]
    name, share = causes[0] if causes else (NONE, 0.0)
    return {
        "cause": words.cause(name) if share >= SELDOM else None,
        "share": words.percent(share),
        "title": Both(
            ", ".join(f"{c.en} {s.en}" for c, s in listed),
            ", ".join(f"{c.fr} {s.fr}" for c, s in listed),
        ),
        "bar": _gradient(row),
    }


def _gradient(row: pd.Series[float]) -> str:
    """Return the shares of all causes as a gradient of CSS with hard edges; the rest is bare."""
    stops, level = [], 0.0
    for name, share in row.items():
        if name == NONE or share <= 0.0:
            continue
        ends = f"{100 * level:.1f}% {100 * (level + share):.1f}%"
        stops.append(f"{COLOURS.get(str(name), COLOURS[NONE])} {ends}")
        level += float(share)
    return ",".join([*stops, f"var(--bare) {100 * level:.1f}%"])
