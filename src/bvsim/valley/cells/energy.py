"""Energy and carbon: pure functions, and a meter per site.

A site's load at nameplate N is E N a year; a share f of it (dry rooms, air) stays
when output falls, so that at utilisation u it draws E N ((1 - f) u + f). N is the
nameplate of lines in service (released and not idled); u is what the cells started come
to at mature yield, over N: a cell that is scrapped took as much energy as a good one. Per
kWh of that output it is E (1 - f + f / u): idling costs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bvsim.schema.energy import EnergySpec
from bvsim.valley.ground.calendar import DAYS_PER_YEAR, Period
from bvsim.valley.ground.columns import Columns, flow, laid_out, stock
from bvsim.valley.ground.context import Context
from bvsim.valley.ground.over_time import OverTime
from bvsim.valley.ground.rows import i64

_HOURS_PER_DAY: Final = 24.0
_MW_PER_GW: Final = 1000.0
_GRAMS_PER_KG: Final = 1000.0


@dataclass(frozen=True)
class EnergyColumns(Columns):
    """What a site's meter reads."""

    energy_gwh: i64 = flow("Energy used by the site, electricity and gas.")
    electricity_gwh: i64 = flow("Electricity used by the site.")
    co2e_kt: i64 = flow("Footprint of the cells started: materials and energy.")
    grid_load_mw: i64 = stock("Mean electric load of the month.")


METERED: Final = laid_out(EnergyColumns)


def energy_used(
    specific: float, *, fixed: float, started_gwh: float, nameplate_gwh: float, days: float
) -> float:
    """Return the GWh of energy a site uses in a span of days.

    Parameters
    ----------
    specific : float
        kWh per kWh of cells at nameplate.
    fixed : float
        Share of the load at nameplate that does not follow output.
    started_gwh : float
        Cells started in the span, at mature yield.
    nameplate_gwh : float
        GWh a year of lines in service.
    days : float
        Length of the span.
    """
    standing = nameplate_gwh * days / DAYS_PER_YEAR
    return specific * ((1.0 - fixed) * started_gwh + fixed * standing)


def specific_energy(specific: float, improvement: float, years: float) -> float:
    """Return the specific energy after some years of improvement at a yearly rate."""
    return specific * math.pow(1.0 - improvement, years if years > 0.0 else 0.0)


def mean_load_mw(electricity_gwh: float, days: float) -> float:
    """Return the mean electric load of a span in MW."""
    return electricity_gwh * _MW_PER_GW / (days * _HOURS_PER_DAY)


def footprint_kt(
    started_gwh: float,
    *,
    materials: float,
    electricity_gwh: float,
    gas_gwh: float,
    grid: float,
    gas: float,
) -> float:
    """Return the kt CO2e of a span: per good kWh, scrap multiplies it by 1 / (1 - scrap).

    Parameters
    ----------
    started_gwh : float
        Cells started.
    materials : float
        kg CO2e per kWh started.
    electricity_gwh, gas_gwh : float
        Energy used.
    grid, gas : float
        g CO2e per kWh of either.
    """
    energy = (electricity_gwh * grid + gas_gwh * gas) / _GRAMS_PER_KG
    return started_gwh * materials + energy


class EnergyMeter:
    """Meters one site, month by month.

    Parameters
    ----------
    site : str
        Name of the site.
    spec : EnergySpec
        Drawn figures.
    ctx : Context
        Surroundings of the replication.
    grid_connection_mw : float
        Power that the site may draw.
    """

    def __init__(
        self, site: str, spec: EnergySpec, ctx: Context, *, grid_connection_mw: float
    ) -> None:
        self.site, self._ctx = site, ctx
        process = spec.processes[spec.sites.get(site, spec.default_process)]
        self._mature: float = process.mature
        self._electricity: float = process.electricity
        self._materials: float = process.materials
        self._improvement: float = spec.improvement
        self._base_year: int = spec.base_year
        self._year, self._specific = -1, 0.0
        """The last year that was asked for, and its kWh per kWh of cells."""
        self._fixed: float = spec.fixed
        self._gas: float = spec.gas
        self._grid = OverTime(spec.grid)
        self._connection = grid_connection_mw
        self._account = ctx.books.open("yearly", f"{site}:energy", METERED.columns)
        self.overloaded_months = 0

    def month(
        self, *, last: Period, started_gwh: float, nameplate_gwh: float, mature_yield: float = 1.0
    ) -> float:
        """Book the month that ends with a period; return the GWh of energy used.

        Parameters
        ----------
        last : Period
            Last period of the month.
        started_gwh, nameplate_gwh : float
            Cells started in the month; GWh a year of lines in service.
        mature_yield : float
            Good cells of those started, in a mature plant.
        """
        now = self._account.now
        days = last.end_day - self._ctx.calendar.month_starts[last.month]
        if last.year != self._year:
            self._year, years = last.year, last.year - self._base_year
            self._specific = specific_energy(self._mature, self._improvement, years)
        energy = energy_used(
            self._specific,
            fixed=self._fixed,
            started_gwh=started_gwh * mature_yield,
            nameplate_gwh=nameplate_gwh,
            days=days,
        )
        electricity = energy * self._electricity
        load = mean_load_mw(electricity, days)
        now[METERED.energy_gwh] += energy
        now[METERED.electricity_gwh] += electricity
        now[METERED.co2e_kt] += footprint_kt(
            started_gwh,
            materials=self._materials,
            electricity_gwh=electricity,
            gas_gwh=energy - electricity,
            grid=self._grid.at(last.start_day),
            gas=self._gas,
        )
        now[METERED.grid_load_mw] = load
        self._check_connection(load, last.start_day)
        return energy

    def _check_connection(self, load: float, day: float) -> None:
        if load <= self._connection:
            return
        self.overloaded_months += 1
        if self.overloaded_months == 1:
            self._ctx.trace.log(
                day=day,
                entity=self.site,
                event="load above the grid connection",
                cause="nameplate",
                value=load,
                unit="MW",
            )
