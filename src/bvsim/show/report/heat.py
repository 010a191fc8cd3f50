"""The heat map of bottlenecks: sites by years, as a table that reads well without a script."""

from __future__ import annotations

import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import RunLike, ranked
from bvsim.show.plot import COLOURS
from bvsim.show.report import words
from bvsim.show.report.model import Facts
from bvsim.show.report.words import Both, Data, say
from bvsim.valley.cells.causes import NONE

RUNNERS_UP = 3


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
    name, share = str(row.idxmax()), float(row.max())
    colour = COLOURS.get(name, COLOURS[NONE])
    listed = [(words.cause(c), words.percent(s)) for c, s in ranked(row)[:RUNNERS_UP]]
    return {
        "cause": None if name == NONE else words.cause(name),
        "share": words.percent(share),
        "title": Both(
            ", ".join(f"{c.en} {s.en}" for c, s in listed),
            ", ".join(f"{c.fr} {s.fr}" for c, s in listed),
        ),
        "colour": colour,
        "tint": tint(colour, 0.08 + 0.34 * share),
    }


def tint(colour: str, strength: float) -> str:
    """Mix a colour into white: light enough for dark text up to a strength of about 0.45."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in parts)
