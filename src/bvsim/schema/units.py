"""The units of a model's figures, as types.

A field of a data class in this room is annotated with one of these aliases. To
a type checker it is the plain value that the valley computes with; when a file
is loaded the field holds a `Figure` (a number or a distribution with its unit
and source), and `Scenario.drawn` puts the drawn number in its place.
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bvsim.schema.grammar import parse_figure
from bvsim.schema.unit import Timed, Unit


class FigureIn(Unit):
    """A unit as the type of a field: what a file holds there is read as a figure."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda raw, info: parse_figure(raw, self, info.context)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        # Replaced by a reference to the figure's definition in `jsonschema`.
        return {"x-figure": self.symbol}


INF = math.inf

Share = Annotated[float, FigureIn("share", 0, 1)]
Number = Annotated[float, FigureIn("1")]
Factor = Annotated[float, FigureIn("1", 0)]
Count = Annotated[float, FigureIn("count", 0, whole=True)]
Lines = Annotated[float, FigureIn("count", 0, 500, whole=True)]
WorkedDays = Annotated[float, FigureIn("count", 1, 365, whole=True)]
Heads = Annotated[float, FigureIn("heads", 0, whole=True)]
Days = Annotated[float, FigureIn("days", 0)]
PlanningDays = Annotated[float, FigureIn("days", 1, 31)]
Weeks = Annotated[float, FigureIn("weeks", 0)]
Months = Annotated[float, FigureIn("months", 0)]
LookMonths = Annotated[float, FigureIn("months", 0.25)]
"""Time between two looks at a project: never zero, or looking would go on for ever."""
Years = Annotated[float, FigureIn("years", 0)]
Hours = Annotated[float, FigureIn("hours", 0)]
PerMonth = Annotated[float, FigureIn("1/month", 0)]
PerYear = Annotated[float, FigureIn("1/yr", 0)]
OnDate = Annotated[float, FigureIn("date")]
"""A date that may be uncertain; drawn: days since the start of the simulation."""
GwhPerYear = Annotated[float, FigureIn("GWh/yr", 0)]
Gwh = Annotated[float, FigureIn("GWh", 0)]
TonnesPerYear = Annotated[float, FigureIn("t/yr", 0)]
Tonnes = Annotated[float, FigureIn("t", 0)]
TonnesPerGwh = Annotated[float, FigureIn("t/GWh", 0)]
KgPerKwh = Annotated[float, FigureIn("kg/kWh", 0)]
KgPerKg = Annotated[float, FigureIn("kg/kg", 0)]
KwhPerVehicle = Annotated[float, FigureIn("kWh/vehicle", 0)]
VehiclesPerYear = Annotated[float, FigureIn("vehicles/yr", 0)]
KwhPerKwh = Annotated[float, FigureIn("kWh/kWh", 0)]
MillionEur = Annotated[float, FigureIn("EUR million", 0)]
EurPerKwh = Annotated[float, FigureIn("EUR/kWh", 0)]
EurPerTonne = Annotated[float, FigureIn("EUR/t")]

TimedShare = Annotated[Timed, FigureIn("share", 0, 1, timed=True)]
TimedFactor = Annotated[Timed, FigureIn("1", 0, timed=True)]
TimedCount = Annotated[Timed, FigureIn("count", 0, whole=True, timed=True)]
TimedDays = Annotated[Timed, FigureIn("days", 0, timed=True)]

KeptShare = Annotated[float, FigureIn("share", 0, 1, kept=True)]
KeptLines = Annotated[float, FigureIn("count", 0, 500, whole=True, kept=True)]
KeptDays = Annotated[float, FigureIn("days", 0, kept=True)]
KeptMonths = Annotated[float, FigureIn("months", 0, kept=True)]
KeptHours = Annotated[float, FigureIn("hours", 0, kept=True)]
KeptFactor = Annotated[float, FigureIn("1", 0, kept=True)]
KeptPerYear = Annotated[float, FigureIn("1/yr", 0, kept=True)]
TimedKeptMonths = Annotated[Timed, FigureIn("months", 0, timed=True, kept=True)]
"""What the rate of lines is solved at: their values before settings are drawn as well."""
