"""Cathode material: every share between a tonne charged to a kiln and one charged to a cell.

A maker of 36,525 t a year (100 t a day, or 745 t in a week of seven scheduled days of 343),
whose one kiln line runs at its mature rate: rating 0.9, a fifth of mature scrap.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from bvsim.valley.cathode.recycled import NICKEL
from bvsim.valley.cathode.sharing import RULES, Claim
from cathode_world import WEEK, WORLD, maker_of, side_of
from mechanism_table import exact, table, with_figure

# -- what a cell plant charges -------------------------------------------------------------------


def cam_t_per_gwh(world):
    return side_of(world).buyers["plant"].cam_t_per_gwh


def booked(name):
    """Return a measure: a column of a month in which the plant charged 100 t, 80 t in cells."""

    def column(world):
        side = side_of(world)
        buyer = side.buyers["plant"]
        buyer.feed.stock.put_plain(0, 310.0, 0.0)
        buyer.feed.rate = 10.0
        buyer.use(80.0, 20.0)
        side._book_month()
        return buyer.account.now[[each.name for each in buyer.account.columns].index(name)]

    column.__name__ = name
    return column


# 0.8 kg of the CAM charged are in the cell, 1.25 kg a kWh: 100 t charged are 64 MWh started.
@table(
    WORLD,
    ("materials.recipes.nmc-811.cam", 1.2, cam_t_per_gwh, 1500.0),  # 1200 / 0.8
    ("materials.in_cell", 0.9, cam_t_per_gwh, 1250 / 0.9),
    ("materials.recipes.nmc-811.precursor", 0.9, booked("pcam_t"), 90.0),
    ("materials.recipes.nmc-811.nickel", 0.5, booked("nickel_used_t"), 50.0),
    ("materials.recipes.nmc-811.lithium", 0.07, booked("lithium_used_t"), 7.0),
    ("materials.recipes.nmc-811.copper_foil", 0.25, booked("copper_foil_t"), 16.0),
    ("materials.recipes.nmc-811.anode", 1.0, booked("anode_t"), 64.0),
    ("materials.recipes.nmc-811.electrolyte", 0.5, booked("electrolyte_t"), 32.0),
    ("materials.in_cell", 0.9, booked("aluminium_foil_t"), 7.2),  # 0.1 x 72
    ("materials.aluminium.foil_yield", 0.8, booked("foil_carbon_local_t"), 35.2),  # 6.4 / 0.8 x 4.4
    ("materials.aluminium.world", 20.0, booked("foil_carbon_world_t"), 6.4 / 0.85 * 20.0),
    # 210 t left against 10 t a day for twelve weeks: three quarters of the use is exposed.
    ("imports.exposure", 12.0, booked("cam_exposed_t"), 75.0),
    ("imports.exposure", 6.0, booked("cam_exposed_t"), 50.0),
)
def test_use_of_a_cell_plant(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- approvals and calls -------------------------------------------------------------------------


def approved_day(world, luck=None):
    maker = maker_of(world, luck)
    maker.first_product.succeed()
    maker.ctx.env.run(until=2500.0)
    return maker.pairs[0].approved_day


def approved_day_of_the_unlucky(world):
    return approved_day(world, 0.8413447460685429)


def rounds(world):
    """Rounds of samples until the plant has approved the maker."""
    maker = maker_of(world)
    maker.first_product.succeed()
    maker.ctx.env.run(until=2500.0)
    return maker.pairs[0].rounds


def called(world):
    """Tonnes called from an approved maker by a plant that needs 100 t and has 1000 in stock."""
    side = side_of(world)
    feed = side.buyers["plant"].feed
    feed.stock.put_plain(0, 1000.0, 0.0)
    feed.rate, feed.requested, feed.needed = 10.0, 100.0, 100.0
    side.makers.cam[0].pairs[0].approved_day = 0.0
    return sum(claim.need for claim in side._claims(side.makers.cam[0]))


def called_in_an_emergency(world):
    """The same with 120 t in stock: 100 t are used, and 90 t are wanted as cover."""
    side = side_of(world)
    feed = side.buyers["plant"].feed
    feed.stock.put_plain(0, 120.0, 0.0)
    feed.rate, feed.requested, feed.needed = 10.0, 100.0, 100.0
    return feed.local_need(0.3)


MONTH = 30.4375


@table(
    WORLD,
    ("maker.qualification.duration", 9.0, approved_day, 9 * MONTH),
    ("maker.qualification.spread", 1.5, approved_day_of_the_unlucky, 9 * MONTH),  # 1.5 x 6
    ("maker.contracts.plant.approved", 100.0, approved_day, 100.0),
    ("maker.contracts.plant.of_need", 0.6, called, 60.0),
    ("maker.serves", ("other",), called, 0.0),
    # 0.3 x 100, and what is missing to 100 + 90 of the 120 + 30: 40 more.
    ("imports.cam.emergency_cover", 9.0, called_in_an_emergency, 70.0),
)
def test_approvals_and_calls(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    replace(
        WORLD,
        maker=replace(WORLD.maker, qualification=replace(WORLD.maker.qualification, repeat=1.0)),
    ),
    # A round that certainly fails is repeated nineteen times: 6 + 19 x 2 months.
    ("maker.qualification.repeat_length", 2.0, approved_day, 44 * MONTH),
    ("maker.qualification.repeat", 0.9, approved_day, 6 * MONTH),  # not certain
    ("maker.qualification.repeat", 0.9, rounds, 1.0),
    ("maker.qualification.repeat_length", 2.0, rounds, 20.0),
)
def test_repeated_rounds_of_samples(spec, measure, expected):
    assert measure(spec) == exact(expected)


def first_given(contracts):
    """Return what the first of two makers of cells gets of 100 t: they need 80 and 60 t."""
    claims = [
        Claim("a", 80.0, contracts["a"], since=2.0),
        Claim("b", 60.0, contracts["b"], since=1.0),
    ]
    return {name: rule(100.0, claims)[0] for name, rule in RULES.items()}


def test_rules_that_share_scarce_material():
    # By contract 60 and 20 t are reserved; the last 20 t go to 20 and 40 t of need.
    assert first_given({"a": 0.6, "b": 0.2}) == exact(
        {"by-contract": 60 + 20 / 3, "first-come": 40.0, "proportional-to-need": 400 / 7}
    )
    # Contracts over more than all there is: 0.9 and 0.6 of 1.5 parts.
    assert first_given({"a": 0.9, "b": 0.6})["by-contract"] == exact(60.0)


# -- what is sold outside, and what is planned ---------------------------------------------------


def stocked(world, approved):
    maker = maker_of(world)
    parts = [0.0] * len(maker.stock.shares)
    parts[maker.index] = 5000.0
    maker.stock.put(parts, 0.0)
    if approved:
        maker.pairs[0].approved_day = 0.0
    return maker


def sold_before_approval(world):
    maker = stocked(world, approved=False)
    maker._sell_outside(WEEK)
    return 5000.0 - maker.stock.total


def sold_after_approval(world):
    maker = stocked(world, approved=True)
    maker._sell_outside(WEEK)
    return 5000.0 - maker.stock.total


def calls_t_per_day(world):
    """Calls that the maker plans for: 30 t in ten days from the valley, and the outside."""
    maker = stocked(world, approved=False)
    maker.share_out([Claim("plant", 30.0, 0.5, 0.0)], 10.0)
    return maker.calls.level


def wanted(world):
    """Tonnes to make for calls of 10 t a day with 100 t in stock and 20 in batches."""
    maker = maker_of(world)
    maker.calls.level, maker.waiting = 10.0, 20.0
    maker.stock.put_plain(maker.index, 100.0, 0.0)
    return maker.wanted(WEEK)


def batch_ready_day(world):
    """Day on which a batch of the first week may be sold."""
    maker = maker_of(world)
    parts = [0.0] * len(maker.stock.shares)
    parts[maker.index] = 50.0
    maker.batch(parts, WEEK)
    while not maker.stock.total:
        maker.ctx.env.step()
        maker.offer(maker.ctx.env.now)
    return maker.ctx.env.now


@table(
    WORLD,
    ("maker.saleable", 0.2, sold_before_approval, 140.0),  # of 700 t a week
    ("maker.outside", 0.3, sold_after_approval, 210.0),
    ("maker.outside", 0.3, sold_before_approval, 70.0),
    ("maker.saleable", 0.2, calls_t_per_day, 23.0),  # 3 + 20
    ("maker.cover", 20.0, wanted, 260.0),  # 10 x (20 + 11 + 7) - 120
    ("maker.batches.residence", 10.0, wanted, 260.0),
    ("maker.batches.release", 10.0, batch_ready_day, 17.5),  # the week's middle + 4 + 10
)
def test_sales_and_plans(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- what is made --------------------------------------------------------------------------------


def possible_per_day(world):
    maker = maker_of(world)
    maker.possible(WEEK)
    return maker.daily_capacity


def possible_with_half_the_crews(world):
    maker = maker_of(world)
    maker.crew = SimpleNamespace(
        repair_factor=1.0, learning_speed=1.0, crew_share=0.5, scrap_penalty=0.0
    )
    maker.possible(WEEK)
    return maker.daily_capacity


def good_share(world):
    maker = maker_of(world)
    maker.possible(WEEK)
    return maker.good_share()


def precursor_called(world):
    """Precursor for calls of 10 t a day, which is less than the lines can make."""
    maker = maker_of(world)
    maker.calls.level, maker.daily_capacity = 10.0, 50.0
    maker.feed_precursor(WEEK, 71.0)
    return maker.feed.requested


def charge(world):
    """Charge 100 t of CAM, 80 t of them good, with 3 t of recycled lithium at hand."""
    side = side_of(world)
    maker = side.makers.cam[0]
    side.receive_recycled("lithium", 3.0)
    maker.feed.stock.put([30.0, 70.0, 4.0, 2.0], 0.0)  # imported, own; nickel, cobalt in it
    maker._charge(100.0, 80.0, WEEK)
    return maker


def fresh_hydroxide(world):
    return charge(world).account.now[10]


def recycled_lithium_in_cam(world):
    maker = charge(world)
    return next(iter(maker.batches)).parts[maker.sources + 1]


def own_precursor_in_cam(world):
    maker = charge(world)
    return next(iter(maker.batches)).parts[maker.sources]


def recycled_nickel_in_cam(world):
    maker = charge(world)
    return next(iter(maker.batches)).parts[maker.sources + 2]


def recycled_cobalt_in_cam(world):
    maker = charge(world)
    return next(iter(maker.batches)).parts[maker.sources + 3]


def recycled_nickel_charged(world):
    """Recycled nickel charged to precursor for 100 t of CAM, with plenty at hand."""
    side = side_of(world)
    side.receive_recycled("nickel", 1000.0)
    plant = side.makers.pcam[0]
    plant._book(95.0, 80.0, WEEK)
    return side.metals.used[NICKEL]


@table(
    WORLD,
    # 0.686 x 36,525 / 343, and 45.75 days from stop to stop of which 45 are worked
    ("maker.ramp.mature", 0.686, possible_per_day, 74.2675),
    ("maker.kilns.overhaul", 100.0, possible_per_day, 71.878644314868805),  # 3/4 of 0.9 of it
    ("maker.ramp.mature", 0.686, possible_with_half_the_crews, 37.13375),
    ("maker.ramp.scrap_start", 0.4, good_share, 0.75),  # 0.6 / 0.8
    ("materials.recipes.nmc-811.precursor", 0.96, precursor_called, 84.0),  # 70 / 0.8 x 0.96
    # 3 t of 7.13 are recycled; 44.5 t of hydroxide less that share.
    ("materials.recipes.nmc-811.lithium", 0.06, fresh_hydroxide, 22.25),  # half of it
    ("materials.recipes.nmc-811.lithium", 0.06, recycled_lithium_in_cam, 2.4),  # 0.8 x 3
    ("materials.recipes.nmc-811.precursor", 0.9, own_precursor_in_cam, 50.4),  # 0.8 x 0.7 x 90
    # 0.8 x 90 t of precursor, of 100 of which 4 and 2 are recycled nickel and cobalt
    ("materials.recipes.nmc-811.precursor", 0.9, recycled_nickel_in_cam, 2.88),
    ("materials.recipes.nmc-811.precursor", 0.9, recycled_cobalt_in_cam, 1.44),
    ("materials.recipes.nmc-811.nickel", 0.5, recycled_nickel_charged, 50.0),  # 95 / 0.95 x 0.5
)
def test_making(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_what_is_charged_and_not_good_goes_to_recyclers():
    maker = charge(WORLD)
    assert maker.gate.deliveries == [("maker", "nmc", "cathode_material", 20.0)]
    plant = side_of(WORLD).makers.pcam[0]
    plant._book(95.0, 80.0, WEEK)
    assert plant.gate.deliveries == [("precursor", "nmc", "precursor", 15.0)]


def test_makers_work_all_the_days_since_their_last_plan():
    side = side_of(with_figure(WORLD, "imports.cam.revision", 14.0))
    spans, periods = [], side.ctx.calendar.periods[:26]
    side.plants = (SimpleNamespace(produce=spans.append, nameplate=0.0),)
    for period in periods:
        side.produce(period)
    assert len(spans) < len(periods) / 2
    for span in spans:
        of_it = [p for p in periods if span.start_day <= p.start_day < span.end_day]
        assert span.days == exact(sum(p.days for p in of_it))
        assert span.scheduled_days == exact(sum(p.scheduled_days for p in of_it))
    assert sum(span.days for span in spans) == exact(periods[-1].end_day)
