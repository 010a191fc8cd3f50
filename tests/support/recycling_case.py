"""The model's recyclers with every figure at its middle, and a run without the valley."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.reading.folder import read_model
from bvsim.schema.recycling import RecyclingSpec
from bvsim.valley.ground.calendar import Period
from bvsim.valley.ground.context import Context
from bvsim.valley.returns.fleet import Fleet
from bvsim.valley.returns.market import Recycling
from fleet_case import CALENDAR, central_registrations, constant, context, fleet_spec

MODEL = Path(__file__).parents[2] / "models" / "hauts-de-france"
TIMED = ("contract", "returned")


def middle(raw: Any) -> Any:
    """Return a figure's middle: value, median or mode; dates as days; newest vintage."""
    if isinstance(raw, list) and raw and isinstance(raw[0], Mapping):
        raw = raw[-1]
    if "triangular" in raw:
        value = raw["triangular"][1]
    elif "lognormal" in raw:
        value = raw["lognormal"]["median"]
    else:
        value = raw["value"]
    return CALENDAR.day(value) if isinstance(value, date) else float(value)


def plain(raw: Any, name: str = "") -> Any:
    """Replace every figure of a section by its middle."""
    vintages = isinstance(raw, list) and raw and isinstance(raw[0], Mapping)
    if vintages or (isinstance(raw, Mapping) and "confidence" in raw):
        value = middle(raw)
        return constant(value) if name in TIMED else value
    if isinstance(raw, Mapping):
        return {key: plain(value, str(key)) for key, value in raw.items()}
    return raw


def recycling_spec() -> RecyclingSpec:
    return RecyclingSpec(**plain(read_model(MODEL).tree.plain()["recycling"]))


def simulate(
    spec: RecyclingSpec,
    *,
    scrap_t_per_day: Callable[[Period], float] = lambda period: 0.0,
    vehicles: float = 1.0,
    ctx: Context | None = None,
) -> Recycling:
    """Run fleet and recyclers alone; scrap comes from one NMC plant."""
    ctx = ctx or context()
    fields = fleet_spec()
    if vehicles != 1.0:
        history = {
            name: type(series)(
                unit=series.unit,
                source=(),
                confidence="",
                first_year=series.first_year,
                values=tuple(value * vehicles for value in series.values),
            )
            if name in ("bev_car", "bev_lcv", "phev_car")
            else series
            for name, series in fields.history.items()
        }
        fields = fleet_spec(history=history)
    future = {name: path * vehicles for name, path in central_registrations().items()}
    recycling = Recycling(spec, Fleet(fields, future, ctx), ctx)
    recycling.start()
    month = 0
    for period in ctx.calendar.periods:
        if period.start_day > 0.0:
            ctx.env.run(until=period.start_day)
        if period.month != month:
            ctx.books.close_month()
            month = period.month
        tonnes = scrap_t_per_day(period) * period.days
        if tonnes:
            recycling.deliver_scrap("acc-douvrin", "nmc", "filled_cell", tonnes)
        recycling.process(period)
    ctx.books.close_month()
    return recycling


def yearly(recycling: Recycling, entity: str, column: str) -> dict[int, float]:
    """Sum a flow column by calendar year."""
    ctx = recycling.ctx
    account = ctx.books.accounts["yearly", entity]
    index = [c.name for c in account.columns].index(column)
    monthly = account.monthly()[:, index]
    years = np.array([ctx.calendar.month_year(m) for m in range(len(monthly))])
    return {year: float(monthly[years == year].sum()) for year in ctx.calendar.years}
