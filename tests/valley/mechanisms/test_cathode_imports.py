"""Imports: every share between a use that is expected and a shipment in stock.

A shipment is ready after 21 days, loaded after 7 more, at sea for 33 by Suez, and in stock
10 days after it arrived: 71 days. Use is 10 t a day, of which imports cover 6.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from bvsim.schema.imports import Disruption, ExportControl, Hazard
from bvsim.valley.cathode.imports import Lanes
from bvsim.valley.cathode.restocking import Forecast
from cathode_case import NEVER, context, handling, imports, market, policy
from mechanism_table import Fortune, exact, table

ONE_SD = 0.8413447460685429
"""The uniform number that lies one standard deviation above the mean."""


def ctx_of(luck=None):
    ctx = context(as_of=date(2026, 1, 1))
    return ctx if luck is None else replace(ctx, streams=Fortune(luck))


def feed_of(spec, luck=None):
    return market(ctx_of(luck), spec=spec).buyer("plant", "nmc-811").feed


# -- orders --------------------------------------------------------------------------------


def restocking(spec):
    made = feed_of(spec).restocking
    made.plan(10.0, 6.0, 50.0)
    return made


def reorder_point(spec):
    return restocking(spec).reorder_point


def ordered(spec):
    """Tonnes ordered from nothing: up to S = s + 6 t a day over the order's cover."""
    made = restocking(spec)
    made.review()
    return made.on_order


def opening_stock(spec):
    made = restocking(spec)
    made.open(71.0)
    return made.stock.total


def opening_on_order(spec):
    made = restocking(spec)
    made.open(71.0)
    return made.on_order


def flown(spec):
    """Tonnes flown in when stock runs out after a use of 1000 t."""
    made = restocking(spec)
    made.allow_air(1000.0)
    made.fly_in()
    return made.flown


def written_off(spec):
    """Of 100 t received on day 0 and 50 t on day 50, those written off on day 100."""
    made = restocking(spec)
    made.stock.put_plain(0, 100.0, 0.0)
    made.stock.put_plain(0, 50.0, 50.0)
    return made.write_off(100.0)


def accepted(spec):
    """Tonnes in stock after a shipment of 100 t."""
    made = restocking(spec)
    made.order(100.0)
    made.ctx.env.run(until=100.0)
    return made.stock.total


FLYING = imports(emergency="air", cam=policy(lot=20.0, emergency_cover=7.0, emergency_share=0.1))


@table(
    FLYING,
    ("cam.safety_stock", 40.0, reorder_point, 700.0),  # 6 x 50 + 10 x 40
    ("cam.safety_stock", 40.0, ordered, 880.0),  # 700 + 6 x 28 = 868, in lots of 20
    ("cam.order_cover", 20.0, ordered, 780.0),  # 650 + 6 x 20 = 770
    ("cam.lot", 100.0, ordered, 900.0),  # 818 in whole hundreds
    ("cam.order_cover", 20.0, opening_stock, 410.0),  # 10 x 35 + 6 x 20 / 2
    ("cam.order_cover", 20.0, opening_on_order, 480.0),  # 120 on days 10, 30, 50 and 70
    ("cam.moisture_reject", 0.05, accepted, 95.0),
    ("cam.moisture_reject", 0.05, opening_stock, 412.3),  # 0.95 x (350 + 84)
    ("cam.emergency_share", 0.05, flown, 40.0),  # two lots of an allowance of 50 t
    ("cam.emergency_cover", 9.0, flown, 100.0),  # 90 t in five lots
    ("cam.shelf_life", 60.0, written_off, 100.0),
    ("cam.shelf_life", 40.0, written_off, 150.0),
    ("cam.shelf_life", 100.0, written_off, 0.0),
)
def test_reordering(spec, measure, expected):
    assert measure(spec) == exact(expected)


def forecast(spec):
    """Learn from ten days at 10 t and ten at 20 t."""
    made = Forecast(spec.cam.memory)
    made.learn(100.0, 10.0)
    made.learn(200.0, 10.0)
    return made


def level(spec):
    return forecast(spec).level


def in_twenty_days(spec):
    return forecast(spec).ahead(20.0)


def in_a_year(spec):
    return forecast(spec).ahead(365.0)


@table(
    imports(),
    # Half of the way in ten days: 15; the trend half of 0.5 a day.
    ("cam.memory", 10 / math.log(2.0), level, 15.0),
    ("cam.memory", 10 / math.log(2.0), in_twenty_days, 20.0),  # 15 + 20 x 0.25
    ("cam.memory", 10 / math.log(2.0), in_a_year, 30.0),  # at most twice of now
    ("cam.memory", 5 / math.log(2.0), level, 17.5),  # three quarters of the way
    ("cam.memory", 0.0, level, 20.0),  # what was last seen, and no more
    ("cam.memory", 1.0, level, 19.999546000702375),  # 20 - 10 / e^10
)
def test_forecast(spec, measure, expected):
    assert measure(spec) == exact(expected)


def attained(spec):
    """Use expected by a plant that planned 20 t a day a lead time ago, and used 10."""
    made = feed_of(spec)
    lead = 50.0
    for period in made.ctx.calendar.periods[:20]:
        made.ctx.env.run(until=period.start_day + 1e-9)
        made.requested, made.outlook = 10.0 * period.scheduled_days, 20.0
        made.turn(period, lead, imposed=True)
    return made.rate


@table(imports(), ("cam.revision", 14.0, attained, 10.0))  # half of 20 t
def test_plans_count_as_far_as_they_came_true(spec, measure, expected):
    assert measure(spec) == exact(expected)


def test_nothing_is_revised_while_a_plant_is_shut_down():
    made, leads = feed_of(imports()), []
    weeks = made.ctx.calendar.periods[:8]
    for number, week in enumerate(weeks):
        made.ctx.env.run(until=week.start_day + 1e-9)
        off = 3 <= number < 7
        made.requested = 0.0 if off else 70.0
        made.turn(replace(week, scheduled_days=0.0) if off else week, 50.0 + number, imposed=True)
        leads.append(made.lead)
    assert set(leads[3:7]) == {leads[2]}
    assert leads[7] == 57.0  # the first week of work thereafter


# -- shipments -----------------------------------------------------------------------------


def arrival(spec, luck=None):
    """Return the day on which an order of day 0 arrives; infinite when it never does."""
    made = feed_of(spec, luck).restocking
    made.order(18.0)
    env = made.ctx.env
    while not made.received and env.peek() < math.inf:
        env.step()
    return env.now if made.received else math.inf


def arrival_of_the_unlucky(spec):
    return arrival(spec, ONE_SD)


CLOSED = Disruption(closes=("suez",), start=0.0, until=NEVER, spread=2.0)
LICENCES = ExportControl(
    goods=("cam",), start=20.0, probability=1.0, length=12.0, licence=45.0, denial=0.0
)


@table(
    imports(disruptions={}, controls={}),
    ("handling.order_to_ship", 30.0, arrival, 80.0),
    ("handling.origin", 10.0, arrival, 74.0),
    ("routes.suez.transit", 40.0, arrival, 78.0),
    ("handling.port", 8.0, arrival, 74.0),
    ("handling.onward", 4.0, arrival, 73.0),
    ("handling.inspection", 6.0, arrival, 74.0),
    ("handling.spread", 1.2, arrival_of_the_unlucky, 85.2),  # 1.2 x 71
    ("handling.late", 1.0, arrival, 76.0),  # five days late
    ("handling.late", 1.0, arrival_of_the_unlucky, 79.0),  # 5 x 1.6
    ("disruptions", {"red-sea": CLOSED}, arrival, 85.0),  # 14 days more by the Cape
    ("controls", {"licences": LICENCES}, arrival, 116.0),  # 45 days more
)
def test_lead_times(spec, measure, expected):
    assert measure(spec) == exact(expected)


def expected_lead(spec):
    return Lanes(spec, ctx_of()).expected("cam", 30.0)


def emergency_lead(spec):
    return Lanes(spec, ctx_of()).emergency_lead_days


def licences_end(spec):
    return Lanes(spec, ctx_of()).licences[0].end


@table(
    imports(
        emergency="air",
        controls={"licences": LICENCES},
        disruptions={"red-sea": CLOSED},
        handling=handling(spread=1.2),
    ),
    ("disruptions.red-sea.spread", 1.0, arrival_of_the_unlucky, 156.0),  # 1.2 x (85 + 45)
    ("disruptions.red-sea.spread", 2.0, arrival_of_the_unlucky, 187.2),  # 1.44 x 130
    ("disruptions.red-sea.until", 40.0, arrival_of_the_unlucky, 139.2),  # Suez: 1.2 x 116
    ("controls.licences.licence", 30.0, expected_lead, 115.0),  # 85 + 30
    ("controls.licences.probability", 0.9, expected_lead, 85.0),  # not certain
    ("controls.licences.length", 6.0, licences_end, 202.625),  # 20 + 182.625
    ("controls.licences.denial", 1.0, arrival, math.inf),
    ("routes.air.transit", 12.0, emergency_lead, 22.0),  # 7 + 12 + 3
)
def test_disturbances(spec, measure, expected):
    assert measure(spec) == exact(expected)


STORM = Hazard(
    closes=(),
    slows=("suez",),
    rate=365.25 * math.log(2.0) / 100.0,
    length=30.0,
    length_spread=1.0,
    slowdown=1.5,
    spread=1.0,
)


def lucky_lanes(spec):
    """Return lanes where all luck is one half: quiet spells of ln 2 times their mean."""
    return Lanes(spec, ctx_of(0.5))


def first_storm(spec):
    return lucky_lanes(spec).spells[0].start


def second_storm(spec):
    return lucky_lanes(spec).spells[1].start


def transit_in_a_storm(spec):
    return lucky_lanes(spec).departure(105.0).transit


@table(
    imports(hazards={"storm": STORM}),
    ("hazards.storm.rate", 365.25 * math.log(2.0) / 50.0, first_storm, 50.0),
    ("hazards.storm.length", 40.0, second_storm, 240.0),  # 100 + 40 + 100
    ("hazards.storm.slowdown", 2.0, transit_in_a_storm, 66.0),
    ("hazards.storm.closes", ("suez",), transit_in_a_storm, 47.0),  # by the Cape
)
def test_hazards_of_routes(spec, measure, expected):
    assert measure(spec) == exact(expected)
