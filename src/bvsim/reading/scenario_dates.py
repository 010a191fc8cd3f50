"""The four dates of a scenario against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bvsim.reading.scenario_file import DATES
from bvsim.schema.days import FIRST_DATE, LAST_DATE, NOT_A_DATE
from bvsim.schema.errors import Place, Problem

_LONGEST_YEARS = 100


def wrong_dates(
    head: Mapping[str, Any], places: Mapping[str, Place], otherwise: Place
) -> Iterator[Problem]:
    """Yield what is wrong with a scenario's dates, where they are written.

    Parameters
    ----------
    head : mapping
        The scenario's keys; a date that is missing is reported elsewhere.
    places : mapping of str to Place
        Where each is written.
    otherwise : Place
        Where to point at for the others.
    """
    days = {key: head[key] for key in DATES if isinstance(head.get(key), date)}
    for key in DATES:
        place = places.get(key, otherwise)
        if key not in days and key in head:
            yield Problem(place, key, f"{head[key]!r} {NOT_A_DATE}")
        elif key in days and not FIRST_DATE <= days[key] <= LAST_DATE:
            yield Problem(place, key, f"{days[key]} is not between {FIRST_DATE} and {LAST_DATE}")
    if len(days) == len(DATES):
        yield from (
            Problem(places.get(key, otherwise), key, message)
            for key, message in _contradictions(**days)
        )


def _contradictions(*, as_of: date, start: date, end: date, **_: date) -> Iterator[tuple[str, str]]:
    """Yield dates that cannot stand beside the others, and why."""
    if (start.month, start.day) != (1, 1):
        yield "start", f"{start} is not a 1 January: figures of a year are those of all of it"
    if end <= start:
        yield "end", f"{end} is not after start {start}"
    elif (end.month, end.day) != (12, 31):
        yield "end", f"{end} is not a 31 December: figures of a year are those of all of it"
    if as_of < start:
        yield "start", f"{start} lies after as_of {as_of}: a run begins in what is known"
    for key, day in (("end", end), ("as_of", as_of)):
        if day.year - start.year > _LONGEST_YEARS:
            yield key, f"more than {_LONGEST_YEARS} years after the start"
