"""What luck costs in draws, and what would make it cost fewer: 2030 output of the reference.

python benchmarks/luck.py [-n PAIRS] [--repeats R] [--draws N] [--page FILE]

Four ways of the literature, none of which a run uses, each put on from outside by handing the
streams other generators. Mirrored luck (antithetic variates, Hammersley and Morton 1956), within
a draw and between two neighbouring draws, where no further draw is spent: the correlation of what
luck does to the two. Control variates: how much of luck comes from paths that depend on no actor
(the market for cars, import spells, prices of metals, recalls), the most that they could take
away. And stratified fates: the first number of every stream that decides whether something is
stopped, closed, saved or opened joins Sobol's points, so that fates are spread as evenly as
figures; R repeats with and without.

Replications: 6 x PAIRS + 2 x R x N.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

import bvsim as bv
from bvsim.valley.ground.seeds import Source
from bvsim.valley.ground.streams import Key, key_of
from bvsim.valley.valley import prepare, simulate, wired
from pages import markdown, publish, stamp

PART = "benchmarks/luck.py"
KPI, YEAR = "output_2030_gwh", 2030
EXOGENOUS = ("demand.", "imports.", "fleet.", "recycling.metal-prices")
FATES = (".closure", ".owners", ".fate", ".stops", ".stall", ".opening")
EDGE = 1e-12
BOOTSTRAPS = 500
QUANTILES = {"P10": 0.1, "P50": 0.5, "P90": 0.9}
Floats = NDArray[np.float64]


class Generator:
    """A generator whose numbers are mirrored, or whose first number is another."""

    def __init__(self, inner: Any, *, mirror: bool = False, first: float | None = None) -> None:
        self.inner, self.mirror, self.first = inner, mirror, first

    def random(self, size: int) -> Floats:
        """Return the next numbers."""
        numbers: Floats = self.inner.random(size)
        if self.first is not None:
            numbers[0], self.first = self.first, None
        return 1.0 - numbers if self.mirror else numbers


@contextmanager
def generators(made: Callable[[Callable[[bytes], Any], bytes], Any]) -> Iterator[None]:
    """Have streams take their generators from a function of the ordinary maker and the key."""
    where: Any = Source
    usual, by_key = where._array, {}  # what compiled and interpreted streams both draw from

    def drawn(_source: Source, key: bytes, _block: int, count: int) -> Floats:
        if key not in by_key:
            by_key[key] = made(generator_of, key)
        numbers: Floats = by_key[key].random(count)
        return numbers

    where._array = drawn
    try:
        yield
    finally:
        where._array = usual


def generator_of(key: bytes) -> np.random.Generator:
    """Return the ordinary generator of a key."""
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))


class Subject:
    """The reference, and its 2030 output in a replication."""

    def __init__(self) -> None:
        self.scenario = bv.load("reference")
        self.setting = prepare(self.scenario, years=(YEAR,))
        valley: Any = wired(self.setting, self.scenario.median(), Key(0, 0, 0))
        valley.run()  # some streams are named when their plant starts
        self.names = sorted(valley.ctx.streams._given)

    @property
    def figures(self) -> int:
        """Number of uncertain figures."""
        return len(self.scenario.paths)

    def values(self, points: Floats) -> Floats:
        """Return the figures at points between 0 and 1."""
        return np.asarray(self.scenario.quantile(points[:, : self.figures]))

    def output(self, values: Floats, key: Key) -> float:
        """Return the output of a replication, GWh."""
        table = simulate(self.setting, values, key).tables["kpis"]
        return float(table.values[0][table.columns.index(KPI)])

    def mirrored(self, values: Floats, key: Key) -> float:
        """Return it with every number of luck mirrored."""
        with generators(lambda ordinary, name: Generator(ordinary(name), mirror=True)):
            return self.output(values, key)

    def with_paths_of(self, values: Floats, key: Key, other: Key) -> float:
        """Return it with the exogenous paths of another replication."""
        names = [name for name in self.names if name.startswith(EXOGENOUS)]
        swap = {key_of(key, name): key_of(other, name) for name in names}
        with generators(lambda ordinary, name: ordinary(swap.get(name, name))):
            return self.output(values, key)

    def stratified(self, values: Floats, key: Key, fates: Floats) -> float:
        """Return it with the first numbers of fates given."""
        names = [name for name in self.names if name.endswith(FATES)]
        first = {key_of(key, name): u for name, u in zip(names, fates, strict=True)}
        with generators(lambda make, name: Generator(make(name), first=first.get(name))):
            return self.output(values, key)


def pairs(subject: Subject, number: int) -> Floats:
    """Return outputs, shape (pairs, 6): of a draw, mirrored, with other paths; its neighbour's."""
    values = subject.values(qmc.Sobol(subject.figures, seed=1).random(2 * number))
    found = []
    for i in range(number):
        own, next_ = values[2 * i], values[2 * i + 1]
        a, b = Key(1, i, 0), Key(1, i, 1)
        row = [subject.output(own, a), subject.output(own, b), subject.mirrored(own, a)]
        row += [subject.with_paths_of(own, b, a), subject.mirrored(next_, a)]
        found.append([*row, subject.mirrored(next_, b)])
    return np.array(found)


def mirrored_within(rows: Floats) -> float:
    """Return the correlation of luck with mirrored luck, in one draw."""
    a, b, mirror = rows[:, 0], rows[:, 1], rows[:, 2]
    return float(1.0 - np.mean((a - mirror) ** 2) / np.mean((a - b) ** 2))


def mirrored_between(rows: Floats) -> float:
    """Return the correlation of luck in a draw with mirrored luck in its neighbour."""
    own, other = rows[:, 0] - rows[:, 1], rows[:, 4] - rows[:, 5]
    return float(np.mean(own * other) / np.sqrt(np.mean(own**2) * np.mean(other**2)))


def of_paths(rows: Floats) -> float:
    """Return the share of luck's variance that changes with the exogenous paths alone."""
    a, b, changed = rows[:, 0], rows[:, 1], rows[:, 3]
    return float(np.mean((b - changed) ** 2) / np.mean((a - b) ** 2))


def of_luck(rows: Floats) -> float:
    """Return the share of luck in the variance of output."""
    a, b = rows[:, 0], rows[:, 1]
    return float(np.mean((a - b) ** 2) / 2.0 / np.var(rows[:, :2], ddof=1))


def between(statistic: Callable[[Floats], float], rows: Floats) -> str:
    """Return a statistic with its 90% interval, by the bootstrap over draws."""
    rng = np.random.default_rng(0)
    again = [statistic(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(again, (0.05, 0.95))
    return f"{statistic(rows):.2f} ({low:.2f} to {high:.2f})"


def strata(subject: Subject, repeats: int, draws: int) -> Floats:
    """Return outputs, shape (2, repeats, draws): ordinary luck, and fates in Sobol's points."""
    fates = sum(name.endswith(FATES) for name in subject.names)
    found = np.empty((2, repeats, draws))
    for i in range(repeats):
        points = qmc.Sobol(subject.figures + fates, seed=100 + i).random(draws)
        values = subject.values(points)
        chance = np.clip(points[:, subject.figures :], EDGE, 1.0 - EDGE)
        for j in range(draws):
            key = Key(100 + i, j, 0)
            found[0, i, j] = subject.output(values[j], key)
            found[1, i, j] = subject.stratified(values[j], key, chance[j])
    return found


def ratios(found: Floats) -> str:
    """Return variances of estimates with fates in the points over those without."""
    told = {"mean": found.mean(axis=2)}
    for name, p in QUANTILES.items():
        told[name] = np.asarray(np.quantile(found, p, axis=2))
    spread = {name: each.var(axis=1, ddof=1) for name, each in told.items()}
    return ", ".join(f"{name} {after / before:.2f}" for name, (before, after) in spread.items())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What would make luck cost fewer draws.")
    parser.add_argument("-n", "--pairs", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=24)
    parser.add_argument("--draws", type=int, default=64)
    parser.add_argument("--page", type=Path, help="write the table between its markers")
    options = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # points that are no power of two
    subject = Subject()
    rows = pairs(subject, options.pairs)
    found = strata(subject, options.repeats, options.draws)
    spread = np.exp(1.96 * np.sqrt(4.0 / (options.repeats - 1)))
    table = [
        ("luck's share of the variance of output", between(of_luck, rows)),
        ("correlation with mirrored luck, one draw", between(mirrored_within, rows)),
        ("the same between neighbouring draws", between(mirrored_between, rows)),
        ("share of luck that exogenous paths make", between(of_paths, rows)),
        ("fates in Sobol's points: variance of estimates, times", ratios(found)),
    ]
    number = 6 * len(rows) + found.size
    text = stamp("reference", f"{number:,} replications, output of {YEAR}") + (
        f" In brackets 90% intervals over draws; a ratio of variances of {options.repeats} repeats "
        f"of {options.draws} draws is known within a factor of {spread:.1f}.\n\n"
    )
    publish(options.page, PART, text + markdown(("measured", "found"), table))


if __name__ == "__main__":
    main()
