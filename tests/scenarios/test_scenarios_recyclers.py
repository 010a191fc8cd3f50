"""The recyclers' paradox: what yield learning and volume do to their scrap."""

import pytest

from bvsim.reading import load
from valley_rows import interval, output, run, total

# volume lost to closures, caps and second sources would blur what learning does by itself
STEADY = {
    "end": "2032-12-31",
    "classes.*.closure_probability": 0,
    "classes.*.closure_hazard_later": 0,
    "money.throttle.cap_above": 1,
    "money.sites.*.owners.backing": 1e5,
    "demand.second_source.share": 0,
}
SPAN = {"first": 2027, "last": 2032}


@pytest.fixture(scope="module")
def steady():
    names = ("reference", "scrap-heavy", "fast-learners", "slow-ramp")
    return {name: run(load(name, sets=STEADY), 8) for name in names}


def _change(steady, name, column, entity):
    """Return the change relative to the reference: rows differ tenfold in size."""
    base = total(steady["reference"], column, entity=entity, **SPAN)
    return total(steady[name], column, entity=entity, **SPAN) / base - 1.0


def test_slow_learning_feeds_the_recyclers(steady):
    assert interval(_change(steady, "scrap-heavy", "feed_scrap_t", "battri"))[0] > 0
    assert interval(output(steady["scrap-heavy"], 2027) - output(steady["reference"], 2027))[1] < 0


def test_fast_learning_starves_them_although_more_cells_are_made(steady):
    assert interval(_change(steady, "fast-learners", "feed_scrap_t", "battri"))[1] < 0
    more = output(steady["fast-learners"], 2027) - output(steady["reference"], 2027)
    assert interval(more)[0] > 0


def test_slow_volume_starves_them_too(steady):
    assert interval(_change(steady, "slow-ramp", "feed_scrap_t", "battri"))[1] < 0
    assert interval(_change(steady, "slow-ramp", "scrap_delivered_t", "region"))[1] < 0


def test_the_stretched_ramp_starts_where_the_other_does():
    """Time stretched by 1.5: 1/q0 = 1 + exp(k t50) is the same, and half rate comes later."""
    base, slow = load("reference"), load("slow-ramp")
    a, b = (scenario.drawn(scenario.median()) for scenario in (base, slow))
    for name in base.model.sites:
        fast, late = a.sites[name].ramp, b.sites[name].ramp
        assert late.t50 == pytest.approx(1.5 * fast.t50)
        assert late.steepness == fast.steepness
