"""Periods add up to months and years; shutdowns; streams."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.ground.streams import Key, Streams, binomial_quantile


@given(
    start=st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    length=st.integers(400, 4000),
    review=st.integers(1, 40),
)
def test_periods_tile_the_months(start, length, review):
    end = start + timedelta(days=length)
    calendar = make_calendar(start, end, review_days=review, scheduled_days=343, august_share=0.68)
    day = 0.0
    for period in calendar.periods:
        assert period.start_day == day
        assert 0 < period.days <= review
        assert 0 <= period.scheduled_days <= period.days
        begin, finish = calendar.date(day), calendar.date(day + period.days - 1)
        assert (begin.year, begin.month) == (finish.year, finish.month)
        assert calendar.month_starts[period.month] <= day < calendar.month_starts[period.month + 1]
        day += period.days
    assert day == calendar.horizon_days == length + 1


def test_every_full_year_has_the_scheduled_days():
    calendar = make_calendar(
        date(2023, 1, 1), date(2040, 12, 31), review_days=7, scheduled_days=343, august_share=0.68
    )
    for year in calendar.years:
        assert sum(p.scheduled_days for p in calendar.periods if p.year == year) == 343
    closed = [p for p in calendar.periods if p.scheduled_days < p.days]
    assert {calendar.date(p.start_day).month for p in closed} == {8, 12}


def test_worked_days_interpolate():
    calendar = make_calendar(
        date(2023, 1, 1), date(2025, 12, 31), review_days=7, scheduled_days=343, august_share=0.68
    )
    assert calendar.worked_days(365.0) == 343.0
    assert calendar.worked_days(10.0) == pytest.approx(10.0)


def test_a_day_is_in_the_period_that_began_last():
    calendar = make_calendar(
        date(2023, 1, 1), date(2024, 2, 20), review_days=7, scheduled_days=343, august_share=0.68
    )
    starts = [period.start_day for period in calendar.periods]
    for day in (0.0, 0.5, 6.99, 7.0, 30.9, 31.0, 200.3, 415.9, 416.0, 1e6, float("inf")):
        assert calendar.period_index(day) == sum(start <= day for start in starts) - 1
    assert calendar.period_index(-3.0) == 0


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="not after"):
        make_calendar(
            date(2025, 1, 1), date(2024, 1, 1), review_days=7, scheduled_days=343, august_share=0.5
        )


def test_streams_are_keyed_by_name_and_not_by_order():
    one, two = Streams(Key(1, 2, 3)), Streams(Key(1, 2, 3))
    a = one.stream("acc", "breakdowns").uniform()
    two.stream("newcomer", "breakdowns").uniform()
    assert two.stream("acc", "breakdowns").uniform() == a
    for key in (Key(2, 2, 3), Key(1, 3, 3), Key(1, 2, 4)):
        assert Streams(key).stream("acc", "breakdowns").uniform() != a


def test_a_stream_is_given_out_once():
    streams = Streams(Key(1, 0, 0))
    streams.stream("acc", "stall")
    with pytest.raises(ValueError, match="twice"):
        streams.stream("acc", "stall")


@given(trials=st.integers(0, 5000), p=st.floats(0.0, 1.0), seed=st.integers(0, 50))
def test_binomial_stays_in_range(trials, p, seed):
    u = Streams(Key(seed, 0, 0)).stream("x", "y").uniform()
    assert 0 <= binomial_quantile(u, trials, p) <= trials


def test_binomial_has_the_mean_and_variance():
    stream = Streams(Key(9, 0, 0)).stream("x", "y")
    counts = [binomial_quantile(u, 40, 0.15) for u in stream.uniforms(20_000)]
    mean = sum(counts) / len(counts)
    variance = sum((c - mean) ** 2 for c in counts) / len(counts)
    assert mean == pytest.approx(6.0, abs=0.07)
    assert variance == pytest.approx(40 * 0.15 * 0.85, rel=0.05)


def test_chance_off_gives_medians_and_no_events():
    stream = Streams(Key(1, 0, 0, chance=False)).stream("x", "y")
    assert stream.uniform() == 0.5
    assert stream.exponential(3.0) == float("inf")
    assert not stream.happens(0.99)
