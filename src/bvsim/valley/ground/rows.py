"""Rows of floats that a compiler can lay out side by side, and native positions in them.

Compiled, a `vec[float]` is memory of doubles that are read and written in place. Interpreted it
is a list, which Python indexes four times as fast: this module is never compiled, and whoever
runs the files as they are needs nothing else. An `i64` is a number of the machine where it is
compiled, and a plain integer else.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from librt.vecs import vec
    from mypy_extensions import i64
else:
    vec, i64 = list, int

__all__ = ["i64", "joined", "vec"]


def joined(rows: Sequence[vec[float]]) -> NDArray[np.float64]:
    """Return the numbers of rows, one row after another."""
    if rows and isinstance(rows[0], list):
        numbers: list[float] = []
        for row in rows:
            numbers += row
        return np.frombuffer(array("d", numbers))
    return np.frombuffer(b"".join(rows))
