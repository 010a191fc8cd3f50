"""The classes of ramp-up against plants whose ramp-ups were published, one left out at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bvsim.analysis.truth.rivals import RampPoint, by_plant, share_at
from bvsim.ensemble.work import FloatArray

MEMBERS = 4096
_GRID = 49
_FIGURES = (
    "t50",
    "steepness",
    "mature",
    "scrap_start",
    "scrap_knee",
    "scrap_mature",
    "scrap_time",
    "scrap_slow_time",
)


def ramp_classes(folder: Path, as_of: date) -> dict[str, Any]:
    """Return the classes of a model with the vintages of a day.

    Parameters
    ----------
    folder : pathlib.Path
        The model folder.
    as_of : datetime.date
        Vintages known later are not used.

    Raises
    ------
    SpecError
        When the classes cannot be read.
    """
    from bvsim.reading.assembly import kind_of, source_days
    from bvsim.reading.checking import check
    from bvsim.reading.folder import read_model
    from bvsim.reading.shapes import shape_of
    from bvsim.reading.templates import fill_templates
    from bvsim.schema.errors import SpecError
    from bvsim.schema.figure import FigureContext

    tree = read_model(folder).tree
    kind = kind_of()
    filled = fill_templates(tree, shape_of(kind.cls), kind.templates)
    context = FigureContext(source_days(tree), as_of)
    for template, node in filled.sections:
        if template.field == "ramp":
            classes, problems = check(dict[str, template.part], node, context)  # type: ignore[name-defined]
            if problems:
                raise SpecError(problems)
            return dict(classes)
    return {}


class ClassSampler:
    """Draws of the figures of one class, and what they say of an age.

    Parameters
    ----------
    ramp : RampClass
        With figures, not numbers.
    seed : int
        Of the draws.
    """

    def __init__(self, ramp: Any, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._drawn: dict[str, FloatArray] = {}
        for name in _FIGURES:
            uniforms = rng.random(MEMBERS)
            self._drawn[name] = np.asarray(getattr(ramp, name).distribution.quantile(uniforms))

    def scrap(self, months: float) -> FloatArray:
        """Return scrap at an age, share of starts, shape (members,)."""
        d = self._drawn
        fast = np.exp(-months / d["scrap_time"])
        slow = np.exp(-months / d["scrap_slow_time"])
        above, below = d["scrap_start"] - d["scrap_knee"], d["scrap_knee"] - d["scrap_mature"]
        return np.asarray(d["scrap_mature"] + below * slow + above * fast)

    def share(self, months: float) -> FloatArray:
        """Return good cells at an age as a share of nameplate, shape (members,).

        The plant's curve: lines in turn, stops and yield are in it.
        """
        d = self._drawn
        return np.asarray(d["mature"] / (1.0 + np.exp(-d["steepness"] * (months / d["t50"] - 1.0))))

    def of(self, point: RampPoint) -> FloatArray:
        """Return what the class says of a published point."""
        if point.scrap:
            return self.scrap((point.first + point.last) / 2.0)
        ages = np.linspace(point.first, point.last, _GRID if point.last > point.first else 1)
        return np.asarray(np.mean([self.share(float(age)) for age in ages], axis=0))


@dataclass(frozen=True)
class PointForecasts:
    """A published point, and what was said of it with and without the plant itself.

    Parameters
    ----------
    point : RampPoint
        What was published.
    own : array or None
        The class that the plant belongs to, fitted with the plant in view; None without one.
    others : array
        The classes of the other plants, as often as there are plants of them.
    plants : array
        What the other plants themselves had reached at that age; empty for scrap.
    """

    point: RampPoint
    own: FloatArray | None
    others: FloatArray
    plants: FloatArray


def leave_one_out(points: Sequence[RampPoint], classes: Mapping[str, Any]) -> list[PointForecasts]:
    """Return forecasts of each plant's points from the other plants."""
    samplers = {
        name: ClassSampler(ramp, i) for i, (name, ramp) in enumerate(sorted(classes.items()))
    }
    ramps = {point.plant: point.ramp for point in points if point.ramp in samplers}
    found = []
    for point in points:
        others = [ramp for plant, ramp in sorted(ramps.items()) if plant != point.plant]
        mixture = np.concatenate([samplers[ramp].of(point) for ramp in others])
        own = samplers[point.ramp].of(point) if point.ramp in samplers else None
        found.append(PointForecasts(point, own, mixture, _rivals(points, point)))
    return found


def _rivals(points: Sequence[RampPoint], point: RampPoint) -> FloatArray:
    plants = by_plant(points)
    if point.scrap:
        return np.empty(0)
    return np.array(
        [
            share_at(own, point.first, point.last)
            for plant, own in sorted(plants.items())
            if plant != point.plant
        ]
    )
