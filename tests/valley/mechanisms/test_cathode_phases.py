"""Phases of a maker of cathode material: what is made before customers approve a phase."""

from __future__ import annotations

from dataclasses import replace

from bvsim.valley.cathode.makers import PCAM
from cathode_case import block
from cathode_world import WEEK, WORLD, maker_of, side_of
from mechanism_table import exact, table, with_figure

TWO_PHASES = replace(
    WORLD,
    maker=replace(
        WORLD.maker,
        blocks={
            "phase-1": block(36_525.0, lines=1.0),
            "phase-2": block(36_525.0, lines=1.0, first_sales=1.0),
        },
    ),
)


def batch_of_two_phases(world):
    """A batch of 40 t, a quarter made by a second phase whose SOP was on the first day.

    It leaves its quality control on day 14.5: the week's middle, four days and seven.
    """
    maker = maker_of(world)
    maker.blocks[1].pipeline.sop_day = 0.0
    maker._made = [30.0, 10.0]
    parts = [0.0] * len(maker.stock.shares)
    parts[maker.index] = 40.0
    maker.batch(parts, WEEK)
    return maker


def kept_unapproved(world):
    return batch_of_two_phases(world).held


def waiting_of_the_approved(world):
    return batch_of_two_phases(world).waiting


def under_way(world):
    return sum(sum(lot.parts) for lot in batch_of_two_phases(world).batches)


def unreleased(world):
    return sum(batch_of_two_phases(world).in_batches())


def stock_on_day(day):
    """Return a measure: tonnes in the stock that is shared on a day."""

    def stock(world):
        maker = batch_of_two_phases(world)
        maker.ctx.env.run(until=day)
        maker.offer(day)
        return maker.stock.total

    stock.__name__ = f"stock_on_day_{day:g}"
    return stock


@table(
    TWO_PHASES,
    ("maker.blocks.phase-2.first_sales", 0.5, kept_unapproved, 10.0),  # day 15.2
    ("maker.blocks.phase-2.first_sales", 0.4, kept_unapproved, 0.0),  # day 12.2
    ("maker.blocks.phase-2.first_sales", 0.5, waiting_of_the_approved, 30.0),
    ("maker.blocks.phase-2.first_sales", 0.5, under_way, 30.0),
    ("maker.blocks.phase-2.first_sales", 0.5, unreleased, 40.0),
    ("maker.blocks.phase-2.first_sales", 0.5, stock_on_day(15.0), 30.0),
    ("maker.blocks.phase-2.first_sales", 0.5, stock_on_day(16.0), 40.0),
    ("maker.blocks.phase-2.first_sales", 0.4, stock_on_day(15.0), 40.0),
)
def test_phases_before_their_approval(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_each_phase_is_released_on_its_own_day():
    blocks = {**TWO_PHASES.maker.blocks, "phase-3": block(36_525.0, lines=1.0, first_sales=2.0)}
    maker = maker_of(with_figure(TWO_PHASES, "maker.blocks", blocks))
    for phase in maker.blocks[1:]:
        phase.pipeline.sop_day = 0.0
    maker._made = [0.0, 3.0, 2.0]
    parts = [0.0] * len(maker.stock.shares)
    parts[maker.index] = 50.0
    maker.batch(parts, WEEK)
    held = []
    for day in (30.0, 30.4375, 60.875):  # nothing, 30 t after a month, 20 t after two
        maker.offer(day)
        held.append((maker.held, maker.stock.total))
    assert held == [(50.0, 0.0), (20.0, 30.0), (0.0, 50.0)]


def test_what_is_released_waits_no_more():
    maker = batch_of_two_phases(with_figure(TWO_PHASES, "maker.blocks.phase-2.first_sales", 0.4))
    assert maker.waiting == 40.0
    maker.ctx.env.run(until=15.0)
    maker.offer(15.0)
    assert (maker.waiting, maker.stock.total) == (0.0, 40.0)


def test_precursor_waits_for_its_release_and_is_delivered_in_parts():
    plant = side_of(WORLD).makers.pcam[0]
    plant._book(95.0, 80.0, WEEK)
    assert plant.waiting == exact(80.0)
    assert sum(plant.in_batches()[:2]) == exact(80.0)
    plant.ctx.env.run(until=15.0)
    plant.offer(15.0)
    for needed in (30.0, 20.0):
        assert sum(plant.supply(needed, WEEK)[:2]) == exact(needed)
    assert plant.account.now[PCAM.pcam_delivered_t] == exact(50.0)
    assert plant.account.now[PCAM.scrap_t] == exact(15.0)
