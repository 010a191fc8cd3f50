"""Lines without orders: what a site decides at its reviews, case by case."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bvsim.schema.storage import ReviewRule
from bvsim.valley.cells.review import Reviews, lines_needed
from bvsim.valley.cells.site_account import SITE
from world import make_context

RULE = ReviewRule(
    every=6.0, memory=3.0, short_below=0.8, cover=0.5, payback=4.0, gives_up_after=2.0
)


class Storage:
    """Lines given to storage, of which nothing is made; customers order a given share."""

    spec = SimpleNamespace(cost=10.0, rebuild=6.0)

    def __init__(self, orders_gwh):
        self.taken, self.asked = [], []
        market = SimpleNamespace(outlook_gwh_per_year=self.outlook)
        self.orders_gwh = orders_gwh
        orders = SimpleNamespace(nameplate_gwh=0.0)
        self.wiring = SimpleNamespace(market=market, orders=orders)

    def outlook(self, own, offer, day):
        self.asked.append((day, offer))
        return self.orders_gwh

    def energy_of(self, own, nameplate):
        return 0.5 * nameplate

    def convert(self, own, line):
        own.block.lines.remove(line)
        self.taken.append(line)
        return line


def make(lines=5, *, storage_orders=0.0, margin=20.0, headroom=1e3, rule=RULE):
    ctx = make_context(chance=False)
    each = [SimpleNamespace(nameplate=2.0) for _ in range(lines)]
    pipeline = SimpleNamespace(size=1.0)
    block = SimpleNamespace(
        lines=each, entity="site.block-1", released=2.0 * lines, nameplate=10.0, pipeline=pipeline
    )
    own = SimpleNamespace(block=block, idle=[])
    purse = SimpleNamespace(storage_margin=lambda last: margin, headroom=headroom)
    reviews = Reviews("site", rule, Storage(storage_orders), purse, ctx)
    account = SimpleNamespace(now=[0.0] * len(SITE.columns))
    return SimpleNamespace(ctx=ctx, own=own, reviews=reviews, account=account, lines=lines)


def year(case, use, *, years=1):
    """Let years pass in which orders are a share of what all the lines could make at first."""
    last = [
        p
        for p, q in zip(case.ctx.calendar.periods, case.ctx.calendar.periods[1:], strict=False)
        if p.month != q.month
    ]
    done = getattr(case, "months", 0)
    for period in last[done : done + 12 * years]:
        case.ctx.env.run(until=period.end_day)
        case.reviews.note_month(use, len(case.own.block.lines) / case.lines)
        case.reviews.decide([case.own], case.account, period)
    case.months = done + 12 * years


def told(case):
    return [event.event for event in case.ctx.trace.events]


@pytest.mark.parametrize(
    ("orders", "needed"),
    [(1.0, 5), (0.8, 5), (0.79, 5), (0.64, 4), (0.5, 4), (0.2, 2), (0.16, 1), (0.0, 1)],
)
def test_lines_needed_when_each_is_used_to_the_threshold(orders, needed):
    # five lines used to 0.8 serve 0.8 of what they could make: one serves 0.16
    assert lines_needed(orders, 1.0, 5, 0.8) == needed


def test_a_plant_with_orders_does_nothing():
    case = make(storage_orders=100.0)
    year(case, 0.85, years=5)
    assert not case.reviews.storage.taken
    assert not told(case)


def test_half_empty_lines_are_given_to_storage_with_day_and_cause():
    case = make(storage_orders=100.0)
    last = case.own.block.lines[-1]
    year(case, 0.6)
    # of five lines four are needed (0.6 / 0.16 = 3.75): one goes, at the first review; the four
    # that are left are used to 0.75, and four are needed still
    assert [line is last for line in case.reviews.storage.taken] == [True]
    first = case.ctx.trace.events[0]
    assert (first.event, first.cause) == ("line given to storage", "too few orders for cars")
    assert first.value == pytest.approx(0.6)
    assert case.account.now[SITE.converted_lines] == 1.0
    assert case.reviews.spent_meur == pytest.approx(10.0 * 2.0)


@pytest.mark.parametrize(
    "why",
    [
        {"storage_orders": 0.4},  # a line makes 1 GWh: half of it must be ordered
        {"storage_orders": 100.0, "margin": 4.9},  # 4.9 x 1 x 4 years do not pay 20
        {"storage_orders": 100.0, "headroom": 19.0},
    ],
)
def test_a_line_stays_where_storage_does_not_pay(why):
    case = make(**why)
    year(case, 0.3)
    assert not case.reviews.storage.taken
    assert told(case) == ["line idled"] * 2  # two reviews, one line each
    assert case.account.now[SITE.idle_lines] == 2.0
    # tenders of the last day of March and of September, with what one line of 2 GWh would make
    firsts = [case.ctx.calendar.month_starts[month] for month in (3, 9)]
    assert case.reviews.storage.asked == [(day - 1.0, 1.0) for day in firsts]


def test_idle_lines_are_called_back_when_orders_come():
    case = make()
    year(case, 0.3)
    year(case, 1.0, years=2)
    assert told(case) == ["line idled", "line idled", "line called back", "line called back"]
    assert not case.own.idle


def test_what_is_idle_too_long_is_given_up_and_no_longer_standing():
    case = make()
    year(case, 0.64, years=4)  # one line too many, idle for two years
    assert told(case)[:2] == ["line idled", "line given up"]
    assert case.own.block.released == pytest.approx(8.0)
    assert case.own.block.pipeline.size == pytest.approx(0.8)
    assert case.account.now[SITE.abandoned_lines] == 1.0


def test_lines_of_no_size_are_given_up_too():
    case = make()
    block = case.own.block
    block.nameplate = block.released = block.lines[-1].nameplate = 0.0
    case.own.idle.append(-1e9)
    case.reviews._give_up([case.own], 0.0, 0.0)
    assert (len(block.lines), block.pipeline.size) == (4, 1.0)


def test_the_last_line_of_a_block_stays():
    case = make(1, storage_orders=100.0)
    year(case, 0.0, years=6)
    assert len(case.own.block.lines) == 1
    assert not told(case)
