"""Tables of fates: base rates by closed form, and rows counted by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bvsim.reading.datafiles import find_model
from pages.fates import (
    base_odds,
    base_rates,
    classes,
    decisions_table,
    difference_table,
    odds_table,
    states,
    ways_table,
)

NEVER = np.nan
KPIS = pd.DataFrame(
    {
        "draw": range(4),
        "replication": [0] * 4,
        "sop_year.a.block-1": [2024.0, 2024.0, 2030.0, 2039.0],
        "closed_year.a": [2028.0, 2033.0, 2034.9, 2040.0],  # 1.75 and 6.75 after `as_of`
        "output_2030_gwh": [1.0, 2.0, 3.0, 4.0],
        "output_2035_gwh": [1.0] * 4,
        "output_2040_gwh": [1.0] * 4,
    }
)


def test_without_a_failure_the_interval_has_a_closed_form():
    """Gamma(1/2) is half a squared normal: its 10% quantile is z(55%)^2 / 2."""
    low, high = base_odds(0.0, 45.0)
    assert low == pytest.approx(1 - math.exp(-5 * 0.125661**2 / 2 / 45), rel=1e-3)
    assert high == pytest.approx(1 - math.exp(-5 * 1.644854**2 / 2 / 45), rel=1e-3)


def test_only_rows_that_see_five_years_count():
    table = odds_table(KPIS, {"a": "entrant", "b": "entrant"}, {"entrant": (0.17, 0.86)}, 2026.25)
    row = table.iloc[0]
    assert row["exposures"] == "3"
    assert row["fail within five years"].startswith("66.7%")
    assert row["base rate, 80%"] == "17.0% to 86%"


def test_ways_are_shares_of_stops_and_dark_months_are_of_single_restarts():
    yearly = pd.DataFrame(
        {
            "entity": ["a", "a", "a", "other"],
            "stops": [2.0, 1.0, 1.0, 5.0],
            "refinanced": [0.0, 1.0, 0.0, 5.0],
            "sold": [1.0, 1.0, 0.0, 0.0],
            "wound_up": [0.0, 0.0, 1.0, 0.0],
            "dark_months": [18.0, 22.0, 0.0, 5.0],
        }
    )
    row = ways_table(yearly, {"a": "entrant"}).iloc[0]
    assert (row["stops"], row["refinanced"], row["sold"], row["wound up"]) == (
        "4",
        "25%",
        "50%",
        "25%",
    )
    assert row["dark until sold, months"] == "18, 18, 18"
    assert row["dark until refinanced, months"] == "-"


def test_differences_are_of_the_same_draws():
    other = KPIS.assign(output_2030_gwh=KPIS["output_2030_gwh"] + 0.5)[::-1]
    runs = [
        SimpleNamespace(
            table=lambda _, found=found: found, manifest={"scenario": "x", "design": "random"}
        )
        for found in (KPIS, other)
    ]
    row = difference_table(runs[0], runs[1:]).iloc[0]
    assert row["2030"] == "+0.50"  # rows that all agree have no interval
    assert row["2035"].startswith("+0.00")


def test_a_small_difference_is_called_so():
    other = KPIS.assign(output_2030_gwh=KPIS["output_2030_gwh"] + 0.19)
    runs = [
        SimpleNamespace(
            table=lambda _, found=found: found, manifest={"scenario": "x", "design": "random"}
        )
        for found in (KPIS, other)
    ]
    row = difference_table(runs[0], runs[1:]).iloc[0]
    assert row["2030"].endswith(", small")  # below 0.2 GWh


YEARLY = pd.DataFrame(
    {
        "draw": [0, 0, 0, 1, 1, 1],
        "replication": [0] * 6,
        "year": [2029, 2030, 2031] * 2,
        "entity": ["a"] * 6,
        "stops": [0.0, 1.0, 0.0] * 2,
        "refinanced": [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        "sold": [0.0] * 6,
        "storage_gwh": [0.0, 1.0, 2.0, 0.0, 0.0, 0.0],
        "converted_lines": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "abandoned_lines": [0.0] * 6,
        "idle_lines": [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    }
)


def test_decisions_are_counted_by_row():
    row = decisions_table(SimpleNamespace(table=lambda _: YEARLY)).iloc[0]
    assert row["rows with idle lines"] == row["with lines converted"] == "50%"
    assert row["with lines given up"] == "0%"
    assert row["year of conversion"] == "2029, 2029, 2029"
    assert row["storage 2030, GWh"] == "0.50"  # 1 and 0


def test_what_has_become_of_a_site_by_the_end_of_a_year():
    gone = "stands still or is gone"
    assert list(states(YEARLY)["state"].xs(0, level="draw")) == [
        "never stopped",
        gone,
        "runs again",
    ]
    assert list(states(YEARLY)["state"].xs(1, level="draw")) == ["never stopped", gone, gone]


def test_every_site_has_a_class_and_the_base_rates_stand_in_the_model():
    folder = find_model("hauts-de-france")
    assert classes(folder)["verkor-dunkirk"] == "entrant"
    rates = base_rates(folder)
    assert rates["entrant"] == pytest.approx((0.167, 0.858), abs=0.002)
