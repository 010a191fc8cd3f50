"""Numbers first: each whole prefix is told once, in whatever order rows come."""

import numpy as np

from bvsim.cli.first_numbers import first_numbers
from bvsim.ensemble.looks import Looks
from bvsim.ensemble.work import Layout, Result

COLUMNS = ("heads_2030", "output_2030_gwh", "output_2035_gwh")


def result(*draws):
    values = np.array([[[0.0, draw, 10.0 * draw]] for draw in draws])
    layout = {"kpis": Layout((), COLUMNS, 1)}
    at = np.array(draws)
    return Result(at, np.zeros_like(at), layout, {"kpis": values}, (), 0.0)


def test_each_prefix_is_told_once_when_it_is_whole():
    told = []
    looks = Looks(lambda number, found: told.append((number, found)), draws=8, first=2)
    looks.observe(result(1, 3))
    assert not told
    looks.observe(result(0))
    assert [number for number, _ in told] == [2]
    looks.observe(result(2, 6, 7, 5, 4))
    assert [number for number, _ in told] == [2, 4]  # of all eight the run itself tells
    _, found = told[-1]
    assert list(found) == ["output_2030_gwh", "output_2035_gwh"]
    assert found["output_2035_gwh"].tolist() == [0.0, 10.0, 20.0, 30.0]


def test_the_line_fits_a_terminal_and_has_intervals():
    lines = []
    looks = first_numbers(lines.append, "random", 512)
    looks.observe(result(*range(64)))
    assert len(lines) == 1
    assert len(lines[0]) <= 79
    assert lines[0].startswith("64 draws, GWh: 2030 31.5 (26.8-36.2), 2035 315.0 (")
