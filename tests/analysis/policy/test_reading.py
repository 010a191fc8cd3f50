"""A comparison read: order, folding, the sentence, labels and what levers are worth."""

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.policy.compare import Comparison
from bvsim.analysis.policy.labels import label, worth
from bvsim.analysis.policy.reading import read, verdict
from run_folder import MadeUpRun

ROWS = 64
LEVER = {
    "name": "seats",
    "title": "Seats",
    "strength": 1.0,
    "since": "2027-01-01",
    "total_meur": None,
    "per_year_meur": None,
    "booked": "",
    "unpriced": "",
    "sources": ["background"],
}


def run_of(kpis, yearly=None, **manifest):
    rows = np.arange(len(next(iter(kpis.values()))))
    frame = pd.DataFrame({"draw": rows, "replication": 0, **kpis})
    facts = {"scenario": "base", "design": "random", "seed": 1, "sites": ["a"], **manifest}
    tables = {"kpis": frame}
    if yearly is not None:
        tables |= {"yearly": yearly, "ledger": pd.DataFrame({"draw": [], "replication": []})}
    return MadeUpRun(facts, tables)


@pytest.fixture
def comparison():
    noise = np.random.default_rng(3).normal(size=(3, ROWS))
    base = {
        "output_2030_gwh": 20.0 + noise[0],
        "headcount_2030": 1000.0 + noise[0],
        "scrap_2030_t": 5.0 + noise[0],
        "output_2026_gwh": np.full(ROWS, 3.0),
        "year_30_gwh": np.full(ROWS, np.nan),
    }
    other = {
        **base,
        "output_2030_gwh": base["output_2030_gwh"] + 2.0 + noise[1],
        "headcount_2030": base["headcount_2030"] + 50.0 + noise[2],
        "scrap_2030_t": base["scrap_2030_t"] + noise[1] - noise[1].mean(),
    }
    return Comparison(run_of(base), run_of(other, scenario="more"))


def test_what_moved_is_sorted_by_effect_over_noise_and_the_rest_apart(comparison):
    found = read(comparison, comparison.kpis)
    assert [each.kpi for each in found.moved] == ["headcount_2030", "output_2030_gwh"]
    assert [each.kpi for each in found.unclear] == ["scrap_2030_t"]
    assert found.same == ("output_2026_gwh",)
    assert found.empty == ("year_30_gwh",)


def test_the_sentence_speaks_of_output_and_tells_noise_from_effect(comparison):
    assert verdict(comparison, comparison.kpis).startswith("output_2030_gwh, GWh rises by ")
    unclear = verdict(comparison, ("scrap_2030_t",))
    assert "64 pairs do not tell it from no change" in unclear
    assert "Nothing moved" in verdict(comparison, ("output_2026_gwh",))


def test_few_pairs_allow_no_verdict():
    base, other = ({"output_2030_gwh": np.array([value])} for value in (1.0, 2.0))
    said = verdict(Comparison(run_of(base), run_of(other)), ("output_2030_gwh",))
    assert "1 pair cannot tell it from noise" in said


def test_a_run_is_called_by_what_was_changed():
    kpis = {"output_2030_gwh": np.zeros(2)}
    run = run_of(kpis, levers=[{**LEVER, "strength": 1.5}], set={"demand.follow": "low"})
    assert label(run) == "base with seats=1.5, demand.follow=low"
    assert label(run_of(kpis)) == "base"


def yearly_of(gwh, cost):
    """Return one site's output and the region's cost in three years, for each of two rows."""
    frames = [
        pd.DataFrame(
            {
                "draw": draw,
                "replication": 0,
                "year": [2034, 2035, 2036],
                "entity": entity,
                "good_gwh": good,
                "cost_meur": spent,
            }
        )
        for draw in range(len(gwh))
        for entity, good, spent in (("a", gwh[draw], np.nan), ("region", np.nan, cost))
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.mark.parametrize(
    ("price", "meur"),
    [
        ({"per_year_meur": 10.0}, 20.0),  # 2034 and 2035: the span ends
        ({"total_meur": 7.0}, 7.0),
        ({"booked": "cost_meur"}, 8.0),  # 5 instead of 1 a year, in two years
        ({"unpriced": "nobody knows"}, None),
    ],
)
def test_worth_by_hand(price, meur):
    kpis = {"output_2030_gwh": np.zeros(3)}
    base = run_of(kpis, yearly_of([1.0, 2.0, 3.0], 1.0))
    other = run_of(kpis, yearly_of([2.0, 3.1, 3.9], 5.0), levers=[LEVER | price])
    found = worth(base, other)
    assert found.meur == (None if meur is None else pytest.approx(meur))
    assert found.gwh == pytest.approx(2.0)  # one more GWh a year on average
    assert (found.first, found.last) == (2034, 2035)
    if meur is None:
        assert found.gwh_per_meur is None
        assert "nobody knows" in found.why[0]
    else:
        assert found.gwh_per_meur == pytest.approx(2.0 / meur)
    assert worth(other, other) is None
