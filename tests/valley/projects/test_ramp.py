"""The ramp-up curves against closed forms and numerical integration."""

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


@given(k=st.floats(0.06, 0.6), t50=st.floats(3.0, 70.0), months=st.floats(-200.0, 200.0))
def test_the_logistic_is_that_of_the_class_before_and_after_sop(k, t50, months):
    curve = make_curve(make_ramp(k=k, t50=t50))
    assert curve.share(months / 12.0) == pytest.approx(logistic(months, k, t50), rel=1e-9)


@given(
    k=st.floats(0.06, 0.6),
    t50=st.floats(3.0, 70.0),
    days=st.lists(st.floats(0.5, 7.0), min_size=1, max_size=60),
)
def test_periods_of_any_length_add_up_to_the_whole(k, t50, days):
    curve = make_curve(make_ramp(k=k, t50=t50))
    at, total = 0.3, 0.0
    for step in days:
        total += curve.made(at, step / 343.0)
        at += step / 343.0
    assert total == pytest.approx(curve.made(0.3, at - 0.3), rel=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("begin", [-1.0, 0.0, 0.7, 1.5, 3.0])
def test_what_is_made_is_the_integral_of_the_share(family, begin):
    curve = make_curve(make_ramp(family=family))
    years = 7.0 / 343.0
    expected, _ = quad(curve.share, begin, begin + years)
    assert curve.made(begin, years) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_half_the_mature_output_at_t50(family):
    curve = make_curve(make_ramp(family=family, t50=20.0, k=0.2))
    assert curve.share(20.0 / 12.0) == pytest.approx(0.5)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_curve_rises_to_one(family):
    curve = make_curve(make_ramp(family=family, t50=12.0, k=0.4))
    shares = [curve.share(years / 4.0) for years in range(-8, 400)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=1e-9)
    assert shares[0] >= 0.0


def test_a_curve_that_does_not_rise_is_flat_and_not_an_error():
    curve = make_curve(make_ramp(k=0.0, t50=12.0))
    assert curve.made(1.0, 0.02) == pytest.approx(0.01)


@given(k=st.floats(0.06, 0.6), t50=st.floats(3.0, 70.0))
def test_wright_meets_the_logistic_at_its_start_and_at_half(k, t50):
    curve = make_curve(make_ramp(family="wright", k=k, t50=t50))
    assert curve.share(0.0) == pytest.approx(logistic(0.0, k, t50), rel=1e-6)
    half, step = t50 / 12.0, 1e-4
    assert curve.share(half) == pytest.approx(0.5, rel=1e-6)
    later, earlier = (curve.share(half + sign * step) for sign in (1, -1))
    assert (later - earlier) / (2 * step) == pytest.approx(12.0 * k / 4.0, rel=1e-4)


def test_wright_is_a_power_of_what_was_begun_and_then_full():
    curve = make_curve(make_ramp(family="wright", k=0.2, t50=18.0))
    times = (0.0, 0.5, 1.0, 1.4)
    slopes = [
        math.log(curve.share(b) / curve.share(a))
        / math.log((curve.output_by(b) + curve.prior) / (curve.output_by(a) + curve.prior))
        for a, b in itertools.pairwise(times)
    ]
    assert slopes == pytest.approx([slopes[0]] * 3)
    assert 0.0 < slopes[0] < 1.0
    late = curve.full_years + 2.0
    assert curve.share(late) == 1.0
    assert curve.made(late, 0.02) == pytest.approx(0.02)


def test_wright_follows_its_differential_equation():
    curve = make_curve(make_ramp(family="wright", k=0.15, t50=24.0))
    power = curve.power / (curve.power + 1.0)

    def rate(_, x):
        return [min(1.0, curve.initial * (1.0 + x[0] / curve.prior) ** power)]

    for years in (0.5, 2.0, 3.0, 5.0):
        solved = solve_ivp(rate, (0.0, years), [0.0], rtol=1e-9, max_step=0.01)
        assert curve.output_by(years) == pytest.approx(solved.y[0][-1], rel=1e-5)
