"""A block is the sum of its lines; stops; yield; stalls."""

import math

import pytest

from bvsim.valley.ground.calendar import DAYS_PER_MONTH
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.projects.block import Block, Stops
from bvsim.valley.projects.stages import Pipeline
from world import SHOCK, make_context, make_project, make_ramp


def make_block(ctx, ramp, *, lines=3, interval=4.0, sop=0.0, name="a.block-1", elders=()):
    pipeline = Pipeline(make_project(sop=sop), name, ctx, SHOCK)
    return Block(
        entity=name,
        nameplate=12.0,
        lines=lines,
        line_interval_months=interval,
        ramp=ramp,
        ctx=ctx,
        pipeline=pipeline,
        elders=elders,
    )


def run_block(ctx, block, *, used=1.0, engineers=1.0, periods=200):
    block.start()
    history = []
    for period in ctx.calendar.periods[:periods]:
        ctx.env.run(until=period.start_day + 1e-6)
        levels = block.levels(period, 1.0)
        history.append((period, levels, block.run(used, period, engineers, 0.0)))
    return history


def test_a_block_without_chance_is_the_sum_of_its_lines_logistics():
    ctx, ramp = make_context(chance=False), make_ramp()
    block = make_block(ctx, ramp)
    history = run_block(ctx, block)
    k, t50 = ramp.k, ramp.t50
    for period, levels, _ in history[100:]:
        expected = 0.0
        for i in range(3):
            release = i * 4.0 * DAYS_PER_MONTH
            first = next(p for p in ctx.calendar.periods if p.start_day >= release - 1e-6)
            begin = 12.0 * (ctx.calendar.worked_before[period.index]) / 343.0
            begin -= 12.0 * ctx.calendar.worked_before[first.index] / 343.0
            end = begin + 12.0 * period.scheduled_days / 343.0
            primitive = [math.log1p(math.exp(k * (t - t50))) / k for t in (begin, end)]
            expected += 4.0 * (primitive[1] - primitive[0]) / 12.0
        assert levels.available == pytest.approx(expected * ramp.rating, abs=1e-9)


def test_levels_descend_and_good_cells_follow_the_yield():
    ctx, ramp = make_context(), make_ramp(major_stops=0.5, stall_probability=1.0)
    for _, levels, (started, good) in run_block(ctx, make_block(ctx, ramp), periods=600):
        assert levels.built >= levels.rated >= levels.ramped >= levels.available >= 0.0
        assert good <= started
        assert good <= levels.available * (1.0 + 1e-12)


def test_starts_at_mature_yield_match_the_level():
    ctx, ramp = make_context(chance=False), make_ramp()
    for _, levels, (started, _) in run_block(ctx, make_block(ctx, ramp)):
        assert started * (1.0 - ramp.scrap_mature) == pytest.approx(levels.available)


def test_alternating_breakdowns_give_mtbf_over_mtbf_and_mttr():
    mtbf, mttr, days = 20.0, 2.0, 7.0
    stops = Stops(mtbf, mttr, Streams(Key(1, 0, 0)).stream("line", "breakdowns"))
    weeks = 40_000
    down = sum(stops.down_days(days, 1.0) for _ in range(weeks))
    expected = mttr / (mtbf + mttr)
    # renewal theory: variance of downtime over a long time T is about
    # T (mttr^2 mtbf^2 + mtbf^2 mttr^2) / (mtbf + mttr)^3 for exponential times
    sd = math.sqrt(weeks * days * 2.0 * (mttr * mtbf) ** 2 / (mtbf + mttr) ** 3)
    assert abs(down - expected * weeks * days) < 4.0 * sd


def test_missing_technicians_lengthen_repairs_in_proportion():
    def total(factor):
        stops = Stops(20.0, 2.0, Streams(Key(2, 0, 0)).stream("line", "breakdowns"))
        return sum(stops.down_days(7.0, factor) for _ in range(20_000)) / (7.0 * 20_000)

    assert total(3.0) == pytest.approx(6.0 / 26.0, rel=0.05)
    assert total(1.0) == pytest.approx(2.0 / 22.0, rel=0.05)


def test_throttling_slows_the_rate_but_not_the_yield():
    free_ctx, capped_ctx = make_context(chance=False), make_context(chance=False)
    free, capped = make_block(free_ctx, make_ramp()), make_block(capped_ctx, make_ramp())
    run_block(free_ctx, free, used=1.0)
    run_block(capped_ctx, capped, used=0.2)
    assert capped.scrap == pytest.approx(free.scrap)
    assert capped.lines[0].state < free.lines[0].state


def test_scrap_decays_with_engineering_time():
    ctx, ramp = make_context(chance=False), make_ramp()
    block = make_block(ctx, ramp)
    history = run_block(ctx, block, engineers=0.5, periods=100)
    months = sum(p.days for p, _, (started, _) in history if started > 0.0) / DAYS_PER_MONTH
    expected = 0.06 + 0.34 * math.exp(-0.5 * months / 4.0)
    idle = sum(p.days for p, levels, _ in history if levels.built == 0.0) / DAYS_PER_MONTH
    assert block.scrap == pytest.approx(expected, rel=0.01 + idle)


def test_a_stalled_block_learns_nothing():
    ctx, ramp = make_context(), make_ramp(stall_probability=1.0, stall_within=1e-9)
    block = make_block(ctx, ramp, lines=1)
    history = run_block(ctx, block, periods=30)
    assert block.stalled
    assert block.lines[0].state == pytest.approx(block.curve.start, abs=1e-6)
    _, levels, (started, _) = history[-2]
    assert levels.ramped < levels.rated
    assert started > 0.0


def test_a_later_block_inherits_a_share_of_experience():
    ctx, ramp = make_context(chance=False), make_ramp(transfer=0.5)
    elder = make_block(ctx, ramp, lines=1)
    young = make_block(ctx, ramp, lines=1, sop=800.0, name="a.block-2", elders=(elder,))
    young.start()
    run_block(ctx, elder)
    assert young.lines
    assert young.lines[0].state == pytest.approx(0.5 * elder.lines[0].state, rel=0.7)
    assert young.lines[0].state > young.curve.start
