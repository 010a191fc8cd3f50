"""The least recycled content: tonnes and money of a case worked out by hand."""

from dataclasses import replace
from datetime import date

import pytest

from bvsim.schema.recycling import RecoveryTarget
from bvsim.valley.cathode.recycled import RecycledMinimum
from returns_case import CALENDAR, WORLD

FIRST = RecoveryTarget(
    applies=date(2031, 8, 18), shares={"lead": 0.85, "cobalt": 0.16, "nickel": 0.06}
)
SECOND = RecoveryTarget(applies=date(2036, 8, 18), shares={"cobalt": 0.26, "nickel": 0.15})
USED = [200.0, 1000.0, 100.0]  # of lithium, nickel, cobalt
NONE = [0.0, 0.0, 0.0]
PRICES = {"nickel": 15_000.0, "cobalt": 30_000.0, "lithium": 60_000.0, "manganese": 1_500.0}


def minimum(premium=0.5):
    regulation = replace(
        WORLD.regulation,
        recycled_content={"late": SECOND, "early": FIRST},
        salt_premium=premium,
    )
    economics = replace(WORLD.economics, prices=PRICES)
    return RecycledMinimum(replace(WORLD, regulation=regulation, economics=economics), CALENDAR)


@pytest.mark.parametrize(
    ("day", "recycled", "tonnes", "meur"),
    [
        (date(2031, 8, 17), NONE, 0.0, 0.0),  # not in force yet
        # 60 t of nickel at half of 15,000, and 16 t of cobalt at half of 30,000
        (date(2031, 8, 18), NONE, 76.0, 0.69),
        # what is there counts: 20 t of nickel missing, no cobalt; more than enough is no credit
        (date(2033, 1, 1), [0.0, 40.0, 50.0], 20.0, 0.15),
        (date(2036, 8, 18), NONE, 176.0, 1.515),  # 150 t and 26 t
    ],
)
def test_what_is_missing_is_bought_at_the_premium(day, recycled, tonnes, meur):
    found = minimum().missing(CALENDAR.day(day), USED, recycled)
    assert found == (pytest.approx(tonnes), pytest.approx(meur))


def test_without_a_premium_it_costs_nothing():
    assert minimum(premium=0.0).missing(CALENDAR.day(date(2040, 1, 1)), USED, NONE)[1] == 0.0
