"""The whole valley: identities on every row, observations imposed, the plan adds up."""

from datetime import date

import numpy as np
import pytest

from bvsim.reading.scenario import load
from bvsim.valley import valley
from bvsim.valley.cells import ledger
from bvsim.valley.ground.books import IdentityError
from bvsim.valley.ground.streams import Key

YEARS = (2026, 2030, 2035, 2040)
DRAWS = 3


def records(name, draws=DRAWS, sets=None, **options):
    scenario = load(name, sets=sets)
    setting = valley.prepare(scenario, YEARS)
    values = scenario.quantile(np.random.default_rng(11).uniform(size=(draws, scenario.width)))
    return [valley.simulate(setting, row, Key(1, i, 0), **options) for i, row in enumerate(values)]


@pytest.fixture(scope="module")
def reference():
    return records("reference")


@pytest.fixture(scope="module")
def announced():
    return records("announced", draws=1)[0]


def column(record, table, name):
    found = record.tables[table]
    return found.values[:, found.columns.index(name)]


def labels(record, table, name):
    return np.array(dict(record.tables[table].index)[name])


def test_the_ledger_closes_on_every_row(reference, announced):
    for record in (*reference, announced):
        table = record.tables["ledger"]
        losses = table.values[:, ledger.LEDGER.lost :]
        left = column(record, "ledger", "announced_gwh") + column(
            record, "ledger", "beyond_plan_gwh"
        )
        right = column(record, "ledger", "good_gwh") + losses.sum(axis=1)
        assert np.abs(left - right).max() < 1e-9
        assert losses.min() >= 0.0


def test_balances_close_and_people_do_exactly(reference):
    for record in reference:
        table = record.tables["balances"]
        opening, inflow, outflow, closing = table.values.T
        off = np.abs(opening + inflow - outflow - closing)
        scale = np.maximum(1.0, np.abs(table.values).max(axis=1))
        assert (off / scale).max() < 1e-9
        people = labels(record, "balances", "unit") == "heads"
        assert people.sum() > 10
        assert (off[people] == 0.0).all()


def test_weeks_add_up_to_the_year(reference):
    record = reference[0]
    table = record.tables["binding"]
    weekly = [n.startswith("weeks_") and "second" not in n for n in table.columns]
    weeks = table.values[:, weekly].sum(axis=1)
    years = labels(record, "binding", "year")
    days = np.where((years % 4 == 0), 366.0, 365.0)
    assert np.abs(weeks * 7.0 - days).max() < 1e-6


def test_output_of_2025_lies_where_the_observations_put_it(reference):
    for record in reference:
        years, entities = labels(record, "yearly", "year"), labels(record, "yearly", "entity")
        good = column(record, "yearly", "good_gwh")
        at = {s: good[(years == 2025) & (entities == s)][0] for s in set(entities)}
        assert 0.25 <= at["aesc-douai"] <= 0.32
        assert 0.5 <= at["acc-douvrin"] <= 1.15
        assert 0.0 < at["verkor-dunkirk"] < 0.05  # first cells in the middle of December
        observed = labels(record, "yearly", "observed")
        assert observed[years <= 2025].all()
        assert not observed[years >= 2026].any()


def test_announced_is_the_published_plan(announced):
    years, entities = labels(announced, "yearly", "year"), labels(announced, "yearly", "entity")
    good = column(announced, "yearly", "good_gwh")
    nameplate = column(announced, "yearly", "nameplate_gwh")
    sites = [e for e in set(entities) if np.isfinite(nameplate[entities == e]).all()]
    by_year = {
        y: sum(good[(years == y) & (entities == e)][0] for e in sites) for y in set(years.tolist())
    }
    assert by_year[2025] == pytest.approx(46.0, abs=1e-6)
    assert by_year[2030] == pytest.approx(167.0, abs=1e-6)
    assert column(announced, "ledger", "beyond_plan_gwh").max() < 1e-9
    losses = announced.tables["ledger"].values[:, ledger.LEDGER.lost :]
    assert losses.max() < 1e-9
    unattributed = nameplate[(years == 2030) & (entities == "unattributed")][0]
    assert unattributed == pytest.approx(10.0)
    assert not labels(announced, "yearly", "observed").any()


def test_unattributed_is_not_built_elsewhere(reference):
    record = reference[0]
    entities = labels(record, "ledger", "entity")
    own = entities == "unattributed.published-total"
    announced = column(record, "ledger", "announced_gwh")[own]
    assert np.allclose(column(record, "ledger", "lost_not_built_gwh")[own], announced)
    assert announced.max() == pytest.approx(10.0)


def test_every_contracted_key_figure_is_there(reference):
    names = set(reference[0].tables["kpis"].columns)
    sites = ("aesc-douai", "acc-douvrin", "verkor-dunkirk", "prologium-dunkirk", "tiamat-amiens")
    for year in YEARS:
        for stem in (f"output_{year}_gwh", f"nameplate_{year}_gwh", f"scrap_{year}_t"):
            assert stem in names
            assert {f"{stem}.{site}" for site in sites} <= names
        assert {f"headcount_{year}", f"local_cam_share_{year}", f"local_pcam_share_{year}"} <= names
        assert {f"eol_feedstock_{year}_t", f"black_mass_{year}_t"} <= names
        for recycler in ("battri", "hydrovolt", "relieve", "glencore-licycle"):
            assert f"recycler_utilisation_{year}.{recycler}" in names
    assert {"year_30_gwh", "year_50_gwh", "year_100_gwh"} <= names
    assert {"reach_30_gwh_2030", "reach_50_gwh_2030"} <= names


def test_the_same_row_gives_the_same_numbers():
    first, second = records("reference", draws=1)[0], records("reference", draws=1)[0]
    for name, table in first.tables.items():
        np.testing.assert_array_equal(table.values, second.tables[name].values)


def test_a_trace_changes_no_number_and_names_causes(reference):
    traced = records("reference", draws=1, trace=True)[0]
    for name, table in reference[0].tables.items():
        np.testing.assert_array_equal(table.values, traced.tables[name].values)
    assert len(traced.events) > 100
    assert all(event.cause for event in traced.events)


def test_lifting_all_constraints_never_lowers_total_output():
    base = records("reference", draws=2)
    free = records("reference", draws=2, lifts=frozenset({"labour", "cathode", "demand"}))
    for a, b in zip(base, free, strict=True):
        lost = [f"lost_{cause}_gwh" for cause in ("labour", "cathode", "demand")]
        years = labels(b, "ledger", "year")
        for name in lost:
            assert column(b, "ledger", name)[years > 2026].max() < 1e-9
        total_a, total_b = (np.nansum(column(r, "ledger", "good_gwh")) for r in (a, b))
        assert total_b >= total_a * 0.98  # closures may fall on other days


def test_a_violated_identity_names_entity_quantity_date_and_size():
    scenario = load("reference")
    setting = valley.prepare(scenario, YEARS)
    built = valley.Valley(setting, scenario.drawn(scenario.median()), Key(1, 0, 0))
    built.run()
    account = built.ctx.books.accounts["ledger", "acc-douvrin.block-1"]
    account.adjust(40, ledger.LEDGER.good_gwh, 0.5)
    with pytest.raises(IdentityError, match=r"acc-douvrin\.block-1: the ledger .*0\.5.*2026-05-01"):
        built.record()


def test_chance_off_runs_at_the_medians():
    scenario = load("reference")
    setting = valley.prepare(scenario, YEARS)
    record = valley.simulate(setting, scenario.median(), Key(1, 0, 0, chance=False))
    assert record.tables["kpis"].values.shape[0] == 1


def test_one_block_closes_on_its_day_and_the_rest_of_its_site_goes_on(reference):
    """Douvrin's first block leaves at the end of 2028: to the day before, nothing differs."""
    block, other = "acc-douvrin.block-1", "acc-douvrin.block-2"
    sets = {"sites.acc-douvrin.blocks.block-1.closes": date(2029, 1, 1)}
    record = records("reference", 1, sets)[0]
    years, entities = (labels(record, "ledger", name) for name in ("year", "entity"))
    good, usual = (column(each, "ledger", "good_gwh") for each in (record, reference[0]))
    assert (good[years < 2029] == usual[years < 2029]).all()
    late = years >= 2029
    assert usual[late & (entities == block)].sum() > 0.0
    assert (good[late & (entities == block)] == 0.0).all()
    assert good[late & (entities == other)].sum() > 0.0
    test_the_ledger_closes_on_every_row([record], record)
    test_balances_close_and_people_do_exactly([record])
    lifted = records("reference", 1, sets, lifts=frozenset({"closure"}))[0]
    there = labels(lifted, "ledger", "entity") == block
    assert column(lifted, "ledger", "good_gwh")[there & (years == 2029)].sum() > 0.0
