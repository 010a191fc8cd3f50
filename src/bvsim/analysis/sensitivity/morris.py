"""Morris screening: elementary effects of groups of figures along random trajectories.

Morris 1991, Technometrics 33, 161-174; groups and mu* after Campolongo, Cariboni and
Saltelli 2007, Environmental Modelling & Software 22, 1509-1518. Steps are taken in the
figures' probabilities, so an effect is the change of the outcome for a step across the whole
range of a figure; the ends of the range, where some quantiles are infinite, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bvsim.analysis.groups import Group
from bvsim.analysis.resampling import bootstrap
from bvsim.analysis.samples import BaseRows, outcomes, require
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.design.points import generator
from bvsim.ensemble.store.manifest import Sample
from bvsim.ensemble.work import FloatArray

KIND = "morris"
ENOUGH = 10
"""Fewer trajectories than this are too few to call anything clear."""


@dataclass(frozen=True)
class MorrisRows(BaseRows):
    """Trajectories that change one group after another, each exactly once.

    Parameters
    ----------
    dimensions, groups, bases, seed
        As for `BaseRows`; figures in no group keep the trajectory's own draw.
    levels : int
        Levels of each figure's probability, an even number; a step is half of them.
    edge : float
        Probability left out at each end of the range.
    """

    levels: int = 4
    edge: float = 0.05
    design = KIND

    def __post_init__(self) -> None:
        if self.levels < 2 or self.levels % 2:
            raise ValueError(f"{self.levels} levels: an even number is needed")
        if not 0.0 <= self.edge < 0.5:
            raise ValueError(f"an edge of {self.edge}: it must be at least 0 and below 0.5")

    @property
    def rows_per_base(self) -> int:
        """The start, and one row a group."""
        return 1 + len(self.groups)

    @property
    def step(self) -> float:
        """Size of a step in probability."""
        return (1.0 - 2.0 * self.edge) * self.levels / (2.0 * (self.levels - 1.0))

    def order(self, base: int) -> list[int]:
        """Return the order in which a trajectory changes the groups."""
        rng = generator("morris-order", self.seed, base)
        return [int(i) for i in rng.permutation(len(self.groups))]

    def directions(self, base: int) -> FloatArray:
        """Return the direction in which each figure is changed, +1 or -1."""
        rng = generator("morris-directions", self.seed, base)
        return np.where(rng.random(self.dimensions) < 0.5, -1.0, 1.0)

    def uniforms(self, base: int) -> FloatArray:
        """Return the points of a trajectory, shape (1 + groups, dimensions)."""
        rng = generator("morris-start", self.seed, base)
        lower = rng.integers(0, self.levels // 2, size=self.dimensions)
        point = rng.random(self.dimensions)  # where figures in no group stay
        direction = self.directions(base)
        grouped = [column for group in self.groups for column in group.columns]
        start = self.edge + (1.0 - 2.0 * self.edge) * lower / (self.levels - 1.0)
        start = np.where(direction > 0.0, start, start + self.step)
        point[grouped] = start[grouped]
        rows = [point]
        for i in self.order(base):
            columns = list(self.groups[i].columns)
            point = point.copy()
            point[columns] += direction[columns] * self.step
            rows.append(point)
        return np.clip(np.stack(rows), 0.0, 1.0)

    def settings(self) -> Sample:
        """Return levels and edge, and where the figures of each group stand."""
        return {
            "levels": self.levels,
            "edge": self.edge,
            "dimensions": self.dimensions,
            "columns": {group.name: list(group.columns) for group in self.groups},
        }


def effects(plan: MorrisRows, values: FloatArray) -> FloatArray:
    """Return the elementary effects, shape (trajectories, groups).

    Parameters
    ----------
    plan : MorrisRows
        The plan behind the rows.
    values : array, shape (trajectories, 1 + groups)
        Outcomes along each trajectory.

    Notes
    -----
    The effect of a group of several figures has no sign of its own: they move in different
    directions. It is given as a change of the outcome, and only its size means something.
    """
    found = np.empty((len(values), len(plan.groups)))
    for base, row in enumerate(values):
        direction = plan.directions(base)
        for at, i in enumerate(plan.order(base)):
            columns = plan.groups[i].columns
            sign = direction[columns[0]] if len(columns) == 1 else 1.0
            found[base, i] = sign * (row[at + 1] - row[at]) / plan.step
    return found


def _mu_star(found: FloatArray) -> FloatArray:
    """Return the mean size of the effects."""
    sizes: FloatArray = np.abs(found).mean(axis=0)
    return sizes


def morris(run: RunLike, outcome: str) -> pd.DataFrame:
    """Return mu*, mu and sigma of each group's elementary effects.

    Parameters
    ----------
    run : RunLike
        A sample made for this (`MorrisRows`).
    outcome : str
        A key figure.

    Returns
    -------
    pandas.DataFrame
        `mu_star` with `mu_star_lo`, `mu_star_hi` (bootstrap over trajectories), `mu` and
        `sigma` (NaN for groups of several figures, where neither means anything), `figures`
        (how many), `clear` (the interval of `mu_star` lies above zero, and n is `ENOUGH`), `n`
        (trajectories); in the outcome's unit; index: group, largest `mu_star` first.
        Trajectories with a failed or undefined row are left out.
    """
    sample = require(run, KIND)
    plan = _rows(sample, run.manifest["seed"])
    values = outcomes(run, outcome, sample)
    found = effects(plan, values)[np.isfinite(values).all(axis=1)]
    n, count = found.shape
    nothing = np.full(count, np.nan)
    low, high = nothing, nothing
    if n > 1:
        low, high = bootstrap(lambda rows: _mu_star(found[rows]), n, name="morris")
    single = np.array([len(group.columns) == 1 for group in plan.groups])
    table = pd.DataFrame(
        {
            "mu_star": _mu_star(found) if n else nothing,
            "mu_star_lo": low,
            "mu_star_hi": high,
            "mu": np.where(single, found.mean(axis=0), np.nan) if n else nothing,
            "sigma": np.where(single, found.std(axis=0, ddof=1), np.nan) if n > 1 else nothing,
            "figures": [len(group.columns) for group in plan.groups],
            "clear": (n >= ENOUGH) & (low > 0.0),
            "n": n,
        },
        index=pd.Index([group.name for group in plan.groups], name="group"),
    )
    return table.sort_values("mu_star", ascending=False, kind="stable")


def _rows(sample: Sample, seed: int) -> MorrisRows:
    """Return the rows of a sample, as far as their order and steps need it."""
    return MorrisRows(
        sample["dimensions"],
        tuple(Group(name, tuple(columns)) for name, columns in sample["columns"].items()),
        sample["bases"],
        seed,
        sample["levels"],
        sample["edge"],
    )
