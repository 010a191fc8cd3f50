"""Energy and carbon against their closed forms."""

from __future__ import annotations

import pytest

from bvsim.schema.energy import CellProcess, EnergySpec
from bvsim.valley.cells.energy import (
    METERED,
    EnergyMeter,
    energy_used,
    footprint_kt,
    mean_load_mw,
    specific_energy,
)
from demand_case import CALENDAR, context, flat

SPEC = EnergySpec(
    base_year=2026,
    improvement=0.02,
    fixed=0.55,
    grid=flat(35.0),
    gas=227.0,
    processes={"li-ion": CellProcess(mature=30.0, electricity=0.75, materials=50.0)},
    default_process="li-ion",
    sites={},
)


@pytest.mark.parametrize("use", [0.1, 0.5, 1.0])
def test_energy_per_kwh_started_rises_as_use_falls(use: float) -> None:
    energy = energy_used(30.0, fixed=0.55, started_gwh=use * 10.0, nameplate_gwh=10.0, days=365.25)
    assert energy == pytest.approx(30.0 * 10.0 * (0.45 * use + 0.55))
    assert energy / (use * 10.0) == pytest.approx(30.0 * (0.45 + 0.55 / use))


def test_an_idle_plant_still_draws_its_standing_load() -> None:
    assert energy_used(
        30.0, fixed=0.55, started_gwh=0.0, nameplate_gwh=10.0, days=365.25
    ) == pytest.approx(165.0)


def test_scrap_multiplies_the_footprint_of_a_good_kwh() -> None:
    def per_good(scrap: float) -> float:
        started = 1.0 / (1.0 - scrap)
        return footprint_kt(
            started,
            materials=50.0,
            electricity_gwh=22.0 * started,
            gas_gwh=8.0 * started,
            grid=35.0,
            gas=227.0,
        )

    clean = 50.0 + 22.0 * 0.035 + 8.0 * 0.227
    assert per_good(0.0) == pytest.approx(clean)
    assert per_good(0.2) == pytest.approx(clean / 0.8)


def test_improvement_is_compounded_and_never_backdated() -> None:
    assert specific_energy(30.0, 0.02, 2.0) == pytest.approx(30.0 * 0.98**2)
    assert specific_energy(30.0, 0.02, -3.0) == 30.0


def test_load_of_a_contract_by_hand() -> None:
    # 33 MW all year are 289 GWh.
    assert mean_load_mw(289.08, 365.0) == pytest.approx(33.0)


def test_a_year_on_the_meter_adds_up() -> None:
    ctx = context()
    meter = EnergyMeter("plant", SPEC, ctx, grid_connection_mw=20.0)
    ends = {p.month: p for p in CALENDAR.periods if p.year == 2026}
    total = sum(
        meter.month(last=ends[month], started_gwh=0.4, nameplate_gwh=10.0) for month in sorted(ends)
    )
    now = ctx.books.accounts["yearly", "plant:energy"].now
    expected = 30.0 * (0.45 * 12 * 0.4 + 0.55 * 10.0 * 365 / 365.25)
    assert total == pytest.approx(expected)
    assert now[METERED.energy_gwh] == pytest.approx(expected)
    electricity = 0.75 * expected
    energy_kt = (electricity * 35.0 + 0.25 * expected * 227.0) / 1000.0
    assert now[METERED.co2e_kt] == pytest.approx(12 * 0.4 * 50.0 + energy_kt)
    december = 0.75 * 30.0 * (0.45 * 0.4 + 0.55 * 10.0 * 31 / 365.25)
    assert now[METERED.grid_load_mw] == pytest.approx(december * 1000 / (31 * 24))


def test_a_load_above_the_connection_is_told_once() -> None:
    ctx = context()
    meter = EnergyMeter("plant", SPEC, ctx, grid_connection_mw=10.0)
    for month in (36, 37):
        last = next(p for p in reversed(CALENDAR.periods) if p.month == month)
        meter.month(last=last, started_gwh=0.4, nameplate_gwh=10.0)
    assert meter.overloaded_months == 2
    assert [event.event for event in ctx.trace.events] == ["load above the grid connection"]


def test_a_mature_plant_at_nameplate_uses_what_its_nameplate_says() -> None:
    meter = EnergyMeter("plant", SPEC, context(), grid_connection_mw=100.0)
    ends = {p.month: p for p in CALENDAR.periods if p.year == 2026}
    energy = sum(
        meter.month(last=ends[month], started_gwh=12.5 / 12, nameplate_gwh=10.0, mature_yield=0.8)
        for month in sorted(ends)
    )
    assert energy == pytest.approx(30.0 * (0.45 * 10.0 + 0.55 * 10.0 * 365 / 365.25))
