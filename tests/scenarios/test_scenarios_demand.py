"""Demand in the whole valley: paths in order, and plants without customers."""

import numpy as np
import pytest

from bvsim.reading import load
from valley_rows import cells, drawn, interval, output, run, total

NO_CLOSURES = {"classes.*.closure_probability": 0, "classes.*.closure_hazard_later": 0}
SITES = ("aesc-douai", "acc-douvrin", "verkor-dunkirk", "tiamat-amiens")
UNSOLD = {
    "end": "2030-12-31",
    **NO_CLOSURES,
    "demand.level": {"to": 0, "from": "2026-04-01"},
    "demand.offtakes.*.volume": 0,
    "demand.programmes.*.volume": 0,
    **{f"demand.suppliers.{site}": {"open_market": False, "takes_over": False} for site in SITES},
}


@pytest.mark.slow
def test_orders_follow_the_paths_and_output_follows_the_orders():
    sets = {"end": "2035-12-31", **NO_CLOSURES}
    low, base, snbc = (
        run(load(name, sets=sets), 8) for name in ("demand-low", "reference", "demand-snbc")
    )
    for less, more in ((low, base), (base, snbc)):
        market = total(more, "home_demand_gwh", entity="region", first=2027)
        assert (market >= total(less, "home_demand_gwh", entity="region", first=2027)).mean() > 0.7
        assert (
            interval(
                total(more, "ordered_gwh", first=2027) - total(less, "ordered_gwh", first=2027)
            )[0]
            > 0
        )
        assert interval(output(more, 2027) - output(less, 2027))[0] > 0


@pytest.fixture(scope="module")
def unsold():
    return run(load("reference", sets=UNSOLD), 3, lifts=frozenset({"closure"}))  # nothing fails


@pytest.mark.parametrize("site", SITES)
def test_a_plant_without_customers_makes_its_finished_stock_and_stops(unsold, site):
    scenario = load("reference", sets=UNSOLD)
    for row, record in enumerate(unsold):
        model = drawn(scenario, row)
        days_of_work = model.calendar.scheduled
        room = model.demand.finished / days_of_work
        made = cells(record, "yearly", "good_gwh", entity=site, first=2026)
        delivered = cells(record, "yearly", "delivered_gwh", entity=site, first=2026)
        stock = cells(record, "yearly", "finished_stock_gwh", entity=site, first=2026)
        nameplate = cells(record, "yearly", "nameplate_gwh", entity=site, first=2026)
        assert not delivered[1:].any()
        # never more than the room for finished cells: days of output at nameplate
        assert (stock <= nameplate * room * (1 + 1e-9)).all()
        full = stock > 0.999 * nameplate * room
        steady = np.diff(nameplate) == 0.0
        # once the room is full nothing more is made, unless a new line brings room
        assert np.abs(made[1:][full[:-1] & steady]).max(initial=0.0) < 1e-6
        # what is made fits into the room that was left
        process = cells(record, "yearly", "in_process_gwh", entity=site, first=2026)
        left = nameplate[1:] * room - stock[:-1] - process[:-1]
        assert (made[1:] <= np.maximum(left, 0.0) + 1e-6).all()
    if site != "tiamat-amiens":
        usual = [cells(r, "yearly", "finished_stock_gwh", entity=site)[-1] for r in unsold]
        assert (np.array(usual) > 0).all()


def test_subsidised_leasing_moves_the_french_market():
    sets = {"end": "2029-12-31"}
    paused, base = (run(load(name, sets=sets), 4) for name in ("leasing-paused", "reference"))
    until = {"entity": "region", "last": 2025}
    cars = "home_bev_registrations"
    assert total(paused, cars, **until) == pytest.approx(total(base, cars, **until))
    # places of the autumn of 2026 count too: what they borrow is missing in 2027
    after = {"entity": "region", "first": 2026}
    assert (total(paused, cars, **after) <= total(base, cars, **after)).all()
    assert total(paused, cars, **after).sum() < total(base, cars, **after).sum()
