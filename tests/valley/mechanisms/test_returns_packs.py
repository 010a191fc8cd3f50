"""Retired packs: every share between a car that leaves the road and a recycler's gate.

The world: one cohort of 912.5 electric cars of 2024, packs of 60 kWh at 150 Wh/kg, so
0.4 t each and 365 t in all. A life of one year to the day puts all of them off the road
in 2025, a tonne a day. Half of the mass is LFP. Besides, 100 cars of 2023 (40 t) are
history, and leave in 2024.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from bvsim.schema.fleet import (
    FleetSpec,
    HistorySeries,
    Life,
    Packs,
    Recalls,
    Replacement,
    Routing,
    SecondLife,
)
from bvsim.schema.unit import Timed
from bvsim.valley.ground.calendar import make_calendar
from bvsim.valley.returns.fleet import Fleet
from bvsim.valley.returns.vehicles import VEHICLES, Cohorts, make_grid
from fleet_case import constant, context
from mechanism_table import exact, table

CALENDAR = make_calendar(
    date(2024, 1, 1), date(2027, 12, 31), review_days=7, scheduled_days=343, august_share=0.5
)
TO_THE_DAY = 200.0
"""A Weibull shape so large that everything ends at its scale and not a day sooner."""


def series(*values: float) -> HistorySeries:
    return HistorySeries(unit="", source=(), confidence="", first_year=2023, values=values)


WORLD = FleetSpec(
    history={
        "bev_car": series(100.0),
        "bev_lcv": series(0.0),
        "phev_car": series(0.0),
        "bev_kwh": series(60.0),
        "bev_wh_per_kg": series(150.0),
        "phev_kwh": series(12.0),
        "phev_wh_per_kg": series(120.0),
    },
    registrations_factor=1.0,
    packs=Packs(
        kwh_growth=0.0,
        specific_energy_growth=0.0,
        kwh_factor=1.0,
        specific_energy_factor=1.0,
        van_kwh=1.0,
        phev_kwh_growth=0.0,
        lfp_share={"2024": 0.5},
        phev_lfp=1.0,
    ),
    lives={"all": Life(vehicles=VEHICLES, cohorts_from=2010, shape=TO_THE_DAY, scale=1.0)},
    early_loss=0.0,
    pilot=0.0,
    pilot_span=1.5,
    replacements={"all": Replacement(cohorts_from=2024, share=0.0, first_age=0.5, last_age=3.5)},
    recalls=Recalls(rate=0.0, packs=250.0, packs_gsd=1.0, age=1.0),
    routing=Routing(
        exported=constant(0.0),
        collected=constant(1.0),
        second_life=SecondLife(
            share={"2024": 0.4}, factor=constant(1.0), lfp=1.0, shape=TO_THE_DAY, scale=1000.0
        ),
        dwell=0.0,
        dwell_gsd=1.0,
    ),
)
ETERNAL = replace(
    WORLD, lives={"all": Life(vehicles=VEHICLES, cohorts_from=2010, shape=1.0, scale=1e15)}
)
"""The same cars, which never leave the road."""


def registered(vehicle: str = "bev_car", year: int = 2024) -> dict[str, np.ndarray]:
    cars = {name: np.zeros(4) for name in VEHICLES}
    cars[vehicle][year - 2024] = 912.5
    return cars


def fleet(spec: FleetSpec, kind: type[Fleet] = Fleet) -> Fleet:
    ctx = context(calendar=CALENDAR, chance=False, as_of=date(2024, 1, 31))
    return kind(spec, registered(), ctx)


def of_year(monthly: np.ndarray, year: int) -> float:
    """Return a year's sum over chemistries and origins of a flow by month (from 2023 on)."""
    first = 12 * (year - 2023)
    return float(monthly[..., first : first + 12].sum())


def retired(spec: FleetSpec, *, vehicle: str = "bev_car", cohort: int = 2024) -> np.ndarray:
    """Return tonnes retired a year after a cohort was registered, NMC and LFP."""
    ctx = context(calendar=CALENDAR, chance=False, as_of=date(2024, 1, 31))
    cohorts = Cohorts(spec, registered(vehicle, cohort), ctx)
    return cohorts.retired_tonnes()[:, cohort + 1 - 2023]


def test_months_begin_on_their_first_day():
    # 2024 is a leap year; a history that begins with the simulation has no month before it.
    assert make_grid(CALENDAR, 2024).starts[:4].tolist() == [0.0, 31.0, 60.0, 91.0]
    assert make_grid(CALENDAR, 2023).starts[[0, 11, 12]].tolist() == [-365.0, -31.0, 0.0]


# -- what retires --------------------------------------------------------------------------------


def history_t(spec):
    """Packs of the cars of 2023, which leave in 2024."""
    return of_year(fleet(spec).retired, 2024)


def retired_t(spec):
    return retired(spec).sum()


def retired_lfp_t(spec):
    return retired(spec)[1]


def vans_t(spec):
    return retired(spec, vehicle="bev_lcv").sum()


def hybrids_t(spec):
    return retired(spec, vehicle="phev_car").sum()


def hybrids_lfp_t(spec):
    return retired(spec, vehicle="phev_car")[1]


def cohort_of_2026_t(spec):
    return retired(spec, cohort=2026).sum()


def hybrids_of_2026_t(spec):
    return retired(spec, vehicle="phev_car", cohort=2026).sum()


@table(
    WORLD,
    ("registrations_factor", 1.1, history_t, 44.0),  # 1.1 x 40 t: history alone
    ("registrations_factor", 1.1, retired_t, 365.0),  # not what is simulated
    ("packs.kwh_factor", 1.2, retired_t, 438.0),  # 1.2 x 365
    ("packs.specific_energy_factor", 1.25, retired_t, 292.0),  # 365 / 1.25
    ("packs.van_kwh", 0.8, vans_t, 292.0),  # 0.8 x 365
    ("packs.lfp_share", {"2024": 0.3}, retired_lfp_t, 109.5),  # 0.3 x 365
    ("packs.kwh_factor", 1.0, hybrids_t, 91.25),  # 12 kWh / 120 Wh/kg = 0.1 t x 912.5
    ("packs.kwh_factor", 1.2, hybrids_t, 109.5),  # 1.2 x 91.25
    ("packs.phev_lfp", 0.6, hybrids_lfp_t, 27.375),  # 0.6 x half of 91.25
    # Three years after the last known one: (60 + 3 x 5) / 150 = 0.5 t x 912.5.
    ("packs.kwh_growth", 5.0, cohort_of_2026_t, 456.25),
    # 60 / (150 + 3 x 30) = 0.25 t x 912.5.
    ("packs.specific_energy_growth", 30.0, cohort_of_2026_t, 228.125),
    # (12 + 3 x 2) / 120 = 0.15 t x 912.5.
    ("packs.phev_kwh_growth", 2.0, hybrids_of_2026_t, 136.875),
)
def test_mass_of_what_retires(spec, measure, expected):
    assert measure(spec) == exact(expected)


def first_year_t(spec):
    """Packs that retire in the year of their registration, in which they are half a year old."""
    return of_year(fleet(spec).retired, 2024)


def second_year_t(spec):
    return of_year(fleet(spec).retired, 2025)


def replaced_2024_t(spec):
    return of_year(fleet(spec).replaced, 2024)


def replaced_2025_t(spec):
    return of_year(fleet(spec).replaced, 2025)


@table(
    ETERNAL,
    # Cars of 2024 at age 0.5, those of 2023 from 0.5 to 1.5:
    # 365 (1 - e^-0.05) + 40 (e^-0.05 - e^-0.15) = 365 x 0.048770575499286 + 40 x 0.090521448075656
    ("early_loss", 0.1, first_year_t, 21.42211798026563),
    # Age 0.5 to 1.5 of a life of shape 2 and scale 5: e^-0.01 - e^-0.09 = 0.076118648478938;
    # age 1.5 to 2.5: e^-0.09 - e^-0.25 = 0.135130402200322. 365 x the first + 40 x the second.
    (
        "lives.all",
        Life(vehicles=VEHICLES, cohorts_from=2010, shape=2.0, scale=5.0),
        second_year_t,
        33.18852278244101,
    ),
    # The third of 0.06 that comes back at ages below 0.5, of 365 t; of the cars of 2023 the
    # two thirds from 0.5 to 1.5: 7.3 + 0.04 x 40.
    ("pilot", 0.06, replaced_2024_t, 8.9),
    # Cars of 2024 alone, a third of 0.09 in each year of age from 0.5 to 3.5: 0.03 x 365.
    ("replacements.all.share", 0.09, replaced_2024_t, 0.0),
    ("replacements.all.share", 0.09, replaced_2025_t, 10.95),
)
def test_ages_at_which_packs_come_back(spec, measure, expected):
    assert measure(spec) == exact(expected)


class Recalled(Fleet):
    """A fleet with one recall, of cars a year old, on 1 March 2025."""

    def _draw_recalls(self):
        self.recalls = [(425.0, self.spec.recalls.packs)]


def recalled_t(spec):
    return of_year(fleet(spec, Recalled).replaced, 2025)


@table(
    WORLD,
    ("recalls.packs", 250.0, recalled_t, 100.0),  # 250 x 0.4 t
    ("recalls.packs", 5000.0, recalled_t, 365.0),  # no more than were registered in 2024
    ("recalls.age", 2.0, recalled_t, 40.0),  # the 100 cars of 2023
)
def test_recalls(spec, measure, expected):
    assert measure(spec) == exact(expected)


# -- where it goes -------------------------------------------------------------------------------


def exported_t(spec):
    return of_year(fleet(spec).exported, 2025)


def used_again_t(spec):
    return of_year(fleet(spec).to_second_life, 2025)


def lfp_used_again_t(spec):
    return of_year(fleet(spec).to_second_life[1], 2025)


def in_second_life_t(spec):
    """Packs in their second life at the end of 2025."""
    return float(fleet(spec).second_life_stock[:, 35].sum())


def lost_t(spec):
    return of_year(fleet(spec).lost, 2025)


def collected_t(spec):
    return of_year(fleet(spec).collected, 2025)


def waiting_t(spec):
    """Packs at dismantlers at the end of 2025."""
    return float(fleet(spec).dwell_stock[:, 35].sum())


def collected_rate(spec):
    """Tonnes a day of July 2025 that the simulation reads."""
    return sum(rates[18] for rates in fleet(spec).collected_rates)


def returned_2026_t(spec):
    return of_year(fleet(spec).from_second_life, 2026)


@table(
    WORLD,
    ("routing.exported", 0.25, exported_t, 91.25),  # 0.25 x 365
    ("routing.exported", 0.25, used_again_t, 109.5),  # 0.4 of the 273.75 t that stay
    # 0.1 up to June (181 days), 0.5 from July on (184 days).
    ("routing.exported", Timed((547.0,), (0.1, 0.5)), exported_t, 110.1),
    ("routing.second_life.share", {"2024": 0.3}, used_again_t, 109.5),  # 0.3 x 365
    ("routing.second_life.factor", 0.5, used_again_t, 73.0),  # 0.5 x 0.4 x 365
    ("routing.second_life.lfp", 1.5, lfp_used_again_t, 109.5),  # 1.5 x 0.4 x 182.5
    ("routing.second_life.lfp", 1.5, used_again_t, 182.5),  # and 0.4 x 182.5 of the others
    ("routing.second_life.lfp", 3.0, lfp_used_again_t, 182.5),  # no more than all
    # Back two months later: those of November and December are in use, 0.4 x 61 t.
    ("routing.second_life.scale", 1 / 6, in_second_life_t, 24.4),
    ("routing.second_life.scale", 1 / 6, returned_2026_t, 24.4),
    ("routing.collected", 0.9, lost_t, 21.9),  # a tenth of the 219 t not used again
    ("routing.collected", 0.9, collected_t, 197.1),
    ("routing.collected", 0.9, collected_rate, 0.54),  # 0.9 x 0.6 t a day
    # Handed on at the second month's end after: of what came up to October (304 days).
    # What came in November and December 2024 (61 of 366 days of 40 t) is added.
    ("routing.dwell", 2.5, collected_t, 186.4),  # 0.6 x (304 + 40 x 61/366)
    ("routing.dwell", 2.5, waiting_t, 36.6),  # 0.6 x 61 days
)
def test_ways_of_packs(spec, measure, expected):
    assert measure(spec) == exact(expected)


REPLACING = replace(
    WORLD,
    pilot=0.5,
    pilot_span=0.5,
    lives=ETERNAL.lives,
)
"""Half of the packs of 2024 are replaced in 2024, 182.5 t, and none retires with its car."""


def collected_2024_t(spec):
    return of_year(fleet(spec).collected, 2024)


@table(
    REPLACING,
    ("routing.exported", 0.25, collected_2024_t, 109.5),  # no car leaves: 0.6 x 182.5
    ("routing.collected", 0.9, collected_2024_t, 109.5),  # a workshop loses none
    ("routing.second_life.lfp", 1.5, collected_2024_t, 91.25),  # 182.5 - 0.4 x 91.25 - 0.6 x 91.25
)
def test_replaced_packs_are_neither_exported_nor_lost(spec, measure, expected):
    assert measure(spec) == exact(expected)


def collected_at_once_t(spec):
    """Packs handed on in January 2024, the month in which the first cars leave."""
    return float(fleet(spec).collected[..., 12].sum())


@table(
    replace(WORLD, routing=replace(WORLD.routing, dwell=1.0)),
    ("routing.dwell_gsd", 1.0, waiting_t, 18.6),  # 0.6 of December's 31 t
    # Half a month is one standard deviation below the median: 0.158655253931457 of
    # 0.6 x 40 t x 31/366.
    ("routing.dwell_gsd", 2.0, collected_at_once_t, 0.322512319467224),
)
def test_spread_of_the_dwell(spec, measure, expected):
    assert measure(spec) == exact(expected)
