"""What was observed after a date: the dated facts of the model's own files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bvsim.analysis.tables import REGION

if TYPE_CHECKING:
    from bvsim.schema.distributions import Distribution

Kind = Literal["output", "heads", "sop"]
UNITS: dict[Kind, str] = {"output": "GWh", "heads": "heads", "sop": "months"}


@dataclass(frozen=True)
class Observation:
    """One observed figure, with the error of that knowledge.

    Parameters
    ----------
    kind : {"output", "heads", "sop"}
        Good cells made in a window; own staff on a day; the start of production.
    entity : str
        Site, or block of an SOP.
    first, last : datetime.date
        The window; both the day for heads and SOP.
    since_start : bool
        True where the window begins with the plant's own start, which a forecast may put
        elsewhere: then all that was made up to `last` is compared.
    value : float
        Median of what is known: GWh, heads; for SOP months after the forecast's date.
    low, high : float
        Central 80% of what is known.
    counted : bool
        False for a sum of other observations, which is no further evidence.
    """

    kind: Kind
    entity: str
    first: date
    last: date
    since_start: bool
    value: float
    low: float
    high: float
    counted: bool = True

    @property
    def label(self) -> str:
        """Its name in a table."""
        if self.kind == "sop":
            return f"{self.entity}, SOP"
        if self.kind == "heads":
            return f"{self.entity}, heads on {self.last}"
        span = f"to {self.last}" if self.since_start else f"{self.first} to {self.last}"
        return f"{self.entity}, GWh {span}{'' if self.counted else ' (a sum)'}"


def observations(model: Any, after: date) -> list[Observation]:
    """Return what a model's facts say of the time after a date, by kind, entity and day.

    Parameters
    ----------
    model : Model
        A model at a later `as_of`, whose facts are known.
    after : datetime.date
        The `as_of` of the forecasts; what was known by then is no test of them.
    """
    found: list[Observation] = []
    for name, site in sorted(model.sites.items()):
        found += _heads(name, site, after)
        for label, block in sorted(site.blocks.items()):
            found += _starts(f"{name}.{label}", block, after)
        found += _windows(name, site, after)
    found += _sums([each for each in found if each.kind == "output"])
    return sorted(found, key=lambda each: (each.kind, each.entity, each.last, each.counted))


def _sums(windows: list[Observation]) -> Iterator[Observation]:
    """Yield each site's output since its start, and that of all sites to each end of a year."""
    for site in sorted({each.entity for each in windows}):
        own = [each for each in windows if each.entity == site]
        if len(own) > 1:
            yield _sum(site, own, counted=False)
    for year in sorted({each.last.year for each in windows}):
        parts = [each for each in windows if each.last <= date(year, 12, 31)]
        if max(each.last for each in parts) == date(year, 12, 31):
            yield _sum(REGION, parts, counted=False)


def _sum(entity: str, parts: list[Observation], *, counted: bool) -> Observation:
    """Add observations up, their errors as if they were independent."""
    value = sum(each.value for each in parts)
    below, above = (
        sum((getattr(each, side) - each.value) ** 2 for each in parts) ** 0.5
        for side in ("low", "high")
    )
    begins, last = min(parts, key=lambda each: each.first), max(each.last for each in parts)
    return Observation(
        "output",
        entity,
        begins.first,
        last,
        begins.since_start,
        value,
        value - below,
        value + above,
        counted,
    )


def _heads(name: str, site: Any, after: date) -> Iterator[Observation]:
    for reading in site.heads.values():
        if reading.on > after:
            yield Observation(
                "heads", name, reading.on, reading.on, False, *_known(reading.heads.distribution)
            )


def _starts(entity: str, block: Any, after: date) -> Iterator[Observation]:
    started = block.project.started
    if started is not None and started > after:
        months = months_after(after, started)
        yield Observation("sop", entity, started, started, False, months, months, months)


def _windows(name: str, site: Any, after: date) -> Iterator[Observation]:
    """Yield what a site made in each span: what was seen of its blocks in it, added up."""
    spans: dict[tuple[date, date], list[Observation]] = {}
    for _, block in sorted(site.blocks.items()):
        for window in block.output.values():
            if window.last > after:
                whole = block.project.started == window.first
                known = _known(window.good.distribution)
                seen = Observation("output", name, window.first, window.last, whole, *known)
                spans.setdefault((window.first, window.last), []).append(seen)
    for parts in spans.values():
        yield parts[0] if len(parts) == 1 else _sum(name, parts, counted=True)


def _known(distribution: Distribution) -> tuple[float, float, float]:
    low, middle, high = distribution.quantile(np.array([0.1, 0.5, 0.9])).tolist()
    return middle, low, high


def months_after(day: date, later: date) -> float:
    """Return the months between two dates."""
    return (later - day).days / (365.25 / 12.0)
