"""A fleet with plain figures: history from the model's files, future by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bvsim.schema.fleet import (
    FleetSpec,
    HistorySeries,
    Life,
    Packs,
    Recalls,
    Replacement,
    Routing,
    SecondLife,
    read_history,
)
from bvsim.schema.unit import Timed
from bvsim.valley.ground.books import Books, Trace
from bvsim.valley.ground.calendar import Calendar, make_calendar
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.streams import Key, Streams
from bvsim.valley.returns.vehicles import Cohorts

HISTORY = Path(__file__).parents[2] / "models" / "hauts-de-france" / "history"
CALENDAR = make_calendar(
    date(2023, 1, 1), date(2040, 12, 31), review_days=7, scheduled_days=343, august_share=0.5
)
COLUMNS = {
    "bev_car": ("registrations.csv", "bev_car"),
    "bev_lcv": ("registrations.csv", "bev_lcv"),
    "phev_car": ("registrations.csv", "phev_car"),
    "bev_kwh": ("packs.csv", "fr_bev_kwh"),
    "bev_wh_per_kg": ("packs.csv", "fr_bev_wh_per_kg"),
    "phev_kwh": ("packs.csv", "phev_kwh"),
    "phev_wh_per_kg": ("packs.csv", "phev_wh_per_kg"),
}


def constant(value: float) -> Timed:
    return Timed((), (value,))


def context(
    *,
    calendar: Calendar = CALENDAR,
    chance: bool = True,
    as_of: date = date(2026, 3, 31),
    draw: int = 0,
    keep: bool = True,
) -> Context:
    trace = Trace(calendar, keep=keep)
    env = Environment()
    return Context(
        env=env,
        clock=env.clock,
        calendar=calendar,
        streams=Streams(Key(1, draw, 0, chance)),
        books=Books(calendar, trace),
        trace=trace,
        as_of_day=calendar.day(as_of),
    )


def history() -> dict[str, HistorySeries]:
    made = {}
    for name, (file, column) in COLUMNS.items():
        first_year, values = read_history(HISTORY / file)[column]
        made[name] = HistorySeries(
            unit="", source=(), confidence="published", first_year=first_year, values=values
        )
    return made


def central_registrations() -> dict[str, np.ndarray]:
    """The central path: shares of a market of 1.65 million cars; 2023-2040."""
    years = np.arange(2023, 2041)
    points = [2025, 2026, 2027, 2028, 2030, 2032, 2035, 2040]
    share = np.interp(years, points, [0.20, 0.23, 0.27, 0.33, 0.48, 0.62, 0.82, 0.90])
    return {
        "bev_car": 1.65e6 * share,
        "bev_lcv": 36_000 * share / 0.20,
        "phev_car": np.full(18, 110_000.0),
    }


def lives() -> dict[str, Life]:
    bev = ("bev_car", "bev_lcv")
    return {
        "bev-2010": Life(vehicles=bev, cohorts_from=2010, shape=3.5, scale=15.5),
        "bev-2016": Life(vehicles=bev, cohorts_from=2016, shape=3.6, scale=16.7),
        "bev-2021": Life(vehicles=bev, cohorts_from=2021, shape=3.8, scale=19.0),
        "phev": Life(vehicles=("phev_car",), cohorts_from=2010, shape=3.5, scale=17.5),
    }


def fleet_spec(*, central: bool = False, **changes: Any) -> FleetSpec:
    """Plain figures; `central` takes vans with packs as large as cars' (as in the table)."""
    fields: dict[str, Any] = {
        "history": history(),
        "registrations_factor": 1.0,
        "packs": Packs(
            kwh_growth=0.6,
            specific_energy_growth=2.0,
            kwh_factor=1.0,
            specific_energy_factor=1.0,
            van_kwh=1.0 if central else 0.88,
            phev_kwh_growth=0.0,
            lfp_share={"2019": 0.0, "2025": 0.2, "2035": 0.5},
            phev_lfp=0.4,
        ),
        "lives": lives(),
        "early_loss": 0.002,
        "pilot": 0.0015,
        "pilot_span": 2.0,
        "replacements": {
            "gen-2010": Replacement(cohorts_from=2010, share=0.09, first_age=5.0, last_age=10.0),
            "gen-2022": Replacement(cohorts_from=2022, share=0.003, first_age=1.0, last_age=8.0),
        },
        "recalls": Recalls(rate=0.02, packs=5000, packs_gsd=3.0, age=3.0),
        "routing": Routing(
            exported=constant(0.22),
            collected=constant(0.93),
            second_life=SecondLife(
                share={"2025": 0.25, "2035": 0.20},
                factor=constant(1.0),
                lfp=1.3,
                shape=3.0,
                scale=9.0,
            ),
            dwell=9.0,
            dwell_gsd=1.8,
        ),
    }
    return FleetSpec(**{**fields, **changes})


def retired(cohorts: Cohorts, vehicle: str) -> NDArray[np.float64]:
    """Return expected retirements by year, vehicles."""
    return cohorts.leaving[vehicle] @ cohorts.registered[vehicle]
