"""The shipped figures of demand against what is known of the valley's customers."""

from __future__ import annotations

from datetime import date

import pytest

from bvsim.reading.scenario import Scenario, load
from bvsim.schema.demand import DemandSpec
from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.orders.market import Demand
from bvsim.valley.orders.vehicles import positions
from demand_case import START, context

CALENDAR = make_calendar(
    START, date(2040, 12, 31), review_days=7, scheduled_days=343, august_share=0.68
)


@pytest.fixture(scope="module")
def reference() -> Scenario:
    return load("reference")


@pytest.fixture(scope="module")
def spec(reference: Scenario) -> DemandSpec:
    drawn: DemandSpec = reference.drawn(reference.median()).demand
    return drawn


def test_the_documented_positions_are_those_of_the_weights(spec: DemandSpec) -> None:
    weights = [spec.paths[name].weight for name in ("low", "central", "high", "snbc")]
    assert positions(weights) == pytest.approx([0.125, 0.5, 0.85, 0.975])


def test_paths_are_nested_and_rise(spec: DemandSpec) -> None:
    for region in ("home", "export"):
        paths = [getattr(spec.paths[name], region) for name in ("low", "central", "high", "snbc")]
        for year in paths[0]:
            shares = [path[year] for path in paths]
            assert shares == sorted(shares)
        for path in paths:
            shares = [path[year] for year in sorted(path)]
            assert shares == sorted(shares)


def test_leasing_moves_a_quarter_s_share_by_the_points_seen(spec: DemandSpec) -> None:
    cars = spec.leasing.places.at(0.0) * spec.leasing.additional
    points = cars / spec.leasing.delivery / (spec.home.level / 12)
    assert 0.06 <= points <= 0.08  # the last quarter of 2025 against the third


@pytest.mark.parametrize(
    ("site", "opened", "nameplate", "output"),
    [("aesc-douai", date(2025, 3, 1), 10.0, 1.5), ("acc-douvrin", date(2023, 12, 1), 13.4, 1.2)],
)
def test_at_as_of_the_plants_in_ramp_up_are_not_short_of_orders(
    spec: DemandSpec, site: str, opened: date, nameplate: float, output: float
) -> None:
    ctx = context(calendar=CALENDAR)
    demand = Demand(spec, ctx)
    book = demand.order_book(site)
    for period in CALENDAR.periods:
        if period.start_day > ctx.as_of_day + 7:
            break
        if period.start_day >= CALENDAR.day(opened):
            book.nameplate_gwh = nameplate
        demand.order(period)
    assert book.committed > 2.0 * output
    assert book.committed < nameplate


@pytest.mark.parametrize("name", ["demand-low", "demand-snbc"])
def test_demand_scenarios_follow_their_path(name: str, spec: DemandSpec) -> None:
    scenario = load(name)
    follow = scenario.drawn(scenario.median()).demand
    own, drawn = (Demand(s, context(calendar=CALENDAR)) for s in (follow, spec))
    year = 2030 - own.first_year
    ratio = own.registrations["bev_car"][year] / drawn.registrations["bev_car"][year]
    assert ratio < 0.8 if name == "demand-low" else ratio > 1.2
    assert own.registrations["bev_car"][2] == drawn.registrations["bev_car"][2]
