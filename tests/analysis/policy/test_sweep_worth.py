"""What the levers of a sweep cost and give, against sums by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.policy.sweep_worth import worths
from bvsim.ensemble.sweep_points import Point
from bvsim.reading.nodes import Node
from bvsim.reading.turned import Turned
from bvsim.schema.errors import Place
from run_folder import MadeUpRun

YEARS, ROWS = range(2027, 2036), 64
SEEN = np.random.default_rng(1).normal(5.0, 1.0, ROWS)


def point(**settings):
    nodes = {path.replace("__", "."): Node(value, Place("")) for path, value in settings.items()}
    return Point({path: node.value for path, node in nodes.items()}, nodes)


def run_of(strength, more):
    """A run that makes `more` GWh a year beside what all runs make, with a lever of 100 a year."""
    rows = [(d, 0, y, "a.b", SEEN[d] + more) for d in range(ROWS) for y in YEARS]
    ledger = pd.DataFrame(rows, columns=["draw", "replication", "year", "entity", "good_gwh"])
    turned = Turned("loans", "Loans", strength, date(2027, 1, 1), per_year_meur=100.0 * strength)
    levers = [turned.entry()] if strength else []
    return MadeUpRun({"design": "random", "sites": ["a"], "levers": levers}, {"ledger": ledger})


def test_each_point_stands_beside_the_one_that_turns_nothing():
    pairs = [
        (point(levers__loans=0, demand__level=1), run_of(0, 0.0)),
        (point(levers__loans=1, demand__level=1), run_of(1.0, 0.5)),
        (point(levers__loans=2, demand__level=1), run_of(2.0, 0.7)),
        (point(levers__loans=1, demand__level=2), run_of(1.0, 9.0)),  # nothing beside it
    ]
    found = worths(pairs)
    assert list(found) == [pairs[1][0].id, pairs[2][0].id]
    one, two = found.values()
    assert one.meur == pytest.approx(900.0)  # nine years of 100
    assert one.gwh == pytest.approx(4.5)
    assert one.gwh_per_meur == pytest.approx(0.005)
    assert (two.meur, two.gwh) == (pytest.approx(1800.0), pytest.approx(6.3))
