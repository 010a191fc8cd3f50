"""What a fit says, class by class: the figures that enter model files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.marginals import (
    Marginal,
    marginal,
    rank_correlation,
    rank_correlations,
)
from bvsim.analysis.truth.calibration.prediction import (
    class_figures,
    new_plants,
    predict,
    seen_plant,
)
from bvsim.analysis.truth.calibration.sampling import Posterior
from bvsim.analysis.truth.calibration.table import ABROAD, CLASSES, MOST_RAMPED, Part, Row, Table

FloatArray = NDArray[np.float64]
Likeness = dict[str, dict[str, dict[str, float]]]

UNITS: Final[Mapping[str, str]] = {
    "t50": "months",
    "k": "1/month",
    "steepness": "1",
    "mature": "share",
    "scrap_start": "share",
    "scrap_time": "months",
    "scrap_knee": "share",
    "scrap_slow_time": "months",
    "scrap_mature": "share",
    "build": "months",
    "heads": "heads/unit",
    "at_sop": "share",
    "heads_pace": "months",
}
"""The figures of a plant, in their order."""
PART_OF: Final[Mapping[str, Part]] = {
    **dict.fromkeys(("t50", "k", "steepness", "mature"), "share"),
    **{name: "scrap" for name in UNITS if name.startswith("scrap")},
    "build": "build",
    **dict.fromkeys(("heads", "at_sop", "heads_pace"), "heads"),
}
SPREADS: Final = (
    "t50_spread",
    "steepness_between",
    "steepness_spread",
    "mature_share_spread",
    "scrap_start_spread",
    "scrap_time_spread",
    "scrap_mature_spread",
    "build_spread",
    "heads_spread",
    "heads_at_sop_spread",
)
NOISES: Final = ("share_noise", "scrap_noise", "heads_noise")
MONTHS: Final = (-18, -12, -6, 0, 3, 6, 12, 18, 24, 36, 48)
"""At which curves are shown."""


@dataclass(frozen=True)
class Group:
    """Plants that are alike before their own deviations: a class, and the maker's experience.

    Parameters
    ----------
    ramp : str
        The class.
    ramped_before : int
        Plants abroad that the maker ramped before; 0 where it does not matter.
    """

    ramp: str
    ramped_before: int = 0

    @property
    def name(self) -> str:
        """As shown."""
        return f"{self.ramp}-{self.ramped_before}" if self.ramp == ABROAD else self.ramp


@dataclass(frozen=True)
class GroupSummary:
    """What the posterior says of a group.

    Parameters
    ----------
    group : Group
        Which.
    middle, plant : mapping of str to Marginal
        Figures of its middle plant, and of a new plant of it, deviation included.
    middle_ranks, plant_ranks : tuple of tuple
        Rank correlations of the same.
    share, scrap, staffed : mapping of int to tuple of float
        P5, P10, P50, P90 and P95 of a new plant's curves by month after first cells.
    """

    group: Group
    middle: Mapping[str, Marginal]
    plant: Mapping[str, Marginal]
    middle_ranks: tuple[tuple[str, str, float], ...]
    plant_ranks: tuple[tuple[str, str, float], ...]
    share: Mapping[int, tuple[float, ...]]
    scrap: Mapping[int, tuple[float, ...]]
    staffed: Mapping[int, tuple[float, ...]]


@dataclass(frozen=True)
class PlantSummary:
    """What the posterior says of a plant that was seen.

    Parameters
    ----------
    plant : str
        Which.
    group : Group
        Whose it is.
    kind : str
        Of its SOP, from which time is counted.
    figures : mapping of str to Marginal
        Its own.
    ranks : tuple of tuple
        Their rank correlations.
    share, scrap : mapping of int to tuple of float
        Its curves by month after its SOP, at `BANDS`.
    rows : mapping of str to float
        Rank of what was published of it, by row, among what the fit says with it in view.
    """

    plant: str
    group: Group
    kind: str
    figures: Mapping[str, Marginal]
    ranks: tuple[tuple[str, str, float], ...]
    share: Mapping[int, tuple[float, ...]]
    scrap: Mapping[int, tuple[float, ...]]
    rows: Mapping[str, float]


_PLANTS_A_DRAW: Final = 16
_LEAST_RANK: Final = 0.05
BANDS: Final = (0.05, 0.1, 0.5, 0.9, 0.95)


def groups() -> Iterator[Group]:
    """Yield the groups, class by class."""
    for ramp in CLASSES:
        for ramped in range(MOST_RAMPED + 1) if ramp == ABROAD else (0,):
            yield Group(ramp, ramped)


def summarise_group(posterior: Posterior, group: Group, seed: int) -> GroupSummary:
    """Return what the posterior says of a group."""
    middle = class_figures(posterior, group.ramp, group.ramped_before)
    rng = np.random.default_rng(seed)
    plant = _many_new_plants(posterior, group, rng)
    share, scrap = _curves(posterior, plant)
    return GroupSummary(
        group=group,
        middle=_marginals(middle),
        plant=_marginals(plant),
        middle_ranks=tuple(rank_correlations({n: middle[n] for n in UNITS})),
        plant_ranks=tuple(rank_correlations({n: plant[n] for n in UNITS}, _LEAST_RANK)),
        share=share,
        scrap=scrap,
        staffed=_bands(lambda months: _staffed(plant, months)),
    )


def _many_new_plants(
    posterior: Posterior, group: Group, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return new plants, some for each draw: their own deviations cost nothing."""
    made = [
        new_plants(posterior, group.ramp, group.ramped_before, rng) for _ in range(_PLANTS_A_DRAW)
    ]
    return {name: np.concatenate([each[name] for each in made]) for name in made[0]}


def summarise_plant(posterior: Posterior, row: Row, seed: int) -> PlantSummary:
    """Return what the posterior says of the plant of a row."""
    own = seen_plant(posterior, row.plant, row.kind)
    share, scrap = _curves(posterior, own)
    return PlantSummary(
        plant=row.plant,
        group=Group(row.ramp, row.ramped_before),
        kind=row.kind,
        figures=_marginals(own),
        ranks=tuple(rank_correlations({name: own[name] for name in UNITS}, _LEAST_RANK)),
        share=share,
        scrap=scrap,
        rows=_ranks_in_view(posterior, row.plant, seed),
    )


def _ranks_in_view(posterior: Posterior, plant: str, seed: int) -> dict[str, float]:
    i = posterior.what.index(plant)
    rows, members = predict(posterior, i, np.random.default_rng([seed, i]), seen=True)
    return {
        row.id: round(float(np.mean(values < row.value)), 3)
        for row, values in zip(rows, members, strict=True)
    }


def _curves(
    posterior: Posterior, plant: Mapping[str, FloatArray]
) -> tuple[dict[int, tuple[float, ...]], dict[int, tuple[float, ...]]]:
    """Return the bands of a plant's share of nameplate and of its scrap."""
    family = posterior.what.family
    share = _bands(lambda m: curves.share_of_nameplate(np, plant, m, family), after=0)
    return share, _bands(lambda m: curves.scrap(np, plant, m), after=0)


SHARED_BY_SITES: Final = ("t50", "k", "scrap_start", "scrap_time")
"""Figures in which plants of a class are alike: by how much is told of these."""


def likeness(posterior: Posterior, plants: Mapping[str, str], seed: int) -> Likeness:
    """Return rank correlations of one figure at two plants of the same class.

    Parameters
    ----------
    posterior : Posterior
        Draws.
    plants : mapping of str to str
        Classes of plants that were seen, by name.
    seed : int
        Draws the deviations of new plants.

    Returns
    -------
    dict
        Figure to correlation, by class and by what is beside a new plant of it: another
        (``new``) or one that was seen.
    """
    rng = np.random.default_rng(seed)
    found: Likeness = {}
    for ramp in CLASSES:
        new = new_plants(posterior, ramp, MOST_RAMPED, rng)
        others = {"new": new_plants(posterior, ramp, MOST_RAMPED, rng)}
        others |= {p: seen_plant(posterior, p) for p, own in plants.items() if own == ramp}
        found[ramp] = {
            name: {
                figure: rank_correlation(new[figure], other[figure]) for figure in SHARED_BY_SITES
            }
            for name, other in others.items()
        }
    return found


def _marginals(figures: Mapping[str, FloatArray]) -> dict[str, Marginal]:
    return {name: marginal(figures[name], share=UNITS[name] == "share") for name in UNITS}


def _staffed(plant: Mapping[str, FloatArray], months: float) -> FloatArray:
    at_sop = curves.logit(np, plant["at_sop"])
    return np.asarray(curves.staffed(np, {**plant, "at_sop": at_sop}, months))


def _bands(curve, after: int = MONTHS[0]) -> dict[int, tuple[float, ...]]:  # type: ignore[no-untyped-def]
    return {
        month: tuple(float(x) for x in np.quantile(curve(float(month)), BANDS))
        for month in MONTHS
        if month >= after
    }


def shared_figures(posterior: Posterior) -> dict[str, Marginal]:
    """Return the spreads between plants, the noises and the offsets of kinds of SOP."""
    found = {name: marginal(posterior.h[name]) for name in (*SPREADS, *NOISES)}
    for i, kind in enumerate(posterior.what.kinds):
        found[f"offset.{kind}"] = marginal(posterior.h["offset"][:, i])
    return found


def counts(table: Table) -> dict[tuple[str, Part], tuple[int, int]]:
    """Return plants and rows by class and part (full staff counts as heads)."""
    found: dict[tuple[str, Part], tuple[int, int]] = {}
    parts: tuple[Part, ...] = ("share", "scrap", "build", "heads")
    for ramp in CLASSES:
        for part in parts:
            rows = [r for r in table.rows if r.ramp == ramp and _same(r.part, part)]
            found[ramp, part] = len({row.plant for row in rows}), len(rows)
    return found


def _same(own: Part, part: Part) -> bool:
    return own == part or (own == "full" and part == "heads")
