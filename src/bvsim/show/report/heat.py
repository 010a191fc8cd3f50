"""The heat map of bottlenecks: sites by years, as a table that reads well without a script."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bvsim.analysis.ledger.bottlenecks import shares
from bvsim.analysis.tables import RunLike, ranked
from bvsim.show.plot.figures import COLOURS
from bvsim.show.report import words
from bvsim.show.report.model import Facts
from bvsim.show.report.words import Both, say
from bvsim.valley.cells.causes import NONE

RUNNERS_UP = 3


def heat_map(run: RunLike, facts: Facts | None = None) -> dict[str, Any]:
    """Return the main bottleneck by site (rows) and year (columns), the valley first."""
    facts = facts or Facts()
    valley, sites = shares(run), shares(run, "site")
    years = [int(year) for year in valley.index]
    rows: list[dict[str, Any]] = [{"name": say("heat.valley"), "cells": _cells(valley, years)}]
    for site in sorted(sites.index.unique("entity")):
        title = words.title(facts.title(str(site)))
        rows.append({"name": title, "cells": _cells(sites.loc[site], years)})
    for row in rows:
        row["empty"] = not any(cell["cause"] for cell in row["cells"])
    return {"years": years, "rows": rows}


def _cells(found: pd.DataFrame, years: list[int]) -> list[dict[str, Any]]:
    rows: dict[Any, Any] = found.to_dict("index")
    return [_cell(rows[year]) for year in years]


def _cell(row: dict[Any, float]) -> dict[str, Any]:
    name, share = max(row.items(), key=lambda item: item[1])
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
