"""Idle lines, closed blocks and nothing at all: shares that a sign or a branch could turn."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from bvsim.valley.cells.block import NO_LIMITS
from bvsim.valley.cells.causes import DEMAND
from bvsim.valley.cells.foregone import ForegoneBlock
from bvsim.valley.cells.review import Reviews
from bvsim.valley.projects.lines import Levels
from gigafactory_case import make_site
from world import make_context, make_ramp


def prospect(in_service, *, limit=100.0, unapproved=0.0):
    """A site that could make 10 GWh, with orders for 100 and nothing on its way."""
    orders = SimpleNamespace(limit_gwh=limit, gwh_per_year=0.0)
    process = SimpleNamespace(gwh=0.0, detection_days=0.0)
    return SimpleNamespace(
        wiring=SimpleNamespace(orders=orders, process=process),
        available=10.0,
        unapproved=unapproved,
        unapproved_in_process=0.0,
        mature=0.9,
        in_service=in_service,
        good_per_start=lambda: 0.9,
    )


@pytest.mark.parametrize(("in_service", "allowed"), [(1.0, 100.0), (0.6, 6.0)])
def test_idle_lines_start_nothing_whatever_is_ordered(in_service, allowed):
    assert DEMAND.allows(prospect(in_service)) == pytest.approx(allowed)


@pytest.mark.parametrize("free", [{"limit": math.inf}, {"limit": 1.0, "unapproved": 10.0}])
def test_where_nobody_limits_orders_or_none_can_order_yet_idle_lines_are_not_held_back(free):
    assert DEMAND.allows(prospect(0.6, **free)) == math.inf


def test_a_line_is_idled_where_most_lines_run():
    ctx = make_context(chance=False)
    lines = [SimpleNamespace(nameplate=2.0) for _ in range(4)]
    tired = SimpleNamespace(block=SimpleNamespace(lines=lines, entity="s.block-1"), idle=[0.0] * 3)
    fresh = SimpleNamespace(block=SimpleNamespace(lines=lines[:3], entity="s.block-2"), idle=[])
    rule = SimpleNamespace(memory=3.0, every=3.0, short_below=0.5)
    reviews = Reviews("s", rule, None, SimpleNamespace(), ctx)
    done = reviews._act([tired, fresh], 4, 3, 0.4, SimpleNamespace(end_day=31.0))
    assert done == "idled"
    assert (len(tired.idle), fresh.idle) == (3, [31.0])


@pytest.mark.parametrize(("sold", "learnt"), [(1.0, 0.25), (0.5, 0.125)])
def test_a_closed_block_would_have_learnt_from_what_it_would_have_started(sold, learnt):
    own = SimpleNamespace(post_closed=lambda *posted: None)
    foregone = ForegoneBlock.__new__(ForegoneBlock)
    foregone.own, foregone.know_how, foregone.engineering_months = own, 2.0, 24.0
    foregone.levels, foregone.yield_over_mature = Levels(4.0, 4.0, 4.0, 4.0), 1.0
    foregone.limits = NO_LIMITS[:]
    good = foregone.post(SimpleNamespace(), 0.25, 1.0, sold)
    assert good == pytest.approx(4.0 * sold)
    assert foregone.know_how == pytest.approx(2.0 + learnt)
    assert foregone.engineering_months == pytest.approx(27.0)


def test_a_closed_block_goes_on_to_the_size_that_it_was_built_for():
    curve = SimpleNamespace(
        schedule=SimpleNamespace(due=lambda day: 1.0), rate=lambda know_how, years, day: 1.0
    )
    block = SimpleNamespace(
        released=2.0,
        nameplate=10.0,
        pipeline=SimpleNamespace(size=0.5),
        know_how=0.0,
        engineering_months=0.0,
        line_curve=curve,
        rating=1.0,
        availability=SimpleNamespace(usual=1.0),
        campaign=1.0,
        scrap_curve=SimpleNamespace(at=lambda months: 0.05),
    )
    own = SimpleNamespace(block=block, storage_gwh=1.0, mature=0.05)
    could = ForegoneBlock(own).look_ahead(SimpleNamespace(start_day=0.0), 0.25)
    assert could == pytest.approx((10.0 * 0.5 - 1.0) * 0.25)


def test_idle_lines_are_manned_by_nobody():
    case = make_site(make_ramp(), ordered_gwh=1.0)
    case.ctx.env.run(until=1.0)
    case.site.ask_people()
    (whole,) = case.site.wiring.workforce.plans
    case.cell_block.idle.append(0.0)
    case.site._ask_people()
    (without,) = case.site.wiring.workforce.plans
    assert (whole[0], whole[2]) == (12.0, 12.0)
    assert (without[0], without[2]) == (0.0, 0.0)


def test_lines_that_stood_idle_are_not_in_service_once_the_site_has_stopped():
    case, metered = make_site(make_ramp(), ordered_gwh=1.0, closes=20.0), []
    case.site.wiring.meter.month = lambda **read: metered.append(read["nameplate_gwh"]) or 0.0
    january = [period for period in case.ctx.calendar.periods if period.month == 0]
    case.ctx.env.run(until=1.0)
    case.cell_block.idle.append(0.0)
    case.site.ask_people()
    case.site.month_end(january[-1])
    case.ctx.env.run(until=21.0)
    case.site.month_end(january[-1])
    assert metered == [0.0, 0.0]  # 12 GWh a year less 12 idle, then nothing
