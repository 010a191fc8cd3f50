"""Sums of a site's blocks: those of Python's own, bit by bit."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvsim.valley.ground.sums import ExactSum, added, exact, total

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


FINITE = st.floats(min_value=-1e300, max_value=1e300)


@given(st.lists(FINITE, max_size=12), st.lists(FINITE, max_size=6))
def test_a_running_sum_is_that_of_fsum_whatever_was_added_and_taken_away(stay, gone):
    running = ExactSum()
    for number in [*gone, *stay]:
        running.add(number)
    assert running.value() == math.fsum([*gone, *stay])
    for number in gone:
        running.add(-number)
    assert running.value() == math.fsum(stay)
    running.clear()
    assert running.value() == 0.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_half_way_between_two_doubles_what_lies_below_decides(sign):
    running = ExactSum()
    for number in (1.0, 2.0**-53, 2.0**-106):
        running.add(sign * number)
    assert running.value() == sign * (1.0 + 2.0**-52)
    running.add(-sign * 2.0**-106)
    assert running.value() == sign  # the even one
