"""What binds a site: orders, people, cathode; closure and its consequences."""

import math

import numpy as np
import pytest

from bvsim.schema.fates import Comeback
from bvsim.valley.cells import ledger
from bvsim.valley.cells.fates import REFINANCED, SOLD, Fate
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from gigafactory_case import RECIPE, make_site, play
from world import make_ramp

MATURE = make_ramp(t50=0.01, k=50.0, scrap_start=0.06, scrap_mature=0.06)
RATING = make_site(MATURE, ordered_gwh=1.0).cell_block.block.rating
NAMES = [column.name for column in ledger.LEDGER.columns]
WEEKS = [column.name for column in ledger.BINDING.columns]


def booked(account, names):
    rows = np.array([*account.months, account.now])
    return dict(zip(names, rows.sum(axis=0), strict=True))


def eight_percent():
    """Return a class whose lines stay near 8% of nameplate for years (k tiny)."""
    k = 0.0001
    return make_ramp(t50=math.log(1 / 0.089 - 1) / k, k=k, scrap_start=0.06, scrap_mature=0.06)


def test_a_mature_site_with_a_quarter_of_orders_is_demand_bound_once_stock_is_full():
    case = make_site(MATURE, ordered_gwh=3.0)
    full = False
    weeks = booked(case.cell_block.binding, WEEKS)["weeks_demand"]
    for period, could, _, room, process in play(case):
        after = booked(case.cell_block.binding, WEEKS)["weeks_demand"]
        on_their_way = 3.0 * 21.0 / 365.25
        exceeds = could > max(0.0, room - max(0.0, process - on_their_way))
        if period.scheduled_days > 0.0:
            assert (after > weeks) == exceeds
            full = full or exceeds
        weeks = after
    assert full
    total = booked(case.cell_block.ledger, NAMES)
    assert total["lost_demand_gwh"] > 20.0
    assert total["good_gwh"] == pytest.approx(4 * 3.0, rel=0.12)


def test_a_site_at_eight_percent_is_not_demand_bound():
    case = make_site(eight_percent(), ordered_gwh=3.0)
    made = sum(good for _, _, good, *_ in play(case, years=2))
    assert made / 2 / 12.0 == pytest.approx(0.08, rel=0.05)
    assert booked(case.cell_block.binding, WEEKS)["weeks_demand"] == 0.0
    assert booked(case.cell_block.ledger, NAMES)["lost_demand_gwh"] == 0.0


def test_cells_are_made_from_sop_on_and_delivered_only_once_customers_approve():
    case = make_site(MATURE, ordered_gwh=12.0, first_sales=6.0)
    approved = 6.0 * DAYS_PER_MONTH
    made = 0.0
    for period, could, good, *_ in play(case, years=2):
        if period.end_day < approved:
            made += good
            assert good == pytest.approx(could)  # neither orders nor room hold it back
            assert not case.book.trading
            assert case.book.balance().outflow == 0.0
    assert made > 20.0 / 343.0 * 12.0  # more than the room for finished cells
    balance = case.book.balance()
    assert balance.outflow == pytest.approx(1.5 * 12.0, rel=0.1)  # sold from stock at first
    assert balance.inflow == pytest.approx(balance.outflow + balance.closing)
    events = [event.event for event in case.ctx.trace.events]
    assert events.index("line 1 released") < events.index("approved by customers")


def test_what_waits_for_approval_takes_no_room_from_what_is_sold():
    case = make_site(MATURE, ordered_gwh=12.0)
    case.book.open(0.0)
    case.book.nameplate_gwh, case.book.committed = 12.0, 12.0
    case.book.keep(5.0)
    case.book.place(0.1, unlimited=False)
    assert case.book.limit_gwh == 0.0
    case.book.held_gwh = 5.0
    case.book.place(0.1, unlimited=False)
    assert case.book.limit_gwh == pytest.approx(1.2 + 20.0 / 343.0 * 12.0)
    period = case.ctx.calendar.periods[0]
    assert case.book.deliver(1.0, period) == pytest.approx(1.0)
    assert case.book.stock_gwh == pytest.approx(5.0)


def test_without_customers_it_makes_its_finished_stock_and_stops():
    case = make_site(MATURE, ordered_gwh=0.0)
    goods = [good for _, _, good, *_ in play(case)]
    assert sum(goods) == pytest.approx(20.0 / 343.0 * 12.0, rel=1e-6)
    assert sum(goods[20:]) == pytest.approx(0.0, abs=1e-12)


def test_without_people_all_that_was_ramped_is_booked_as_labour():
    case = make_site(MATURE, ordered_gwh=100.0, crew=0.0)
    could, made = np.sum([(could, good) for _, could, good, *_ in play(case, years=1)], axis=0)
    total = booked(case.cell_block.ledger, NAMES)
    assert made == 0.0
    assert could > 9.0
    assert total["lost_labour_gwh"] == pytest.approx(could, rel=1e-9)


def test_scarce_cathode_is_booked_as_cathode():
    case = make_site(MATURE, ordered_gwh=100.0, cathode_t=50.0)
    list(play(case, years=1))
    total = booked(case.cell_block.ledger, NAMES)
    periods = sum(1 for p in case.ctx.calendar.periods if p.year == 2023 and p.scheduled_days > 0)
    assert case.site.wiring.buyer.used <= 50.0 * periods + 1e-9
    assert total["lost_cathode_gwh"] > 5.0


def test_cells_come_out_weeks_later_and_scrap_is_found_then():
    case = make_site(MATURE, ordered_gwh=100.0)
    for period, *_ in play(case, years=1):
        if period.start_day < 20.0:
            assert not case.scrap
            assert case.book.stock_gwh == 0.0
    assert {stage for _, _, stage, _ in case.scrap} == {"trim", "dry_cell", "filled_cell"}


def test_closure_scraps_cells_in_process_and_releases_everybody():
    case = make_site(MATURE, ordered_gwh=100.0, closes=400.0)
    for _ in play(case, years=2):
        pass
    site, wiring = case.site, case.site.wiring
    assert site.closed
    assert wiring.workforce.closed_on == pytest.approx(400.0)
    assert wiring.buyer.closed
    assert wiring.orders.closed
    assert wiring.purse.closed
    assert wiring.process.gwh == 0.0
    rows = np.array(case.cell_block.ledger.months)
    losses = rows[:, ledger.LEDGER.lost :]
    assert (losses >= 0.0).all()
    closes = rows[:, 0] + rows[:, 1] - rows[:, 2] - losses.sum(axis=1)
    assert np.abs(closes).max() < 1e-9
    # the last three weeks of starts came to nothing: good cells equal what was handed over
    good = rows[:, ledger.LEDGER.good_gwh].sum()
    (account,) = wiring.process.balances()
    assert account.inflow == pytest.approx(account.outflow + account.closing)
    assert good < account.inflow
    assert rows[14:, ledger.LEDGER.good_gwh].sum() == 0.0


def test_a_month_of_hazard_closes_a_site_without_patience():
    ramp = make_ramp(t50=0.01, k=50.0, closure_probability=0.9)
    case = make_site(ramp, ordered_gwh=100.0, patience=1e-6)
    list(play(case, years=1))
    assert case.site.closed


def test_trim_follows_from_the_recipe():
    case = make_site(MATURE, ordered_gwh=100.0)
    period = case.ctx.calendar.periods[0]
    batch = case.site.wiring.process.begin(period, 1.0, 1.0, [], [])
    electrode = (RECIPE.cam + RECIPE.anode + RECIPE.copper_foil + RECIPE.aluminium_foil) * 1000.0
    assert batch.trim_t == pytest.approx(electrode * 0.08 / 0.92)
    assert batch.dry_cells_t == batch.filled_cells_t == 0.0


def test_the_purse_opens_with_the_first_sop_on_its_day():
    case = make_site(MATURE, ordered_gwh=1.0, sop=45.5)
    case.ctx.env.run(until=45.0)
    assert case.site.wiring.purse.sop_day is None
    case.ctx.env.run(until=46.0)
    assert case.site.wiring.purse.sop_day == 45.5


def test_a_site_is_closed_by_an_interrupt_that_says_why_once_its_month_is_in_the_books():
    case = make_site(make_ramp(closure_probability=0.9), ordered_gwh=100.0, patience=1e-6)
    site, ctx = case.site, case.ctx
    ctx.env.run(until=31.0)
    site.month_end(next(p for p in ctx.calendar.periods if p.end_day == 31.0))
    assert not site.closed
    ctx.env.run(until=31.5)
    assert site.closed_day == 31.0
    told = next(event for event in ctx.trace.events if event.event == "closed")
    assert (told.day, told.cause) == (31.0, "its owners give it up")


def test_a_date_of_the_scenario_closes_a_site_once():
    case = make_site(MATURE, ordered_gwh=100.0, closes=400.0)
    list(play(case, years=2))
    assert [e.cause for e in case.ctx.trace.events if e.event == "closed"] == [
        "date given by the scenario"
    ]


def test_closure_is_booked_at_what_the_site_made_before():
    """A mature site with 3 GWh of orders a year and a plan of 12, of which all is built."""
    case = make_site(MATURE, ordered_gwh=3.0, closes=2 * 365.0, announced=12.0)
    list(play(case, years=4))
    rows = dict(zip(NAMES, np.array(case.cell_block.ledger.months)[24:36].sum(axis=0), strict=True))
    rated = 12.0 * RATING
    assert rows["good_gwh"] == 0.0
    assert rows["lost_closure_gwh"] == pytest.approx(3.0, rel=0.01)
    assert rows["lost_rating_gwh"] == pytest.approx(12.0 - rated, rel=0.01)
    assert rows["lost_demand_gwh"] == pytest.approx(rated - 3.0, rel=0.05)
    assert rows["lost_delay_gwh"] == rows["lost_not_built_gwh"] == 0.0


def test_nothing_fails_where_closure_is_lifted():
    ramp = make_ramp(t50=0.01, k=50.0, closure_probability=0.9)
    for given in ({"patience": 1e-6}, {"closes": 100.0}):
        case = make_site(ramp, ordered_gwh=100.0, lifts=frozenset({"closure"}), **given)
        list(play(case, years=1))
        assert not case.site.closed


def comeback(**changes):
    figures = {
        "odds": 1.0,
        "dark": 12.0,
        "capacity": 0.5,
        "people": 0.25,
        "experience": 0.8,
        "customers": 1.0,
        "money": 10.0,
    }
    return Comeback(**{**figures, **changes})


def restarted(fate, **given):
    """Return a mature site of 12 GWh with orders for all, stopped for 2024, run to 2028."""
    case = make_site(MATURE, ordered_gwh=12.0, closes=365.0, announced=12.0, fate=fate, **given)
    list(play(case, years=5))
    case.ctx.books.close_month()
    return case, np.array(case.cell_block.ledger.months)


def test_a_refinanced_plant_runs_again_with_what_is_left():
    fate = Fate(REFINANCED, comeback(), None, customers=True)
    case, rows = restarted(fate)
    site, good = case.site, rows[:, ledger.LEDGER.good_gwh]
    assert good[13:24].sum() == 0.0
    assert good[24:36].sum() == pytest.approx(6.0 * RATING, rel=0.05)  # mature as before
    lost = dict(zip(NAMES, rows[24:36].sum(axis=0), strict=True))
    assert lost["lost_not_built_gwh"] == pytest.approx(6.0, rel=0.02)
    assert lost["lost_closure_gwh"] == pytest.approx(0.0, abs=0.1)
    assert site.wiring.workforce.closed_on is None
    assert site.wiring.workforce.kept == 0.25
    assert not site.wiring.buyer.closed
    assert site.wiring.purse.money == pytest.approx(6.0 * 10.0)
    assert case.cell_block.block.pipeline.size == 0.5
    names = ("stops", "refinanced", "sold", "wound_up", "dark_months")
    totals = np.array(site.account.months).sum(axis=0)
    assert [totals[getattr(SITE, name)] for name in names] == [1.0, 1.0, 0.0, 0.0, 12.0]


@pytest.mark.parametrize("name", [REFINANCED, SOLD])
def test_a_plant_of_no_size_stops_and_restarts_like_any_other(name):
    fate = Fate(name, comeback(), MATURE if name == SOLD else None, customers=True)
    case, rows = restarted(fate, nameplate=0.0)
    assert case.cell_block.block.pipeline.size in (0.0, 0.5)
    assert rows[24:36, ledger.LEDGER.good_gwh].sum() == 0.0


def test_a_buyer_runs_it_in_a_class_of_his_own_and_has_it_approved_anew():
    slow = make_ramp(t50=24.0, k=0.1, scrap_start=0.06, scrap_mature=0.06)
    fate = Fate(SOLD, comeback(experience=0.0), slow, customers=False)
    case, rows = restarted(fate, first_sales=3.0)
    good = rows[:, ledger.LEDGER.good_gwh]
    assert 0.0 < good[24:36].sum() < 0.4 * 6.0  # twelve months before the middle of the curve
    assert case.site.ramp is slow
    told = [(e.event, e.cause) for e in case.ctx.trace.events]
    assert ("sold", "its customers have gone elsewhere") in told
    assert sum(event == "approved by customers" for event, _ in told) == 2
    assert case.book.deserted
    losses = rows[:, ledger.LEDGER.lost :]
    off = rows[:, 0] + rows[:, 1] - rows[:, 2] - losses.sum(axis=1)
    assert np.abs(off).max() < 1e-9


def test_an_insolvent_site_stops_at_the_end_of_its_month():
    case = make_site(MATURE, ordered_gwh=12.0)
    case.site.wiring.purse.insolvent = True
    list(play(case, years=1))
    assert case.site.closed_day == pytest.approx(31.0)
    causes = [e.cause for e in case.ctx.trace.events if e.event == "closed"]
    assert causes == ["cash, credit and owners' backing have ended"]
