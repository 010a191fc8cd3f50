"""Lines given to storage: ramp, ledger and money by hand, and a valley without car orders."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from bvsim.reading.scenario import load
from bvsim.schema.storage import Conversion
from bvsim.valley.cells.causes import LOSSES
from bvsim.valley.cells.ledger import LEDGER
from bvsim.valley.cells.process import InProcess
from bvsim.valley.cells.site_account import SITE
from bvsim.valley.cells.storage import StorageLines, StorageWiring
from gigafactory_case import PRODUCTION, RECIPE, Buyer
from stand_ins import Gate
from valley_rows import output, run, total
from world import make_context

SPEC = Conversion(
    rebuild=6.0,
    cost=10.0,
    energy=0.75,
    rate_at_start=0.2,
    rate_time=10.0,
    scrap_at_start=0.26,
    scrap_time=5.0,
)
LOW = {
    "demand.level": 0.15,
    "storage.demand.contestable": 1.0,
    "storage.demand.rivals": 0.1,
    "storage.review.cover": 0.0,
    "storage.conversion.cost": 0.0,
}
CELLS = ("acc-douvrin", "aesc-douai", "verkor-dunkirk")


def orders(gwh_per_year):
    """Return customers who order a rate of cells and have no room for more."""
    book = SimpleNamespace(
        trading=False, nameplate_gwh=0.0, limit_gwh=0.0, gwh_per_year=gwh_per_year, got=[]
    )
    book.open = lambda day: setattr(book, "trading", True)
    book.deliver = lambda gwh, period: book.got.append(gwh) or gwh
    return book


def make(gwh_per_year=math.inf):
    ctx = make_context(chance=False)
    columns = LEDGER.columns
    pipeline = SimpleNamespace(size=1.0)
    usual = SimpleNamespace(usual=0.9)
    line = SimpleNamespace(nameplate=2.0)
    block = SimpleNamespace(
        lines=[SimpleNamespace(nameplate=2.0), line],
        released=4.0,
        rating=0.8,
        availability=usual,
        pipeline=pipeline,
    )
    own = SimpleNamespace(
        block=block,
        storage_gwh=0.0,
        ledger=ctx.books.open("ledger", "site.block-1", columns),
        announced_of_storage=lambda period: 2.0 * period.scheduled_days / 343.0,
    )
    account = ctx.books.open("yearly", "site", SITE.columns)
    process = InProcess(
        site="site",
        recipe=RECIPE,
        production=PRODUCTION,
        in_cell=0.92,
        gate=Gate(),
        clock=ctx.clock,
    )
    wiring = StorageWiring(market=None, orders=orders(gwh_per_year), buyer=Buyer(), process=process)
    storage = StorageLines(SPEC, wiring, ctx)
    storage.mature = 0.06
    storage.start()
    storage.convert(own, line)
    return SimpleNamespace(ctx=ctx, own=own, account=account, storage=storage)


def test_a_line_is_rebuilt_then_learns_rate_and_yield():
    case = make()
    case.storage.wiring.orders.limit_gwh = math.inf
    assert case.own.block.released == 2.0
    months = 0.0
    for period in case.ctx.calendar.periods:
        if period.year > 2024:
            break
        case.ctx.env.run(until=period.start_day + 1e-6)
        before = case.account.now[SITE.good_gwh]
        case.storage.ask(1.0, period)
        case.storage.run(1.0, 0.0, case.account, period)
        good = case.account.now[SITE.good_gwh] - before
        years = period.scheduled_days / 343.0
        if period.start_day < 6.0 * 30.4375:
            assert good == 0.0
            continue
        rate = 1.0 - 0.8 * math.exp(-months / 10.0)
        scrap = 0.06 + 0.2 * math.exp(-months / 5.0)
        mature = 2.0 * years * 0.75 * 0.8 * rate * 0.9
        assert good == pytest.approx(mature / 0.94 * (1.0 - scrap))
        months += years * 12.0
    row = case.own.ledger.now
    assert months > 12.0
    assert row[LEDGER.announced_gwh] == pytest.approx(
        row[LEDGER.good_gwh] + sum(row[LEDGER.lost :]) - row[LEDGER.beyond_plan_gwh]
    )
    # a quarter of the energy, and a fifth of the rest, are no line of its class's to make up
    rating = row[LEDGER.lost + LOSSES.index("rating")]
    assert rating == pytest.approx(row[LEDGER.announced_gwh] * (1.0 - 0.75 * 0.8))


def test_orders_people_and_material_hold_a_line_back():
    case = make(gwh_per_year=0.0)
    period = next(p for p in case.ctx.calendar.periods if p.start_day > 300.0)
    case.ctx.env.run(until=period.start_day)
    demand = LEDGER.lost + LOSSES.index("demand")
    case.storage.ask(1.0, period)
    case.storage.run(1.0, 0.0, case.account, period)
    assert case.account.now[SITE.good_gwh] == 0.0
    assert case.own.ledger.now[demand] > 0.0
    case.storage.wiring.orders.limit_gwh = math.inf
    case.storage.ask(0.5, period)
    case.storage.run(0.5, 0.0, case.account, period)
    half = case.account.now[SITE.started_gwh]
    years = period.scheduled_days / 343.0
    assert half == pytest.approx(0.5 * 2.0 * years * 0.75 * 0.8 * 0.2 * 0.9 / 0.94)


def test_a_line_makes_as_many_good_cells_as_are_ordered_whatever_its_scrap():
    case = make()
    case.storage.wiring.orders.limit_gwh = 0.001
    period = next(p for p in case.ctx.calendar.periods if p.start_day > 300.0)
    case.ctx.env.run(until=period.start_day)
    case.storage.ask(1.0, period)
    case.storage.run(1.0, 0.0, case.account, period)
    assert case.account.now[SITE.good_gwh] == pytest.approx(0.001)
    assert case.account.now[SITE.started_gwh] == pytest.approx(0.001 / (1.0 - 0.26))


def test_a_line_makes_and_learns_from_the_day_on_which_it_is_rebuilt():
    case = make()
    case.storage.wiring.orders.limit_gwh = math.inf
    (line,) = case.storage.lines
    period = case.ctx.calendar.periods[30]
    line.ready_day = period.start_day
    case.ctx.env.run(until=period.start_day)
    case.storage.ask(1.0, period)
    case.storage.run(1.0, 0.0, case.account, period)
    assert case.account.now[SITE.started_gwh] > 0.0
    assert line.run_months == pytest.approx(period.scheduled_days / 343.0 * 12.0)


def test_a_closed_line_forgoes_what_was_ordered_of_it_at_its_yield():
    case = make()
    (line,) = case.storage.lines
    case.storage._served = 0.5
    period = next(p for p in case.ctx.calendar.periods if p.start_day > 300.0)
    case.storage._post_closed(line, years := period.scheduled_days / 343.0, period)
    able = 2.0 * years * 0.75 * 0.8 * 0.2 * 0.9
    closure = case.own.ledger.now[LEDGER.lost + LOSSES.index("closure")]
    assert closure == pytest.approx(able * 0.5 / 0.94 * (1.0 - 0.26))
    assert (line.run_months, line.engineering_months) == pytest.approx((years * 6, years * 12))


def test_cells_in_process_are_scrapped_at_a_stop_and_no_storage_cells():
    case = make()
    case.storage.wiring.orders.limit_gwh = math.inf
    case.storage.wiring.orders.close = lambda gwh: None
    period = next(p for p in case.ctx.calendar.periods if p.start_day > 300.0)
    case.ctx.env.run(until=period.start_day)
    for _ in range(period.month):  # that of the start is under way then
        case.ctx.books.close_month()
    case.storage.ask(1.0, period)
    case.storage.run(1.0, 0.0, case.account, period)
    assert case.account.now[SITE.storage_gwh] > 0.0
    case.storage.close(case.account)
    assert case.account.now[SITE.storage_gwh] == case.account.now[SITE.good_gwh] == 0.0


def test_plants_without_car_orders_turn_to_storage_and_the_valley_closes():
    few = run(load("reference", sets={"demand.transferred": 0.0, **LOW}), 3, years=(2030, 2035))
    made = total(few, "storage_gwh")
    assert (made > 0.0).any()
    assert total(few, "converted_lines").any()
    for record in few:
        table = record.tables["kpis"]
        kpis = dict(zip(table.columns, table.values[0], strict=True))
        own = [kpis[f"storage_cells_2035_gwh.{site}"] for site in CELLS]
        assert kpis["storage_cells_2035_gwh"] == pytest.approx(np.nansum(own))
        assert kpis["storage_cells_2035_gwh"] <= kpis["output_2035_gwh"] + 1e-9
    without = {"storage.demand.contestable": 0.0, "storage.review.cover": 0.5}
    nobody = run(load("reference", sets={"demand.transferred": 0.0, **LOW, **without}), 3)
    assert not total(nobody, "storage_gwh").any()
    assert total(nobody, "idle_lines").any()
    assert output(few).sum() > output(nobody).sum()


def test_plants_with_orders_convert_no_line():
    rich = run(load("reference", sets={**LOW, "demand.level": 50.0}), 2)
    assert not total(rich, "converted_lines").any()
    assert not total(rich, "idle_lines").any()
