"""Rows of floats that a compiler can lay out side by side, and native positions in them.

Compiled, a `vec[float]` is memory of doubles that are read and written in place. Interpreted it
is a list, which Python indexes four times as fast: this module is never compiled, and whoever
runs the files as they are needs nothing else. An `i64` is a whole number of the machine's, and
interpreted one of Python's.
"""

from __future__ import annotations

from array import array
from operator import iadd
from struct import unpack_from
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from librt.strings import read_f64_le
    from librt.vecs import append, extend, vec
    from mypy_extensions import i64
else:
    extend, i64, vec = iadd, int, list

    def append(row, number):
        """Add a number at the end of a row; return the row."""
        row.append(number)
        return row

    def read_f64_le(packed, at):
        """Return the number in eight bytes, the lowest first, from a place on."""
        return unpack_from("<d", packed, at)[0]


__all__ = ["append", "extend", "i64", "is_native", "numbers_of", "read_f64_le", "vec"]


def is_native(row: vec[float]) -> bool:
    """Return whether a row is memory of doubles: whoever made it is compiled."""
    return not isinstance(row, list)


def numbers_of(row: vec[float]) -> NDArray[np.float64]:
    """Return the numbers of a row, to be read only."""
    return np.frombuffer(memoryview(row) if is_native(row) else array("d", row))
