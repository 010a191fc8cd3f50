"""Several regions on one page: what each makes by year, and of what market that is a part."""

from __future__ import annotations

import re

import pandas as pd

from bvsim.show import words
from bvsim.show.report.model import Facts
from bvsim.show.words import Data

_OUTPUT = re.compile(r"output_(\d{4})_gwh")


def region_table(table: pd.DataFrame, facts: Facts) -> Data:
    """Return output by region and year of the key figures, and the share of the market.

    Parameters
    ----------
    table : DataFrame
        Mean, P10, P50 and P90 by key figure.
    facts : Facts
        Titles of the regions, and their sites. Of one region alone nothing is told.
    """
    if not facts.regions:
        return {}
    years = [match[1] for name in table.index if (match := _OUTPUT.fullmatch(str(name)))]
    rows = [
        {
            "title": title,
            "sites": ", ".join(facts.title(site) for site in facts.sites[region]),
            "cells": [_range(table, f"output_{year}_gwh.{region}") for year in years],
        }
        for region, title in facts.regions.items()
    ]
    whole = {
        "title": words.say("regions.all"),
        "sites": "",
        "cells": [_range(table, f"output_{year}_gwh") for year in years],
    }
    shares = [words.percent(float(table["p50"][f"market_share_{y}"])) for y in years]
    return {"years": years, "rows": [*rows, whole], "shares": shares}


def _range(table: pd.DataFrame, name: str) -> words.Both:
    if name not in table.index:
        return words.Both("", "")
    low, middle, high = (float(table[key][name]) for key in ("p10", "p50", "p90"))
    return words.say("regions.cell", middle=f"{middle:.0f}", low=f"{low:.0f}", high=f"{high:.0f}")
