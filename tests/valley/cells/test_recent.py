"""The last months of a series."""

import math
from collections import deque

import pytest

from bvsim.valley.cells.recent import Recent


@pytest.mark.parametrize("most", [1, 3, 12])
def test_it_keeps_what_a_queue_of_its_length_keeps(most):
    recent, queue = Recent(most), deque(maxlen=most)
    for month in range(30):
        if month == 17:
            recent.forget()
            queue.clear()
        recent.note(0.1 * month)
        queue.append(0.1 * month)
        assert recent.numbers() == list(queue)
        assert recent.count == len(queue)
        assert recent.total() == math.fsum(queue)


def test_of_nothing_the_sum_is_nothing():
    assert Recent(3).total() == 0.0
