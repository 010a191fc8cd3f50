"""What a run remembers of a lever that was turned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True)
class Turned:
    """A lever that was turned, as a run remembers it.

    Parameters
    ----------
    name, title : str
        What it is called, and what it does.
    strength : float
        1 as the file has it.
    since : datetime.date
        The day from which it acts.
    total_meur, per_year_meur : float or None
        Its price, EUR million, median: once, or a year.
    booked, unpriced : str
        The column of the region that books its cost, or why it has no price.
    sources : tuple of str
        Ids of the sources of its price.
    acts : bool
        Whether it changes anything: not where the scenario has all of it already, nor after
        the end of the run.
    """

    name: str
    title: str
    strength: float
    since: date
    total_meur: float | None = None
    per_year_meur: float | None = None
    booked: str = ""
    unpriced: str = ""
    sources: tuple[str, ...] = ()
    acts: bool = True

    def __str__(self) -> str:
        return self.name if self.strength == 1.0 else f"{self.name}={self.strength:g}"

    def meur(self, first: int, last: int) -> float | None:
        """Return what it costs from the beginning of one year to the end of another.

        Nothing is spent before it acts. None where it is unpriced or booked in the run.
        """
        if self.per_year_meur is None:
            return self.total_meur
        begun = self.since.year + (self.since.timetuple().tm_yday - 1) / 365.25
        return self.per_year_meur * max(0.0, last + 1 - max(float(first), begun))

    def entry(self) -> dict[str, object]:
        """Return it as a manifest holds it."""
        return asdict(self) | {"since": self.since.isoformat(), "sources": list(self.sources)}

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Self:
        """Read what `entry` wrote."""
        dates = {"since": date.fromisoformat(entry["since"]), "sources": tuple(entry["sources"])}
        return cls(**{**entry, **dates})
