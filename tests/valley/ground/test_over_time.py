"""A figure that levers change, as an actor reads it."""

import math

import pytest

from bvsim.schema.unit import Timed
from bvsim.valley.ground.over_time import OverTime

FIGURE = Timed((10.0, 20.5), (1.0, 2.0, 3.0))
DAYS = (-5.0, 0.0, 9.9, 10.0, 20.4, 20.5, 1e9, math.inf, 20.4, 10.0, 9.9, 0.0, 20.5, 3.0)


@pytest.mark.parametrize("figure", [FIGURE, Timed((), (7.0,)), Timed((0.0,), (1.0, 4.0))])
def test_it_says_what_the_figure_says_in_whatever_order_days_are_asked_for(figure):
    known = OverTime(figure)
    assert [known.at(day) for day in DAYS] == [figure.at(day) for day in DAYS]
