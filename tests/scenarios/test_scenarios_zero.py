"""Nothing of something: the valley still runs, and nothing is divided by zero."""

import numpy as np
import pytest

from bvsim.reading import load
from valley_rows import output, run, total

ZEROS = {
    "seats": {"labour.programmes.*.seats": 0},
    "seekers": {"labour.basins.*.seekers": 0, "labour.basins.*.refill": 0},
    "orders": {"demand.level": 0},
    "mature": {"classes.*.mature": 0, "sites.*.ramp.mature": 0},
    "electric cars": {"demand.paths.*.home.*": 0, "demand.paths.*.export.*": 0},
    "cars": {"demand.home.level": 0, "demand.export.level": 0},
    "leasing": {"demand.leasing.places": 0},
    "safety stock": {"imports.cam.safety_stock": 0, "imports.pcam.safety_stock": 0},
    "collection": {"fleet.routing.collected": 0},
    "funds": {"money.sites.*.funds": 0, "money.supports.battery-booster.total": 0},
    "scrap": {"classes.*.scrap_start": 0, "classes.*.scrap_mature": 0},
    "stops": {"classes.*.stall_probability": 0, "classes.*.major_stops": 0},
}


@pytest.mark.parametrize("what", ZEROS)
def test_nothing_of_something(what):
    (record,) = run(load("reference", sets={"end": "2030-12-31", **ZEROS[what]}), 1)
    kpis = dict(zip(record.tables["kpis"].columns, record.tables["kpis"].values[0], strict=True))
    assert np.isfinite(kpis["output_2030_gwh"])
    assert not np.isinf(record.tables["yearly"].values).any()
    assert not np.isinf(record.tables["ledger"].values).any()


def test_no_orders_in_the_future_is_no_output_in_the_end():
    sets = {"end": "2032-12-31", "demand.level": {"to": 0, "from": "2026-04-01"}}
    records = run(load("reference", sets=sets), 2)
    base = run(load("reference", sets={"end": "2032-12-31"}), 2)
    assert (output(records, 2031) < 0.25 * output(base, 2031)).all()
    assert (total(records, "lost_demand_gwh", table="ledger", first=2030) > 0).all()


def test_no_vehicles_and_no_scrap_mothballs_the_recyclers():
    none = {
        "end": "2036-12-31",
        "fleet.routing.collected": 0,
        "recycling.non_ev.collected": 0,
        "recycling.recyclers.battri.lines.line-2.probability": 0,
        "demand.level": {"to": 0, "from": "2026-04-01"},
        "demand.offtakes.*.volume": 0,
    }
    records = run(load("reference", sets=none), 2)
    assert (total(records, "mothballed_weeks", entity="battri") > 0).all()
    late = {"entity": "battri", "first": 2036}
    assert (total(records, "feed_t", **late) < total(records, "capacity_t", **late) + 1e-9).all()
