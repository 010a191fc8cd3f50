"""Odds: how likely the valley reaches an output, how likely a site runs, and what it makes then."""

from __future__ import annotations

import numpy as np

from bvsim.show.report import words
from bvsim.show.report.cube import listed
from bvsim.show.report.series import Series
from bvsim.show.report.words import Both, Data

THRESHOLDS_GWH = (10, 20, 30, 40, 50)
"""Outputs whose odds are written out, beside the slider that takes any whole GWh."""
LATER_YEARS = 5


def chances(series: Series) -> Data:
    """Return the share of rows that make at least 0, 1, 2 ... GWh of good cells, by year.

    Returns
    -------
    dict
        ``rows``, their number, and ``least``: for each year a list by whole GWh.
    """
    good = series.step("good")
    steps = np.arange(most_gwh(series) + 1)
    least = [listed((column[:, None] >= steps).mean(axis=0)) for column in good.T]
    return {"rows": len(good), "least": least}


def most_gwh(series: Series) -> int:
    """Return the largest output of any row and year, rounded up."""
    return int(np.ceil(series.step("good").max()))


def odds_table(series: Series, year: int) -> list[Data]:
    """Return the odds of some outputs in years from the one given, one row a year."""
    good = series.step("good")
    return [
        {"year": y, "chances": [words.percent(float((made >= x).mean())) for x in THRESHOLDS_GWH]}
        for y, made in zip(series.years, good.T, strict=True)
        if y in _told(series, year)
    ]


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
