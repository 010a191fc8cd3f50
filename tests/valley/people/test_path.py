"""The reference staffing path, held against a staff that follows it and closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvsim.schema.labour import Learning
from bvsim.valley.people.market import LabourMarket
from bvsim.valley.people.path import ReferencePath
from labour_case import LEARNING, PATH, context, labour, masters, staffing

MONTH = 365.25 / 12.0
SKILLS = [LEARNING, LEARNING, LEARNING]


def parts(hours):
    return (hours.heads, hours.operators, hours.technicians, hours.engineers, hours.experts)


def test_heads_and_experts_of_the_path_by_hand():
    path = ReferencePath(PATH, [Learning(start=1.0, tau=4.0)] * 3, 0.0)
    at_sop = path.hours(100.0, [(100.0, 1000.0)])
    # 0.45 of 600 operators, 0.7 of 200 technicians and of 100 engineers, 4 / 60 experts
    assert parts(at_sop)[:4] == pytest.approx((270.0, 270.0, 140.0, 70.0))
    assert at_sop.experts == pytest.approx(1000.0 * 4 / 60)
    later = path.hours(100.0 + 10 * MONTH, [(100.0, 1000.0)])
    assert later.experts == pytest.approx(500.0 * 4 / 60)
    assert later.technicians == pytest.approx(200.0 * (0.7 + 0.3 * 10 / 12))
    long_before = path.hours(-400.0, [(100.0, 1000.0)])
    assert parts(long_before) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert long_before.proficiency == 1.0


def test_people_on_the_path_learn_as_their_cohorts_do():
    # 5% of the staff are hired in each of nine months, on the first day half proficient
    path = ReferencePath(replace(PATH, at_sop=0.45), SKILLS, 0.0)
    hours = path.hours(0.0, [(0.0, 1000.0)])
    gaps = [30.0 * 0.5 * math.exp(-age / 4.0) for age in range(9)]
    assert hours.operators == pytest.approx(270.0 - sum(gaps))


@given(ages=st.lists(st.floats(-400.0, 2000.0), min_size=1, max_size=4))
def test_blocks_add_up(ages):
    path = ReferencePath(PATH, SKILLS, 0.01)
    together = path.hours(500.0, [(500.0 - age, 100.0 + age / 10.0) for age in ages])
    alone = [parts(path.hours(500.0, [(500.0 - age, 100.0 + age / 10.0)])) for age in ages]
    assert parts(together) == pytest.approx([sum(each) for each in zip(*alone, strict=True)])


def speed_of(share: float, months: float, share_of_experts: float) -> float:
    """Return the speed of a plant with a share of its path's people, some months after SOP."""
    spec = replace(labour(), proficiency=masters())
    market = LabourMarket(spec, context(years=1, chance=False))
    alpha = market.employ("alpha", "east", staffing(experts_per_unit=4.0 * share_of_experts))
    nameplate = 1e4  # so many heads that whole people are no matter
    alpha.ask([(nameplate, -months * MONTH, nameplate if months >= 0.0 else 0.0)])
    for skill, target in enumerate(alpha.plan.targets(0.0)):
        alpha.staff[skill].settle(round(target * share))
    alpha.review(0.0)
    alpha.refresh(0.0, lifted=False)
    return alpha.learning_speed


@pytest.mark.parametrize("months", [-4.0, 0.0, 5.5, 12.0, 40.0])
def test_a_plant_on_the_path_learns_as_fast_as_its_class(months):
    assert speed_of(1.0, months, 1.0) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("months", [-4.0, 0.0, 5.5, 12.0, 40.0])
def test_half_of_the_path_halves_the_speed_to_the_power_of_the_elasticity(months):
    assert speed_of(0.5, months, 0.5) == pytest.approx(0.5**0.5, abs=1e-5)
    assert speed_of(9.0, months, 1.0) == 1.25  # the cap
