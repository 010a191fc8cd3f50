"""Pools of people, and the rival employers that take from them and give back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bvsim.schema.labour import Release
from bvsim.valley.people.market import LABOUR_ROWS
from bvsim.valley.people.pools import AUTOMOTIVE, EXPERIENCED, SEEKERS
from labour_case import MIX, always
from mechanism_table import table
from people_case import LABOUR, SEEKING, WORLD, booked, changed, market, pass_until

OPERATORS, TECHNICIANS, ENGINEERS = range(3)


def pool_after(spec, source, day, people=0):
    made = market(spec)
    if people:
        made.pools["east"].give(source, OPERATORS, people)
    pass_until(made, day)
    return sum(made.pools["east"].people[source])


def released(spec):
    """People released by 1 February."""
    return pool_after(spec, AUTOMOTIVE, 31.0)


def waiting(spec):
    """Of 1000 operators who wait for a post, those who still do after a month."""
    return pool_after(spec, EXPERIENCED, 0.0, people=1000)


def turned_away(spec):
    made = market(spec)
    pass_until(made, 0.0)
    return made.pools["east"].departed


def came(spec):
    made = market(spec)
    pass_until(made, 0.0)
    return made.pools["east"].arrived


def seekers(spec, *skills):
    """Job seekers of a basin, of some skills, at the start."""
    people = market(spec).pools["east"].people[SEEKERS]
    return sum(people[skill] for skill in skills or range(4))


def skilled_seekers(spec):
    return seekers(spec, TECHNICIANS, ENGINEERS)


RELEASES = {
    "engines": Release(basin="east", workers=1000.0, begins=0.0, ends=62.0, joins=1.0),
}


@table(
    changed(SEEKING, releases=RELEASES),
    ("labour.releases.engines.joins", 0.4, released, 200),  # half-way, of 400
    ("labour.releases.engines.workers", 600.0, released, 300),
    ("labour.releases.engines.ends", 124.0, released, 250),  # a quarter of the way
    ("labour.hiring.patience", 9.0, waiting, 895),  # 1000 e^(-1/9) = 894.8
    ("labour.basins.east.refill", 1200.0, turned_away, 100),  # as many as come: 1200 / 12
    ("labour.basins.east.refill", 1200.0, came, 100),
    ("labour.willing.share", 0.01, seekers, 250),  # 1000 were counted at 0.04
    ("labour.willing.share", 0.06, seekers, 1500),
    ("labour.trained_people", 1.5, seekers, 1000),  # no more people,
    ("labour.trained_people", 1.5, skilled_seekers, 450),  # but more of them skilled: 300
    ("labour.trained_people", 0.4, skilled_seekers, 120),
    ("labour.trained_people", 9.0, skilled_seekers, 900),  # others stay others
)
def test_pools(spec, measure, expected):
    assert measure(spec) == expected


REFILLED = replace(SEEKING.labour.basins["east"], refill=1200.0)


def bonus_cost(spec):
    """What plants of 10,000 heads paid in January, EUR million."""
    made = market(spec, heads=10_000.0)
    pass_until(made, 0.0)
    return booked(made, "region" + LABOUR_ROWS, "bonus_cost_meur")


@table(
    changed(
        basins=SEEKING.labour.basins | {"east": REFILLED},
        pay=replace(LABOUR.pay, bonus=always(0.21)),
    ),
    ("labour.pay.applicants", 0.0, came, 100),
    ("labour.pay.applicants", 0.5, came, 110),  # the root of 1.21 times 100
    ("labour.pay.applicants", 1.0, came, 121),
    ("labour.pay.post", 60.0, bonus_cost, pytest.approx(10.5)),  # 0.21 x 60,000 / 12 x 10,000
)
def test_what_pay_does_to_applicants_and_costs(spec, measure, expected):
    assert measure(spec) == expected


def rivals_heads(spec):
    return sum(market(spec).competitors[0].heads)


def rivals_technicians(spec):
    return market(spec).competitors[0].heads[TECHNICIANS]


@table(
    WORLD,
    ("labour.competitors.rival.local", 0.3, rivals_heads, 300),  # 0.3 x 1000
    ("labour.competitors.rival.local", 0.3, rivals_technicians, 60),  # a fifth of them
)
def test_what_rival_employers_take(spec, measure, expected):
    assert measure(spec) == expected


LOCAL = changed(competitors={"rival": replace(LABOUR.competitors["rival"], local=0.3)})


@table(
    LOCAL,
    ("labour.competitors.rival.peak", 500.0, rivals_heads, 150),
    ("labour.competitors.rival.peak_begins", 2000.0, rivals_heads, 150),  # half-way up
    ("labour.competitors.rival.peak_ends", -6000.0, rivals_heads, 180),  # half-way down to 200
    ("labour.competitors.rival.mix", replace(MIX, technicians=0.3), rivals_technicians, 90),
)
def test_strength_of_rival_employers(spec, measure, expected):
    assert measure(spec) == expected


OVER = replace(LOCAL.labour.competitors["rival"], peak_ends=-500.0, ends=-400.0)


def rivals_people_set_free(spec):
    """People who look for work when a rival's peak of 300 heads ends in January."""
    made = market(spec)
    pass_until(made, 31.0)
    return sum(made.pools["east"].people[SEEKERS])


@table(
    changed(LOCAL, competitors={"rival": OVER}),
    ("labour.competitors.rival.permanent", 500.0, rivals_heads, 150),  # 0.3 x 500
    ("labour.competitors.rival.permanent", 500.0, rivals_people_set_free, 0),
)
def test_rival_employers_that_stay(spec, measure, expected):
    assert measure(spec) == expected


@table(
    changed(LOCAL, competitors={"rival": replace(OVER, peak_ends=0.0, ends=31.0)}),
    ("labour.competitors.rival.permanent", 500.0, rivals_people_set_free, 150),  # of 300
)
def test_rival_employers_that_shrink(spec, measure, expected):
    assert measure(spec) == expected
