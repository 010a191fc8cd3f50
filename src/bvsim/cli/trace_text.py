"""What `bvsim trace` shows of a row: its story, its events, its ledger."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bvsim.cli.frames import Column, FittedTable, frame_table, signed
from bvsim.cli.terminal import make_console, sign_of
from bvsim.show.happened import happening
from bvsim.show.words import Speaker, fixed
from bvsim.valley.cells.causes import LOSSES, column

if TYPE_CHECKING:
    from bvsim.valley.ground.books import Event
    from bvsim.valley.record.record import Record

Ledger = Mapping[int, Mapping[str, float]]
"""GWh by column of the ledger, by year."""

TURNS = ("SOP", "cancelled", "suspended", "closed", "mothballed")
"""Events that turn a row's story, in its order."""

_FOCUS = 2030
_ENDS = ("announced", "good")
_NOTHING = 0.05
"""GWh; a step that is smaller in every year is left out of a ledger."""
_YEAR_WIDTH, _LABEL_WIDTH = 9, 15
"""Columns that a year, and the names of steps, take in a ledger."""


@dataclass(frozen=True)
class Filter:
    """Which events and which part of the ledger are shown.

    Parameters
    ----------
    site : str or None
        An entity, or a part of it: ``alpha`` has ``alpha.block-1``.
    year : int or None
        A calendar year.
    words : tuple of str
        Each must stand in the entity, event or cause, in any case.
    """

    site: str | None = None
    year: int | None = None
    words: tuple[str, ...] = ()

    def has(self, entity: str) -> bool:
        """Tell whether an entity is of the site."""
        return self.site is None or f"{entity}.".startswith(f"{self.site}.")

    def events(self, events: Iterable[Event]) -> list[Event]:
        """Return the events that pass, by day; those of one moment stay as they happened."""
        passed = (event for event in events if self._passes(event))
        return sorted(passed, key=lambda event: event.day)

    def _passes(self, event: Event) -> bool:
        text = f"{event.entity} {event.event} {event.cause}".lower()
        in_year = self.year is None or event.when.year == self.year
        return in_year and self.has(event.entity) and all(w.lower() in text for w in self.words)

    def ledger(self, record: Record) -> dict[int, dict[str, float]]:
        """Return the ledger of the site, or of the valley, by year: GWh by column."""
        table = record.tables["ledger"]
        index = dict(table.index)
        totals: dict[int, dict[str, float]] = {}
        years = (int(str(year)) for year in index["year"])
        for year, entity, values in zip(years, index["entity"], table.values, strict=True):
            if not self.has(str(entity)) or self.year not in (None, year):
                continue
            row = totals.setdefault(year, dict.fromkeys(table.columns, 0.0))
            for name, value in zip(table.columns, values, strict=True):
                row[name] += float(value)
        return dict(sorted(totals.items()))


def entities_of(record: Record) -> list[str]:
    """Return every entity that has events or a ledger, and the sites of blocks."""
    names = {event.entity for event in record.events}
    names |= {str(name) for name in dict(record.tables["ledger"].index)["entity"]}
    return sorted(names | {name.partition(".")[0] for name in names})


def print_trace(
    head: Mapping[str, str | int], record: Record, chosen: Filter, lang: str = "en"
) -> None:
    """Print story, events and ledger of a row, as far as the filter lets them."""
    console, said = make_console(), Speaker(lang)
    title = ", ".join(f"{said(f'trace.{name}')} {value}" for name, value in head.items())
    console.print(f"[bold]{title}[/bold]\n")
    ledger = chosen.ledger(record)
    events = chosen.events(record.events)
    for line in story(ledger, events, said):
        console.print(line, markup=False)
    console.print()
    for event in events:
        console.print(event_text(event, console.width, said), markup=False, soft_wrap=True)
    if not events:
        print("no event passes the filter", file=sys.stderr)
    console.print()
    for table in ledger_tables(ledger, console.width, said):
        console.print(table)


def story(ledger: Ledger, events: Iterable[Event], said: Speaker) -> Iterator[str]:
    """Tell in a few sentences what becomes of a row."""
    if ledger:
        year = _FOCUS if _FOCUS in ledger else max(ledger)
        yield _outcome(ledger[year], year, said)
        best = max(ledger, key=lambda each: ledger[each]["good_gwh"])
        if len(ledger) > 1 and ledger[best]["good_gwh"] >= _NOTHING:
            yield said("trace.best", year=best, good=fixed(ledger[best]["good_gwh"], 1))
    turns: dict[str, list[str]] = {}
    for event in events:
        if event.event in TURNS:
            turns.setdefault(event.event, []).append(f"{event.entity} {event.when:%Y-%m}")
    for name in TURNS:
        if name in turns:
            which = ", ".join(turns[name])
            yield said("trace.turns", what=said(f"trace.{name}"), which=which)


def _outcome(row: Mapping[str, float], year: int, said: Speaker) -> str:
    lost = {cause: row[column(cause)] for cause in LOSSES}
    first = max(lost, key=lambda cause: lost[cause])
    amounts = {"plan": row["announced_gwh"], "good": row["good_gwh"], "lost": lost[first]}
    numbers = {name: fixed(gwh, 1) for name, gwh in amounts.items()}
    return said("trace.outcome", year=year, cause=said.cause(first), **numbers)


def event_text(event: Event, width: int, said: Speaker) -> str:
    """Return an event: date, entity, what happened, how much and why; folded below the entity."""
    text = f"{event.when}  {said.of(happening(event))}"
    lines = textwrap.wrap(text, width, subsequent_indent=" " * 12, break_on_hyphens=False)
    return "\n".join(lines)


def ledger_tables(ledger: Ledger, width: int, said: Speaker) -> Iterator[FittedTable]:
    """Yield the ledger, as many years a table as fit: a row a step, a column a year."""
    steps = ("announced", "beyond_plan", *LOSSES, "good")
    shown = [
        step
        for step in steps
        if step in _ENDS or any(row[column(step)] >= _NOTHING for row in ledger.values())
    ]
    years = sorted(ledger)
    most = max(1, (width - _LABEL_WIDTH) // _YEAR_WIDTH)
    for first in range(0, len(years), most):
        part = years[first : first + most]
        rows = [
            (said.cause(step), *(signed(ledger[y][column(step)], sign_of(step)) for y in part))
            for step in shown
        ]
        strong = [i for i, step in enumerate(shown) if step in _ENDS]
        yield frame_table("", [Column("GWh"), *map(Column, map(str, part))], rows, strong)
