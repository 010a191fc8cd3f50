"""The classes as they were judged before they were fitted: what the fit has to beat.

A file holds their figures (``history/classes-judged.csv``). They are read here as they were meant:
a learning curve of the rate times rating, uptime and yield, counted from SOP whatever its kind.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration.table import Row
from bvsim.schema.distributions import Fixed, Lognormal, Triangular, Uniform

FloatArray = NDArray[np.float64]

FILE: Final = "classes-judged.csv"
_FAMILIES: Final = {
    "value": Fixed,
    "uniform": Uniform,
    "triangular": Triangular,
    "lognormal": Lognormal,
}
_HOURS_A_DAY: Final = 24.0
_GRID: Final = 49


class JudgedClasses:
    """Draws of the judged figures of every class.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file: class, figure, known_from, family and up to three parameters.
    as_of : datetime.date
        Of a figure the last entry known by then counts.
    members : int
        How many draws.
    seed : int
        Of the draws.
    """

    def __init__(self, path: Path, as_of: date, members: int = 4096, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self._drawn: dict[str, dict[str, FloatArray]] = {}
        for (ramp, figure), distribution in sorted(_read(path, as_of).items()):
            uniforms = rng.random(members)
            self._drawn.setdefault(ramp, {})[figure] = distribution.quantile(uniforms)

    def members(self, row: Row) -> FloatArray:
        """Return what a row's class says of it, by draw."""
        d = self._drawn[row.ramp]
        if row.part == "scrap":
            return _scrap(d, row.months)
        half = row.averages / 2.0
        ages = np.linspace(row.months - half, row.months + half, _GRID if half else 1)
        return np.asarray(np.mean([_share(d, max(float(age), 0.0)) for age in ages], axis=0))


def _scrap(d: Mapping[str, FloatArray], months: float) -> FloatArray:
    fallen = np.exp(-months / d["scrap_time"])
    return np.asarray(d["scrap_mature"] + (d["scrap_start"] - d["scrap_mature"]) * fallen)


def _share(d: Mapping[str, FloatArray], months: float) -> FloatArray:
    rate = 1.0 / (1.0 + np.exp(-d["k"] * (months - d["t50"])))
    uptime = d["mtbf"] / (d["mtbf"] + d["mttr"] / _HOURS_A_DAY)
    made = (1.0 - _scrap(d, months)) / (1.0 - d["scrap_mature"])
    return np.asarray(d["rating"] * rate * uptime * made)


def _read(path: Path, as_of: date) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for raw in csv.DictReader(file):
            known = raw["known_from"]
            if not known or date.fromisoformat(known) <= as_of:
                numbers = [float(raw[n]) for n in ("first", "second", "third") if raw[n]]
                found[raw["class"], raw["figure"]] = _FAMILIES[raw["family"]](*numbers)
    return found
