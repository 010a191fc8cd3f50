"""The publications behind the figures, and from which day each was known."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from bvsim.schema.part import part

_MONTHS = 12
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def known_day(written: object) -> dt.date | None:
    """Return the day from which a source is known: the last day of a bare month or year.

    Parameters
    ----------
    written : datetime.date, int, str or None
        A date as a file writes it: YYYY-MM-DD, YYYY-MM or YYYY; None for a source that has
        no date, and is known always.

    Raises
    ------
    ValueError
        When it is not a date.
    """
    if written is None or isinstance(written, dt.date):
        return written
    match = _PARTIAL.fullmatch(str(written))
    if match:
        year, month = int(match[1]), int(match[2] or _MONTHS)
        if 1 <= month <= _MONTHS:
            return dt.date(year, month, calendar.monthrange(year, month)[1])
    try:
        return dt.date.fromisoformat(str(written))
    except ValueError:
        raise ValueError(f"{written!r} is not a date: write YYYY-MM-DD, YYYY-MM or YYYY") from None


def _checked(written: object) -> str | None:
    known_day(written)
    return None if written is None else str(written)


PublicationDate = Annotated[str | None, BeforeValidator(_checked)]


@part
class Source:
    """A publication, or a body of knowledge."""

    title: str
    """What it is called."""
    publisher: str = ""
    """Who published it."""
    date: PublicationDate = None
    """When: YYYY-MM-DD, YYYY-MM or YYYY (known from the last day); empty: known always."""
    url: str | None = None
    """Where it can be read."""
    read: Literal["full", "excerpt", "none"] = "none"
    """How much of it was read for this model."""
    note: str | None = None
    """What to know before relying on it."""

    @property
    def known(self) -> dt.date | None:
        """The day from which it is known."""
        return known_day(self.date)
