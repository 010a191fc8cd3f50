"""Sums of a few numbers, as Python's own adds them up, bit by bit.

Newer Pythons' `sum` carries along what rounding loses. Compiled, a call of it puts each number
in an object first, which takes ten times as long as adding up.
"""

from __future__ import annotations

import math
from typing import Final

from bvsim.valley.ground.rows import is_native, vec

_NATIVE: Final = is_native(vec[float]([0.0]))
_COMPENSATED: Final = sum([1e100, 1.0, -1e100]) > 0.0
"""Whether this Python's `sum` carries what rounding loses."""
_FEW: Final = 2
"""So many numbers have one sum, however they are added up."""


def total(numbers: vec[float]) -> float:
    """Return what `sum` returns."""
    return added(numbers, compensated=_COMPENSATED) if _NATIVE else sum(numbers)


def exact(numbers: vec[float]) -> float:
    """Return what `math.fsum` returns."""
    return added(numbers, compensated=False) if len(numbers) <= _FEW else math.fsum(numbers)


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
