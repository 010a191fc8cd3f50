"""Designs: which uniform numbers stand behind each draw of the uncertain figures.

Every design gives draw i the same numbers whatever range it is asked for, and its
first d dimensions do not depend on how many follow. Sobol and Latin hypercube
samples consist of eight interleaved, independent blocks (draw i belongs to block
i mod 8), so that their error can be estimated from the scatter between blocks.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.work import FloatArray, IntArray

Kind = Literal["random", "lhs", "sobol"]

KINDS: tuple[str, ...] = get_args(Kind)
"""Designs that spread draws over what is uncertain."""
RANDOM, MEDIAN, TABLE = "random", "median", "table"
"""Draws that are given: every figure at its median (luck alone), or the rows of a table."""
BLOCKS = 8
_BITS = 30
_LARGEST = 1.0 - 2.0**-53
_SMALLEST = 2.0**-54


def generator(*name: object) -> np.random.Generator:
    """Return the counter-based generator keyed by a name."""
    digest = hashlib.blake2b("|".join(map(str, name)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def block_of(kind: str, draws: IntArray) -> IntArray:
    """Return the independent group of each draw: itself, or one of eight blocks.

    Draws at the medians differ by luck alone, each independent of the others. The rows of a
    table, or of an analysis, are a sample of nothing: they form one group, which allows no
    interval.

    Parameters
    ----------
    kind : str
        The design that the draws come from: ``random``, ``lhs``, ``sobol``, ``median``, or
        another.
    draws : array of int
        Numbers of draws.
    """
    if kind in (RANDOM, MEDIAN):
        return draws
    return draws % BLOCKS if kind in KINDS else draws * 0


class Sampler(Protocol):
    """Gives the uniform numbers of any range of draws."""

    def rows(self, first: int, last: int) -> FloatArray:
        """Return draws first to last - 1, shape (last - first, dimensions)."""


class RandomSampler:
    """Independent uniform numbers: one generator for each draw."""

    def __init__(self, dimensions: int, seed: int) -> None:
        self._dimensions, self._seed = dimensions, seed

    def rows(self, first: int, last: int) -> FloatArray:
        """Return draws first to last - 1."""
        made = np.empty((last - first, self._dimensions))
        for i in range(first, last):
            made[i - first] = generator("design", self._seed, i).random(self._dimensions)
        return np.clip(made, _SMALLEST, _LARGEST)


class LatinHypercubeSampler:
    """Eight Latin hypercubes: each block has one point in each of its strata.

    Keeps four bytes for each draw and dimension: the order of the strata.
    """

    def __init__(self, dimensions: int, seed: int, draws: int) -> None:
        self._jitter = RandomSampler(dimensions, seed)
        self._sizes = [len(range(block, draws, BLOCKS)) for block in range(BLOCKS)]
        self._strata = [
            generator("design-lhs", seed, block).permuted(
                np.tile(np.arange(size, dtype=np.int32), (dimensions, 1)), axis=1
            )
            for block, size in enumerate(self._sizes)
        ]

    def rows(self, first: int, last: int) -> FloatArray:
        """Return draws first to last - 1."""
        made = self._jitter.rows(first, last)
        for i in range(first, last):
            block, point = i % BLOCKS, i // BLOCKS
            made[i - first] += self._strata[block][:, point]
            made[i - first] /= self._sizes[block]
        return np.clip(made, _SMALLEST, _LARGEST)


class SobolSampler:
    """Eight scrambles of one Sobol sequence: random linear matrix and digital shift.

    The scrambling is that of Matousek (1998), J. Complexity 14, 527-556, applied to
    the points of `scipy.stats.qmc.Sobol` so that it is keyed by scramble and dimension.
    """

    def __init__(self, dimensions: int, seed: int) -> None:
        from scipy.stats import qmc  # over a second: imported only by who makes a design

        self._engine = qmc.Sobol(dimensions, scramble=False, bits=_BITS)
        # per scramble and dimension: the image of each input bit, and the shift
        self._keys = np.stack(
            [
                generator("design-sobol", seed, block).integers(
                    0, 2**_BITS, size=(dimensions, _BITS + 1), dtype=np.uint32
                )
                for block in range(BLOCKS)
            ]
        )

    def rows(self, first: int, last: int) -> FloatArray:
        """Return draws first to last - 1."""
        low, high = first // BLOCKS, -(-last // BLOCKS)
        points = self._points(low, high - low)
        made = np.stack([_scramble(points, self._keys[block]) for block in range(BLOCKS)], axis=1)
        uniforms = (made.reshape(-1, points.shape[1]).astype(np.float64) + 0.5) / 2.0**_BITS
        return uniforms[first - low * BLOCKS : last - low * BLOCKS]

    def _points(self, first: int, count: int) -> NDArray[np.uint32]:
        """Return points of the plain sequence as whole numbers of `_BITS` bits."""
        self._engine.reset()
        if first:
            self._engine.fast_forward(first)
        with warnings.catch_warnings():  # each scramble starts at point 0: balance is ours to mind
            warnings.simplefilter("ignore", UserWarning)
            points: FloatArray = self._engine.random(count)
        return np.asarray(points * 2.0**_BITS, dtype=np.uint32)


def _scramble(points: NDArray[np.uint32], keys: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Multiply the binary digits of points by a lower triangular matrix, and shift them."""
    made = np.broadcast_to(keys[:, _BITS], points.shape).copy()
    used = int(np.bitwise_or.reduce(points, axis=None)) if points.size else 0
    for bit in range(_BITS):
        if used >> bit & 1:
            image = (keys[:, bit] & np.uint32((1 << bit) - 1)) | np.uint32(1 << bit)
            made ^= ((points >> np.uint32(bit)) & np.uint32(1)) * image
    return made


class NoSampler:
    """A model without uncertain figures: draws of no numbers."""

    def rows(self, first: int, last: int) -> FloatArray:
        """Return draws first to last - 1."""
        return np.empty((last - first, 0))


@dataclass(frozen=True)
class Points:
    """A design: points in the unit cube, one a draw.

    Parameters
    ----------
    kind : {"random", "lhs", "sobol"}
        How the draws are spread.
    dimensions, draws, seed : int
        Number of uncertain figures, number of draws, and the run's seed.
    """

    kind: str
    dimensions: int
    draws: int
    seed: int
    _sampler: Sampler = field(repr=False, compare=False)

    @property
    def blocks(self) -> IntArray:
        """Independent group of each draw, shape (draws,)."""
        return block_of(self.kind, np.arange(self.draws))

    def rows(self, first: int, last: int) -> FloatArray:
        """Return the uniform numbers of draws first to last - 1, in the open interval (0, 1).

        Returns
        -------
        array of float, shape (last - first, dimensions)
        """
        if not 0 <= first <= last <= self.draws:
            raise ValueError(f"draws {first} to {last} of {self.draws}")
        return self._sampler.rows(first, last)

    def uniforms(self) -> FloatArray:
        """Return the uniform numbers of all draws, shape (draws, dimensions)."""
        return self.rows(0, self.draws)


def extendable(kind: str) -> bool:
    """Tell whether a larger design of a kind begins with the draws of a smaller one."""
    return kind != "lhs"


def design(dimensions: int, draws: int, seed: int, kind: str = "sobol") -> Points:
    """Make a design.

    Parameters
    ----------
    dimensions : int
        Number of uncertain figures; the order of dimensions is the caller's promise.
    draws : int
        Number of draws; neither a multiple of 8 nor a power of 2 is needed, though
        8 times a power of 2 makes the most of a Sobol design.
    seed : int
        Seed of the run.
    kind : {"random", "lhs", "sobol"}
        Independent draws, Latin hypercube, or scrambled Sobol sequence. The first and the
        last can be extended: more draws leave the earlier ones as they are.

    Raises
    ------
    ValueError
        When the kind is unknown or a count is negative.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown design {kind!r}: one of {', '.join(KINDS)}")
    if dimensions < 0 or draws < 0:
        raise ValueError("a design has no negative counts")
    return Points(kind, dimensions, draws, seed, _sampler(kind, dimensions, draws, seed))


def _sampler(kind: str, dimensions: int, draws: int, seed: int) -> Sampler:
    """Return what makes the numbers of a kind of design."""
    if dimensions == 0:
        return NoSampler()
    if kind == "random":
        return RandomSampler(dimensions, seed)
    if kind == "lhs":
        return LatinHypercubeSampler(dimensions, seed, draws)
    return SobolSampler(dimensions, seed)
