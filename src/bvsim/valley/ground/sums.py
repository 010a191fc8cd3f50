"""Sums of a few numbers, as Python's own adds them up, bit by bit.

Newer Pythons' `sum` carries along what rounding loses. Compiled, a call of it puts each number
in an object first, which takes ten times as long as adding up.
"""

from __future__ import annotations

import math
from typing import Final

from bvsim.valley.ground.rows import i64, is_native, vec

_NATIVE: Final = is_native(vec[float]([0.0]))
_COMPENSATED: Final = sum([1e100, 1.0, -1e100]) > 0.0
"""Whether this Python's `sum` carries what rounding loses."""
_FEW: Final = 2
"""So many numbers have one sum, however they are added up."""
_MOST_PARTS: Final = 64
"""Parts of 53 bits that cover all exponents of a double, and more."""


def total(numbers: vec[float]) -> float:
    """Return what `sum` returns."""
    if _NATIVE:
        return added(numbers, compensated=_COMPENSATED)
    whole: float = sum(numbers)
    return whole


def exact(numbers: vec[float]) -> float:
    """Return what `math.fsum` returns."""
    if len(numbers) <= _FEW:
        return added(numbers, compensated=False)
    if not _NATIVE:
        return math.fsum(numbers)
    whole = ExactSum()
    for number in numbers:
        whole.add(number)
    return whole.value()


def added(numbers: vec[float], *, compensated: bool) -> float:
    """Return the sum of numbers, with what rounding loses carried along or not.

    It is carried as by Neumaier (1974), Zeitschrift fuer Angewandte Mathematik und Mechanik 54.
    """
    whole = lost = 0.0
    for number in numbers:
        more = whole + number
        if compensated:
            if abs(whole) >= abs(number):
                lost += (whole - more) + number
            else:
                lost += (number - more) + whole
        whole = more
    return whole + lost if compensated and math.isfinite(lost) else whole


class ExactSum:
    """A sum that loses nothing: rounded once when it is asked for, as `math.fsum` is.

    What was added can be taken away again by adding its negative. Kept as parts that do not
    overlap, by Shewchuk (1997), Discrete and Computational Geometry 18.
    """

    __slots__ = ("_beyond", "_count", "_parts")

    def __init__(self) -> None:
        self._parts = vec[float]([0.0] * _MOST_PARTS)
        """Their least ones first; `_count` of them are in use."""
        self._count: i64 = 0
        self._beyond = 0.0
        """The sum of what was infinite."""

    def clear(self) -> None:
        """Begin at zero."""
        self._count, self._beyond = 0, 0.0

    def add(self, number: float) -> None:
        """Add a number."""
        if abs(number) == math.inf:
            self._beyond += number
            return
        parts, count = self._parts, self._count
        kept: i64 = 0
        i: i64 = 0
        while i < count:
            part = parts[i]
            high = number + part
            low = part - (high - number) if abs(number) >= abs(part) else number - (high - part)
            if low != 0.0:
                parts[kept] = low
                kept += 1
            number = high
            i += 1
        parts[kept] = number
        self._count = kept + 1

    def value(self) -> float:
        """Return the double nearest to the sum; of two, the even one."""
        if self._beyond != 0.0:
            return self._beyond
        parts, left = self._parts, self._count
        whole = low = 0.0
        while left > 0 and low == 0.0:
            left -= 1
            high = whole + parts[left]
            low = parts[left] - (high - whole)
            whole = high
        if left > 0 and (low < 0.0) == (parts[left - 1] < 0.0) and low != 0.0:
            twice = low * 2.0  # half way between two doubles, but for what lies below
            high = whole + twice
            if twice == high - whole:
                whole = high
        return whole
