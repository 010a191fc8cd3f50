"""Scenarios between two scenarios: the ends, the exchange of old and new, and facts."""

from datetime import date

import numpy as np
import pytest

from bvsim.reading import SpecError, load
from bvsim.reading.blending import blend, changes


@pytest.fixture(scope="module")
def old():
    return load("reference", {"as_of": date(2025, 9, 30)})


@pytest.fixture(scope="module")
def new():
    return load("reference")


@pytest.fixture(scope="module")
def found(old, new):
    return changes(old, new)


def paths_of(found):
    return frozenset(change.path for change in found)


def test_the_ends_are_the_two_scenarios(old, new, found):
    assert blend(old, new, frozenset(), found).model_hash == old.model_hash
    assert blend(old, new, paths_of(found), found).as_of == new.as_of
    assert blend(old, new, paths_of(found), found).model_hash == new.model_hash


@pytest.mark.parametrize("seed", range(5))
def test_old_and_new_exchanged_give_the_same_scenarios_between(old, new, found, seed):
    back = changes(new, old)
    assert paths_of(back) == paths_of(found)
    chosen = np.random.default_rng(seed).random(len(found)) < 0.5
    taken = frozenset(c.path for c, yes in zip(found, chosen, strict=True) if yes)
    there = blend(old, new, taken, found)
    here = blend(new, old, paths_of(found) - taken, back)
    assert there.model_hash == here.model_hash
    assert there.order == here.order


def test_figures_facts_and_time_are_told_apart(old, new, found):
    kinds = {change.path: change.kind for change in found}
    assert kinds["as_of"] == "time"
    assert kinds["demand.cost_gap.at_start"] == "figure"
    assert kinds["sites.acc-douvrin.blocks.block-1.output.year-2025"] == "fact"
    assert kinds["sites.verkor-dunkirk.blocks.block-1.project.started"] == "fact"  # 2025-12-15
    taken = frozenset({"as_of"})
    without = blend(old, new, taken, found).model.sites["verkor-dunkirk"].blocks["block-1"]
    assert without.project.started is None  # it happened, and nobody took note
    whole = blend(old, new, paths_of(found), found).model.sites["verkor-dunkirk"].blocks["block-1"]
    assert whole.project.started == date(2025, 12, 15)


def test_a_choice_is_a_change_and_the_same_days_are_needed(new):
    low = new.with_values({"demand.follow": "low"})
    (change,) = changes(new, low)
    assert (change.path, change.kind, change.says) == ("demand.follow", "choice", "drawn -> low")
    with pytest.raises(SpecError, match="same days"):
        changes(new, load("reference", {"end": date(2035, 12, 31)}))
    assert changes(new, new) == ()


def test_a_fact_entered_in_a_study_is_one_change(new):
    path = "sites.aesc-douai.heads.mid-2026"
    told = {
        "on": date(2026, 3, 1),
        "known_from": date(2026, 3, 20),
        "heads": {"value": 900, "unit": "heads", "source": ["user"], "confidence": "published"},
    }
    entered = new.with_values({path: told})
    (change,) = changes(new, entered)
    assert (change.path, change.kind) == (path, "fact")
