"""Shipped estimates belong to their scenarios, and say what rows say."""

from itertools import islice

import numpy as np
import pytest

import bvsim as bv
from bvsim.analysis.policy.added import LIMITS
from bvsim.analysis.policy.estimate_files import FOLDER, read
from bvsim.analysis.policy.estimates import Asked, Exact, mixes
from bvsim.analysis.progress import no_bar
from bvsim.ensemble.workers.engine import Engine
from bvsim.reading.datafiles import SCENARIOS, shipped_root
from bvsim.reading.turning import Turn

SHIPPED = sorted((shipped_root() / SCENARIOS / FOLDER).glob("*.json.gz"))
ROWS = 2


@pytest.fixture(params=SHIPPED, ids=lambda path: path.name.removesuffix(".json.gz"), scope="module")
def shipped(request):
    asked = Asked(bv.load(request.param.name.removesuffix(".json.gz")))
    estimate = read(request.param, asked.mark)
    assert estimate is not None, "made of another scenario: bvsim app SCENARIO --ship"
    return asked, estimate, request.param


def test_there_are_shipped_ones():
    assert SHIPPED


def test_a_shipped_estimate_is_small_and_belongs_to_nothing_else(shipped):
    asked, _, path = shipped
    assert path.stat().st_size < 1_500_000
    other = Asked(asked.scenario.with_values({"end": "2039-12-31"}))
    assert other.mark != asked.mark
    assert read(path, other.mark) is None


@pytest.mark.slow
@pytest.mark.parametrize("lever", [False, True])
def test_its_rows_are_those_that_are_simulated(shipped, lever, monkeypatch):
    monkeypatch.setenv("BVSIM_STORE", "off")
    asked, estimate, _ = shipped
    mix = [next(Turn(t.name) for t in estimate.effects.turns if not t.since)] if lever else []
    few = Asked(asked.scenario, ROWS)
    names, values = Exact(few, Engine(workers=1), no_bar)(mix)
    ours = estimate.effects.estimate(mix)[:ROWS]
    true = values[:, [names.index(name) for name in estimate.effects.figures]]
    assert ours == pytest.approx(true, rel=1e-3, abs=0.5 if lever else 1e-3)


def test_badges_cover_what_they_say_and_only_good_ones_are_shown(shipped):
    _, estimate, _ = shipped
    covers = np.array([badge.covers for badge in estimate.badges])
    assert 0.80 <= covers.mean() <= 0.97
    shown = [badge for badge in estimate.badges if badge.holds]
    assert all(badge.error <= LIMITS[badge.measure] for badge in shown)
    assert all(badge.within >= 0.9 for badge in shown)
    assert {badge.mixes for badge in estimate.badges} == {40}


@pytest.mark.slow
def test_half_of_the_mixes_held_out_have_three_levers_or_more_off_the_grid(shipped):
    asked, estimate, _ = shipped
    second = list(islice(mixes(asked), asked.held_out, None))
    grid = {(turn.name, turn.strength) for turn in estimate.effects.turns}
    assert len(second) == 40
    assert sum(len(mix) >= 3 for mix in second) >= 20
    assert sum(any((t.name, t.strength) not in grid for t in mix) for mix in second) >= 20
    for mix in second:
        estimate.effects.estimate(mix)
