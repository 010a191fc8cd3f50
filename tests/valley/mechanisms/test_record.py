"""Key figures: every sum, share and first year, from a small yearly table."""

from __future__ import annotations

import math

import numpy as np

from bvsim.valley.record.facts import Milestones, Roles, YearlyTable
from bvsim.valley.record.kpis import kpi_table
from bvsim.valley.record.record import Table
from mechanism_table import exact


def test_recycled_content_is_what_came_back_over_what_the_cells_hold():
    columns = ("returned_nickel_t", "cells_nickel_t", "returned_cobalt_t", "cells_cobalt_t")
    labels = (("year", (2030,)), ("entity", ("region",)))
    yearly = YearlyTable(Table(labels, columns, np.array([[30.0, 400.0, 5.0, 0.0]])))
    kpis = kpi_table(yearly, Roles(("site",), ("site",), ("works",)), (2030,))
    found = dict(zip(kpis.columns, kpis.values[0], strict=True))
    assert found["recycled_content_2030.nickel"] == exact(0.075)
    assert math.isnan(found["recycled_content_2030.cobalt"])


def yearly_of(years, **entities):
    """Return a yearly table from columns by entity."""
    columns = sorted({column for own in entities.values() for column in own})
    nothing = [math.nan] * len(years)
    values = [
        [own.get(column, nothing)[at] for column in columns]
        for at in range(len(years))
        for own in entities.values()
    ]
    labels = (
        ("year", tuple(year for year in years for _ in entities)),
        ("entity", tuple(entities) * len(years)),
    )
    return YearlyTable(Table(labels, tuple(columns), np.array(values)))


YEARLY = yearly_of(
    (2029, 2030, 2031),
    a={
        "good_gwh": [10.0, 25.0, 60.0],
        "nameplate_gwh": [20.0, 40.0, 70.0],
        "headcount": [100.0, 200.0, 300.0],
        "vacancies": [9.0, 5.0, 0.0],
        "jobs_announced": [0.0, 1000.0, 1000.0],
        "scrap_t": [1.0, 2.0, 3.0],
    },
    b={"good_gwh": [5.0, 10.0, 45.0], "nameplate_gwh": [10.0, 20.0, 50.0]},
    school={
        "seats": [30.0, 40.0, 40.0],
        "intake": [30.0, 36.0, 40.0],
        "graduates": [0.0, 25.0, 30.0],
        "training_cost_meur": [0.8, 1.5, 1.5],
    },
    works={
        "headcount": [10.0, 20.0, 30.0],
        "vacancies": [0.0, 2.0, 0.0],
        "capacity_t": [0.0, 1000.0, 2000.0],
        "processed_t": [0.0, 600.0, 1500.0],
        "feed_t": [0.0, 400.0, 1000.0],
        "feed_scrap_t": [0.0, 300.0, 500.0],
        "black_mass_t": [0.0, 250.0, 700.0],
    },
    region={
        "cam_local_t": [0.0, 30.0, 60.0],
        "cam_used_t": [50.0, 120.0, 150.0],
        "pcam_local_t": [0.0, 12.0, 60.0],
        "pcam_t": [0.0, 96.0, 120.0],
        "eol_feedstock_t": [10.0, 20.0, 90.0],
        "scrap_feedstock_t": [50.0, 20.0, 60.0],
        **{f"returned_{e}_t": [0.0, n, 1.0] for e, n in (("cobalt", 1.0), ("lithium", 3.0))},
        **{f"cells_{e}_t": [9.0, 10.0, 10.0] for e in ("cobalt", "lithium", "nickel")},
    },
)


def test_key_figures_of_two_sites_and_a_recycler():
    basins = (("coast", ("a", "works")), ("inland", ("b",)))
    roles = Roles(("a", "b"), ("a",), ("works",), ("a", "works"), ("school",), basins)
    site = Milestones("a", (("a.block-1", 2028.5), ("a.block-2", math.nan)), 2031.25, 7.5)
    table = kpi_table(YEARLY, roles, (2026, 2030), (site,), {"cathode": 2029.25})
    expected = {
        "output_2030_gwh": 35.0,
        "output_2030_gwh.a": 25.0,
        "output_2030_gwh.b": 10.0,
        "output_2030_gwh.coast": 25.0,
        "output_2030_gwh.inland": 10.0,
        "storage_cells_2030_gwh": 0.0,
        "storage_cells_2030_gwh.a": math.nan,
        "nameplate_2030_gwh": 60.0,
        "nameplate_2030_gwh.a": 40.0,
        "nameplate_2030_gwh.b": 20.0,
        "headcount_2030": 200.0,
        "headcount_2030.a": 200.0,
        "headcount_2030.coast": 200.0,  # the recycler is no gigafactory
        "jobs_2030": 220.0,
        "jobs_2030.a": 200.0,
        "jobs_2030.works": 20.0,
        "jobs_2030.coast": 220.0,
        "jobs_announced_2030": 1000.0,
        "jobs_announced_2030.a": 1000.0,
        "jobs_announced_2030.works": math.nan,
        "jobs_announced_2030.coast": 1000.0,
        "vacancies_2030": 7.0,
        "vacancies_2030.a": 5.0,
        "vacancies_2030.works": 2.0,
        "training_seats_2030": 40.0,
        "training_seats_2030.school": 40.0,
        "training_intake_2030": 36.0,
        "training_intake_2030.school": 36.0,
        "graduates_2030": 25.0,
        "graduates_2030.school": 25.0,
        "training_cost_2030_meur": 1.5,
        "training_cost_2030_meur.school": 1.5,
        "local_cam_share_2030": 0.25,
        "local_pcam_share_2030": 0.125,
        "scrap_2030_t": 2.0,
        "scrap_2030_t.a": 2.0,
        "eol_feedstock_2030_t": 20.0,
        "black_mass_2030_t": 250.0,
        "black_mass_2030_t.works": 250.0,
        "recycler_utilisation_2030.works": 0.6,
        "scrap_feed_share_2030.works": 0.75,
        "recycled_content_2030.cobalt": 0.1,
        "recycled_content_2030.lithium": 0.3,
        "recycled_content_2030.nickel": math.nan,
        "year_30_gwh": 2030.0,
        "year_50_gwh": 2031.0,
        "year_100_gwh": 2031.0,
        "reach_30_gwh_2030": 1.0,
        "reach_50_gwh_2030": 0.0,
        "eol_overtakes_scrap_year": 2031.0,  # in 2030 there are as many of both
        "opens_year.works": 2030.0,
        "cam_sop_year.cathode": 2029.25,
        "sop_year.a.block-1": 2028.5,
        "sop_year.a.block-2": math.nan,
        "closed_year.a": 2031.25,
        "output_months_13_24_gwh.a": 7.5,
    }
    assert table.columns == tuple(expected)
    assert list(table.values[0]) == exact(list(expected.values()), nan_ok=True)


def test_an_output_that_is_never_reached_has_no_year():
    low = yearly_of((2030, 2031), a={"good_gwh": [29.9, 30.0]})
    table = kpi_table(low, Roles(("a",), (), ()), ())
    found = dict(zip(table.columns, table.values[0], strict=True))
    assert found["year_30_gwh"] == 2031.0
    assert found["reach_30_gwh_2030"] == 0.0
    assert math.isnan(found["year_50_gwh"])


def test_a_crossing_that_does_not_last_is_none():
    """Packs lead in 2030 for a year alone, and from 2032 for good."""
    packs, scrap = [9.0, 1.0, 5.0, 6.0], [2.0, 4.0, 2.0, 2.0]
    found = []
    for years in (4, 2):  # within two years they do not lead at the end
        region = {"eol_feedstock_t": packs[:years], "scrap_feedstock_t": scrap[:years]}
        yearly = yearly_of(
            tuple(range(2030, 2030 + years)), a={"good_gwh": [1.0] * years}, region=region
        )
        table = kpi_table(yearly, Roles(("a",), (), ()), ())
        named = dict(zip(table.columns, table.values[0], strict=True))
        found.append(named["eol_overtakes_scrap_year"])
    assert found == exact([2032.0, math.nan], nan_ok=True)
