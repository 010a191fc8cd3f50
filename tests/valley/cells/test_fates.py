"""What becomes of a plant that stops: shares of the ways, and who buys."""

from dataclasses import replace

import pytest

from bvsim.schema.fates import BuyerKind, Comeback, FatesSpec
from bvsim.valley.cells.fates import Fates
from world import SHOCK, make_context, make_ramp

HOW = Comeback(
    odds=0.3, dark=6.0, capacity=0.5, people=0.2, experience=0.5, customers=0.4, money=10.0
)
FAST, SLOW = make_ramp(t50=1.0), make_ramp(t50=50.0)
SPEC = FatesSpec(
    refinanced=HOW,
    sold=replace(HOW, odds=0.5, dark=18.0),
    buyers={"a": BuyerKind(odds=0.75, ramp=FAST), "b": BuyerKind(odds=0.25, ramp=SLOW)},
)


def many(spec, then=None, count=4000):
    fates = Fates("site", spec, SHOCK, make_context())
    return [fates.after_stop(then) for _ in range(count)]


def test_the_ways_have_their_odds():
    found = many(SPEC)
    names = ["wound up" if fate is None else fate.name for fate in found]
    shares = {name: names.count(name) / len(names) for name in set(names)}
    assert shares == pytest.approx({"refinanced": 0.3, "sold": 0.5, "wound up": 0.2}, abs=0.03)
    sold = [fate for fate in found if fate and fate.name == "sold"]
    assert sum(fate.ramp is FAST for fate in sold) / len(sold) == pytest.approx(0.75, abs=0.03)
    assert sum(fate.customers for fate in sold) / len(sold) == pytest.approx(0.4, abs=0.04)
    assert {round(fate.dark_days / 30.4375, 9) for fate in sold} == {18.0}


def test_without_odds_everybody_is_wound_up():
    none = replace(HOW, odds=0.0)
    assert many(replace(SPEC, refinanced=none, sold=none), count=50) == [None] * 50


@pytest.mark.parametrize(
    ("then", "names"),
    [("winding-up", {None}), ("refinance", {"refinanced"}), ("sale", {"sold"})],
)
def test_a_scenario_says_what_follows(then, names):
    assert {fate and fate.name for fate in many(SPEC, then, 50)} == names
