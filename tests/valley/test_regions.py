"""Several regions in one run: one of them alone is what it was, two share a market."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bvsim.reading import load
from bvsim.valley.ground.streams import Key
from bvsim.valley.regions.wiring import SiteBuilder
from bvsim.valley.valley import prepare, simulate
from two_regions import scenario_of, write_regions

RIVALS = "demand.open_market.rival_capacity"
OPEN = {"demand.open_market.contestable": 0.6, RIVALS: 0.2}
"""A market in which much is put out to tender and few others bid."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_regions(tmp_path_factory.mktemp("regions"))


def record_of(file, folder, sets=None):
    """Return the record of the row of medians."""
    scenario = load(str(file), sets, root=folder)
    return simulate(prepare(scenario, (2030,)), scenario.median(), Key(1, 0, 0), trace=True)


@pytest.fixture(scope="module")
def both(folder):
    return record_of(scenario_of(folder, "east", "west"), folder, OPEN)


def labelled(table):
    """Return the values of a table by their labels."""
    labels = zip(*[each for _, each in table.index], strict=True)
    return dict(zip(labels, table.values, strict=True))


def kpis_of(record):
    table = record.tables["kpis"]
    return dict(zip(table.columns, table.values[0], strict=True))


def won_by(record, *sites):
    """Return the orders that sites have won in tenders, at the end of the last year."""
    table = record.tables["yearly"]
    at = table.columns.index("won_orders_gwh_per_year")
    return sum(labelled(table)[2030, site, False][at] for site in sites)


EAST, WEST = ((f"{region}-red-works", f"{region}-blue-mill") for region in ("east", "west"))

WHOLE = ("region", "region.east", "region.west")


def test_one_region_in_the_market_is_the_region_alone_bit_for_bit(folder):
    alone = record_of(scenario_of(folder, "east", alone=True), folder)
    one = record_of(scenario_of(folder, "east"), folder)
    assert alone.events == one.events
    for name in ("yearly", "ledger", "binding"):
        found = labelled(one.tables[name])
        assert one.tables[name].columns == alone.tables[name].columns
        for label, values in labelled(alone.tables[name]).items():
            assert np.array_equal(found[label], values, equal_nan=True), (name, label)
    more = kpis_of(one)
    for name, value in kpis_of(alone).items():
        assert np.array_equal(more[name], value, equal_nan=True), name


def test_the_order_of_the_list_does_not_matter(folder, both):
    turned = record_of(scenario_of(folder, "west", "east"), folder, OPEN)
    for name, table in both.tables.items():
        assert turned.tables[name].columns == table.columns
        assert turned.tables[name].index == table.index
        assert np.array_equal(turned.tables[name].values, table.values, equal_nan=True)


def test_taking_a_region_out_gives_the_other_more_orders(folder, both):
    file = scenario_of(folder, "east", "west", more="without: [west]\n")
    east = record_of(file, folder, OPEN)
    assert won_by(east, *EAST) > won_by(both, *EAST) > 0.0
    assert won_by(both, *WEST) > 0.0
    assert not any(label[1].startswith("west") for label in labelled(east.tables["yearly"]))


def test_two_regions_that_are_alike_but_for_their_names_are_worth_the_same(folder):
    """Chance off, and every figure at its median: neither comes first."""
    scenario = load(str(scenario_of(folder, "east", "west")), OPEN, root=folder)
    key = Key(1, 0, 0, chance=False)
    record = simulate(prepare(scenario, (2030,)), scenario.median(), key)
    assert won_by(record, *EAST) == pytest.approx(won_by(record, *WEST), rel=1e-12)


def test_totals_are_sums_and_the_market_is_one(both):
    kpis = kpis_of(both)
    total = kpis["output_2030_gwh.east"] + kpis["output_2030_gwh.west"]
    assert kpis["output_2030_gwh"] == pytest.approx(total)
    assert total > 0.0
    yearly = both.tables["yearly"]
    rows, at = labelled(yearly), yearly.columns.index("export_demand_gwh")
    market = {rows[2030, name, False][at] for name in WHOLE}
    assert market == {kpis["market_demand_2030_gwh"]}
    assert kpis["market_share_2030"] == pytest.approx(total / market.pop())
    home = yearly.columns.index("home_bev_registrations")
    each = [rows[2030, name, False][home] for name in WHOLE]
    assert each[0] == pytest.approx(each[1] + each[2])


@pytest.mark.parametrize(("site", "announced"), [("mill", False), ("works", True)])
def test_no_storage_at_a_site_not_listed_nor_where_all_is_as_announced(site, announced):
    model = SimpleNamespace(announced=announced)
    builder = SiteBuilder(model, None, SimpleNamespace(storage=object()), None, past=None)
    assert builder._storage(site, SimpleNamespace(sites=("works",))) is None
