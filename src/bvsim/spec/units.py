"""The units of a model's figures, as types.

A field of a data class in this room is annotated with one of these aliases. To
a type checker it is the plain value that the valley computes with; when a file
is loaded the field holds a `Figure` (a number or a distribution with its unit
and source), and `Scenario.drawn` puts the drawn number in its place.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bvsim.spec.figure import parse_figure


@dataclass(frozen=True)
class Unit:
    """What a figure is measured in, and which values make physical sense.

    Parameters
    ----------
    symbol : str
        The unit as a file must write it, such as ``GWh/yr``.
    lower, upper : float
        Bounds of every value the figure may take, both included.
    whole : bool
        Drawn values are rounded to whole numbers (heads, lines, seats).
    timed : bool
        A lever may change the figure from a date on; drawn, it is a `Timed`.
    """

    symbol: str
    lower: float = -math.inf
    upper: float = math.inf
    whole: bool = False
    timed: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda raw, info: parse_figure(raw, self, info.context)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # Replaced by a reference to the figure's definition in `jsonschema`.
        return {"x-figure": self.symbol}


@dataclass(frozen=True)
class Timed:
    """A value that levers change at given days: piecewise constant in time.

    Parameters
    ----------
    days : tuple of float
        Days since the start at which the value changes, ascending.
    values : tuple of float
        One more than `days`: the value before the first change, then after each.
    """

    days: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, day: float) -> float:
        """Return the value on a day; a change acts from its own day on."""
        if not self.days:
            return self.values[0]
        return self.values[bisect_right(self.days, day)]


INF = math.inf

Share = Annotated[float, Unit("share", 0, 1)]
Number = Annotated[float, Unit("1")]
Factor = Annotated[float, Unit("1", 0)]
Count = Annotated[float, Unit("count", 0, whole=True)]
Lines = Annotated[float, Unit("count", 0, 500, whole=True)]
WorkedDays = Annotated[float, Unit("count", 1, 365, whole=True)]
Heads = Annotated[float, Unit("heads", 0, whole=True)]
Days = Annotated[float, Unit("days", 0)]
PlanningDays = Annotated[float, Unit("days", 1, 31)]
Weeks = Annotated[float, Unit("weeks", 0)]
Months = Annotated[float, Unit("months", 0)]
LookMonths = Annotated[float, Unit("months", 0.25)]
"""Time between two looks at a project: never zero, or looking would go on for ever."""
Years = Annotated[float, Unit("years", 0)]
Hours = Annotated[float, Unit("hours", 0)]
PerMonth = Annotated[float, Unit("1/month", 0)]
PerYear = Annotated[float, Unit("1/yr", 0)]
OnDate = Annotated[float, Unit("date")]
"""A date that may be uncertain; drawn: days since the start of the simulation."""
GwhPerYear = Annotated[float, Unit("GWh/yr", 0)]
Gwh = Annotated[float, Unit("GWh", 0)]
TonnesPerYear = Annotated[float, Unit("t/yr", 0)]
Tonnes = Annotated[float, Unit("t", 0)]
TonnesPerGwh = Annotated[float, Unit("t/GWh", 0)]
KgPerKwh = Annotated[float, Unit("kg/kWh", 0)]
KgPerKg = Annotated[float, Unit("kg/kg", 0)]
KwhPerVehicle = Annotated[float, Unit("kWh/vehicle", 0)]
Kwh = Annotated[float, Unit("kWh", 0)]
VehiclesPerYear = Annotated[float, Unit("vehicles/yr", 0)]
HeadsPerGwh = Annotated[float, Unit("heads/GWh", 0)]
HeadsPerKt = Annotated[float, Unit("heads/kt", 0)]
KwhPerKwh = Annotated[float, Unit("kWh/kWh", 0)]
MillionEur = Annotated[float, Unit("EUR million", 0)]
EurPerKwh = Annotated[float, Unit("EUR/kWh", 0)]
EurPerTonne = Annotated[float, Unit("EUR/t")]
Kilometres = Annotated[float, Unit("km", 0)]

TimedShare = Annotated[Timed, Unit("share", 0, 1, timed=True)]
TimedFactor = Annotated[Timed, Unit("1", 0, timed=True)]
TimedCount = Annotated[Timed, Unit("count", 0, whole=True, timed=True)]
TimedDays = Annotated[Timed, Unit("days", 0, timed=True)]
TimedVehiclesPerYear = Annotated[Timed, Unit("vehicles/yr", 0, timed=True)]
