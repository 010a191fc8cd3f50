"""Dated events in words of both languages.

The valley logs events in English. Its words and their French stand in `words.yaml`: ``event``,
``cause`` and ``unit`` of an event, where ``{}`` stands for a number or a name.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from bvsim.analysis.explain.future import Told, Turn
from bvsim.show.words import THIN, Both, fixed, french_spaces, plain, say, texts_of
from bvsim.valley.ground.books import Event
from bvsim.valley.ground.calendar import DAYS_PER_MONTH

_SECTIONS = {"event": "event", "cause": "event_cause", "unit": "event_unit"}


@dataclass(frozen=True)
class Happened:
    """What an event says.

    Parameters
    ----------
    event, cause, unit : Both
        What happened, why, and the unit of how much.
    """

    event: Both
    cause: Both
    unit: Both


def happened(event: Event) -> Happened:
    """Return an event in both languages; names of the model stay as they are."""
    return Happened(*(_said(part, getattr(event, part)) for part in _SECTIONS))


def happening(event: Event, *, entity: Both | None = None) -> Both:
    """Return an event as a text: entity, what happened, how much and why."""
    said = happened(event)
    text = say("trace.event", entity=entity or plain(event.entity), event=said.event)
    if math.isfinite(event.value):
        much = amount(event.value)
        text = _after(text, "  ", Both(f"{much.en} {said.unit.en}", f"{much.fr} {said.unit.fr}"))
    if not event.cause:
        return text
    return _after(text, "  ", Both(f"({said.cause.en})", f"({said.cause.fr})"))


def _after(text: Both, between: str, more: Both) -> Both:
    ends = zip((text.en, text.fr), (more.en, more.fr), strict=True)
    return Both(*(f"{first}{between}{last}".rstrip() for first, last in ends))


def amount(value: float) -> Both:
    """Write an amount with four digits, and a large one with all it has."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return Both(text, text.translate({ord(","): THIN, ord("."): ","}))


def telling(told: Told) -> Both:
    """Return what a future makes beside the median one."""
    return say(
        "trace.future",
        draw=told.row[0],
        median=told.median[0],
        output=fixed(told.output, 1),
        usual=fixed(told.median_output, 1),
        total=fixed(told.total, 0),
        usual_total=fixed(told.median_total, 0),
    )


def turning(turn: Turn, entity: Both) -> Both:
    """Return an event that parts two futures as a text: what, why, how much later, its GWh."""
    event = Event(math.nan, turn.when, turn.entity, turn.event, turn.cause, math.nan, "")
    said = happened(event)
    what = say("trace.event", entity=entity, event=said.event)
    if turn.here and turn.cause:
        what = _after(what, " ", Both(f"({said.cause.en})", f"({said.cause.fr})"))
    if not turn.here:
        text = say("trace.never_here", what=what)
    elif math.isinf(turn.days):
        text = say("trace.only_here", what=what)
    else:
        months = fixed(abs(turn.days) / DAYS_PER_MONTH, 0)
        text = say("trace.later" if turn.days > 0 else "trace.sooner", what=what, months=months)
    if abs(turn.gwh) < 0.5:
        return text
    return say(
        "trace.gains", what=text, gwh=plain(f"{turn.gwh:+.0f}".replace("-", "\N{MINUS SIGN}"))
    )


def known(part: str, text: str) -> bool:
    """Tell whether a text of an event has words, or is empty."""
    return not text or _french(part, text) is not None


def _said(part: str, text: str) -> Both:
    found = _french(part, text)
    return plain(text) if found is None else Both(text, french_spaces(found))


def _french(part: str, text: str) -> str | None:
    """Return the French of a text; what a name parts from its cause is looked up alone."""
    for pattern, french in _patterns(part):
        match = pattern.fullmatch(text)
        if match:
            return french.format(*(_french(part, each) or each for each in match.groups()))
    return None


@cache
def _patterns(part: str) -> list[tuple[re.Pattern[str], str]]:
    """Return patterns and their French, the most exact first."""
    texts = texts_of(_SECTIONS[part])
    order = sorted(texts, key=lambda key: key.count("{}"))
    return [(_pattern(texts[key]["en"]), texts[key]["fr"]) for key in order]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))))
