"""Goal-seek on made-up valleys whose optimum is known by trying every mix."""

import itertools
import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis import AnalysisError
from bvsim.analysis.seek.program import Program
from bvsim.analysis.seek.search import alternatives, seek_mix
from bvsim.analysis.seek.targets import Target
from bvsim.reading.levers import Lever, Strength
from bvsim.reading.turning import Turn
from run_folder import MadeUpRun

ROWS = 200
KPI = "output_2030_gwh"
GAINS = {"seats": 3.0, "loans": 4.0, "bonus": 6.0, "stock": 1.0, "waste": -2.0}
COSTS = {"seats": 10.0, "loans": 25.0, "bonus": 60.0, "stock": 2.0, "waste": 1.0}
TURNS = [Turn(name) for name in GAINS] + [Turn("seats", 2.0)]


class Valley:
    """A valley in one line: noise, plus what levers add, less what two of them take together."""

    def __init__(self, clash=0.0, fresh_seed=8, rivals=("loans", "bonus")):
        self.clash, self.asked, self.fresh_seed, self.rivals = clash, [], fresh_seed, rivals

    def output(self, turns, rng):
        noise = rng.normal(25.0, 5.0, ROWS)
        added = sum(GAINS[turn.name] * turn.strength for turn in turns)
        spread = 0.2 * added * rng.normal(size=ROWS)
        together = set(self.rivals) <= {turn.name for turn in turns}
        return noise + added + spread - self.clash * together

    def __call__(self, turns, fresh):
        self.asked.append((turns, fresh))
        return self.run(turns, np.random.default_rng(self.fresh_seed if fresh else 7))

    def run(self, turns, rng):
        kpis = pd.DataFrame({"draw": range(ROWS), "replication": 0, KPI: self.output(turns, rng)})
        entries = [
            {
                "name": turn.name,
                "title": turn.name,
                "strength": turn.strength,
                "since": "2027-01-01",
                "total_meur": COSTS[turn.name] * turn.strength,
                "per_year_meur": None,
                "booked": "",
                "unpriced": "",
                "sources": [],
            }
            for turn in turns
        ]
        manifest = {"scenario": "made-up", "design": "random", "levers": entries}
        return MadeUpRun(manifest, {"kpis": kpis})


def every_mix():
    for size in range(len(TURNS) + 1):
        for turns in itertools.combinations(TURNS, size):
            if len({turn.name for turn in turns}) == len(turns):
                yield turns


def cost(turns):
    return sum(COSTS[turn.name] * turn.strength for turn in turns)


@pytest.mark.parametrize(
    "text",
    [
        f"P({KPI} >= 30) >= 0.5",
        f"P({KPI} >= 30) >= 0.8",
        f"P10({KPI}) >= 24",
        f"P({KPI} < 30) <= 0.4",
        f"mean({KPI}) >= 34",
    ],
)
def test_the_cheapest_mix_of_a_known_valley_is_found(text):
    """Fresh rows that are the old ones leave no room for luck: the optimum is found exactly."""
    valley, target = Valley(fresh_seed=7), Target.parse(text)
    found = seek_mix(valley, TURNS, [target])
    runs = {turns: valley.run(turns, np.random.default_rng(7)) for turns in every_mix()}
    met = [t for t, run in runs.items() if target.met(target.score(target.margins(run)))]
    assert found.reachable
    assert found.best.met
    assert found.best.cost_meur == pytest.approx(min(map(cost, met)))
    assert found.best.cost_meur == pytest.approx(cost(found.best.turns))
    assert all(mix.met for mix in found.near)
    assert all(mix.cost_meur <= 1.05 * found.best.cost_meur for mix in found.near)


def test_on_fresh_rows_the_mix_meets_the_target_and_none_much_cheaper_does():
    valley, target = Valley(), Target.parse(f"P({KPI} >= 30) >= 0.8")
    found = seek_mix(valley, TURNS, [target])
    runs = {turns: valley.run(turns, np.random.default_rng(8)) for turns in every_mix()}
    met = [t for t, run in runs.items() if target.met(target.score(target.margins(run)))]
    assert found.best.turns in met
    assert found.best.cost_meur <= 1.25 * min(map(cost, met))


def program(valley, targets, budget=math.inf):
    rng = np.random.default_rng
    base = valley.run((), rng(7))
    singles = [valley.run((turn,), rng(7)) for turn in TURNS]
    bases = tuple(target.margins(base) for target in targets)
    effects = tuple(
        np.column_stack([target.margins(run) - margin for run in singles])
        for target, margin in zip(targets, bases, strict=True)
    )
    costs = np.array([cost((turn,)) for turn in TURNS])
    names = tuple((turn.name,) for turn in TURNS)
    return Program(names, costs, tuple(targets), bases, effects, budget)


@pytest.mark.parametrize("budget", [20.0, 50.0, math.inf])
@pytest.mark.parametrize("wanted", [0.3, 0.6, 0.9])
def test_the_programme_agrees_with_trying_every_mix(budget, wanted):
    made = program(Valley(), [Target.parse(f"P({KPI} >= 30) >= {wanted}")], budget)
    choices = [tuple(TURNS.index(turn) for turn in turns) for turns in every_mix()]
    inside = [c for c in choices if made.cost(c) <= budget]
    enough = [c for c in inside if made.scores(c)[0] >= wanted]
    found = made.cheapest([wanted])
    if not enough:
        assert found is None
    else:
        assert made.cost(found) == pytest.approx(min(map(made.cost, enough)))
        assert made.scores(found)[0] >= wanted
    best = made.best()
    assert made.scores(best)[0] == pytest.approx(max(made.scores(c)[0] for c in inside))


@pytest.mark.parametrize("what", ["P({} >= 30) >= 0.5", "mean({}) >= 30"])
def test_the_front_is_that_of_every_mix(what):
    made = program(Valley(), [Target.parse(what.format(KPI))])
    choices = [tuple(TURNS.index(turn) for turn in turns) for turns in every_mix()]
    points = {choice: (made.cost(choice), made.scores(choice)[0]) for choice in choices}
    front = made.front()
    for choice in front:
        cost_, score = points[choice]
        assert not [c for c, (m, s) in points.items() if m < cost_ - 1e-9 and s >= score]
    if what.startswith("P"):  # every step is there: nothing efficient is left out
        scores = {points[choice][1] for choice in front}
        assert scores == {
            s for m, s in points.values() if not any(n <= m and z > s for n, z in points.values())
        }


def test_several_targets_hold_together():
    targets = [Target.parse(f"P({KPI} >= 30) >= 0.5"), Target.parse(f"mean({KPI}) >= 33")]
    found = seek_mix(Valley(), TURNS, targets)
    assert found.reachable
    alone = seek_mix(Valley(), TURNS, targets[:1])
    assert found.best.cost_meur > alone.best.cost_meur


def test_a_budget_holds_and_what_cannot_be_reached_is_said_with_the_best():
    found = seek_mix(Valley(), TURNS, [Target.parse(f"P({KPI} >= 60) >= 0.5")], budget_meur=30.0)
    assert not found.reachable
    assert found.near == ()
    assert found.best.cost_meur <= 30.0
    assert found.best.value == max(mix.value for mix in found.front)
    assert found.front[0].turns == ()


def test_proposals_are_judged_on_fresh_rows_and_by_exact_runs():
    valley = Valley(clash=8.0)  # loans and bonus together give less than their sum
    found = seek_mix(valley, TURNS, [Target.parse(f"P({KPI} >= 38) >= 0.5")])
    fresh = {turns for turns, is_fresh in valley.asked if is_fresh}
    assert found.best.turns in fresh
    together = {"loans", "bonus"} <= set(found.additivity.mix.split(", "))
    gap = found.additivity.added - found.additivity.exact
    assert (gap > 0.0) == together
    target = Target.parse(f"P({KPI} >= 38) >= 0.5")
    run = valley.run(found.best.turns, np.random.default_rng(8))
    assert found.best.value == target.said(run)[0]


def test_front_rises_in_cost_and_in_proposed_value():
    front = seek_mix(Valley(), TURNS, [Target.parse(f"P({KPI} >= 32) >= 0.5")]).front
    costs, values = [m.cost_meur for m in front], [m.proposed for m in front]
    assert costs == sorted(costs)
    assert values == sorted(values)
    assert len(front) >= 4


def test_undefined_rows_are_not_good_enough():
    target = Target.parse("P(year_30_gwh <= 2030) >= 0.5")
    kpis = pd.DataFrame({"draw": [0, 1], "replication": 0, "year_30_gwh": [2029.0, np.nan]})
    run = MadeUpRun({"design": "random"}, {"kpis": kpis})
    assert target.score(target.margins(run)) == 0.5


@pytest.mark.parametrize(
    "text", ["P(x) >= 0.5", f"P({KPI} >= 30) >= 2", "median(x > 3) >= 1", "30", f"{KPI} >= 3"]
)
def test_what_is_no_target_is_told(text):
    with pytest.raises(AnalysisError, match="target"):
        Target.parse(text)


def test_alternatives_leave_unpriced_levers_out_unless_named():
    def lever(**facts):
        return Lever(**{"title": "x", "from": date(2027, 1, 1), "set": {"x": 1}, **facts})

    levers = {
        "a": lever(booked="y", rule="proportional"),
        "b": lever(booked="y", strengths={"0.25": Strength(set={"x": 0})}),
        "c": lever(unpriced="unknown"),
    }
    turns, out = alternatives(levers)
    assert turns == (Turn("a", 0.5), Turn("a"), Turn("a", 2.0), Turn("b", 0.25), Turn("b"))
    assert out == ("c",)
    turns, out = alternatives(levers, ["c", "a=1"])
    assert turns == (Turn("c"), Turn("a"))
    assert out == ()


def test_where_effects_do_not_add_up_an_exact_run_takes_their_place():
    """Loans and seats clash: added effects promise what only the dearer bonus keeps."""
    target = Target.parse(f"P({KPI} >= 35) >= 0.5")
    valley = Valley(clash=8.0, fresh_seed=7, rivals=("loans", "seats"))
    found = seek_mix(valley, TURNS, [target])
    runs = {t: valley.run(t, np.random.default_rng(7)) for t in every_mix()}
    met = [t for t, run in runs.items() if target.met(target.score(target.margins(run)))]
    assert found.additivity.replaced > 0
    assert found.best.cost_meur == pytest.approx(min(map(cost, met)))
    smooth = seek_mix(Valley(fresh_seed=7), TURNS, [target]).additivity
    assert smooth.error < 0.05
    assert smooth.replaced == 0


def test_a_mix_put_in_place_of_its_parts_is_what_the_programme_counts_with():
    made = program(Valley(), [Target.parse(f"P({KPI} >= 30) >= 0.9")])
    rows = np.full(ROWS, 100.0)
    known = made.with_mix((0, 1), 35.0, [rows])
    assert known.cheapest([0.9999]) == (len(TURNS),)  # the mix alone reaches it in every row
    worse = made.with_mix((0, 1), 35.0, [-rows])
    choices = [worse.cheapest([wanted]) for wanted in (0.5, 0.7, 0.9)]
    assert not any({0, 1} <= set(choice) for choice in choices if choice)
    assert not any(len(TURNS) in choice for choice in choices if choice)


def test_regret_of_two_mixes_by_hand():
    """Without a lever 20 and 40, with it 30 in both futures: it is short by 10 in the second."""

    def simulate(turns, fresh):
        output = [30.0, 30.0] if turns else [20.0, 40.0]
        kpis = pd.DataFrame({"draw": [0, 1], "replication": 0, KPI: output})
        seats = Valley().run(turns, np.random.default_rng(7))
        return MadeUpRun(seats.manifest, {"kpis": kpis})

    found = seek_mix(simulate, [Turn("seats")], [Target.parse(f"P({KPI} >= 25) >= 0.9")])
    regret = {mix.label: mix.regret for mix in found.front}
    assert regret == pytest.approx({"no lever": 9.0, "seats": 9.0})  # P90 of (10, 0) and (0, 10)
    assert found.robust.label == "no lever"  # of equals the cheapest
    assert found.best.label == "seats"


def test_the_robust_mix_is_within_the_budget_and_has_the_least_regret():
    found = seek_mix(Valley(), TURNS, [Target.parse(f"P({KPI} >= 60) >= 0.5")], budget_meur=30.0)
    assert found.robust.cost_meur <= 30.0
    told = [mix.regret for mix in found.front if math.isfinite(mix.regret)]
    assert found.robust.regret <= min(told)


def test_any_key_figure_that_is_to_be_small_has_a_regret_too():
    found = seek_mix(Valley(), TURNS, [Target.parse(f"mean({KPI}) <= 24")])
    assert found.best.turns == (Turn("waste"),)
    assert found.robust.turns == found.best.turns
