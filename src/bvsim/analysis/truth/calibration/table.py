"""The table of dated observations, and what each row may tell."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

FILE: Final = "ramps.csv"
CLASSES: Final = ("incumbent-abroad", "incumbent-home", "new-entrant", "new-technology")
ABROAD: Final = "incumbent-abroad"
FIRST_CELL: Final = "first-cell"
MOST_RAMPED: Final = 3
"""Plants ramped abroad before: three and more count alike."""

Role = Literal["value", "at-most", "at-least"]
"""A row gives a value with an error, or bounds it from above or from below."""
Part = Literal["share", "scrap", "build", "heads", "full"]

_PARTS: Final[Mapping[str, Part]] = {
    "share": "share",
    "utilisation": "share",
    "installed_share": "share",
    "share_lines": "share",
    "scrap": "scrap",
    "build_months": "build",
    "heads": "heads",
    "heads_full": "full",
}
_BOUNDS: Final = frozenset({"utilisation", "installed_share", "share_lines"})
"""Shares of what is installed or of lines that run: a plant makes at most as much."""


@dataclass(frozen=True)
class Row:
    """One dated observation of a plant, as the fit takes it.

    Parameters
    ----------
    id, plant, ramp : str
        The row, its plant, and the plant's class.
    ramped_before : int
        Plants abroad that the maker had ramped before (0 where it does not matter).
    part : str
        What it is of: share of nameplate, scrap, months from works to SOP, heads, full staff.
    role : str
        Whether it gives a value or a bound.
    kind : str
        What the zero of its months is: first cells, series, first delivery.
    months, averages : float
        Months after that zero, and the length of the period that it averages over.
    nameplate : float
        Of the plant at that time, GWh a year.
    value, low, high : float
        What was published, and its central 80%.
    known_from : datetime.date
        The day from which it was known.
    """

    id: str
    plant: str
    ramp: str
    ramped_before: int
    part: Part
    role: Role
    kind: str
    months: float
    averages: float
    nameplate: float
    value: float
    low: float
    high: float
    known_from: date

    @property
    def label(self) -> str:
        """Its name in a table."""
        return f"{self.plant}, {self.part}, month {self.months:g}"


@dataclass(frozen=True)
class LeftOut:
    """A row that the fit does not use, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Table:
    """The rows of one vintage.

    Parameters
    ----------
    rows : tuple of Row
        Those that inform the fit.
    left_out : tuple of LeftOut
        The others.
    as_of : datetime.date
        The vintage.
    digest : str
        SHA-256 of the file.
    """

    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    as_of: date
    digest: str

    @property
    def plants(self) -> tuple[str, ...]:
        """The plants with a row, sorted."""
        return tuple(sorted({row.plant for row in self.rows}))

    def of(self, plant: str) -> tuple[Row, ...]:
        """Return the rows of one plant."""
        return tuple(row for row in self.rows if row.plant == plant)


def read_table(path: Path, as_of: date) -> Table:
    """Read the rows that were known on a day.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file with the columns of ``history/ramps.csv``.
    as_of : datetime.date
        Rows known later are not used.

    Raises
    ------
    ValueError
        When a row cannot be read; it is named.
    """
    text = path.read_text(encoding="utf-8")
    found = [_read(raw, as_of) for raw in csv.DictReader(text.splitlines())]
    return Table(
        rows=tuple(each for each in found if isinstance(each, Row)),
        left_out=tuple(each for each in found if isinstance(each, LeftOut)),
        as_of=as_of,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _read(raw: Mapping[str, str], as_of: date) -> Row | LeftOut:
    try:
        known_from = date.fromisoformat(raw["known_from"])
        reason = _why_not(raw, known_from, as_of)
        return LeftOut(raw["id"], reason) if reason else _row(raw, known_from)
    except (KeyError, ValueError) as error:
        raise ValueError(f"row {raw.get('id')}: {error}") from error


def _why_not(raw: Mapping[str, str], known_from: date, as_of: date) -> str:
    """Return why a row is not used; nothing when it is."""
    quantity, limit = raw["quantity"], raw["limit"]
    if known_from > as_of:
        return "known later"
    if quantity not in _PARTS:
        return f"{quantity} is not fitted"
    if quantity in _BOUNDS and limit == "demand":
        return "of what is installed, and short of orders: bounds nothing"
    if raw["class"] not in CLASSES:
        return f"no class {raw['class']!r}"
    if not raw["months"] and _PARTS[quantity] not in ("build", "full"):
        return "no start to count from"
    return ""


def _row(raw: Mapping[str, str], known_from: date) -> Row:
    part = _PARTS[raw["quantity"]]
    value, low, high = (float(raw[name]) for name in ("value", "low", "high"))
    if not low <= value <= high:
        raise ValueError(f"{low:g}, {value:g}, {high:g} should ascend")
    role = _role(raw)
    if part == "build":
        begun, ended = _span(raw["when"])
        if ended > known_from:  # a forecast: so far no cells had come
            value = low = high = _months(begun, known_from)
            role = "at-least"
    abroad = raw["class"] == ABROAD
    return Row(
        id=raw["id"],
        plant=raw["plant"],
        ramp=raw["class"],
        ramped_before=min(int(raw["ramped_before"] or 0), MOST_RAMPED) if abroad else 0,
        part=part,
        role=role,
        kind=raw["sop_kind"] or FIRST_CELL,
        months=float(raw["months"] or 0.0),
        averages=float(raw.get("averages_months") or 0.0),
        nameplate=float(raw["nameplate_gwh"] or 1.0),
        value=value,
        low=low,
        high=high,
        known_from=known_from,
    )


def _role(raw: Mapping[str, str]) -> Role:
    if raw["quantity"] in _BOUNDS:
        return "at-most"
    return "at-least" if raw["limit"] == "demand" else "value"


def _span(when: str) -> tuple[date, date]:
    begun, _, ended = when.partition("/")
    return _month(begun), _month(ended)


def _month(text: str) -> date:
    year, month = text.split("-")[:2]
    return date(int(year), int(month), 15)


def _months(first: date, last: date) -> float:
    return (last - first).days / (365.25 / 12.0)


def scored(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of output and scrap that give a value: what forecasts are held against."""
    return [row for row in rows if row.part in ("share", "scrap") and row.role == "value"]


def plants_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the plants of rows, sorted."""
    return tuple(sorted({row.plant for row in rows}))
