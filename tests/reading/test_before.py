"""What figures were before settings: kept for what the lines of a block are solved at."""

from datetime import date

import numpy as np
import pytest

import bvsim as bv
from bvsim.reading.scenario import load
from bvsim.schema.unit import Timed

T50 = "sites.verkor-dunkirk.ramp.t50"
INTERVAL = "sites.verkor-dunkirk.blocks.block-1.line_interval"


@pytest.fixture(scope="module")
def reference():
    return load("reference")


def both(scenario, uniform=0.3):
    """The model as set and as it was, drawn at one quantile of everything."""
    values = scenario.quantile(np.full((1, scenario.width), uniform))[0]
    return scenario.drawn(values), scenario.undisturbed(values)


def t50(model):
    return model.sites["verkor-dunkirk"].ramp.t50


def interval(model):
    return model.sites["verkor-dunkirk"].blocks["block-1"].line_interval


def test_without_settings_nothing_is_kept_apart(reference):
    assert not reference.settled
    drawn, before = both(reference)
    assert drawn.sites == before.sites


def test_levers_change_what_is_set_and_not_what_it_was(reference):
    drawn, before = both(reference.with_values({"classes.*.t50": {"times": 1.5}}))
    assert t50(before) == t50(both(reference)[0])
    assert t50(drawn) == pytest.approx(1.5 * t50(before))


def test_a_dated_lever_leaves_the_value_before_its_date(reference):
    lever = {"times": 0.5, "from": date(2027, 1, 1)}
    drawn, before = both(reference.with_values({INTERVAL: lever}))
    first = interval(both(reference)[0]).values[0]
    assert interval(before) == Timed((), (first,))
    assert interval(drawn).values == (first, pytest.approx(0.5 * first))


def test_a_figure_replaced_by_a_number_goes_on_being_drawn_as_it_was(reference):
    changed = reference.with_values({T50: 20.0})
    assert T50 in changed.paths
    for uniform in (0.1, 0.8):
        drawn, before = both(changed, uniform)
        assert t50(drawn) == 20.0
        assert t50(before) == t50(both(reference, uniform)[0])
    assert t50(changed.drawn(changed.median())) == 20.0


def test_another_distribution_is_drawn_at_the_same_quantile(reference):
    changed = reference.with_values({T50: {"uniform": [10, 20]}})
    for uniform in (0.1, 0.8):
        drawn, before = both(changed, uniform)
        assert t50(drawn) == pytest.approx(10.0 + 10.0 * uniform)
        assert t50(before) == pytest.approx(t50(both(reference, uniform)[0]), rel=1e-9)


def test_a_certain_figure_was_certain(reference):
    path = "sites.aesc-douai.blocks.block-1.lines"
    changed = reference.with_values({path: 9})
    assert path not in changed.paths
    drawn, before = both(changed)
    assert drawn.sites["aesc-douai"].blocks["block-1"].lines == 9.0
    assert before.sites["aesc-douai"].blocks["block-1"].lines == 6.0


def test_settings_on_settings_keep_the_first(reference):
    changed = reference.with_values({T50: 20.0}).with_values({T50: {"times": 2}})
    drawn, before = both(changed)
    assert t50(drawn) == 40.0
    assert t50(before) == t50(both(reference)[0])
    again = changed.with_values({T50: 11.0})
    assert t50(both(again)[1]) == t50(before)


def test_other_figures_are_not_kept(reference):
    path = "sites.verkor-dunkirk.ramp.transfer"
    changed = reference.with_values({path: 0.2})
    assert path not in changed.paths
    assert not changed.settled


def test_a_resolved_scenario_remembers_it(reference, tmp_path):
    changed = reference.with_values({T50: 20.0, "classes.*.scrap_time": {"times": 2}})
    path = tmp_path / "again.yaml"
    path.write_text(changed.to_yaml(), "utf-8")
    again = bv.load(path)
    assert again.paths == changed.paths
    assert again.model_hash == changed.model_hash
    for one, other in zip(both(changed), both(again), strict=True):
        assert one.sites == other.sites


def test_a_figure_that_is_not_kept_has_no_before(reference):
    written = {"value": 0.2, "unit": "share", "source": ["background"], "confidence": "background"}
    with pytest.raises(bv.SpecError, match="unknown key 'before'"):
        reference.with_values(
            {"sites.verkor-dunkirk.ramp.transfer": {**written, "before": written}}
        )
