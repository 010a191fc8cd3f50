"""What an unquoted word of a file means.

Like YAML 1.2 with the traps of YAML 1.1 named: ``1e6`` is a number, ``12:30`` and
``012`` are refused, and words such as ``no`` are marked, so that they are accepted only
where a truth value is meant.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import NamedTuple

from bvsim.reading.nodes import Scalar

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_WORDS = frozenset(
    form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())
)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*(_[0-9]+)*)")
_FLOAT = re.compile(
    r"[-+]?([0-9]+(_[0-9]+)*(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?",
)
_OCTAL = re.compile(r"[-+]?0[0-9_]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_DIGITS = 300
"""A longer whole number is no float, and Python itself refuses to read very long ones."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9].*")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")


class Meaning(NamedTuple):
    """What an unquoted word means: a value, a marked word, or why it is refused."""

    value: Scalar
    word: str = ""
    refused: str = ""


def meaning(text: str) -> Meaning:
    """Return what an unquoted scalar means."""
    if text in _NULLS:
        return Meaning(None)
    if text in _TRUE or text in _FALSE:
        return Meaning(text in _TRUE, word=text)
    if text in _WORDS:
        return Meaning(text, word=text)
    if text[0] in "+-.0123456789":
        return _number_or_date(text)
    return Meaning(text)


def _number_or_date(text: str) -> Meaning:
    if _INT.fullmatch(text):
        return _whole(text)
    if _DATE.fullmatch(text):
        return _date(text)
    for pattern, why in _REFUSED:
        if pattern.fullmatch(text):
            return Meaning(text, refused=f"{text} {why}")
    if _FLOAT.fullmatch(text):
        value = float(text)
        return Meaning(value, refused="" if math.isfinite(value) else f"{text} is too large")
    return Meaning(text)


def _whole(text: str) -> Meaning:
    if len(text) > _MOST_DIGITS:
        return Meaning(text, refused=f"{text[:6]}... is too large, with {len(text)} digits")
    return Meaning(int(text))


def _date(text: str) -> Meaning:
    try:
        return Meaning(date.fromisoformat(text))
    except ValueError:
        return Meaning(text, refused=f"there is no date {text}")


_REFUSED = (
    (_OCTAL, "begins with a zero, which YAML reads as an octal number: drop the zero, or quote it"),
    (_SEXAGESIMAL, "is a number to base 60 in YAML: put it in quotes if text is meant"),
    (_TIME, "holds a time of day: write a date alone, as YYYY-MM-DD"),
    (_NOT_FINITE, "is not a finite number"),
)
