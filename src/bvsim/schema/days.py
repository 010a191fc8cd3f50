"""What a date is, wherever one is asked for: in files, settings, sweeps and Python."""

from __future__ import annotations

import re
from datetime import date, datetime, time

NOT_A_DATE = "is not a date: write YYYY-MM-DD"
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2199, 12, 31)
"""No date of a model lies outside: one that does is a slip of the pen."""

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def as_day(raw: object) -> date | None:
    """Return the day that a value stands for, or None.

    A date stands for one, quoted or not, and a `datetime` or `pandas.Timestamp` at midnight
    without a zone. Times of day and other spellings do not.
    """
    try:
        if isinstance(raw, datetime):
            midnight = raw.tzinfo is None and raw.time() == time()
            return raw.date() if midnight else None
        if isinstance(raw, str):
            return date.fromisoformat(raw) if _ISO.fullmatch(raw) else None
    except ValueError:  # no such day; pandas' NaT has no time
        return None
    return raw if isinstance(raw, date) else None
