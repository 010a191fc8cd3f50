"""Which studies the generated pages of the documentation show of a region: ``pages.yaml``.

Nothing here decides anything in a replication: the file is no part of what is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from typing import Any, Literal

from bvsim.schema.part import part
from bvsim.schema.reference import Reference, References

Names = tuple[str, ...]
Span = tuple[int, int]
"""First and last calendar year, both included."""


@part
class ScrapPage:
    """What learning and volume do to the scrap that a recycler gets."""

    recycler: str
    expected: dict[str, Literal[-1, 1]]
    """By scenario: 1 where its scrap should rise over the reference, -1 where it should fall."""


@part
class ScenariosPage:
    """The page that sets all scenarios side by side."""

    first: Names = ()
    """Scenarios at the top of the table, in order."""
    last: Names = ()
    """Scenarios at its end."""
    frames: Names = ()
    """Scenarios that stand for themselves: their difference from the reference says nothing."""
    ladders: tuple[Names, ...] = ()
    """Scenarios that should be in order, from low to high."""
    scrap: ScrapPage | None = None


@part
class CathodeRun:
    """A run that the page on cathode material compares."""

    scenario: str
    set: dict[str, Any] = field(default_factory=dict)
    """What is set beside, as in the `set` of a scenario file."""


@part
class CathodePage:
    """The page on cathode material: when it matters."""

    years: Span
    """Years that are compared."""
    stop: Span
    """Years of the stop of imports."""
    sites: Names
    """Plants, as they stand in the table."""
    runs: dict[str, CathodeRun]
    differences: dict[str, tuple[str, str]]
    """By what it says: two runs, the first less the second."""
    weeks: dict[str, str]
    """By run: the head of its column of weeks that cathode material binds."""


@part
class RampUpPage:
    """The page on ramp-up."""

    layouts: dict[str, str | None]
    """By class of ramps: the site whose first block lends its layout; none: a single line."""
    takers: dict[str, str]
    """By what the table calls a class: a site that takes it over."""


@part
class ForetoldPage:
    """Plants that the fit has seen, foretold with and without their own figures."""

    called: str
    """What a heading calls them together."""
    sites: Names


@part
class ValidationPage:
    """The page that holds forecasts against what happened."""

    hindcast: str
    """The scenario of the past."""
    end: date
    """Its last day here."""
    today: str = "reference"
    """The scenario that knows what happened since."""
    foretold: ForetoldPage | None = None
    """None: no plant of the region is told apart in the fit."""
    headlines: Names = ()
    """Key figures whose spread is told apart by what figures rest on."""


@part
class PairingPage:
    """The page on luck: what levers change draw by draw."""

    levers: Names
    by_calendar_year: Names = ()
    """Those that act on whole calendar years, from that of the forecast's day on."""


@part
class PlannerPage:
    """The planner's page."""

    gwh: float
    """The yearly output whose odds are told."""
    year: int
    """The year that the page opens on."""


@part
class PagesSpec:
    """A page a field; a page that a region does not have is absent."""

    scenarios: ScenariosPage | None = None
    cathode: CathodePage | None = None
    rampup: RampUpPage | None = None
    validation: ValidationPage | None = None
    pairing: PairingPage | None = None
    planner: PlannerPage | None = None


def references(
    scenarios: Iterable[str], levers: Iterable[str], kpis: Iterable[str] | None = None
) -> References:
    """Return what the names in a file of pages must be borne by.

    Parameters
    ----------
    scenarios, levers : iterable of str
        The scenarios and levers that there are.
    kpis : iterable of str, optional
        The key figures that there are; None: these are not looked at.
    """
    known = {"scenario": tuple(scenarios), "lever": tuple(levers)}
    known |= {} if kpis is None else {"key figure": tuple(kpis)}
    outside = (
        Reference(f"pages.{pattern}", what, _STANDS[what], known[what])
        for pattern, what in _OUTSIDE.items()
        if what in known
    )
    return References((*outside, *_INSIDE))


_STANDS = {"scenario": ("scenarios",), "lever": ("levers",), "key figure": ("kpis",)}
_OUTSIDE = {
    "scenarios.first.*": "scenario",
    "scenarios.last.*": "scenario",
    "scenarios.frames.*": "scenario",
    "scenarios.ladders.*.*": "scenario",
    "scenarios.scrap.expected:keys": "scenario",
    "cathode.runs.*.scenario": "scenario",
    "validation.hindcast": "scenario",
    "validation.today": "scenario",
    "validation.headlines.*": "key figure",
    "pairing.levers.*": "lever",
    "pairing.by_calendar_year.*": "lever",
}
_INSIDE = (
    Reference("pages.scenarios.scrap.recycler", "recycler", ("recycling.recyclers",)),
    Reference("pages.cathode.sites.*", "site", ("sites",)),
    Reference("pages.cathode.differences.*.*", "run", ("pages.cathode.runs",)),
    Reference("pages.cathode.weeks:keys", "run", ("pages.cathode.runs",)),
    Reference("pages.rampup.layouts:keys", "class of ramps", ("classes",)),
    Reference("pages.rampup.layouts.*", "site", ("sites",)),
    Reference("pages.rampup.takers.*", "site", ("sites",)),
    Reference("pages.validation.foretold.sites.*", "site", ("sites",)),
)
