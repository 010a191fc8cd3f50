"""People: every share between a job seeker and a crew that runs.

Skills divide as 60% operators, 20% technicians, 10% engineers and 10% others. Chance is
off: whole people follow from shares by rounding.
"""

from __future__ import annotations

import math
from dataclasses import replace

from bvsim.schema.labour import ShiftChange, Shuttle
from bvsim.valley.people.pools import EXPERIENCED, GRADUATES
from labour_case import MIX, always, by_skill
from mechanism_table import table
from people_case import LABOUR, SEEKING, WORLD, basin, booked, changed, market, pass_until

OPERATORS, TECHNICIANS = range(2)


# -- who leaves ----------------------------------------------------------------------------------


def gone_in_january(spec, skill):
    """Return how many of 6000 operators or 2000 technicians leave in the first month."""
    made = market(spec, heads=10_000.0)
    staff = made.workforces["alpha"].staff[skill]
    before = staff.heads
    pass_until(made, 0.0)
    return before - staff.heads


def technicians_gone(spec):
    return gone_in_january(spec, TECHNICIANS)


def operators_gone(spec):
    return gone_in_january(spec, OPERATORS)


LEAVING = changed(attrition=replace(LABOUR.attrition, later=0.1))


@table(
    LEAVING,
    ("labour.attrition.later", 0.2, operators_gone, 1088),  # 6000 (1 - e^-0.2) = 1087.6
    ("labour.attrition.scale", 1.5, operators_gone, 836),  # 6000 (1 - e^-0.15) = 835.8
    ("alpha.attrition", 1.5, operators_gone, 836),
    # Technicians are pulled away by half as much again: 2000 (1 - e^-0.15) = 278.6.
    ("labour.competitors.rival.pull", 0.5, technicians_gone, 279),
    ("labour.competitors.rival.pull", 0.5, operators_gone, 571),  # as ever: 6000 (1 - e^-0.1)
    ("labour.upskilling.modules.attrition", 0.5, operators_gone, 293),  # 6000 (1 - e^-0.05)
    ("labour.upskilling.modules.attrition", 0.5, technicians_gone, 98),  # 2000 (1 - e^-0.05)
    ("labour.upskilling.modules.begins", 1.0, operators_gone, 571),
    ("labour.pay.bonus", 1.0, operators_gone, 293),  # twice the pay, half the hazard
)
def test_attrition(spec, measure, expected):
    assert measure(spec) == expected


@table(
    changed(LEAVING, pay=replace(LABOUR.pay, bonus=always(1.0))),
    ("labour.pay.leaving", 2.0, operators_gone, 148),  # 6000 (1 - e^-0.025) = 148.1
    ("labour.pay.leaving", 0.0, operators_gone, 571),
)
def test_what_pay_does_to_leavers(spec, measure, expected):
    assert measure(spec) == expected


PULLED = changed(
    LEAVING,
    competitors={"rival": replace(LABOUR.competitors["rival"], pull=0.5)},
)


@table(
    PULLED,
    ("labour.competitors.rival.basin", "west", technicians_gone, 190),  # 2000 (1 - e^-0.1)
    # Half-way up: 0.1 x (1 + 0.5 x 1/2); 2000 (1 - e^-0.125) = 235.006.
    ("labour.competitors.rival.peak_begins", 2000.0, technicians_gone, 235),
    # Half-way down to its permanent fifth: 0.1 x (1 + 0.5 x 0.6); 2000 (1 - e^-0.13) = 243.8.
    ("labour.competitors.rival.peak_ends", -6000.0, technicians_gone, 244),
)
def test_pull_of_rival_employers(spec, measure, expected):
    assert measure(spec) == expected


def after_months(months):
    """Return a measure: leavers of 1000 operators hired some months ago, of a mean 0.2 a month."""

    def leavers(spec):
        made = market(spec)
        alpha = made.workforces["alpha"]
        alpha.staff[OPERATORS].hire(1000, 0.0, months)
        alpha.heads = 1000
        pass_until(made, 0.0)
        return 1000 - alpha.heads

    leavers.__name__ = f"leavers_after_{months}_months"
    return leavers


@table(
    WORLD,
    # 1000 (1 - e^-0.2) = 181.3 in the band, nobody outside; a month passes before they leave.
    ("labour.attrition.first_quarter", 0.2, after_months(0), 181),
    ("labour.attrition.first_quarter", 0.2, after_months(2), 181),
    ("labour.attrition.first_quarter", 0.2, after_months(3), 0),
    ("labour.attrition.first_year", 0.2, after_months(2), 0),
    ("labour.attrition.first_year", 0.2, after_months(3), 181),
    ("labour.attrition.first_year", 0.2, after_months(11), 181),
    ("labour.attrition.first_year", 0.2, after_months(12), 0),
    ("labour.attrition.second_year", 0.2, after_months(11), 0),
    ("labour.attrition.second_year", 0.2, after_months(12), 181),
    ("labour.attrition.second_year", 0.2, after_months(23), 181),
    ("labour.attrition.later", 0.2, after_months(23), 0),
    ("labour.attrition.later", 0.2, after_months(24), 181),
)
def test_attrition_by_tenure(spec, measure, expected):
    assert measure(spec) == expected


@table(
    WORLD,
    (
        "alpha.shift_changes",
        {"four-crews": ShiftChange(on=10.0, happens=1.0, leavers=0.1)},
        operators_gone,
        600,
    ),
    (
        "alpha.shift_changes",
        {"four-crews": ShiftChange(on=10.0, happens=0.9, leavers=0.1)},
        operators_gone,
        0,  # not certain, so it does not happen when chance is off
    ),
)
def test_a_new_shift_pattern_drives_people_away(spec, measure, expected):
    assert measure(spec) == expected


# -- where they go -------------------------------------------------------------------------------

HALF_LEAVE = changed(attrition=replace(LABOUR.attrition, later=math.log(2.0)))
"""Half of alpha's 10,000 leave in January: 3000 operators, 1000, 500 and 500."""


def leave(spec):
    """Let January pass: beta and gamma want as many as they can get, one head a unit."""
    made = market(spec, heads=10_000.0, plants=("alpha", "beta", "gamma"))
    for name in ("beta", "gamma"):
        made.workforces[name].ask([(1e5, -5000.0, 1e5)])
    pass_until(made, 0.0)
    return made


def other_work(spec):
    return booked(leave(spec), "region:labour", "other_work")


def poached(spec):
    return booked(leave(spec), "region:labour", "poached")


def operators_to_beta(spec):
    """Operators who went straight to beta."""
    return leave(spec).workforces["beta"].staff[OPERATORS].heads


def looking_for_work(spec):
    """Leavers in the basin's pool, where nobody wants any."""
    made = market(spec, heads=10_000.0)
    pass_until(made, 0.0)
    return sum(made.pools["east"].people[EXPERIENCED])


@table(
    HALF_LEAVE,
    ("labour.attrition.away.operators", 0.4, other_work, 1200),  # of 3000
    ("labour.attrition.away", by_skill(0.4), looking_for_work, 3000),  # 0.6 of 5000
    ("labour.attrition.poached.operators", 0.3, poached, 900),
    ("labour.attrition.poached.operators", 0.3, operators_to_beta, 450),  # half of them
    ("labour.attrition.poached.operators", 0.3, looking_for_work, 5000),  # nobody poaches
)
def test_where_leavers_go(spec, measure, expected):
    assert measure(spec) == expected


WELL_PAID = replace(
    changed(HALF_LEAVE, attrition=replace(HALF_LEAVE.labour.attrition, poached=by_skill(0.3))),
    gamma=replace(WORLD.gamma, pay=2.0),
)


@table(
    WELL_PAID,
    ("labour.attrition.pay_exponent", 2.0, operators_to_beta, 180),  # a fifth: 1 to 4
    ("labour.attrition.pay_exponent", 0.0, operators_to_beta, 450),
    ("beta.pay", 2.0, operators_to_beta, 450),
)
def test_pay_decides_where_the_poached_go(spec, measure, expected):
    assert measure(spec) == expected


# -- who is won ----------------------------------------------------------------------------------


def hired_operators(spec, *, source=None, people=0, day=0.0):
    made = market(spec)
    if source is not None:
        made.pools["east"].give(source, OPERATORS, people)
    alpha = made.workforces["alpha"]
    alpha.ask([(1e5, -5000.0, 1e5)])
    pass_until(made, day)
    return alpha.transit[OPERATORS] + alpha.staff[OPERATORS].heads


def operators_won(spec):
    return hired_operators(spec)


def graduates_won(spec):
    """Of 100 graduates besides the 600 who look for work."""
    return hired_operators(spec, source=GRADUATES, people=100)


@table(
    SEEKING,
    ("labour.hiring.contact", 0.25, operators_won, 150),  # 0.25 x 600
    ("labour.basins.east.reach.east", 0.8, operators_won, 480),  # 0.8 x 600
    ("labour.basins.west.reach.east", 0.25, operators_won, 750),  # and 0.25 x 600 of the west
    ("labour.hiring.contact", 0.25, graduates_won, 250),  # graduates ask for the job themselves
    (
        "labour.shuttles",
        {"pods": Shuttle(basin="east", in_service=0.0, closes_gap=0.5)},
        operators_won,
        900,  # half of the west comes within reach
    ),
    ("labour.seekers_mix", replace(MIX, operators=0.5), operators_won, 500),
    ("labour.hiring.capacity", 500.0, operators_won, 300),  # 60% of those taken in
)
def test_hiring(spec, measure, expected):
    assert measure(spec) == expected


def newcomers(spec):
    """Newcomers among 600 operators and 200 technicians wanted, where nobody looks for work."""
    made = market(spec)
    made.workforces["alpha"].ask([(1000.0 / 60.0, -5000.0, 1000.0 / 60.0)])
    pass_until(made, 0.0)
    return booked(made, "region:labour", "newcomers")


def newcomers_housed(spec):
    return newcomers(changed(spec, hiring=replace(spec.labour.hiring, outside=by_skill(0.2))))


@table(
    changed(basins={"east": replace(basin(), housing=1000.0), "west": basin(reach=0.0)}),
    ("labour.hiring.outside.operators", 0.2, newcomers, 120),  # 0.2 x 600
    ("labour.hiring.outside.technicians", 0.3, newcomers, 60),  # 0.3 x 200
    ("labour.trained_people", 0.5, newcomers_housed, 170),  # 120 + (40 + 20) / 2 + 20
    ("labour.basins.east.housing", 50.0, newcomers_housed, 50),
    ("labour.basins.east.housing", 500.0, newcomers_housed, 200),  # 0.2 x 1000
)
def test_newcomers(spec, measure, expected):
    assert measure(spec) == expected


def first_operator_day(spec):
    made = market(spec)
    alpha = made.workforces["alpha"]
    alpha.ask([(1e5, -5000.0, 1e5)])
    pass_until(made, 0.0)
    while not alpha.staff[OPERATORS].heads:
        made._ctx.env.step()
    return made._ctx.env.now


def wanted_ahead(spec):
    """Operators wanted by a plant of 600 who are all there, and of whom a tenth leaves a month."""
    made = market(spec, heads=1000.0)
    alpha = made.workforces["alpha"]
    alpha.ask([(1000.0 / 60.0, -5000.0, 1000.0 / 60.0)])
    return alpha.wants(0.0, 31.0)[OPERATORS]


A_TENTH = -math.log(0.9)


@table(
    SEEKING,
    ("labour.hiring.lead.operators", 6.0, first_operator_day, 42.0),
    ("labour.hiring.lead.operators", 2.5, first_operator_day, 17.5),
    ("labour.hiring.lead.technicians", 6.0, first_operator_day, 0.0),  # operators come at once
)
def test_lead_of_hires(spec, measure, expected):
    assert measure(spec) == expected


@table(
    changed(
        attrition=replace(
            LABOUR.attrition,
            first_quarter=A_TENTH,
            first_year=A_TENTH,
            second_year=A_TENTH,
            later=A_TENTH,
        )
    ),
    # Two months of lead: a fifth of 600 will have left.
    ("labour.hiring.lead.operators", 2 * 30.4375 / 7, wanted_ahead, 120),
)
def test_leavers_are_hired_for_ahead(spec, measure, expected):
    assert measure(spec) == expected
