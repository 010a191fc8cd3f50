"""Dated events in words of both languages.

The valley logs events in English. Its words and their French stand in `words.yaml`: ``event``,
``cause`` and ``unit`` of an event, where ``{}`` stands for a number or a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bvsim.show.words import Both, french_spaces, plain, texts_of
from bvsim.valley.ground.books import Event

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
