"""Pydantic's errors in words that say what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from bvsim.schema.errors import did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHOULD = (
    ("date", "is not a date: write YYYY-MM-DD"),
    ("bool", "should be true or false"),
    ("int", "is not a whole number"),
    ("float", "is not a number"),
    ("dataclass", "should be keys with values"),
    ("model_attributes", "should be keys with values"),
    ("dict", "should be keys with values"),
    ("mapping", "should be keys with values"),
    ("list", "should be a list, as [a, b]"),
    ("tuple", "should be a list, as [a, b]"),
)
_QUOTED = re.compile(r"'([^']*)'")


def say(item: ErrorDetails) -> str:
    """Word one of pydantic's errors.

    Parameters
    ----------
    item : ErrorDetails
        As `ValidationError.errors` lists it.
    """
    kind, given = item["type"], _given(item["input"])
    if kind in _SPECIAL:
        return _SPECIAL[kind](item)
    for beginning, words in _SHOULD:
        if kind.startswith(beginning):
            return f"{given} {words}"
    return str(item["msg"])


def _given(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, date):
        return value.isoformat()
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _quotes(value: object) -> str:
    return ": put it in quotes" if isinstance(value, (int, float, date)) else ""


def _choice(given: object, expected: str) -> str:
    choices = _QUOTED.findall(expected)
    near = did_you_mean(str(given), choices)
    return f"{_given(given)} is not one of {', '.join(choices) or expected}{near}"


_SPECIAL: dict[str, Callable[[ErrorDetails], str]] = {
    "value_error": lambda item: str(item["ctx"]["error"]),
    "literal_error": lambda item: _choice(item["input"], item["ctx"]["expected"]),
    "enum": lambda item: _choice(item["input"], item["ctx"]["expected"]),
    "union_tag_invalid": lambda item: _choice(item["ctx"]["tag"], item["ctx"]["expected_tags"]),
    "union_tag_not_found": lambda item: (
        f"{item['ctx']['discriminator']} is missing: it says what this is"
    ),
    "string_type": lambda item: f"{_given(item['input'])} should be text{_quotes(item['input'])}",
}
