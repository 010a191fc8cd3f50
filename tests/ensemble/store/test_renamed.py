"""Columns of an earlier version are found under today's names, and the other way round."""

import pandas as pd
import pytest

from bvsim.analysis.tables import columns_from, has_column, pieces
from bvsim.ensemble.store.renamed import RENAMED, stored
from bvsim.ensemble.store.results import open_run
from bvsim.valley.orders.market import VEHICLES

BEFORE, NOW = "fr_bev_registrations", "home_bev_registrations"


@pytest.fixture
def old():
    return open_run("tests/data/run-0.1.0")


def test_today_s_names_are_those_of_the_valley():
    assert {
        column.name for column in VEHICLES.columns if column.name.startswith(("home_", "export_"))
    } == set(RENAMED.values())


def test_names_that_are_there_are_taken_as_they_stand():
    assert stored(["year", BEFORE], {"year", NOW}) == {"year": "year", BEFORE: NOW}
    assert stored([NOW], {NOW, BEFORE}) == {NOW: NOW}
    assert stored([NOW], {"year"}) == {NOW: NOW}


def test_a_stored_old_run_answers_to_today_s_names(old):
    assert BEFORE in old.columns("yearly")
    assert NOW not in old.columns("yearly")
    pd.testing.assert_frame_equal(old.quantiles(NOW), old.quantiles(BEFORE))
    found = columns_from(old, "yearly", ["year", NOW])
    assert list(found.columns) == ["year", NOW]
    assert found[NOW].max() > 0.0
    assert has_column(old, "yearly", NOW)
    assert not has_column(old, "yearly", "home_bev")
    assert NOW in next(iter(pieces(old, "yearly", [NOW])))
