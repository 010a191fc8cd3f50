"""Retirements against flodym and a checked table; conservation of packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import flodym
import numpy as np
import pytest
import simpy

from bvsim.schema.fleet import Life
from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.returns.fleet import Fleet, lognormal_wait, weibull_wait
from bvsim.valley.returns.vehicles import VEHICLES, Cohorts, leaving
from fleet_case import CALENDAR, central_registrations, context, fleet_spec, retired

YEARS = np.arange(2010, 2041, dtype=float)


def flodym_outflow(inflow: np.ndarray, shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
    time = flodym.Dimension(name="time", letter="t", items=list(range(2010, 2041)), dtype=int)
    dims = flodym.DimensionSet(dim_list=[time])
    by_cohort = flodym.WeibullLifetime(dims=dims, inflow_at="middle")
    by_cohort.weibull_shape, by_cohort.weibull_scale = shape, scale
    stock = flodym.InflowDrivenDSM(dims=dims, lifetime_model=by_cohort)
    stock.inflow = flodym.StockArray(dims=dims, values=inflow)
    stock.compute()
    return stock.outflow.values


def test_expected_retirements_equal_flodyms_dynamic_stock_model() -> None:
    spec = fleet_spec(early_loss=0.0)
    cohorts = Cohorts(spec, central_registrations(), context())
    for vehicle, groups in (
        ("bev_car", [(2010, 3.5, 15.5), (2016, 3.6, 16.7), (2021, 3.8, 19.0)]),
        ("phev_car", [(2010, 3.5, 17.5)]),
    ):
        shape, scale = np.empty(31), np.empty(31)
        for first, k, lam in groups:
            shape[first <= YEARS], scale[first <= YEARS] = k, lam
        theirs = flodym_outflow(cohorts.registered[vehicle], shape, scale)
        np.testing.assert_allclose(retired(cohorts, vehicle), theirs, rtol=1e-6)


def test_a_cohort_retires_once_only() -> None:
    far = np.arange(2010, 2110, dtype=float)
    share = leaving(far, np.full(100, 3.5), np.full(100, 16.7), 0.002)
    assert share[:, 0].sum() == pytest.approx(1.0, abs=1e-9)
    assert (share >= 0.0).all()
    assert np.triu(share, 1).sum() == 0.0


@pytest.mark.parametrize(
    ("shape", "scale", "early", "checked"),
    [
        (3.5, 16.67, 0.001, [4.3, 6.3, 12.6, 23.3, 40.0, 79.3]),
        (3.5, 16.67, 0.003, [5.3, 7.6, 14.5, 26.0, 43.7, 84.5]),
        (3.5, 20.01, 0.003, [3.7, 5.2, 9.6, 17.0, 28.5, 56.2]),
        (2.5, 16.91, 0.003, [8.9, 12.4, 22.3, 36.9, 57.6, 102.5]),
    ],
)
def test_gross_retirements_match_the_checked_table(
    shape: float, scale: float, early: float, checked: list[float]
) -> None:
    life = Life(vehicles=VEHICLES, cohorts_from=2010, shape=shape, scale=scale)
    spec = fleet_spec(early_loss=early, lives={"all": life}, central=True)
    cohorts = Cohorts(spec, central_registrations(), context())
    kilotonnes = cohorts.retired_tonnes().sum(axis=0) / 1000.0
    ours = [kilotonnes[year - 2010] for year in (2025, 2026, 2028, 2030, 2032, 2035)]
    # The table counts no early loss in the year of registration: up to 7% lower.
    np.testing.assert_allclose(ours, checked, rtol=0.07)


def test_the_default_mix_matches_the_checked_table() -> None:
    spec = fleet_spec(early_loss=0.003, central=True)
    kilotonnes = Cohorts(spec, central_registrations(), context()).retired_tonnes().sum(0) / 1000.0
    ours = [kilotonnes[year - 2010] for year in (2025, 2026, 2028, 2030, 2032, 2035)]
    np.testing.assert_allclose(ours, [5.0, 6.6, 11.4, 19.0, 30.6, 58.8], rtol=0.08)


def test_vehicles_treated_in_2017_and_2018_are_of_the_published_order() -> None:
    """Authorised centres treated 273 and 768 electric and hybrid vehicles."""
    spec = fleet_spec(early_loss=0.002)
    cohorts = Cohorts(spec, central_registrations(), context())
    cars = retired(cohorts, "bev_car") + retired(cohorts, "phev_car")
    treated = cars * (1.0 - 0.22)
    assert 273 / 2 < treated[7] < 273 * 2
    assert 768 / 2 < treated[8] < 768 * 1.25


def test_only_what_is_public_by_as_of_counts_as_a_fact() -> None:
    made_up = {vehicle: np.full(18, 1.0) for vehicle in VEHICLES}
    late = Cohorts(fleet_spec(), made_up, context(as_of=date(2026, 3, 31)))
    early = Cohorts(fleet_spec(), made_up, context(as_of=date(2023, 12, 31)))
    assert late.registered["bev_car"][2025 - 2010] == 327000
    assert late.registered["bev_car"][2026 - 2010] == 1.0
    assert early.registered["bev_car"][2022 - 2010] == 202928
    assert early.registered["bev_car"][2023 - 2010] == 1.0


def test_waits_are_distributions() -> None:
    months = 600
    for wait, mean in (
        (weibull_wait(months, 3.0, 9.0), 12 * 9.0 * 0.8929795),
        (lognormal_wait(months, 9.0, 1.8), 9.0 * np.exp(np.log(1.8) ** 2 / 2)),
    ):
        assert wait.sum() == pytest.approx(1.0, abs=1e-6)
        assert (np.arange(months) * wait).sum() == pytest.approx(mean, rel=0.01)
    assert lognormal_wait(24, 0.0, 1.8)[0] == 1.0


@pytest.mark.parametrize("chance", [True, False])
@pytest.mark.parametrize("start", [date(2023, 1, 1), date(2024, 5, 17)])
def test_packs_are_conserved(chance: bool, start: date) -> None:
    calendar = make_calendar(
        start, date(2040, 12, 31), review_days=7, scheduled_days=343, august_share=0.5
    )
    ctx = context(calendar=calendar, chance=chance, as_of=date(2026, 3, 31))
    future = {k: v[start.year - 2023 :] for k, v in central_registrations().items()}
    spec = fleet_spec()
    spec = replace(spec, recalls=replace(spec.recalls, rate=0.5))
    fleet = Fleet(spec, future, ctx)
    fleet.start()
    for month in range(calendar.months):
        fleet.pass_month(month, calendar.month_starts[month + 1] - calendar.month_starts[month])
    (balance,) = fleet.balances()
    assert balance.inflow > 100_000.0
    assert bool(fleet.recalls) == chance
    assert balance.opening + balance.inflow == pytest.approx(
        balance.outflow + balance.closing, rel=1e-9
    )


def test_no_vehicles_no_packs() -> None:
    spec = fleet_spec()
    empty = {
        name: replace(series, values=tuple(0.0 for _ in series.values))
        if name in VEHICLES
        else series
        for name, series in spec.history.items()
    }
    fleet = Fleet(
        replace(spec, history=empty), {v: np.zeros(18) for v in VEHICLES}, context(chance=False)
    )
    assert sum(map(sum, fleet.rates)) == 0.0
    assert isinstance(fleet.ctx.env, simpy.Environment)
    assert all(len(rates) == CALENDAR.months for rates in fleet.rates)
