"""Regret, satisficing and value for money on numbers solved by hand."""

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.policy.robustness import (
    paired,
    regret,
    satisficing,
    target_probability,
    value_for_money,
)
from bvsim.ensemble.design.interval import ci95_mean
from bvsim.ensemble.store.folder import RunError
from run_folder import MadeUpRun

MANIFEST = {"seed": 1, "design": "random", "draws": 4}


def run_of(output, draws=None, **manifest):
    numbers = np.asarray(output, dtype=float)
    draws = range(len(numbers)) if draws is None else draws
    kpis = pd.DataFrame({"draw": draws, "replication": 0, "output_2030_gwh": numbers})
    kpis["headcount_2030"] = 100 * numbers
    return MadeUpRun(MANIFEST | manifest, {"kpis": kpis})


@pytest.fixture
def runs():
    """Row by row the best is 10, 30, 20, 40: `a` misses by 0, 10, 0, 10; `b` by 5, 0, 5, 0."""
    return {"a": run_of([10, 20, 20, 30]), "b": run_of([5, 30, 15, 40])}


def test_regret_by_hand(runs):
    table = regret(runs, "output_2030_gwh")
    assert table["mean"].to_dict() == {"a": 5.0, "b": 2.5}
    assert table["max"].to_dict() == {"a": 10.0, "b": 5.0}
    assert table["share_best"].to_dict() == {"a": 0.5, "b": 0.5}
    less = regret(runs, "output_2030_gwh", less_is_better=True)
    assert less["mean"].to_dict() == {"a": 2.5, "b": 5.0}


def test_satisficing_by_hand(runs):
    share = satisficing(runs, {"output_2030_gwh": (">=", 15), "headcount_2030": ("<=", 3000)})[
        "share"
    ]
    assert share.to_dict() == {"a": 0.75, "b": 0.5}
    assert target_probability(runs, "output_2030_gwh", 30)["share"].to_dict() == {
        "a": 0.25,
        "b": 0.5,
    }


def test_a_target_met_in_no_row_or_in_all_has_an_exact_interval():
    """Clopper and Pearson: the chance of four misses is 2.5% where that of a hit is 0.6024."""
    always, never = (
        target_probability({"a": run_of([10] * 4)}, "output_2030_gwh", t) for t in (9, 11)
    )
    assert always.loc["a", ["share", "ci95_lo", "ci95_hi"]].tolist() == pytest.approx(
        [1.0, 0.3976, 1.0], abs=1e-4
    )
    assert never.loc["a", ["share", "ci95_lo", "ci95_hi"]].tolist() == pytest.approx(
        [0.0, 0.0, 0.6024], abs=1e-4
    )


def test_what_is_undefined_is_not_good_enough():
    table = target_probability({"a": run_of([10, np.nan])}, "output_2030_gwh", 5)
    assert table.loc["a", "share"] == 0.5


def test_value_for_money_by_hand():
    """Gains 1, 3, 2, 2 for EUR 4 million: 2 GWh, 0.5 a million; its interval is the gain's / 4."""
    base, lever = run_of([10, 10, 10, 10]), run_of([11, 13, 12, 12])
    dear = run_of([12, 14, 13, 13])
    table = value_for_money(base, {"cheap": lever, "dear": dear}, {"cheap": 4.0, "dear": 60.0})
    assert table.index.tolist() == ["cheap", "dear"]
    assert table.loc["cheap", ["gain", "cost_meur", "per_meur"]].tolist() == [2.0, 4.0, 0.5]
    assert table.loc["dear", "per_meur"] == pytest.approx(0.05)
    low, high = ci95_mean([1, 3, 2, 2], range(4), "random")
    assert table.loc["cheap", "per_meur_lo"] == pytest.approx(low / 4.0)
    assert table.loc["cheap", "per_meur_hi"] == pytest.approx(high / 4.0)
    assert bool(table.loc["cheap", "clear"])


def test_value_for_money_over_some_years_by_hand():
    """2027 and 2028 add up to gains of 3, 5, 3 and 5 GWh for EUR 2 million; 2026 is left out."""
    base, more = run_of([0] * 4), run_of([0] * 4)
    gains = {2026: [9, 9, 9, 9], 2027: [1, 2, 1, 2], 2028: [2, 3, 2, 3]}
    for run, sign in ((base, 0), (more, 1)):
        rows = [
            {"draw": draw, "replication": 0, "year": year, "entity": "a", "heads": 5 + sign * gain}
            for year, column in gains.items()
            for draw, gain in enumerate(column)
        ]
        run.tables["yearly"] = pd.DataFrame(rows)
        run.tables["ledger"] = pd.DataFrame({"draw": [0], "replication": [0], "year": [2027]})
        run.manifest["sites"] = ["a"]
    found = value_for_money(base, {"more": more}, {"more": 2.0}, "heads", (2027, 2028)).loc["more"]
    assert (found["gain"], found["per_meur"], found["n"]) == (4.0, 2.0, 4)
    by_kpi = value_for_money(base, {"more": more}, {"more": 2.0}).loc["more"]
    assert by_kpi["gain"] == 0.0


def test_a_cost_that_rises_with_the_gain_narrows_the_ratio():
    """Where cost is twice the gain, all but a little, the ratio is 1/2 with next to no error."""
    gain, little = np.array([1.0, 3.0, 2.0, 6.0]), 1e-8 * np.array([1.0, -1.0, -1.0, 1.0])
    table = value_for_money(run_of([0, 0, 0, 0]), {"x": run_of(gain)}, {"x": 2.0 * gain + little})
    row = table.loc["x"]
    assert row[["per_meur_lo", "per_meur", "per_meur_hi"]].tolist() == pytest.approx([0.5] * 3)


def test_the_ratio_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(200):
        cost = rng.uniform(1.0, 3.0, 60)
        gain = 0.4 * cost + rng.normal(0, 0.5, 60)
        row = value_for_money(run_of(np.zeros(60)), {"x": run_of(gain)}, {"x": cost}).loc["x"]
        hits += row["per_meur_lo"] <= 0.4 <= row["per_meur_hi"]
    assert 180 <= hits <= 199


def test_only_rows_that_all_have_are_compared():
    pair = paired({"a": run_of([1, 2, 3]), "b": run_of([5, 6], draws=[2, 1])}, "output_2030_gwh")
    assert pair.to_dict("list") == {"a": [2, 3], "b": [6, 5]}


@pytest.mark.parametrize(("key", "value"), [("seed", 2), ("design", "sobol")])
def test_runs_that_share_no_luck_are_refused(runs, key, value):
    runs["c"] = run_of([1, 2, 3, 4], **{key: value})
    with pytest.raises(RunError, match=f"same {key}"):
        regret(runs, "output_2030_gwh")


def test_hypercubes_of_different_sizes_are_refused():
    a = MadeUpRun(MANIFEST | {"design": "lhs"}, run_of([1, 2]).tables)
    b = MadeUpRun(MANIFEST | {"design": "lhs", "draws": 8}, run_of([1, 2]).tables)
    with pytest.raises(RunError, match="different sizes"):
        regret({"a": a, "b": b}, "output_2030_gwh")


def test_costs_must_be_there_and_above_zero():
    base, lever = run_of([1, 2]), run_of([2, 3])
    with pytest.raises(ValueError, match="no cost"):
        value_for_money(base, {"x": lever}, {})
    with pytest.raises(ValueError, match="not above zero"):
        value_for_money(base, {"x": lever}, {"x": 0.0})
