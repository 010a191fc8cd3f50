"""A maker's cash, and what a further phase waits for, against sums by hand."""

from datetime import date

import pytest

from bvsim.schema.cathode import MakerMoney
from bvsim.schema.stages import Decision
from bvsim.valley.cathode.makers import CAM
from bvsim.valley.cathode.till import Till
from bvsim.valley.ground.calendar import DAYS_PER_YEAR
from cathode_case import Factory, block, cam_plant, context, contract, market, project, simulate

MONEY = MakerMoney(margin=2000.0, fixed=1000.0, funds=20.0)


def test_half_of_the_nameplate_sold_pays_the_fixed_cost():
    till = Till("maker", MONEY)
    till.settle(20_000.0, 40_000.0, DAYS_PER_YEAR)  # 40 in, 40 out
    assert till.cash_meur == pytest.approx(20.0)
    till.settle(0.0, 40_000.0, DAYS_PER_YEAR / 4)  # 10 a quarter
    assert till.cash_meur == pytest.approx(10.0)
    assert not till.spent
    till.settle(0.0, 40_000.0, DAYS_PER_YEAR / 2)
    assert till.spent
    (account,) = till.balances()
    assert (account.inflow, account.outflow, account.closing) == pytest.approx((60.0, 70.0, -10.0))


def alone(ctx, **changes):
    """Return a market with one maker of 36,525 t a year that nobody buys from."""
    one = {"phase-1": block(36_525.0, lines=1.0)}
    plant = cam_plant(blocks=one, saleable=0.0, outside=0.0, **changes)
    return market(ctx, {"maker": plant})


@pytest.mark.parametrize(("money", "stops"), [(MONEY, True), (None, False)])
def test_a_maker_that_sells_nothing_stops_when_its_funds_are_spent(money, stops):
    ctx = context(end=date(2028, 12, 31), keep=True)
    side = alone(ctx, money=money)
    simulate(ctx, side, [])
    told = [event for event in ctx.trace.events if event.event == "kilns shut down"]
    assert bool(told) == stops
    assert (side.makers.cam[0].nameplate == 0.0) == stops
    booked = side.makers.cam[0].account.monthly()[:, CAM.nameplate_t]
    assert booked.max() == 36_525.0
    assert (booked[-1] == 0.0) == stops
    if stops:  # EUR 100,000 a day from day 300: 200 days, seen in the last week of a fortnight
        assert 500.0 - 7.0 <= told[0].day <= 500.0 + 14.0


def test_nothing_stops_where_closure_is_lifted():
    ctx = context(end=date(2028, 12, 31), lifts=frozenset({"closure"}))
    side = alone(ctx, money=MONEY)
    simulate(ctx, side, [])
    assert side.makers.cam[0].nameplate > 0.0


@pytest.mark.parametrize(
    ("decision", "built"),
    [
        (None, True),
        (Decision(review=6.0, achieved=0.2, cover=0.1), True),
        (Decision(review=6.0, achieved=0.9, cover=0.1), False),  # it runs at a third
        (Decision(review=6.0, achieved=0.2, cover=0.5), False),  # calls cover a sixth of both
    ],
)
def test_a_further_phase_waits_for_use_and_for_calls(decision, built):
    ctx = context(keep=True)
    blocks = {
        "phase-1": block(),
        "phase-2": block(project=project(begins=900.0, decision=decision)),
    }
    plant = cam_plant({"a": contract(share=1.0, of_need=1.0)}, blocks=blocks, outside=0.0)
    side = market(ctx, {"maker": plant})
    simulate(
        ctx, side, [Factory(side.buyer("a", "nmc-811"), lambda _day: 40.0)]
    )  # 13,700 t a year, of 40,000 and 80,000
    assert (side.makers.cam[0].nameplate == pytest.approx(80_000.0)) == built
    put_off = [event for event in ctx.trace.events if event.event == "phase put off"]
    assert bool(put_off) == (not built)
