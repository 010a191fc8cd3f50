"""Every shipped scenario says what it asks, runs, and leaves the past as it was."""

import numpy as np
import pytest

from bvsim.reading import load
from pages.scenarios import shipped
from valley_rows import output, run, total

ASKED = {
    *("announced", "reference", "hindcast-2023", "all-levers", "new-entrant-fails"),
    *("training-doubled", "training-halved", "training-late", "shuttle-2028"),
    *("neomat-on-time", "neomat-slips", "neomat-without-pcam", "neomat-cancelled"),
    *("red-sea", "export-controls", "demand-low", "demand-snbc", "leasing-paused"),
    *("no-takeover", "cash-tight"),
    *("storage-boom", "no-storage"),
    *("scrap-heavy", "fast-learners", "slow-ramp", "relieve-returns"),
}
ENTRANTS = ("acc-douvrin", "verkor-dunkirk")
FRAMES = {"announced", "hindcast-2023"}
END = "2031-12-31"
NAMES = shipped()
REFERENCES = [name for name in NAMES if name.endswith("reference")]


@pytest.fixture(scope="module")
def reference():
    return run(load("reference", sets={"end": END}), 2)


def test_every_scenario_asked_for_is_there():
    assert set(NAMES) >= ASKED


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_tells_its_story_and_runs(name, reference):
    scenario = load(name, sets={"end": END})
    assert len(scenario.story) > 40
    own = next(n for n in REFERENCES if load(n).model_name == scenario.model_name)
    assert scenario.width == load(own).width
    records = run(scenario, 2)
    for record in records:
        kpis = dict(
            zip(record.tables["kpis"].columns, record.tables["kpis"].values[0], strict=True)
        )
        assert np.isfinite(kpis["output_2030_gwh"])
        assert np.isfinite(kpis["headcount_2030"])
    if name not in FRAMES and own == "reference":
        # what was observed is a fact in all of them, whatever they change; the first cells of
        # a plant without readings are not
        past = output(reference, last=2025)
        assert output(records, last=2025) == pytest.approx(past, rel=1e-3)
    if name not in {*FRAMES, *REFERENCES} and own == "reference":
        assert scenario.overrides
        assert scenario.model_hash != load("reference", sets={"end": END}).model_hash


def test_a_closed_entrant_releases_its_people_and_customers():
    records = run(load("new-entrant-fails", sets={"end": END}), 2)
    of = {"entity": "verkor-dunkirk", "first": 2028}
    assert not total(records, "good_gwh", **of).any()
    assert not total(records, "headcount", **of).any()
    assert not total(records, "cam_used_t", **of).any()
    assert (total(records, "leavers", entity="verkor-dunkirk", first=2027, last=2027) > 100).all()
    block = {"table": "ledger", "entity": "verkor-dunkirk.block-1", "first": 2028}
    assert (total(records, "lost_closure_gwh", **block) > 0).all()


def test_nobody_buys_a_failed_plant_without_takeovers_and_tight_money_fails_more():
    stops = {}
    for name in ("reference", "no-takeover", "cash-tight"):
        records = run(load(name), 6)
        stops[name] = sum(total(records, "stops", entity=site).sum() for site in ENTRANTS)
        sold = sum(total(records, "sold", entity=site).sum() for site in ENTRANTS)
        assert (sold > 0) == (name != "no-takeover")
    assert stops["cash-tight"] >= stops["reference"] > 0


def test_storage_is_an_outlet_where_it_booms_and_none_where_nobody_orders():
    made = {
        name: run(load(name, sets={"end": "2036-12-31"}), 4)
        for name in ("storage-boom", "no-storage")
    }
    assert total(made["storage-boom"], "storage_gwh").sum() > 1.0
    assert not total(made["no-storage"], "storage_gwh").any()
    assert output(made["storage-boom"]).sum() > output(made["no-storage"]).sum()


def test_neomat_does_what_its_scenarios_say():
    made = {}
    for name in ("neomat-on-time", "neomat-slips", "neomat-without-pcam", "neomat-cancelled"):
        records = run(load(name), 2)
        made[name] = total(records, "good_t", entity="neomat-cam", last=2030)
        local_pcam = total(records, "pcam_local_t", entity="region")
        local_cam = total(records, "cam_local_t", entity="region")
        if name == "neomat-without-pcam":
            # local cathode material without local precursor: the imports only change their name
            assert not local_pcam.any()
            assert (local_cam > 0).all()
        if name == "neomat-cancelled":
            assert not total(records, "good_t", entity="neomat-cam").any()
            assert not local_cam.any()
            assert not total(records, "good_t", entity="neomat-pcam").any()
    assert (made["neomat-on-time"] > 0).all()
    assert not made["neomat-slips"].any()


def test_relieve_takes_its_feed_from_the_others():
    returns = run(load("relieve-returns"), 3)
    base = run(load("reference"), 3)
    span = {"first": 2029, "last": 2032}
    assert (total(returns, "feed_t", entity="relieve", **span) > 0).all()
    assert total(returns, "feed_t", entity="battri", **span).sum() < (
        total(base, "feed_t", entity="battri", **span).sum()
    )
    # the same packs retire, and the same scrap falls: only who gets them differs
    for column in ("retired_packs_t", "scrap_delivered_t"):
        assert total(returns, column, entity="region", **span) == pytest.approx(
            total(base, column, entity="region", **span), rel=1e-6
        )
