"""What a file says of vehicles, their packs, how long they live and where the packs go."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from bvsim.schema.days import FIRST_DATE, LAST_DATE
from bvsim.schema.errors import Place, Problem, SpecError, did_you_mean
from bvsim.schema.part import part
from bvsim.schema.units import (
    Count,
    Factor,
    FigureIn,
    Months,
    PerYear,
    PositiveFactor,
    PositiveYears,
    Share,
    TimedFactor,
    TimedShare,
    WeibullShape,
    Years,
)

KwhPerVehicleYear = Annotated[float, FigureIn("kWh/vehicle/yr", -100, 100)]
WattHoursPerKgYear = Annotated[float, FigureIn("Wh/kg/yr", -100, 100)]


@part
class HistorySeries:
    """A yearly series of the past: a column of a CSV file, or its values written out."""

    unit: str
    source: tuple[str, ...]
    confidence: str
    note: str = ""
    file: str = ""
    """Name of the CSV file in `history/`; its first column is the year."""
    column: str = ""
    first_year: int = 0
    values: tuple[float, ...] = ()
    """One value a year from `first_year` on; filled from the file by `fill_history`."""
    published_after: int = 31
    """Days after the end of a year until its value is public."""


@part
class Packs:
    """Pack sizes and masses beyond the last known year, and their chemistry."""

    kwh_growth: KwhPerVehicleYear
    specific_energy_growth: WattHoursPerKgYear
    kwh_factor: Factor
    """Error of the mean pack size, the same in all years."""
    specific_energy_factor: PositiveFactor
    """Error of the mean specific energy of packs, the same in all years."""
    van_kwh: Factor
    """Pack of a van relative to that of a car."""
    phev_kwh_growth: KwhPerVehicleYear
    lfp_share: dict[str, Share]
    """Share of LFP in the mass of packs of new BEV, by year; straight lines between."""
    phev_lfp: Share
    """Share of LFP among plug-in hybrids, relative to that of BEV."""


@part
class Life:
    """The life of vehicles of some cohorts: a Weibull distribution."""

    vehicles: tuple[str, ...]
    cohorts_from: int
    """First year of registration; the group ends where the vehicle's next group begins."""
    shape: WeibullShape
    scale: PositiveYears


@part
class Replacement:
    """Packs replaced while the vehicle lives on, recalls apart."""

    cohorts_from: int
    share: Share
    """Share of the cohort's packs that are replaced."""
    first_age: Years
    last_age: Years
    """Replacements are spread evenly over the ages between the two."""


@part
class Recalls:
    """Campaigns that replace packs of many vehicles at once (compound Poisson)."""

    rate: PerYear
    packs: Count
    """Median size of a campaign in the home market."""
    packs_gsd: Annotated[float, FigureIn("1", 1, 20)]
    age: Years
    """Age of the recalled packs."""


@part
class SecondLife:
    """Use of removed packs outside vehicles, and their later return."""

    share: dict[str, Share]
    """Share of packs removed that are used again, by year; straight lines between."""
    factor: TimedFactor
    """What a lever multiplies the share by."""
    lfp: Factor
    """Share of LFP packs used again relative to that of the others."""
    shape: WeibullShape
    scale: PositiveYears
    """Weibull distribution of the second life."""


@part
class Routing:
    """Where retired packs go."""

    exported: TimedShare
    """Share of retiring vehicles that leave the country with their packs."""
    collected: TimedShare
    """Share of packs, neither exported nor used again, that reach an authorised recycler."""
    second_life: SecondLife
    dwell: Months
    """Median wait at dismantlers and car makers before a pack is sent on."""
    dwell_gsd: Annotated[float, FigureIn("1", 1, 20)]


@part
class FleetSpec:
    """Vehicles on the road of the home market: what came in, how long it stays, where packs go."""

    history: dict[str, HistorySeries]
    """`bev_car`, `bev_lcv`, `phev_car` (registrations); `bev_kwh`, `bev_wh_per_kg`,
    `phev_kwh`, `phev_wh_per_kg` (packs)."""
    registrations_factor: Factor
    """Error of the registration statistics, the same in all years."""
    packs: Packs
    lives: dict[str, Life]
    early_loss: PerYear
    """Hazard of total loss by accident or fire, constant from the first day."""
    pilot: Share
    """Packs of pilot, test and dealer vehicles that come back in the first years, of a cohort."""
    pilot_span: Years
    """Years over which they come back."""
    replacements: dict[str, Replacement]
    recalls: Recalls
    routing: Routing


_FIRST_YEAR, _LAST_YEAR = FIRST_DATE.year, LAST_DATE.year


def read_history(path: Path) -> dict[str, tuple[int, tuple[float, ...]]]:
    """Read a CSV file of yearly series.

    Parameters
    ----------
    path : pathlib.Path
        A file whose first column is the year, ascending without gaps; lines that
        begin with ``#`` are comments.

    Returns
    -------
    dict
        First year and values of each column. Cells left empty at the end of a
        column shorten it.

    Raises
    ------
    SpecError
        With the line where the years have gaps, a line has more or fewer cells than the
        header, or a cell is not a finite number from 0 up.
    """
    lines = enumerate(path.read_text("utf-8-sig").splitlines(), start=1)
    rows = [(n, next(csv.reader([text]))) for n, text in lines if text and text[0] != "#"]
    if len(rows) < 2:
        raise _at(path, rows[0][0] if rows else 1, "a header and at least one year, please")
    (first, header), *rows = rows
    if len(set(header)) < len(header):
        raise _at(path, first, "two columns bear one name")
    years = [_year(path, line, row, len(header)) for line, row in rows]
    for (line, _), before, year in zip(rows[1:], years, years[1:], strict=False):
        if year != before + 1:
            raise _at(path, line, f"{year} follows {before}: years ascend without gaps")
    return {
        name: (years[0], _series(path, name, [(line, row[at].strip()) for line, row in rows]))
        for at, name in enumerate(header[1:], start=1)
    }


def _at(path: Path, line: int, message: str) -> SpecError:
    """Return the error about a line of a data file."""
    return SpecError([Problem(Place(path.as_posix(), line, 1), "", message)])


def _year(path: Path, line: int, row: list[str], cells: int) -> int:
    """Return the year of a line that has as many cells as the header."""
    if len(row) != cells:
        raise _at(path, line, f"{len(row)} cells where the header has {cells}")
    year = row[0].strip()
    if not year.isdecimal() or not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise _at(path, line, f"{row[0]!r} is not a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return int(year)


def _series(path: Path, name: str, cells: list[tuple[int, str]]) -> tuple[float, ...]:
    """Return the numbers of a column, which may end before the file does."""
    while cells and not cells[-1][1]:
        cells.pop()
    return tuple(_amount(path, line, name, text) for line, text in cells)


def _amount(path: Path, line: int, name: str, text: str) -> float:
    """Return a finite number that is not negative."""
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not 0.0 <= amount < math.inf:
        raise _at(path, line, f"{name}: {text!r} is not a finite number from 0 up")
    return amount


def fill_history(section: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the raw `fleet` section with the values of its CSV files written out.

    Parameters
    ----------
    section : mapping
        The section as parsed from YAML; not changed.
    folder : pathlib.Path
        Where the CSV files are.

    Raises
    ------
    ValueError
        When a file lacks a column that the section names.
    """
    filled = {}
    for name, series in section["history"].items():
        if series.get("values"):
            filled[name] = series
            continue
        columns = read_history(folder / series["file"])
        if series["column"] not in columns:
            near = did_you_mean(series["column"], columns)
            raise ValueError(f"{series['file']} has no column {series['column']!r}{near}")
        first_year, values = columns[series["column"]]
        filled[name] = {**series, "first_year": first_year, "values": list(values)}
    return {**section, "history": filled}
