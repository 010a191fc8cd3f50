"""Tenure, learning and leaving of one staff against closed forms."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from bvsim.valley.people.odds import Odds, invert_binomial, steady_turnover
from bvsim.valley.people.staff import Fading, NormalMix, Staff, decay_of

HAZARDS = [0.03, 0.015, 0.009, 0.005]


def survival(months: int) -> float:
    """Share of a cohort left after so many months: the piecewise exponential itself."""
    spent = [min(months, 3), min(max(months - 3, 0), 9), min(max(months - 12, 0), 12)]
    spent.append(max(months - 24, 0))
    return math.exp(-sum(h * t for h, t in zip(HAZARDS, spent, strict=True)))


def test_without_chance_whole_people_follow_the_survival_by_tenure():
    staff, odds = Staff(Fading(4.0)), Odds(HAZARDS, 1.0)
    staff.hire(1000, 0.5)
    for month in range(1, 61):
        staff.age()
        staff.attrition(0.5, odds, chance=False)
        assert staff.heads == pytest.approx(1000 * survival(month), abs=2.5)
    assert sum(staff.ages) + staff.old == staff.heads


@pytest.mark.parametrize("months", [3, 12, 24, 48])
def test_with_chance_survivors_are_binomial(months):
    generator, odds = random.Random(months), Odds(HAZARDS, 1.0)
    size, runs, inside = 400, 200, 0
    low, high = binom.interval(0.95, size, survival(months))
    total = 0
    for _ in range(runs):
        staff = Staff(Fading(4.0))
        staff.hire(size, 0.5)
        for _ in range(months):
            staff.age()
            staff.attrition(generator.random(), odds, chance=True)
        inside += low <= staff.heads <= high
        total += staff.heads
    assert inside / runs >= 0.90
    error = math.sqrt(survival(months) * (1 - survival(months)) / (size * runs))
    assert total / (size * runs) == pytest.approx(survival(months), abs=4 * error)


def test_the_months_after_hire_use_the_hazard_of_their_band():
    for age, band in ((1, 0), (3, 0), (4, 1), (12, 1), (13, 2), (24, 2), (25, 3)):
        staff = Staff(Fading(4.0))
        staff.hire(100, 0.5)
        for _ in range(age):
            staff.age()
        certain = Odds([math.inf if i == band else 0.0 for i in range(4)], 1.0)
        assert staff.attrition(0.5, certain, chance=False) == 100, age


@given(st.integers(0, 400), st.floats(0.001, 0.5), st.floats(0.0001, 0.9999))
def test_inversion_gives_the_binomial_quantile(trials, probability, u):
    count, rest = invert_binomial(u, trials, probability)
    assert 0.0 <= rest < 1.0
    assert binom.cdf(count - 1, trials, probability) <= u + 1e-9
    assert binom.cdf(count, trials, probability) >= u - 1e-9


def test_the_rest_of_an_inverted_number_is_uniform_again():
    generator = random.Random(5)
    rests = sorted(invert_binomial(generator.random(), 30, 0.1)[1] for _ in range(4000))
    worst = max(abs(rest - (i + 0.5) / len(rests)) for i, rest in enumerate(rests))
    assert worst < 1.63 / math.sqrt(len(rests))  # Kolmogorov-Smirnov, 1%


def test_large_staffs_do_not_underflow():
    count, _ = invert_binomial(0.5, 40_000, 0.03)
    assert count == pytest.approx(1200, abs=60)


def test_everybody_in_a_band_has_the_same_chance():
    generator, odds = random.Random(8), Odds([0.05] * 4, 1.0)
    left = [0, 0, 0]
    for _ in range(3000):
        staff = Staff(Fading(4.0))
        for age, size in ((1, 10), (2, 20), (3, 30)):
            staff.hire(size, 0.5, age - 1)
        staff.age()
        before = list(staff.ages)
        staff.attrition(generator.random(), odds, chance=True)
        for i, age in enumerate((1, 2, 3)):
            left[i] += before[age] - staff.ages[age]
    probability = odds.probabilities[0]
    for size, gone in zip((10, 20, 30), left, strict=True):
        expected = 3000 * size * probability
        assert gone == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_proficiency_follows_the_learning_curve_of_each_cohort():
    staff = Staff(Fading(4.0))
    staff.hire(30, 0.5)
    for _ in range(5):
        staff.age()
    staff.hire(10, 0.3)
    for _ in range(3):
        staff.age()
    expected = 1 - (30 * 0.5 * math.exp(-8 / 4) + 10 * 0.3 * math.exp(-3 / 4)) / 40
    assert staff.proficiency == pytest.approx(expected, rel=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.floats(0.0, 1.0), st.integers(0, 30)),
        min_size=1,
        max_size=40,
    ),
    st.booleans(),
)
def test_heads_add_up_and_the_gap_is_that_of_those_present(months, chance):
    staff, odds, entered, left = Staff(Fading(3.0)), Odds(HAZARDS, 3.0), 0, 0
    for hires, u, fewer in months:
        staff.age()
        left += staff.attrition(min(max(u, 1e-9), 1 - 1e-9), odds, chance=chance)
        if hires:
            staff.hire(hires, 0.4)
            entered += hires
        gone = min(fewer, staff.heads)
        (staff.dismiss if hires % 2 else staff.dismiss_evenly)(gone)
        left += gone
        assert staff.heads == entered - left == sum(staff.ages) + staff.old
        assert sum(staff.bands) == staff.heads - staff.ages[0]
        years = (staff.ages[1:4], staff.ages[4:13], staff.ages[13:25])
        assert staff.bands == (*map(sum, years), staff.old)
        present = sum(n * 0.4 * math.exp(-age / 3.0) for age, n in enumerate(staff.ages))
        assert staff.gap == pytest.approx(present + staff.old_gap, abs=1e-6)
        assert min(staff.ages) >= 0


def test_steady_turnover_is_that_of_a_staff_kept_at_its_size():
    odds = Odds(HAZARDS, 1.0)
    staff, hired = Staff(Fading(4.0)), 0
    staff.hire(20_000, 0.5)
    for month in range(1200):
        staff.age()
        left = staff.attrition(0.5, odds, chance=False)
        staff.hire(left, 0.5)
        hired += left if month >= 1080 else 0
    assert hired / 120 / 20_000 == pytest.approx(steady_turnover(odds.probabilities), rel=0.01)


def test_a_staff_hired_on_time_is_not_below_the_normal_mix():
    odds = Odds(HAZARDS, 1.0)
    staff = Staff(Fading(4.0))
    normal = NormalMix(0.5, decay_of(4.0), steady_turnover(odds.probabilities))
    for month in range(120):
        staff.age()
        staff.attrition(0.5, odds, chance=False)
        target = min(500, 20 * (month + 1))
        staff.hire(max(1, target - staff.heads), 0.5)
        reference = normal.age(staff.heads)
        assert staff.proficiency >= reference - 0.02


def test_a_staff_hired_late_is_below_the_normal_mix():
    staff = Staff(Fading(4.0))
    normal = NormalMix(0.5, decay_of(4.0), 0.01)
    for _ in range(24):
        reference = normal.age(300)
    staff.hire(300, 0.5)
    assert staff.proficiency < reference - 0.3
