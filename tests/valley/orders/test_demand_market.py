"""The vehicle market: paths, deviations, policy, observed years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bvsim.schema.demand import Bonus, Co2Step, DemandSpec
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.rows import vec
from bvsim.valley.orders.market import Demand
from bvsim.valley.orders.vehicles import (
    EvMarket,
    ar1,
    blend,
    lease,
    make_ev_market,
    monthly_log_odds,
    months_to,
    positions,
    share_knots,
    step_log_odds,
)
from demand_case import CALENDAR, OBSERVED, START, context, demand_spec, flat


def market_of(spec: DemandSpec, ctx: Context) -> EvMarket:
    return make_ev_market(spec, ctx, months_to(CALENDAR, CALENDAR.end.year))


def odds(share: float) -> float:
    return share / (1.0 - share)


def year_of(values: np.ndarray, year: int) -> float:
    first = (year - START.year) * 12
    return float(values[first : first + 12].sum())


def test_ar1_first_months_by_hand() -> None:
    path = ar1([1.0, -2.0, 0.0], rho=0.25, sd=0.3)
    step = 0.25 ** (1 / 12)
    scale = 0.3 * np.sqrt((1 - step**2) / (1 - 0.25**2))
    assert path == pytest.approx(
        [scale, step * scale - 2 * scale, step * (step * scale - 2 * scale)]
    )


def test_ar1_has_the_stationary_variance_and_yearly_persistence() -> None:
    rng = np.random.default_rng(7)
    paths = np.array([ar1(rng.standard_normal(600), rho=0.7, sd=0.12) for _ in range(400)])
    late = paths[:, 480:]  # twenty half-lives after the start at zero
    stationary = 0.12**2 / (1 - 0.7**2)
    assert paths[:, 540].var() == pytest.approx(stationary, rel=0.25)
    assert late.var() == pytest.approx(stationary, rel=0.1)
    lagged = np.mean(paths[:, 480:588] * paths[:, 492:600]) / np.mean(late**2)
    assert lagged == pytest.approx(0.7, abs=0.06)


def test_ar1_refuses_a_unit_root() -> None:
    with pytest.raises(ValueError, match="rho"):
        ar1([0.0], rho=1.0, sd=0.1)


def test_a_path_is_met_at_the_middle_of_its_weight() -> None:
    at = positions([0.25, 0.5, 0.2, 0.05])
    assert at == pytest.approx([0.125, 0.5, 0.85, 0.975])
    shares = [0.36, 0.48, 0.60, 0.66]
    assert [blend(float(x), at, shares) for x in at] == pytest.approx(shares)
    assert blend(0.0, at, shares) == pytest.approx(0.36)
    assert blend(1.0, at, shares) == pytest.approx(0.66)


def test_years_are_blended_one_by_one() -> None:
    at = positions([0.25, 0.5, 0.25])
    paths = np.array([[0.1, 0.3, 0.5], [0.2, 0.5, 0.6], [0.4, 0.6, 0.9]])
    for position in (0.0, 0.2, 0.5, 0.7, 1.0):
        each = [float(blend(position, at, paths[:, year])) for year in range(3)]
        assert blend(position, at, paths).tolist() == each


def test_half_way_between_two_paths_the_odds_are_their_geometric_mean() -> None:
    at = positions([0.5, 0.5])
    middle = blend(0.5, at, [0.2, 0.8])
    assert middle == pytest.approx(0.5)
    middle = blend(0.5, at, [0.1, 0.4])
    assert odds(middle) == pytest.approx((odds(0.1) * odds(0.4)) ** 0.5)


def test_paths_are_ordered_by_size_not_by_their_place_in_the_file() -> None:
    spec = demand_spec()
    turned = replace(spec, paths=dict(reversed(spec.paths.items())))
    assert share_knots(turned, "home", 0.3) == share_knots(spec, "home", 0.3)
    assert share_knots(spec, "home", 0.5)[2028] == pytest.approx(0.4)


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no path 'middling'"):
        demand_spec(follow="middling")


def test_months_between_knots_interpolate_the_log_odds() -> None:
    times = np.array([2026.5, 2027.5, 2028.5, 2040.0])
    values = monthly_log_odds(times, {2026: 0.2, 2028: 0.5}, {})
    assert np.exp(values) == pytest.approx([0.25, 0.5, 1.0, 1.0])


def test_an_observed_year_replaces_the_knots_up_to_it() -> None:
    times = np.array([2025.5, 2026.5])
    values = monthly_log_odds(times, {2025: 0.9, 2026: 0.5}, {2025: 0.2})
    assert np.exp(values) == pytest.approx([0.25, 1.0])


def test_observed_years_are_imposed_exactly() -> None:
    demand = Demand(demand_spec(), context(chance=True))
    year = 2025 - demand.first_year
    assert demand.registrations["bev_car"][year] == pytest.approx(OBSERVED.bev_car)
    assert demand.registrations["bev_lcv"][year] == pytest.approx(OBSERVED.bev_lcv)
    assert demand.registrations["phev_car"][year] == pytest.approx(OBSERVED.phev_car)
    assert len(demand.registrations["bev_car"]) == len(CALENDAR.years)


def test_a_year_not_known_yet_is_forecast() -> None:
    demand = Demand(demand_spec(), context(as_of=date(2023, 12, 31)))
    assert demand.registrations["bev_car"][2] != pytest.approx(OBSERVED.bev_car, rel=0.01)


def test_without_chance_the_named_path_is_followed() -> None:
    market = market_of(demand_spec(follow="high"), context())
    middle_of_2028 = (2028 - 2023) * 12 + 5
    assert market.home_share[middle_of_2028 : middle_of_2028 + 2].mean() == pytest.approx(
        0.5, abs=0.002
    )
    assert year_of(market.home_bev, 2028) == pytest.approx(0.5 * 1_600_000, rel=0.01)


def test_paths_keep_their_order_with_common_luck() -> None:
    bev = [
        market_of(demand_spec(follow=name), context(chance=True, draw=5)).home_bev
        for name in ("low", "central", "high")
    ]
    later = slice(36, None)
    assert np.all(bev[0][later] < bev[1][later])
    assert np.all(bev[1][later] < bev[2][later])
    assert np.array_equal(bev[0][:36], bev[2][:36])  # the past is the same on every path


def test_france_and_the_union_stray_together() -> None:
    spec = demand_spec()
    both = [market_of(spec, context(chance=True, draw=i)) for i in range(60)]
    last = [(m.home_bev[-1] / m.home_cars[-1], m.export_bev[-1]) for m in both]
    assert np.corrcoef(np.array(last).T)[0, 1] == pytest.approx(0.6, abs=0.25)


def test_leasing_gives_then_takes_back() -> None:
    days = 0.5 * (np.array(CALENDAR.month_starts[:-1]) + np.array(CALENDAR.month_starts[1:]))
    row = vec[float]([0.0] * len(days))
    opening = CALENDAR.day(date(2027, 10, 1))
    lease(row, days.tolist(), opening, 50_000.0, demand_spec().leasing)
    cars = np.array(row)
    october = (2027 - 2023) * 12 + 9
    assert cars[october : october + 3] == pytest.approx([25_000 / 3] * 3)
    assert cars[october + 3 : october + 9] == pytest.approx([-15_000 / 6] * 6)
    assert np.count_nonzero(cars) == 9
    assert cars.sum() == pytest.approx(50_000 * 0.5 * (1 - 0.6))


def test_leasing_every_autumn_adds_its_net_sales() -> None:
    spec = demand_spec()
    without = market_of(spec, context()).home_bev.sum()
    every = replace(spec, leasing=replace(spec.leasing, probability=flat(1.0)))
    with_it = market_of(every, context()).home_bev.sum()
    # Openings 2026 to 2031 give and take back in full; that of 2032 only gives.
    assert with_it - without == pytest.approx(6 * 10_000 + 25_000, rel=1e-6)


def test_an_opening_that_is_a_fact_needs_no_luck() -> None:
    spec = demand_spec()
    opened = replace(spec.leasing, opened={"2026": date(2026, 2, 1)}, delivery=6.0)
    gained = market_of(replace(spec, leasing=opened), context()).home_bev
    plain = market_of(spec, context()).home_bev
    assert gained[37] > plain[37]
    unknown = market_of(replace(spec, leasing=opened), context(as_of=date(2026, 1, 31)))
    assert unknown.home_bev[37] == pytest.approx(plain[37])


def test_a_push_before_a_deadline_is_paid_back() -> None:
    step = Co2Step(deadline=date(2027, 12, 31), push=0.2, months=6.0, payback=0.5)
    days = np.arange(0.0, 3650.0)
    log_odds = step_log_odds(days, 1826.0, step)
    assert log_odds.sum() == pytest.approx(0.2 * 0.5 * 6 * 365.25 / 12, abs=0.2)
    assert log_odds[1825] == pytest.approx(0.2)
    assert log_odds[1826] == pytest.approx(-0.1)


def test_the_incentive_moves_the_share_by_its_effect() -> None:
    spec = demand_spec()
    more = replace(spec, bonus=Bonus(change=flat(1000.0), effect=0.02))
    plain, moved = (market_of(s, context()).home_share for s in (spec, more))
    assert moved[36:] - plain[36:] == pytest.approx(np.full(len(plain) - 36, 0.02))


def test_batteries_of_the_vehicles_sold_by_hand() -> None:
    market = market_of(demand_spec(), context())
    gwh = 300_000 * 60e-6 + 36_000 * 50e-6 + 100_000 * 20e-6
    assert year_of(market.home_gwh, 2025) == pytest.approx(gwh)
    assert year_of(market.export_gwh, 2025) == pytest.approx(2_000_000 * 60e-6)
