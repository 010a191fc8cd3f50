"""Odds: how likely the valley reaches an output, how likely a site runs, and what it makes then."""

from __future__ import annotations

import numpy as np

from bvsim.ensemble.design.interval import Interval, ci95_share
from bvsim.show import words
from bvsim.show.report.cube import listed
from bvsim.show.report.series import Series
from bvsim.show.words import Both, Data

THRESHOLDS_GWH = (10, 20, 30, 40, 50)
"""Outputs whose odds are written out, beside the slider that takes any whole GWh."""
LATER_YEARS = 5


def chances(series: Series) -> Data:
    """Return the share of rows that make at least 0, 1, 2 ... GWh of good cells, by year.

    Returns
    -------
    dict
        ``least``: for each year a list by whole GWh; ``ends``: of each its 95% interval, that of
        the run's design as `bvsim ask` gives it, or None where the design allows none.
    """
    steps = range(most_gwh(series) + 1)
    years = [_chances(series, year, steps) for year in series.years]
    return {
        "least": [listed([share for share, _ in found]) for found in years],
        "ends": [[ends and listed(ends) for _, ends in found] for found in years],
    }


def _chances(series: Series, year: int, steps: range) -> list[tuple[float, Interval | None]]:
    """Return the chances of rising outputs: those of as many rows are of the same rows."""
    made, known = series.made[year].to_numpy(), {}
    rows = [int((made >= gwh).sum()) for gwh in steps]
    for gwh, hits in zip(steps, rows, strict=True):
        if hits not in known:
            known[hits] = _chance(series, year, gwh)
    return [known[hits] for hits in rows]


def _chance(series: Series, year: int, gwh: float) -> tuple[float, Interval | None]:
    made = series.made[year]
    hits = made.to_numpy() >= gwh
    draws = made.index.get_level_values("draw")
    return float(hits.mean()), ci95_share(hits, draws, str(series.run.manifest["design"]))


def most_gwh(series: Series) -> int:
    """Return the largest output of any row and year, rounded up."""
    return int(np.ceil(series.made.to_numpy().max()))


def odds_table(series: Series, year: int) -> list[Data]:
    """Return the odds of some outputs in years from the one given, one row a year."""
    return [
        {
            "year": y,
            "chances": [words.percent(_chance(series, y, gwh)[0]) for gwh in THRESHOLDS_GWH],
        }
        for y in _told(series, year)
    ]


def sentence(series: Series, year: int, gwh: int) -> Both:
    """Say how likely an output is in a year, with its interval where there is one."""
    share, ends = _chance(series, year, gwh)
    said = {"chance": words.percent(share), "gwh": gwh, "year": year}
    if ends is None:
        return words.say("chart.odds_plain", **said)
    low, high = map(words.percent, ends)
    return words.say("chart.odds_said", low=low, high=high, **said)


def _told(series: Series, year: int) -> list[int]:
    """Return the years to tell of: the one given, one before and those after, five apart."""
    return [y for y in series.years if y >= year - LATER_YEARS and (y - year) % LATER_YEARS == 0]


def sites_running(series: Series, names: list[str], year: int) -> Data:
    """Return how often each site makes cells in a year, and how much it makes then.

    A site that closes in some futures has two states; the mean of both is no future at all.
    """
    years = _told(series, year)
    rows = [
        {
            "title": words.title(series.facts.title(name)),
            "cells": [_running(series, name, y) for y in years],
        }
        for name in names
        if series.step("good", name).any()
    ]
    return {"years": years, "rows": rows}


def _running(series: Series, name: str, year: int) -> Both:
    good = series.step("good", name)[:, series.years.index(year)]
    runs = good > 0.0
    if not runs.any():
        return words.plain(words.NOTHING)
    share, made = words.percent(float(runs.mean())), words.short(float(good[runs].mean()))
    return words.say("odds.cell", share=share, made=made)
