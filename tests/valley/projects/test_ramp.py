"""The rate's learning curves against closed forms and numerical integration."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from bvsim.valley.projects.ramp import make_curve
from world import make_ramp

FAMILIES = ("logistic", "gompertz", "lagged-exponential", "wright")


def logistic(months, k, t50):
    return 1.0 / (1.0 + math.exp(-k * (months - t50)))


@given(
    k=st.floats(0.06, 0.6),
    t50=st.floats(3.0, 70.0),
    days=st.lists(st.floats(0.5, 7.0), min_size=1, max_size=60),
)
def test_unconstrained_rate_is_the_logistic_in_time(k, t50, days):
    curve = make_curve(make_ramp(k=k, t50=t50))
    state, worked = curve.start, 0.0
    for step in days:
        years = step / 343.0
        starts = curve.starts(state, years)
        state = curve.advance(state, starts, starts, years)
        worked += years
    assert curve.rate(state) == pytest.approx(logistic(12.0 * worked, k, t50), abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_starts_are_the_integral_of_the_rate(family):
    curve = make_curve(make_ramp(family=family))
    years = 7.0 / 343.0
    for begin in (0.0, 0.7, 1.5, 3.0):
        state = curve.state_at(begin)
        expected, _ = quad(lambda t: curve.rate(curve.state_at(t)), begin, begin + years)
        assert curve.starts(state, years) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_half_rate_at_t50(family):
    curve = make_curve(make_ramp(family=family, t50=20.0, k=0.2))
    assert curve.rate(curve.state_at(20.0 / 12.0)) == pytest.approx(0.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_starved_line_learns_more_slowly(family):
    curve = make_curve(make_ramp(family=family, t50=6.0))
    free = starved = curve.state_at(0.6)
    for _ in range(50):
        for share in (1.0, 0.3):
            state = free if share == 1.0 else starved
            possible = curve.starts(state, 0.02)
            state = curve.advance(state, share * possible, possible, 0.02)
            if share == 1.0:
                free = state
            else:
                starved = state
    assert curve.rate(starved) < curve.rate(free)


@given(years=st.floats(-40.0, 8.0), span=st.floats(0.001, 0.5))
def test_a_shift_in_time_keeps_the_logistic(years, span):
    curve = make_curve(make_ramp(k=0.11, t50=44.0))
    state = curve.state_at(years)
    assert curve.rate(state) == pytest.approx(logistic(12.0 * years, 0.11, 44.0), rel=1e-6)
    later = curve.advance(state, curve.starts(state, span), 1.0, span)
    assert later == pytest.approx(curve.state_at(years + span), rel=1e-9, abs=1e-12)


@given(k=st.floats(0.06, 0.6), t50=st.floats(3.0, 70.0))
def test_wright_meets_the_logistic_at_its_start_and_at_half_rate(k, t50):
    curve = make_curve(make_ramp(family="wright", k=k, t50=t50))
    assert curve.rate(curve.start) == pytest.approx(logistic(0.0, k, t50), rel=1e-6)
    half, step = t50 / 12.0, 1e-4
    assert curve.rate(curve.state_at(half)) == pytest.approx(0.5, rel=1e-6)
    later, earlier = (curve.rate(curve.state_at(half + sign * step)) for sign in (1, -1))
    assert (later - earlier) / (2 * step) == pytest.approx(12.0 * k / 4.0, rel=1e-4)


def test_wright_is_a_power_of_what_was_begun_and_then_full():
    curve = make_curve(make_ramp(family="wright", k=0.2, t50=18.0))
    states = [curve.state_at(years) for years in (0.0, 0.5, 1.0, 1.4)]
    slopes = [
        math.log(curve.rate(b) / curve.rate(a)) / math.log((b + curve.prior) / (a + curve.prior))
        for a, b in itertools.pairwise(states)
    ]
    assert slopes == pytest.approx([slopes[0]] * 3)
    assert 0.0 < slopes[0] < 1.0
    late = curve.state_at(curve.full_years + 2.0)
    assert curve.rate(late) == 1.0
    assert curve.starts(late, 0.02) == pytest.approx(0.02)


def test_wright_follows_its_differential_equation():
    curve = make_curve(make_ramp(family="wright", k=0.15, t50=24.0))
    for years in (0.5, 2.0, 3.0, 5.0):
        solved = solve_ivp(
            lambda _, x: [curve.rate(x[0])], (0.0, years), [0.0], rtol=1e-9, max_step=0.01
        )
        assert curve.state_at(years) == pytest.approx(solved.y[0][-1], rel=1e-5)
