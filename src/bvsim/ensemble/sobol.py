"""The Sobol sequence of `scipy.stats.qmc`, without the time that importing it takes.

Its points are exclusive ors of direction numbers (Bratley & Fox 1988, ACM Transactions on
Mathematical Software 14, 88-100) in the order of the Gray code. The direction numbers, those of
Joe & Kuo 2008, SIAM Journal on Scientific Computing 30, 2635-2654, are read from scipy's own
file; where a scipy keeps them elsewhere, it is asked for the points.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

UIntArray = NDArray[np.uint32]
Points = Callable[[int, int], UIntArray]
"""Returns points from a first one on, so many of them, shape (points, dimensions)."""

BITS = 30
_NUMBERS = Path(scipy.__file__).parent / "stats" / "_sobol_direction_numbers.npz"


def sobol(dimensions: int) -> Points:
    """Return what gives the points of the sequence as whole numbers of `BITS` bits."""
    made = directions(dimensions, _NUMBERS)
    return points_of_scipy(dimensions) if made is None else partial(_points, made)


def directions(dimensions: int, path: Path) -> UIntArray | None:
    """Return the direction numbers, shape (BITS, dimensions), from a file of initial numbers.

    Bit j of a polynomial says whether the number j steps back counts; the highest is the degree.
    None without the file, or when it has fewer dimensions.
    """
    if not path.is_file():
        return None
    with np.load(path) as numbers:
        polynomials, initial = numbers["poly"], numbers["vinit"]
    if dimensions > len(polynomials):
        return None
    made = np.ones((BITS, dimensions), dtype=np.int64)
    degrees = np.frexp(polynomials[:dimensions])[1] - 1
    degrees[0] = 0  # the first dimension is the van der Corput sequence: ones
    for degree in range(1, int(degrees.max()) + 1):
        at = np.flatnonzero(degrees == degree)
        made[:, at] = _recursion(polynomials[at], initial[at, :degree].T)
    return np.asarray(made << np.arange(BITS - 1, -1, -1)[:, None], dtype=np.uint32)


def _recursion(polynomials: NDArray[np.int64], initial: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of dimensions whose polynomials are of one degree."""
    degree = len(initial)
    made = np.empty((BITS, len(polynomials)), dtype=np.int64)
    made[:degree] = initial
    for j in range(degree, BITS):
        made[j] = made[j - degree]
        for back in range(1, degree + 1):
            counts = polynomials >> (degree - back) & 1
            made[j] ^= counts * (made[j - back] << back)
    return made


def _points(made: UIntArray, first: int, count: int) -> UIntArray:
    """Return points by the direction numbers of the bits of their Gray code."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    codes = numbers ^ numbers >> 1
    points = np.zeros((count, made.shape[1]), dtype=np.uint32)
    for bit in range(int(codes.max(initial=0)).bit_length()):
        points[(codes >> bit & 1).astype(bool)] ^= made[bit]
    return points


def points_of_scipy(dimensions: int) -> Points:
    """Return what gives the points that scipy makes."""
    from scipy.stats import qmc  # nearly a second

    engine: Any = qmc.Sobol(dimensions, scramble=False, bits=BITS)

    def points(first: int, count: int) -> UIntArray:
        engine.reset()
        if first:
            engine.fast_forward(first)
        with warnings.catch_warnings():  # no power of two: balance is ours to mind
            warnings.simplefilter("ignore", UserWarning)
            made: NDArray[np.float64] = engine.random(count)
        return np.asarray(made * 2.0**BITS, dtype=np.uint32)

    return points
