"""What the columns of the tables mean, collected from where the simulation declares them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bvsim.valley.ground.columns import Column, Columns

IN_UNIT = "as in the column unit"

ROW_KEYS = {
    "draw": ("1", "key", "Number of the draw: one set of values for what nobody knows."),
    "replication": (
        "1",
        "key",
        "Number of the replication within the draw: one course of luck.",
    ),
    "year": ("year", "key", "Calendar year."),
    "month": ("date", "key", "First day of the month."),
    "entity": (
        "text",
        "key",
        "Site, block, plant, recycler, programme, basin, or the region.",
    ),
    "observed": ("truth", "key", "Whether facts were imposed up to the end of the period."),
    "balance": ("text", "key", "Which account: people, tonnes of a material, money."),
    "unit": ("text", "key", "Unit of the account."),
    "opening": (IN_UNIT, "stock", "What was there at the start."),
    "inflow": (IN_UNIT, "flow", "What came in."),
    "outflow": (IN_UNIT, "flow", "What went out."),
    "closing": (IN_UNIT, "stock", "What is there at the end."),
}
UNITS = {
    "_gwh_per_year": "GWh/yr",
    "_gwh": "GWh",
    "_kt": "kt",
    "_t": "t",
    "_meur": "EUR million",
    "_eur": "EUR",
    "_mw": "MW",
    "_days": "days",
    "_weeks": "weeks",
    "_months": "months",
    "_share": "share",
    "_factor": "1",
    "_gap": "1",
    "_registrations": "vehicles",
}
PEOPLE = """
    headcount operators technicians engineers others experts vacancies hires leavers hired employed
    seats empty_for_applicants empty_for_posts empty_for_rooms empty_for_tutors placed
    intake graduates dropouts exam_failures in_training in_transit poached competitors_heads
    jobs_announced
    job_seekers graduates_waiting experienced_waiting automotive_waiting newcomers other_work
    lead_acid_heads won_from_courses won_from_plants won_from_car_works won_from_seekers
    won_from_outside won_from_poaching won_freed freed freed_hired freed_to_competitors
    freed_to_other_work freed_waiting
"""
"""Columns that count people."""


@dataclass(frozen=True)
class ColumnEntry:
    """A column of a table.

    Parameters
    ----------
    name, unit : str
        As in the table.
    kind : str
        ``flow`` (adds up over months), ``stock`` (the value of the last day), ``key`` (names the
        row), ``figure`` (drawn), ``key figure``, or ``quantity`` of another version.
    meaning : str
        One sentence for each meaning it has among the entities.
    """

    name: str
    unit: str
    kind: str
    meaning: str


def unit_of_column(name: str) -> str:
    """Return the unit of a column, told by its name; ``1`` for pure numbers."""
    if name.startswith("weeks_"):
        return "weeks"
    if name in PEOPLE.split():
        return "heads"
    return next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "1")


@cache
def recorded_columns() -> dict[str, ColumnEntry]:
    """Return every column that the simulation can record, by name."""
    found: dict[str, list[Column]] = {}
    for column in _declared():
        found.setdefault(column.name, []).append(column)
    return {name: _entry(name, columns) for name, columns in sorted(found.items())}


def entry_of(name: str) -> ColumnEntry:
    """Return what a column of any table is; one that is declared nowhere has no meaning."""
    if name in ROW_KEYS:
        return ColumnEntry(name, *ROW_KEYS[name])
    unknown = ColumnEntry(name, unit_of_column(name), "quantity", "")
    return recorded_columns().get(name, unknown)


def _entry(name: str, columns: Iterable[Column]) -> ColumnEntry:
    own = list(columns)
    meanings = sorted({_sentence(column.doc) for column in own})
    return ColumnEntry(name, unit_of_column(name), own[0].kind, " ".join(meanings))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _declared() -> Iterator[Column]:
    package = importlib.import_module("bvsim.valley")
    for module in pkgutil.walk_packages(package.__path__, "bvsim.valley."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Columns):
                yield from value.columns
