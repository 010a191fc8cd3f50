"""Cathode material in the whole valley: imports cut, longer, licensed."""

import numpy as np
import pytest

from bvsim.reading import load
from valley_rows import output, run, total

NMC = ["nmc-mid", "nmc-622", "nmc-811", "nmc-9", "solid-state-nmc"]
NMC_SITES = ("aesc-douai", "acc-douvrin", "verkor-dunkirk", "prologium-dunkirk")
BLOCKS = {site: tuple(load("reference").model.sites[site].blocks) for site in NMC_SITES}
NO_CLOSURES = {"classes.*.closure_probability": 0, "classes.*.closure_hazard_later": 0}
CANCELLED = {
    f"cathode.{plant}.project.cancelled": "2026-03-31"
    for plant in (
        "neomat-cam.blocks.phase-1",
        "neomat-cam.blocks.phase-2",
        "neomat-pcam.blocks.phase-1",
        "licamax.blocks.phase-1",
    )
}
FROM = {"value": "2027-01-01", "source": ["bvsim-judgement"], "confidence": "judgement"}
HALT = {"imports.halts.cut": {"goods": ["cam", "pcam"], "chemistries": NMC, "start": FROM}}
NOTHING_FAILS = frozenset({"closure"})
# no line goes to storage, whose cells take material that is not cut
CARS_ALONE = {"storage.demand.contestable": 0}
OPEN = {"end": "2031-12-31", **NO_CLOSURES, **CARS_ALONE}


@pytest.fixture(scope="module")
def cut():
    sets = {**OPEN, **CANCELLED, **HALT}
    return run(load("reference", sets=sets), 4, lifts=NOTHING_FAILS)


@pytest.fixture(scope="module")
def usual():
    return run(load("reference", sets=OPEN), 4, lifts=NOTHING_FAILS)


def _lost(records, cause, site, **span):
    of = (f"{site}.{block}" for block in BLOCKS[site])
    return sum(total(records, f"lost_{cause}_gwh", table="ledger", entity=b, **span) for b in of)


@pytest.mark.parametrize("site", NMC_SITES)
def test_without_imports_and_neomat_output_stops_once_stocks_are_used(cut, usual, site):
    assert total(cut, "good_gwh", entity=site, last=2026) == pytest.approx(
        total(usual, "good_gwh", entity=site, last=2026), abs=1e-12
    )
    after = {"entity": site, "first": 2028}
    assert not total(cut, "good_gwh", **after).any()
    assert total(cut, "cam_stock_t", **after).max() < 1e-9  # tonnes: shares of shares of a stock
    assert not total(cut, "cam_used_t", **after).any()
    # what lines in ramp-up could make is lost to cathode, and to nothing else
    span = {"first": 2028}
    for cause in ("demand", "throttle", "yield"):
        assert not _lost(cut, cause, site, **span).any()
    # a tie of nobody and nothing in the first weeks of a block is labour's
    labour, cathode = (_lost(cut, cause, site, **span) for cause in ("labour", "cathode"))
    assert (labour <= 0.05 * cathode).all()
    released = total(cut, "nameplate_gwh", **after) > 0
    assert ((_lost(cut, "cathode", site, **span) > 0) == released).all()


def test_cathode_lost_is_all_the_ramp_capacity(cut):
    site, span = "aesc-douai", {"first": 2028}
    of = {"table": "ledger", **span}
    planned = sum(
        total(cut, column, entity=f"{site}.{block}", **of)
        for column in ("announced_gwh", "beyond_plan_gwh")
        for block in BLOCKS[site]
    )
    before = ("not_built", "closure", "delay", "rating", "ramp_up", "availability")
    left = planned - sum(_lost(cut, cause, site, **span) for cause in before)
    assert _lost(cut, "cathode", site, **span) == pytest.approx(left, rel=1e-9)


def test_sodium_goes_on(cut, usual):
    made = total(cut, "good_gwh", entity="tiamat-amiens", first=2028)
    assert made.max() > 0.01
    assert made == pytest.approx(
        total(usual, "good_gwh", entity="tiamat-amiens", first=2028), rel=0.05
    )


def test_the_cape_costs_nothing_where_stocks_are_thick():
    """Ships go round the Cape from the middle of 2028, which nobody knew the day before.

    That it costs something where stocks are thin is shown for one buyer in
    `tests/valley/test_cathode.py`; in the whole valley a shortage moves every later
    shipment, so here each row moves, up or down.
    """
    moved = {}
    for days in (7, 90):
        sets = {
            "end": "2030-12-31",
            **NO_CLOSURES,
            "imports.cam.safety_stock": days,
            "imports.hazards.*.rate": 0,
            "imports.disruptions.red-sea.start": "2028-06-01",
        }
        until = "imports.disruptions.red-sea.until"
        cape = output(run(load("reference", sets={**sets, until: "2030-12-31"}), 4), 2028)
        suez = output(run(load("reference", sets={**sets, until: "2028-06-02"}), 4), 2028)
        moved[days] = np.abs(cape / suez - 1.0)
    assert moved[90].max() < 0.002
    assert moved[7].mean() > 10 * moved[90].mean()


def test_export_controls_bite_the_local_plant_and_not_the_cell_makers():
    controls = run(load("export-controls"), 4)
    # no licence in the base: the reference draws whether the rules come back
    free = {"imports.controls.china-licences.probability": 0}
    base = run(load("reference", sets=free), 4)
    short = {"entity": "neomat-cam", "first": 2027}
    assert (
        total(controls, "pcam_short_t", **short).sum() > total(base, "pcam_short_t", **short).sum()
    )
    # a row may differ more, where a plant on the brink stops at another time; three of four do not
    both = np.array([output(each, 2027) for each in (controls, base)])
    assert both[0].sum() == pytest.approx(both[1].sum(), rel=0.02)
    assert (np.abs(both[0] / both[1] - 1.0) < 0.02).sum() >= 3
