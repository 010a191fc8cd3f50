"""Shapley by hand, sums that are exact, and signs that turn when old and new are exchanged."""

import math
from datetime import date

import numpy as np
import pytest

import bvsim.analysis.news.split as split
from bvsim.analysis import AnalysisError
from bvsim.analysis.news.split import NewsJob, Part, parts_of, sampled, shapley
from bvsim.ensemble.design.points import generator
from bvsim.reading.blending import Change, changes
from bvsim.valley.ground.streams import Key


def airport(taken):
    """The runway costs as much as the longest plane needs (Littlechild and Owen 1973)."""
    return max((10.0, 15.0, 40.0)["abc".index(name)] for name in taken) if taken else 0.0


def test_the_airport_game_by_hand():
    # a: 10/3; b: 10/3 + 5/2; c: 10/3 + 5/2 + 25
    found = shapley("abc", airport)
    assert found == pytest.approx({"a": 10 / 3, "b": 35 / 6, "c": 10 / 3 + 5 / 2 + 25})


def test_two_orders_add_up_whatever_they_are():
    names = "abcdefg"
    table = {}

    def worth(taken):
        return table.setdefault(taken, math.sin(sum(map(ord, taken))) * 7.0)

    for seed in range(5):
        order = [str(name) for name in np.random.default_rng(seed).permutation(list(names))]
        found = sampled(order, worth)
        assert sum(found.values()) == pytest.approx(worth(frozenset(names)) - worth(frozenset()))


def test_sampled_orders_approach_the_exact_shares():
    rng = np.random.default_rng(1)
    orders = [[str(name) for name in rng.permutation(list("abc"))] for _ in range(3000)]
    mean = {n: np.mean([sampled(order, airport)[n] for order in orders]) for n in "abc"}
    assert mean == pytest.approx(shapley("abc", airport), abs=0.2)


def changes_of(*paths, kind="figure"):
    return [Change(path, kind, "1 -> 2") for path in paths]


def test_parts_by_actor_or_each_fact():
    found = [
        Change("as_of", "time", "a -> b"),
        *changes_of("sites.a.x", "sites.a.y", "demand.z"),
        *changes_of("sites.a.blocks.one.output.may", "sites.a.heads.june", kind="fact"),
    ]
    grouped = {part.name: len(part.changes) for part in parts_of(found)}
    assert grouped == {"as_of": 1, "demand.z": 1, "sites.a: 2 figures": 2, "sites.a: 2 facts": 2}
    single = [part.name for part in parts_of(found, each=True)]
    assert "sites.a.heads.june" in single
    assert "sites.a: 2 figures" in single


class Valley:
    """A forecast in one line: parts that act together and with the luck of the row."""

    def __init__(self, number):
        self.parts = tuple(
            Part(name, "figures", tuple(changes_of(name))) for name in "abcdefgh"[:number]
        )

    def job(self, forward, monkeypatch):
        """Return a job that splits old to new, or back: then what is taken is the rest."""
        every = frozenset(part.name for part in self.parts)

        def worth(taken):
            new = taken if forward else every - taken
            return lambda key: (
                sum(map(ord, new)) * (1.0 + 0.1 * len(new)) + key.draw * len(new) ** 2
            )

        monkeypatch.setattr(split, "blend", lambda _old, _new, taken, _found: taken)
        monkeypatch.setattr(split, "_simulator", lambda taken, _job: worth(taken))
        return NewsJob(None, None, self.parts, "x", 8, 1).prepare()


@pytest.mark.parametrize("number", [1, 3, 4, 8])
def test_parts_sum_to_the_difference_and_turn_sign_when_exchanged(number, monkeypatch):
    valley = Valley(number)
    for draw in range(4):
        there = valley.job(True, monkeypatch)(np.empty(0), Key(1, draw, 0)).tables["kpis"]
        back = valley.job(False, monkeypatch)(np.empty(0), Key(1, draw, 0)).tables["kpis"]
        old, new, *shares = there.values[0]
        assert there.columns[:2] == ("old", "new")
        assert sum(shares) == pytest.approx(new - old, abs=1e-9)
        assert back.values[0][:2].tolist() == [new, old]
        np.testing.assert_allclose(back.values[0][2:], -np.array(shares), atol=1e-9)


def test_orders_differ_from_row_to_row():
    orders = {tuple(generator("news", 1, draw, *"abcdef").permutation(6)) for draw in range(10)}
    assert len(orders) > 5


def test_nothing_that_moved_is_told(tmp_path):
    from bvsim.reading import load

    scenario = load("reference")
    with pytest.raises(AnalysisError, match="nothing moved"):
        split.news(scenario, scenario, out=tmp_path / "n")


@pytest.mark.slow
def test_a_whole_split_of_the_valley_adds_up(tmp_path):
    from bvsim.reading import load

    old, new = load("reference"), load("reference", {"demand.follow": "low"})
    found = split.news(old, new, draws=2, out=tmp_path / "n", workers=1)
    assert [bar.part.name for bar in found.bars] == ["demand.follow"]
    assert found.bars[0].value == pytest.approx(found.new - found.old, abs=1e-9)
    assert found.exact


def test_parts_by_section_are_fewer_and_hold_the_same():
    found = changes_of("sites.a.x", "sites.b.y", "demand.z")
    made = {part.name: len(part.changes) for part in parts_of(found, by="section")}
    assert made == {"sites: 2 figures": 2, "demand.z": 1}


def test_a_fact_entered_in_a_study_is_a_part_of_its_own():
    from bvsim.reading import load

    heads = {"value": 1500, "unit": "heads", "source": ["user"], "confidence": "published"}
    fact = {"on": date(2026, 6, 15), "known_from": date(2026, 6, 20), "heads": heads}
    path = "sites.aesc-douai.heads.june-2026"
    new = load("reference", sets={"as_of": date(2026, 6, 30), path: fact})
    found = {part.name: part.kind for part in parts_of(changes(load("reference"), new))}
    assert found == {"as_of": "time", path: "facts"}
