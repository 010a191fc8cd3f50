"""The announced plan come true: blocks that make what they were said to make.

A block of 34.3 GWh a year makes 0.1 GWh a scheduled day. It stands from the first day of 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bvsim.schema.plan import PlanStep
from bvsim.schema.ramp import RampClass
from bvsim.valley.cells.brochure import BrochureBlock, BrochurePipeline
from bvsim.valley.cells.gigafactory import SITE
from bvsim.valley.cells.ledger import BINDERS, BINDING, LEDGER
from bvsim.valley.cells.plan import PlanPath
from bvsim.valley.cells.planned import PlannedSite, PlanOnly
from mechanism_table import exact, table
from world import SHOCK, make_context, make_project, make_ramp


@dataclass(frozen=True)
class Announced:
    """What a table may change of a plan: two steps, the second in the midst of January."""

    ramp: RampClass
    steps: dict[str, PlanStep]


ANNOUNCED = Announced(
    make_ramp(scrap_mature=0.1),
    {
        "first": PlanStep(begins=date(2023, 1, 1), nameplate=34.3),
        "second": PlanStep(begins=date(2023, 1, 15), nameplate=68.6),
    },
)


def brochure_of(world, day=0.5):
    """Return a block of the plan come true on a day."""
    ctx = make_context(chance=False)
    plan = PlanPath(world.steps, ctx.calendar)
    pipeline = BrochurePipeline(make_project(), "site.block-1", ctx, SHOCK, plan)
    block = BrochureBlock(
        entity="site.block-1", plan=plan, ramp=world.ramp, ctx=ctx, pipeline=pipeline
    )
    block.start()
    ctx.env.run(until=day)
    return block


def in_first_week(world):
    block = brochure_of(world)
    return block.levels(block.ctx.calendar.periods[0], 2.0)


def built_in_first_week(world):
    return in_first_week(world).built


def available_in_first_week(world):
    return in_first_week(world).available


def ran_half(world):
    """Cells started and good of a block that uses half of its first week."""
    block = brochure_of(world)
    week = block.ctx.calendar.periods[0]
    block.levels(week, 1.0)
    return block.run(0.5, week, 0.2)


def started_of_half(world):
    return ran_half(world)[0]


def good_of_half(world):
    return ran_half(world)[1]


def released_later(world):
    return brochure_of(world, 20.0).released


def released_at_first(world):
    return brochure_of(world).released


def planned_gwh_per_year(world):
    return brochure_of(world, 20.0).planned(3.0)


def brochure_scrap(world):
    return brochure_of(world).scrap


def brochure_sop_day(world):
    return brochure_of(world, 40.0).pipeline.sop_day


@table(
    ANNOUNCED,
    ("steps.first.nameplate", 17.15, built_in_first_week, 0.35),
    ("ramp.mature", 0.5, available_in_first_week, 0.7),  # nothing of the class binds
    ("ramp.scrap_mature", 0.3, started_of_half, 0.5),
    ("ramp.scrap_mature", 0.3, good_of_half, 0.35),
    ("ramp.scrap_mature", 0.3, brochure_scrap, 0.3),
    ("steps.second.nameplate", 50.0, released_later, 50.0),
    ("steps.second.nameplate", 20.0, released_later, 20.0),  # a step down
    ("steps.second.nameplate", 50.0, released_at_first, 34.3),
    ("steps.second.nameplate", 50.0, planned_gwh_per_year, 50.0),
    ("steps.first.begins", date(2023, 1, 8), released_at_first, 0.0),
    ("steps.first.begins", date(2023, 1, 8), brochure_sop_day, 7.0),
)
def test_the_plan_come_true(spec, measure, expected):
    assert measure(spec) == exact(expected)


def planned_site(world, *, comes_true):
    """Return a site with two such blocks in the plan only, at the end of January."""
    ctx = make_context(chance=False)
    site, plan = PlannedSite("site"), PlanPath(world.steps, ctx.calendar)
    blocks = [
        PlanOnly(f"site.block-{i}", plan, ctx, comes_true=comes_true, site=site) for i in (1, 2)
    ]
    for block in blocks:
        block.start()
    end_month(blocks)
    return blocks


def end_month(blocks):
    """End the month under way."""
    ctx = blocks[0].ctx
    end_day = ctx.calendar.month_starts[ctx.books.month + 1]
    last = next(p for p in ctx.calendar.periods if p.end_day == end_day)
    for block in blocks:
        block.month_end(last)


def made_in_january(world):
    return planned_site(world, comes_true=True)[0].ledger.now[LEDGER.good_gwh]


def not_built_in_january(world):
    return planned_site(world, comes_true=False)[0].ledger.now[LEDGER.lost]


def good_of_the_site(world):
    return planned_site(world, comes_true=True)[0].site.account.now[SITE.good_gwh]


def started_of_the_site(world):
    return planned_site(world, comes_true=True)[0].site.account.now[SITE.started_gwh]


def good_of_the_site_unbuilt(world):
    return planned_site(world, comes_true=False)[0].site.account.now[SITE.good_gwh]


def nameplate_of_the_site(world):
    return planned_site(world, comes_true=True)[0].site.account.now[SITE.nameplate_gwh]


def nameplate_of_the_site_unbuilt(world):
    return planned_site(world, comes_true=False)[0].site.account.now[SITE.nameplate_gwh]


def nameplate_a_month_later(world):
    blocks = planned_site(world, comes_true=True)
    blocks[0].ctx.books.close_month()
    end_month(blocks)
    return blocks[0].site.account.now[SITE.nameplate_gwh]


def weeks_without_lines(world):
    """Weeks of February in which a block that is not built did not run."""
    blocks = planned_site(world, comes_true=False)
    blocks[0].ctx.books.close_month()
    end_month(blocks)
    return blocks[0].binding.now[BINDING.weeks + BINDERS.index("not_running")]


def weeks_at_the_ramp(world):
    return planned_site(world, comes_true=True)[0].binding.now[BINDING.weeks]


# 34.3 GWh a year are 0.1 a day: 1.4 in the fortnight before the second step.
@table(
    ANNOUNCED,
    ("steps.second.nameplate", 68.6, made_in_january, 4.8),  # 1.4 + 17 x 0.2
    ("steps.second.nameplate", 34.3, made_in_january, 3.1),
    ("steps.second.nameplate", 34.3, not_built_in_january, 3.1),
    ("steps.second.nameplate", 34.3, good_of_the_site, 6.2),  # of two blocks
    ("steps.second.nameplate", 34.3, started_of_the_site, 6.2),
    ("steps.second.nameplate", 34.3, good_of_the_site_unbuilt, 0.0),
    ("steps.second.nameplate", 50.0, nameplate_of_the_site, 100.0),
    ("steps.second.nameplate", 50.0, nameplate_of_the_site_unbuilt, 0.0),
    ("steps.second.nameplate", 50.0, nameplate_a_month_later, 100.0),
    ("steps.second.nameplate", 1.715, made_in_january, 1.485),  # a step down: 1.4 + 0.085
    ("steps.second.nameplate", 1.715, weeks_at_the_ramp, 31 / 7),
    ("steps.second.nameplate", 1.715, weeks_without_lines, 4.0),
)
def test_what_stands_in_the_plan_only(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    Announced(ANNOUNCED.ramp, {"only": PlanStep(begins=date(2023, 1, 1), nameplate=3.43)}),
    ("steps.only.nameplate", 3.43, weeks_at_the_ramp, 31 / 7),  # 0.31 GWh: little, but made
    ("steps.only.begins", date(2023, 2, 1), weeks_at_the_ramp, 0.0),
)
def test_a_small_plan_come_true(spec, measure, expected):
    assert measure(spec) == exact(expected)
