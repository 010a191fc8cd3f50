"""Sums of a site's blocks: those of Python's own, bit by bit."""

import math
import random

import pytest

from bvsim.valley.ground.sums import added, exact, total

COMPENSATED = sum([1e100, 1.0, -1e100]) > 0.0
"""Whether this Python's `sum` carries what rounding loses."""


def numbers(count):
    luck = random.Random(count)
    return [luck.uniform(-1.0, 3.0) * 10.0 ** luck.randint(-9, 9) for _ in range(count)]


@pytest.mark.parametrize("count", range(9))
def test_sums_are_those_of_python(count):
    row = numbers(count)
    assert added(row, compensated=COMPENSATED) == sum(row)
    assert total(row) == sum(row)
    assert exact(row) == math.fsum(row)


def test_what_rounding_loses_is_carried_when_asked_for():
    row = [1.0, 1e100, 1.0, -1e100]
    assert added(row, compensated=True) == 2.0
    assert added(row, compensated=False) == 0.0
    assert added([math.inf, 1.0], compensated=True) == math.inf
