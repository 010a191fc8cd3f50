"""Black mass: every share between a shredder and a metal that comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bvsim.schema.recycling import HydrometSpec, Recovery, RecoveryTarget
from bvsim.valley.returns.hydromet import Hydromet
from fleet_case import constant, context
from mechanism_table import exact, table
from returns_case import CALENDAR, WORLD

STAGE = HydrometSpec(
    title="",
    opens=0.0,
    probability=1.0,
    lag=0.0,
    capacity=3652.5,
    ramp=0.0,
    recovery={"nickel": Recovery(now=0.5, mature=0.9)},
    returned=constant(1.0),
)
HYDROMET = replace(WORLD, hydromet={"plant": STAGE})


def hydromet(spec, day):
    ctx = context(calendar=CALENDAR, chance=False, as_of=date(2025, 1, 1))
    made = Hydromet(spec.hydromet, spec.trade, spec.regulation, ctx)
    made.start()
    if day > 0.0:
        ctx.env.run(until=day)
    made.review({"works": 0.0})
    return made


def treat(spec):
    """Send on 400 t of black mass with 80 t of nickel, made in thirty days."""
    return hydromet(spec, 30.0).treat(400.0, (80.0, 0.0, 0.0, 0.0), 30.0)


def taken_t(spec):
    return treat(spec)[0]


def tolled_t(spec):
    return treat(spec)[1]


def exported_t(spec):
    return treat(spec)[2]


def sold_t(spec):
    return treat(spec)[3]


def recovered_nickel_t(spec):
    return treat(spec)[4]


def returned_nickel_t(spec):
    made = hydromet(spec, 30.0)
    made.treat(400.0, (80.0, 0.0, 0.0, 0.0), 30.0)
    return made.recovered_since_last("nickel")


def opens_day(spec):
    return hydromet(spec, 0.0).stages[0].opens


@table(
    HYDROMET,
    ("hydromet.plant.capacity", 1826.25, taken_t, 150.0),  # 5 t a day
    ("hydromet.plant.ramp", 30 / 365.25, taken_t, 189.636167648567),  # 300 (1 - 1/e)
    ("hydromet.plant.probability", 0.9, taken_t, 0.0),  # not certain
    ("hydromet.plant.opens", 31.0, taken_t, 0.0),
    ("hydromet.plant.lag", 1.0, opens_day, 0.0),  # of no matter without a recycler it follows
    ("hydromet.plant.recovery.nickel.mature", 0.8, recovered_nickel_t, 48.0),  # of 0.2 x 300 t
    # Learning has come 1 - 1/e of the way from 0.5 to 0.9, and so has capacity:
    # 0.2 x 189.636167648567 x 0.752848223531423.
    ("hydromet.plant.ramp", 30 / 365.25, recovered_nickel_t, 28.553450386306),
    ("hydromet.plant.returned", 0.6, returned_nickel_t, 32.4),  # of 0.9 x 60 t
    ("hydromet.plant.in_valley", False, tolled_t, 240.0),  # what does not leave the Union
    ("trade.exported_before", 0.3, exported_t, 30.0),  # of the 100 t not taken
    ("trade.exported_before", 0.3, sold_t, 70.0),
    ("trade.rule_from", 20.0, exported_t, 10.0),  # 0.1 of them from that day on
    ("trade.exported_after", 0.2, exported_t, 40.0),  # not yet: 0.4 of them
    (
        "regulation.recovery",
        {"early": RecoveryTarget(applies=date(2025, 1, 15), shares={"nickel": 0.95})},
        recovered_nickel_t,
        57.0,  # the law asks for 0.95 x 60 t
    ),
)
def test_hydrometallurgy(spec, measure, expected):
    assert measure(spec) == exact(expected)


@table(
    replace(WORLD, hydromet={"plant": replace(STAGE, after="works")}),
    ("hydromet.plant.lag", 1.0, opens_day, 365.25),
    ("hydromet.plant.opens", 400.0, opens_day, 400.0),
)
def test_a_stage_follows_its_recycler(spec, measure, expected):
    assert measure(spec) == exact(expected)
