"""The units of a model's figures, as types.

A field of a data class in this room is annotated with one of these aliases. To
a type checker it is the plain value that the valley computes with; when a file
is loaded the field holds a `Figure` (a number or a distribution with its unit
and source), and `Scenario.drawn` puts the drawn number in its place.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bvsim.schema.days import FIRST_DATE, LAST_DATE
from bvsim.schema.figure import day_number
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


_YEARS: Final = 1000
"""For good: a longer time is none that a model could mean."""
_FIRST_DAY, _LAST_DAY = day_number(FIRST_DATE), day_number(LAST_DATE)
_DAYS: Final = 365.25 * _YEARS
# Most of a quantity is what no plant, market or life could reach: a number beyond it is a slip of
# the pen, and nothing that the model does with it has a meaning.
Share = Annotated[float, FigureIn("share", 0, 1)]
Factor = Annotated[float, FigureIn("1", 0, 100)]
Count = Annotated[float, FigureIn("count", 0, 1e5, whole=True)]
Lines = Annotated[float, FigureIn("count", 0, 500, whole=True)]
WorkedDays = Annotated[float, FigureIn("count", 1, 365, whole=True)]
Heads = Annotated[float, FigureIn("heads", 0, 1e6, whole=True)]
Days = Annotated[float, FigureIn("days", 0, _DAYS)]
CampaignDays = Annotated[float, FigureIn("days", 1, _DAYS)]
"""Working time between two overhauls: of none nothing is made, however short the overhaul."""
PlanningDays = Annotated[float, FigureIn("days", 1, 31)]
Weeks = Annotated[float, FigureIn("weeks", 0, 52 * _YEARS)]
Months = Annotated[float, FigureIn("months", 0, 12 * _YEARS)]
LookMonths = Annotated[float, FigureIn("months", 0.25, 12 * _YEARS)]
"""Time between two looks at a project: never zero, or looking would go on for ever."""
Years = Annotated[float, FigureIn("years", 0, _YEARS)]
Hours = Annotated[float, FigureIn("hours", 0, 24 * _DAYS)]
PerMonth = Annotated[float, FigureIn("1/month", 0, 100)]
PerYear = Annotated[float, FigureIn("1/yr", 0, 1000)]
OnDate = Annotated[float, FigureIn("date", _FIRST_DAY, _LAST_DAY)]
"""A date that may be uncertain; drawn: days since the start of the simulation."""
GwhPerYear = Annotated[float, FigureIn("GWh/yr", 0, 1e5)]
Gwh = Annotated[float, FigureIn("GWh", 0, 1e6)]
TonnesPerYear = Annotated[float, FigureIn("t/yr", 0, 1e9)]
Tonnes = Annotated[float, FigureIn("t", 0, 1e9)]
TonnesPerGwh = Annotated[float, FigureIn("t/GWh", 0, 1e6)]
KgPerKwh = Annotated[float, FigureIn("kg/kWh", 0, 1000)]
KgPerKg = Annotated[float, FigureIn("kg/kg", 0, 1000)]
KwhPerVehicle = Annotated[float, FigureIn("kWh/vehicle", 0, 1e4)]
Kwh = Annotated[float, FigureIn("kWh", 0, 1e6)]
VehiclesPerYear = Annotated[float, FigureIn("vehicles/yr", 0, 1e9)]
HeadsPerGwh = Annotated[float, FigureIn("heads/GWh", 0, 1e5)]
HeadsPerKt = Annotated[float, FigureIn("heads/kt", 0, 1e5)]
KwhPerKwh = Annotated[float, FigureIn("kWh/kWh", 0, 1e4)]
MillionEur = Annotated[float, FigureIn("EUR million", 0, 1e7)]
EurPerKwh = Annotated[float, FigureIn("EUR/kWh", 0, 1e5)]
EurPerTonne = Annotated[float, FigureIn("EUR/t", -1e7, 1e7)]
Kilometres = Annotated[float, FigureIn("km", 0, 2e4)]

TimedShare = Annotated[Timed, FigureIn("share", 0, 1, timed=True)]
TimedFactor = Annotated[Timed, FigureIn("1", 0, 100, timed=True)]
TimedCount = Annotated[Timed, FigureIn("count", 0, 1e5, whole=True, timed=True)]
TimedDays = Annotated[Timed, FigureIn("days", 0, _DAYS, timed=True)]

Part = Annotated[float, FigureIn("share", 0.01, 1)]
"""A share of which something is left: what is divided by it stays within reach."""
Rest = Annotated[float, FigureIn("share", 0, 0.99, kept=True)]
"""A loss that leaves something."""
Loss = Annotated[float, FigureIn("share", 0, 0.99)]
"""Such a loss that was observed."""
Persistence = Annotated[float, FigureIn("share", 0, 0.999)]
"""Of a deviation from one year to the next; at one it would have no spread of its own."""
PositiveFactor = Annotated[float, FigureIn("1", 0.01, 100)]
Exponent = Annotated[float, FigureIn("1", 0, 10)]
"""Elasticities and powers, and what acts in an exponent."""
LogSpread = Annotated[float, FigureIn("1", 0, 2)]
"""A standard deviation in the logarithm: two is a factor of seven either way."""
Quantile = Annotated[float, FigureIn("1", 0, 1)]
WeibullShape = Annotated[float, FigureIn("1", 0.1, 20)]
CamPerKwh = Annotated[float, FigureIn("kg/kWh", 0.01, 1000)]
PositiveYears = Annotated[float, FigureIn("years", 0.1, _YEARS)]
WeeklyHours = Annotated[float, FigureIn("hours", 1, 168)]
Lot = Annotated[float, FigureIn("t", 0.001, 1e9)]
"""What is ordered at once: never nothing, or no number of lots would do."""
Growth = Annotated[float, FigureIn("1/yr", -0.5, 1)]
"""Relative change a year, which may be negative."""

KeptShare = Annotated[float, FigureIn("share", 0, 1, kept=True)]
KeptLines = Annotated[float, FigureIn("count", 0, 500, whole=True, kept=True)]
KeptDays = Annotated[float, FigureIn("days", 0, _DAYS, kept=True)]
KeptMonths = Annotated[float, FigureIn("months", 0, 12 * _YEARS, kept=True)]
KeptSpan = Annotated[float, FigureIn("months", 0.01, 12 * _YEARS, kept=True)]
KeptMtbf = Annotated[float, FigureIn("days", 0.1, _DAYS, kept=True)]
KeptInterval = Annotated[float, FigureIn("months", 0.25, 12 * _YEARS, kept=True)]
"""Time between two events: never zero, or they would go on for ever on one day."""
KeptHours = Annotated[float, FigureIn("hours", 0, 24 * _DAYS, kept=True)]
KeptFactor = Annotated[float, FigureIn("1", 0.01, 1000, kept=True)]
KeptPerYear = Annotated[float, FigureIn("1/yr", 0, 1000, kept=True)]
TimedKeptMonths = Annotated[Timed, FigureIn("months", 0, 12 * _YEARS, timed=True, kept=True)]
"""What the rate of lines is solved at: their values before settings are drawn as well."""

TimedVehiclesPerYear = Annotated[Timed, FigureIn("vehicles/yr", 0, 1e9, timed=True)]
