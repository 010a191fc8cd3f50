"""The grammar of figures in files: every mistake of a figure is reported, with its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import get_args

from bvsim.schema.distribution_grammar import KINDS, DistributionReader
from bvsim.schema.errors import Path, did_you_mean, nearest, problems_error
from bvsim.schema.figure import (
    DATE_SYMBOL,
    Change,
    Confidence,
    Figure,
    FigureContext,
    Operation,
    Vintage,
)
from bvsim.schema.unit import Timed, Unit

CONFIDENCES: tuple[str, ...] = get_args(Confidence)
OPERATIONS: tuple[str, ...] = get_args(Operation)
USER = "user"
"""The source of what is set on the command line or in Python."""

_DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12.0, "years": 365.25}
_SPAN = re.compile(rf"(?P<number>[-+]?\d+(?:\.\d+)?) +(?P<unit>{'|'.join(_DAYS)})")
"""A time with its unit, as `plus` takes it."""
VINTAGE_KEYS = (*KINDS, "truncate", "unit", "source", "confidence", "note", "known_from")
_OPTIONAL_UNITS = frozenset({"1", "share", DATE_SYMBOL})


def parse_figure(raw: object, unit: Unit, context: FigureContext | None = None) -> object:
    """Return the figure that a field holds.

    Parameters
    ----------
    raw : object
        From a file: a mapping, or a list of mappings (vintages). From Python also a plain
        number or a `Timed`, which is let through unchanged.
    unit : Unit
        The unit of the field.
    context : FigureContext, optional
        Given when a file is loaded.

    Raises
    ------
    pydantic_core.PydanticCustomError
        With everything that is wrong with the figure.
    """
    if isinstance(raw, Figure):
        return raw if raw.unit == unit else replace(raw, unit=unit)
    from_python = context is None and not isinstance(raw, bool)
    if from_python and isinstance(raw, (int, float, Timed)):
        return raw
    return read_figure(raw, unit, context or FigureContext(complete=False))


def read_figure(raw: object, unit: Unit, context: FigureContext) -> Figure:
    """Read one figure; see `parse_figure`."""
    reader = _Reader(unit, context)
    figure = reader.figure(raw)
    if reader.problems or figure is None:
        raise problems_error(reader.problems)
    return figure


class _Reader(DistributionReader):
    """Reads one figure: vintages and levers."""

    def __init__(self, unit: Unit, context: FigureContext) -> None:
        super().__init__(unit)
        self.context = context
        self._meant: set[str | None] = set()

    def _absent(self, key: str, path: Path, message: str) -> None:
        """Report a key that is missing, unless it is there misspelt."""
        if key not in self._meant:
            self.say(path, message)

    def figure(self, raw: object) -> Figure | None:
        changes: object = []
        prefix: Path = ()
        before: Figure | None = None
        if isinstance(raw, Mapping):
            raw = dict(raw)
            changes = raw.pop("changes", [])
            if self.unit.kept and "before" in raw:
                before = self._before(raw.pop("before"))
            if "vintages" in raw:
                self.keys(raw, ("vintages", "changes"), ())
                raw, prefix = raw["vintages"], ("vintages",)
        if changes and raw == {}:
            hint = "; to move a start that is drawn, lengthen a stage of its project"
            said = "a lever (times, plus, from) needs a figure to act on: none is given here"
            self.say((), said + hint * self.is_date)
            return None
        vintages = self._vintages(raw, prefix)
        levers = self._changes(changes)
        if vintages is None or self.problems:
            return None
        index = self._in_force(vintages)
        return None if index is None else Figure(self.unit, tuple(vintages), index, levers, before)

    def _before(self, raw: object) -> Figure | None:
        """Read what the figure was before a setting replaced it."""
        reader = _Reader(self.unit, self.context)
        figure = reader.figure(raw)
        for path, message in reader.problems:
            self.say(("before", *path), message)
        return figure

    def _vintages(self, raw: object, prefix: Path) -> list[Vintage] | None:
        if isinstance(raw, Mapping):
            vintage = self._vintage(raw, prefix)
            return None if vintage is None else [vintage]
        if not isinstance(raw, list) or not raw:
            self.say(prefix, self._bare(raw))
            return None
        found = []
        for i, item in enumerate(raw):
            if isinstance(item, Mapping):
                found.append(self._vintage(item, (*prefix, i)))
            else:
                self.say((*prefix, i), self._bare(item))
        return [vintage for vintage in found if vintage is not None]

    def _bare(self, raw: object) -> str:
        if isinstance(raw, (int, float, date)) and not isinstance(raw, bool):
            unit = "" if self._unit_optional else f"unit: {self.unit.symbol}, "
            return (
                f"a bare {'date' if isinstance(raw, date) else 'number'} needs a source: "
                f"write {{value: {raw}, {unit}source: [...], confidence: ...}}"
            )
        what = "nothing" if raw is None else repr(raw)
        return f"{what} is not a figure: write {{value: ..., unit: ..., source: [...], ...}}"

    @property
    def _unit_optional(self) -> bool:
        return self.unit.whole or self.unit.symbol in _OPTIONAL_UNITS

    def _vintage(self, raw: Mapping[str, object], path: Path) -> Vintage | None:
        known = self.keys(raw, VINTAGE_KEYS, path)
        self._meant = {nearest(str(key), VINTAGE_KEYS) for key in raw if key not in VINTAGE_KEYS}
        self._check_unit(raw, path)
        sources = self._sources(raw, path)
        confidence = raw.get("confidence")
        if confidence not in CONFIDENCES:
            self._confidence(raw, path)
        written = raw.get("known_from")
        day = None if written is None else self.day(written, (*path, "known_from"))
        distribution = self.distribution(raw, path, report_none=known)
        if distribution is None or self.problems:
            return None
        note = "" if raw.get("note") is None else str(raw["note"])
        since = day or self._latest(sources)
        return Vintage(distribution, sources, str(confidence), note, since)

    def _check_unit(self, raw: Mapping[str, object], path: Path) -> None:
        written = raw.get("unit")
        if written is None:
            if not self._unit_optional:
                self._absent("unit", path, f"no unit: write unit: {self.unit.symbol}")
        elif str(written) != self.unit.symbol:
            self.say((*path, "unit"), f"the unit is {self.unit.symbol} here, not {written}")

    def _confidence(self, raw: Mapping[str, object], path: Path) -> None:
        words = ", ".join(CONFIDENCES)
        if raw.get("confidence") is None:
            self._absent("confidence", path, f"no confidence: write one of {words}")
        else:
            word = str(raw["confidence"])
            near = did_you_mean(word, CONFIDENCES)
            self.say((*path, "confidence"), f"unknown confidence {word!r}{near}: one of {words}")

    def _sources(self, raw: Mapping[str, object], path: Path) -> tuple[str, ...]:
        written = raw.get("source")
        if written is None or written == []:
            self._absent("source", path, "no source: a figure needs at least one")
            return ()
        ids = written if isinstance(written, list) else [written]
        for i, name in enumerate(ids):
            where = (*path, "source", i) if isinstance(written, list) else (*path, "source")
            if not isinstance(name, str):
                self.say(where, f"{name!r} is not the id of a source: put it in quotes")
            elif self.context.complete and name != USER and name not in self.context.sources:
                near = did_you_mean(name, self.context.sources)
                self.say(where, f"unknown source {name!r}{near}")
        return tuple(str(name) for name in ids)

    def _latest(self, sources: tuple[str, ...]) -> date | None:
        dates = [day for name in sources if (day := self.context.sources.get(name))]
        return max(dates, default=None)

    def _in_force(self, vintages: list[Vintage]) -> int | None:
        """Return the newest vintage known at `as_of`."""
        as_of = self.context.as_of
        dates = [vintage.known_from or date.min for vintage in vintages]
        if len(set(dates)) < len(dates):
            self.say((), "two vintages are known from the same date: give one a known_from")
            return None
        known = [i for i, day in enumerate(dates) if as_of is None or day <= as_of]
        if not known:
            self.say((), f"known only from {min(dates)}, after as_of {as_of}: no vintage of then")
            return None
        return max(known, key=lambda i: dates[i])

    def _changes(self, raw: object) -> tuple[Change, ...]:
        if not isinstance(raw, list):
            self.say(("changes",), f"{raw!r} should be a list of levers")
            return ()
        found = [self._change(item, ("changes", i)) for i, item in enumerate(raw)]
        changes = [change for change in found if change is not None]
        days = [change.since for change in changes if change.since]
        if len(set(days)) < len(days):
            self.say(("changes",), "two levers act from the same date")
        return tuple(sorted(changes, key=lambda change: change.since or date.min))

    def _change(self, raw: object, path: Path) -> Change | None:
        if not isinstance(raw, Mapping):
            self.say(path, f"{raw!r} should be {{times: ..., from: DATE}}, or plus, or to")
            return None
        if not self.keys(raw, (*OPERATIONS, "from"), path):
            return None
        given = [operation for operation in OPERATIONS if operation in raw]
        if len(given) != 1:
            self.say(path, f"a lever is exactly one of {', '.join(OPERATIONS)}")
            return None
        since = self._since(raw, path)
        operation = given[0]
        value = self._operand(operation, raw[operation], (*path, operation))
        return None if value is None else Change(operation, value, since)  # type: ignore[arg-type]

    def _operand(self, operation: str, raw: object, path: Path) -> float | None:
        if operation != "to":
            value = self._added(raw, path) if operation == "plus" else self.number(raw, path)
            if operation == "times" and value is not None:
                if self.is_date:
                    self.say(path, "a date cannot be multiplied: use plus, in days")
                elif value < 0.0 <= self.unit.lower:
                    self.say(path, f"times {value:g} would make it negative")
            return value
        made = self.make("value", raw, path)
        return None if made is None or not self.within_bounds(made, path) else made.median

    def _added(self, raw: object, path: Path) -> float | None:
        """Read what is added: a number in the figure's unit, or a time such as ``24 months``."""
        found = _SPAN.fullmatch(raw) if isinstance(raw, str) else None
        if found is None:
            return self.number(raw, path)
        symbol = "days" if self.is_date else self.unit.symbol
        if symbol not in _DAYS:
            self.say(path, f"{raw!r} is a time, and the figure is in {self.unit.symbol}")
            return None
        return float(found["number"]) * _DAYS[found["unit"]] / _DAYS[symbol]

    def _since(self, raw: Mapping[str, object], path: Path) -> date | None:
        if "from" not in raw:
            return None
        where = (*path, "from")
        since = self.day(raw["from"], where)
        if since is None:
            return None
        if not self.unit.timed:
            self.say(
                where, "this figure has one value for a whole run and cannot change: drop `from`"
            )
        elif self.context.as_of is not None and since <= self.context.as_of:
            self.say(where, f"a lever acts after as_of ({self.context.as_of}): facts stay")
        elif self.context.end is not None and since > self.context.end:
            self.say(where, f"a lever from after the end ({self.context.end}) would do nothing")
        return since
