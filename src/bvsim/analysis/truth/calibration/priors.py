"""What was believed before the observations: weak, and each with its reason in a file."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "calibration-priors.csv"
FAMILIES: Final = ("normal", "lognormal", "logit-normal", "spread")


@dataclass(frozen=True)
class Prior:
    """A weak belief, on the scale on which the figure is fitted.

    Parameters
    ----------
    family : str
        A lognormal is written by median and gsd, a logit-normal by its median and the sd of
        its logit. A spread is a lognormal that is used as it is, not on the scale of the fit:
        no spread is believed to be nothing.
    location, scale : float
        As written.
    reason : str
        Why.
    relative_to : str
        The class whose figure it is a factor of (or is added to, on the scale of the fit).
    """

    family: str
    location: float
    scale: float
    reason: str
    relative_to: str = ""

    @property
    def mean(self) -> float:
        """Mean on the scale of the fit: ln, logit, or as it is."""
        if self.family in ("lognormal", "spread"):
            return math.log(self.location)
        if self.family == "logit-normal":
            return math.log(self.location / (1.0 - self.location))
        return self.location

    @property
    def sd(self) -> float:
        """Spread on the scale of the fit."""
        return math.log(self.scale) if self.family in ("lognormal", "spread") else self.scale


@dataclass(frozen=True)
class Priors:
    """All of them, by figure and, where it has several, by class or kind."""

    entries: Mapping[tuple[str, str], Prior]

    def of(self, figure: str, which: str = "") -> Prior:
        """Return one.

        Raises
        ------
        ValueError
            When the file does not have it.
        """
        try:
            return self.entries[figure, which]
        except KeyError:
            raise ValueError(f"no prior of {figure} {which}".rstrip()) from None


def read_priors(path: Path) -> Priors:
    """Read priors from a CSV file.

    Its columns are figure, class, relative_to, family, location, scale and reason.

    Raises
    ------
    ValueError
        When a family is not known or a prior stands twice.
    """
    entries: dict[tuple[str, str], Prior] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for raw in csv.DictReader(file):
            key = raw["figure"], raw["class"]
            if raw["family"] not in FAMILIES:
                raise ValueError(f"{key[0]}: unknown family {raw['family']!r}")
            if key in entries:
                raise ValueError(f"the prior of {' '.join(key).rstrip()} is given twice")
            scale = float(raw["scale"])
            location = float(raw["location"])
            entries[key] = Prior(raw["family"], location, scale, raw["reason"], raw["relative_to"])
    return Priors(entries)
