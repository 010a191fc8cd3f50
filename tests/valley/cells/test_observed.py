"""Observed output: windows add up, the implied state reproduces them, scrap passes its readings."""

import itertools
import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from bvsim.schema.site import CellBlock, OutputWindow, ScrapReading
from bvsim.schema.unit import Timed
from bvsim.valley.cells.observed import ObservedBlock
from bvsim.valley.ground.undisturbed import Undisturbed
from bvsim.valley.projects.availability import Availability
from bvsim.valley.projects.line_curve import solve, yield_pace
from world import make_context, make_project, make_ramp

CTX = make_context(as_of=date(2026, 3, 31))
CALENDAR = CTX.calendar
SOP = 365.0


def make_observed(ramp, windows, readings=(), lines=3, fitted=None, before=None):
    spec = CellBlock(
        nameplate=12.0,
        lines=lines,
        line_interval=Timed((), (4.0,)),
        first_sales=0.0,
        project=make_project(),
        output={
            f"w{i}": OutputWindow(first=a, last=b, known_from=b, good=good, fitted=fitted)
            for i, (a, b, good) in enumerate(windows)
        },
        scrap={
            f"r{i}": ScrapReading(on=day, known_from=day, scrap=share, fitted=fitted)
            for i, (day, share) in enumerate(readings)
        },
    )
    usual = Undisturbed(before or ramp, lines, 4.0)
    curve = solve(ramp, usual, opened=SOP, calendar=CALENDAR)
    return ObservedBlock(
        spec=spec,
        ramp=ramp,
        availability=Availability(ramp, usual.ramp, 343.0),
        yield_pace=yield_pace(usual.ramp),
        line_curve=curve,
        usual_curve=solve(before, usual, opened=SOP, calendar=CALENDAR) if before else curve,
        calendar=CALENDAR,
        as_of_day=CTX.as_of_day,
    )


@settings(deadline=None, max_examples=30)
@given(
    first=st.floats(0.01, 1.5),
    second=st.floats(0.05, 4.0),
    t50=st.floats(9.0, 60.0),
    k=st.floats(0.08, 0.4),
)
def test_windows_add_up_and_are_fitted_without_rescaling(first, second, t50, k):
    windows = [
        (date(2024, 1, 1), date(2024, 12, 31), first),
        (date(2025, 1, 1), date(2025, 12, 31), second),
    ]
    observed = make_observed(
        make_ramp(t50=t50, k=k), windows, [(date(2024, 9, 15), 0.3), (date(2025, 11, 1), 0.12)]
    )
    for a, b, good in windows:
        inside = (
            observed.good[p.index]
            for p in CALENDAR.periods
            if CALENDAR.day(a) <= p.start_day <= CALENDAR.day(b)
        )
        assert math.fsum(inside) == pytest.approx(good, rel=1e-9)
    for _, left_over in observed.fits:
        assert left_over == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("lines", [1, 6])
@pytest.mark.parametrize("offset", [-0.8, 0.0, 0.35])
def test_the_implied_state_is_that_of_a_plant_which_made_it(lines, offset):
    # a plant some months behind (or before) its class, by the class's own curve in closed form
    ramp = make_ramp(t50=20.0, k=0.2, scrap_start=0.06 + 1e-7, major_stops=0.4)
    end = CALENDAR.day(date(2026, 1, 1))
    years = (CALENDAR.worked_days(end) - CALENDAR.worked_days(SOP)) / 343.0
    made, _ = quad(
        lambda t: 1.0 / (1.0 + math.exp(-12.0 * ramp.k * (t + offset - ramp.t50 / 12.0))),
        0.0,
        years,
    )
    good = 12.0 * ramp.mature * made
    window = [(date(2024, 1, 1), date(2025, 12, 31), good)]
    observed = make_observed(ramp, window, lines=lines)
    assert observed.fits[0][0] == pytest.approx(offset, abs=1e-4)
    assert observed.know_how == pytest.approx(years + offset, abs=1e-4)


def test_good_cells_follow_from_the_observed_scrap_and_not_from_the_class():
    ramp = make_ramp(t50=24.0, k=0.2)
    window = [(date(2024, 1, 1), date(2025, 12, 31), 3.0)]
    poor = make_observed(ramp, window, [(date(2025, 6, 1), 0.35)])
    fine = make_observed(ramp, window, [(date(2025, 6, 1), 0.08)])
    # the same good cells with more scrap: more was started, so more is known
    assert poor.know_how > fine.know_how + 0.05


def test_output_that_no_shift_reaches_is_imposed_all_the_same():
    observed = make_observed(make_ramp(), [(date(2024, 1, 1), date(2024, 12, 31), 50.0)])
    assert math.fsum(observed.good.values()) == pytest.approx(50.0)
    assert observed.fits[0][1] > 4.0


def test_scrap_passes_through_its_readings_and_decays_after_them():
    ramp = make_ramp(scrap_start=0.6)
    readings = [(date(2024, 9, 15), 0.48), (date(2025, 11, 17), 0.18)]
    observed = make_observed(ramp, [(date(2024, 1, 1), date(2025, 12, 31), 1.0)], readings)
    for day, share in readings:
        assert observed.scrap_at(CALENDAR.day(day)) == pytest.approx(share)
    assert observed.scrap_at(365.0) == pytest.approx(0.6)
    later = observed.scrap_at(CALENDAR.day(date(2026, 3, 31)))
    assert 0.06 < later < 0.18


def test_engineering_time_explains_the_scrap():
    ramp = make_ramp(scrap_start=0.6)
    observed = make_observed(
        ramp, [(date(2024, 1, 1), date(2025, 12, 31), 1.0)], [(date(2025, 11, 17), 0.18)]
    )
    day = CALENDAR.day(date(2025, 12, 31))
    months = observed.engineering_months(day)
    scrap = 0.06 + 0.54 * math.exp(-months / ramp.scrap_time)
    assert scrap == pytest.approx(observed.scrap_at(day))


def years_by(day):
    return (CALENDAR.worked_days(CALENDAR.day(day)) - CALENDAR.worked_days(SOP)) / 343.0


FITTED = date(2026, 3, 31)
WINDOW = [(date(2024, 1, 1), date(2025, 12, 31), 1.7)]


def test_what_the_curve_was_fitted_to_moves_the_state_no_more():
    ramp = make_ramp(t50=24.0, k=0.2, scrap_start=0.6)
    readings = [(date(2025, 11, 17), 0.18)]
    observed = make_observed(ramp, WINDOW, readings, fitted=FITTED)
    age = years_by(date(2026, 1, 1))
    assert observed.know_how == pytest.approx(age)
    assert math.fsum(observed.good.values()) == pytest.approx(1.7)
    day = CALENDAR.day(date(2026, 1, 1))
    assert observed.engineering_months(day) == pytest.approx(12.0 * age)
    shifted = make_observed(ramp, WINDOW, readings, fitted=date(2026, 4, 1))  # a later vintage
    assert abs(shifted.know_how - age) > 0.05


def test_a_setting_of_the_curve_leaves_a_fitted_plant_where_it_stood():
    before = make_ramp(t50=24.0, k=0.2, scrap_start=0.6)
    slower = make_ramp(t50=36.0, k=0.1333, scrap_start=0.6, scrap_time=8.0)
    observed = make_observed(slower, WINDOW, fitted=FITTED, before=before)
    usual = make_observed(before, WINDOW, fitted=FITTED)
    made = math.fsum(observed._output(observed.fits[0][0], _pieces(observed)))
    assert made == pytest.approx(math.fsum(usual._output(0.0, _pieces(usual))), rel=1e-6)
    day = CALENDAR.day(date(2026, 1, 1))
    months = observed.engineering_months(day)
    scrap = 0.06 + 0.54 * math.exp(-months / 8.0)
    assert scrap == pytest.approx(0.06 + 0.54 * math.exp(-usual.engineering_months(day) / 4.0))


def _pieces(observed):
    first, last = CALENDAR.day(WINDOW[0][0]), CALENDAR.day(WINDOW[0][1]) + 1.0
    inside = [p.start_day for p in CALENDAR.periods if first < p.start_day < last]
    return [observed._piece(a, b) for a, b in itertools.pairwise([first, *inside, last])]


def test_windows_known_later_are_not_used():
    observed = make_observed(
        make_ramp(),
        [(date(2024, 1, 1), date(2024, 12, 31), 0.5), (date(2026, 1, 1), date(2026, 12, 31), 3.0)],
    )
    assert len(observed.fits) == 1
