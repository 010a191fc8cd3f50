"""Paired differences against closed forms, and pairs that would mean nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bvsim import compare
from bvsim.analysis.sensitivity.variance import parameter_share, variance_shares
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.results import Run
from fake import FakeJob, FakeScenario

KPI = "output_2030_gwh"


def made(folder: Path, kpis: dict[str, Any], *, per_draw: int = 1, **manifest: Any) -> Run:
    """Write a run folder with nothing but key figures."""
    folder.mkdir(parents=True)
    rows = len(next(iter(kpis.values())))
    index = np.arange(rows)
    keys = {"draw": index // per_draw, "replication": index % per_draw}
    pd.DataFrame(keys | kpis).to_parquet(folder / "kpis.parquet")
    facts = {
        "schema_version": 1,
        "scenario": folder.name,
        "model_hash": folder.name,
        "seed": 1,
        "design": "random",
        "draws": rows // per_draw,
        "per_draw": per_draw,
        "tables": ["kpis"],
        "code_hash": "same",
    }
    (folder / "manifest.json").write_text(json.dumps(facts | manifest))
    return Run(folder, facts | manifest)


def pair(tmp_path: Path, a: Any, b: Any, **options: Any) -> Any:
    base, other = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    runs = (
        made(tmp_path / name, {KPI: side}, **options)
        for name, side in (("base", base), ("other", other))
    )
    return compare(*runs)


def test_differences_are_those_of_the_paired_t_test(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(20.0, 5.0, 200)
    b = a + rng.permutation(np.linspace(0.0, 2.0, 200))  # even: nothing is corrected
    found = pair(tmp_path, a, b).difference(KPI)
    interval = stats.ttest_rel(b, a).confidence_interval()
    assert found.mean == pytest.approx((b - a).mean())
    assert (found.ci95_lo, found.ci95_hi) == pytest.approx((interval.low, interval.high))
    assert found.chance_higher == pytest.approx((b > a).mean())
    assert found.p90 == pytest.approx(np.quantile(b - a, 0.9))
    assert (found.pairs, found.unit) == (200, "GWh")
    factor = (a.var(ddof=1) + b.var(ddof=1)) / (b - a).var(ddof=1)
    assert found.variance_factor == pytest.approx(factor)
    assert found.factor_lo < (25.0 + 25.0 + 1 / 3) / (1 / 3) < found.factor_hi
    assert found.unpaired_draws == math.ceil(200 * factor)


def test_unpaired_runs_of_the_size_it_names_are_as_precise(tmp_path: Path) -> None:
    # an independent check: the spread of unpaired differences at `unpaired_draws` each
    rng = np.random.default_rng(2)
    a = rng.normal(0.0, 3.0, 4000)
    b = a + 0.5 + rng.normal(0.0, 1.0, 4000)
    found = pair(tmp_path, a, b).difference(KPI)
    size = int(found.unpaired_draws)
    unpaired = [
        rng.normal(0.5, math.sqrt(10.0), size).mean() - rng.normal(0.0, 3.0, size).mean()
        for _ in range(300)
    ]
    assert np.std(unpaired) == pytest.approx(1.0 / math.sqrt(4000), rel=0.12)


def test_stratified_designs_take_their_blocks(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    change = rng.permutation(np.linspace(0.5, 1.5, 64))
    found = pair(tmp_path, np.zeros(64), change, design="sobol").difference(KPI)
    means = [change[block::8].mean() for block in range(8)]
    expected = stats.t.interval(0.95, 7, np.mean(means), stats.sem(means))
    assert (found.ci95_lo, found.ci95_hi) == pytest.approx(expected)


def test_the_same_run_twice_differs_by_exactly_nothing(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=40)
    found = pair(tmp_path, values, values).difference(KPI)
    assert found.mean == 0.0
    assert math.isnan(found.ci95_lo)  # how rarely they differ is not known
    assert (found.chance_higher, found.chance_equal) == (0.0, 1.0)
    assert found.variance_factor == math.inf


def test_rows_without_a_partner_or_a_value_are_left_out(tmp_path: Path) -> None:
    a, b = np.arange(20.0), np.arange(20.0) + 2.0
    a[3], b[5] = np.nan, np.nan
    comparison = pair(tmp_path, a, b)
    assert comparison.difference(KPI).pairs == 18
    assert comparison.difference(KPI).mean == 2.0
    shorter = made(tmp_path / "shorter", {KPI: b[:12]})
    assert compare(comparison.base, shorter).pairs == 12
    none = pair(tmp_path / "none", [np.nan] * 9, np.arange(9.0)).difference(KPI)
    assert none.pairs == 0
    assert math.isnan(none.mean)
    with pytest.raises(ValueError, match="do not both have a key figure 'output'"):
        comparison.difference("output")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"seed": 2}, "seed: 1 against 2"),
        ({"design": "sobol"}, "design: random against sobol"),
        ({"per_draw": 2}, "per_draw: 1 against 2"),
        ({"table": "abc"}, "table:  against abc"),
    ],
)
def test_runs_that_share_no_luck_are_not_paired(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    a = made(tmp_path / "a", {KPI: np.arange(16.0)})
    b = made(tmp_path / "b", {KPI: np.arange(16.0)}, **changed)
    with pytest.raises(RunError, match=reason):
        compare(a, b)


def test_latin_hypercubes_pair_only_at_one_size(tmp_path: Path) -> None:
    a = made(tmp_path / "a", {KPI: np.arange(16.0)}, design="lhs")
    b = made(tmp_path / "b", {KPI: np.arange(24.0)}, design="lhs")
    with pytest.raises(RunError, match="draws: 16 against 24"):
        compare(a, b)


def test_runs_whose_figures_changed_columns_are_not_paired(tmp_path: Path) -> None:
    from bvsim.ensemble.store.tables import write_draws

    folders = []
    for name, columns in (("a", (0, 1)), ("b", (0, 2))):
        folders.append(made(tmp_path / name, {KPI: np.arange(4.0)}).folder)
        write_draws(folders[-1] / "draws.parquet", ("x", "y"), [np.zeros((4, 2))], columns)
    with pytest.raises(RunError, match="dimension of y: 1 against 2"):
        compare(*folders)


def test_other_code_is_noted(tmp_path: Path) -> None:
    a = made(tmp_path / "a", {KPI: np.arange(4.0)})
    b = made(tmp_path / "b", {KPI: np.arange(4.0)}, code_hash="other")
    assert compare(a, a).notes == ()
    assert "different versions" in compare(a, b).notes[0]


def test_whole_runs_are_paired_and_shown_by_year(tmp_path: Path) -> None:
    from bvsim.ensemble.run import run

    base, other = (
        run(FakeScenario(name), 64, out=tmp_path / name, workers=1, job=FakeJob(lever=lever))
        for name, lever in (("base", 0.0), ("more", 1.5))
    )
    comparison = compare(base.folder, other.folder)
    assert comparison.difference(KPI).mean == pytest.approx(1.5)
    assert comparison.difference("luck").chance_equal == 1.0
    table = comparison.table()
    assert list(table.index) == [KPI, "luck", "sometimes"]
    found = json.loads(json.dumps(comparison.to_json([KPI]), allow_nan=False))
    assert found["kpis"][KPI]["mean"] == pytest.approx(1.5)
    assert found["scenario"] == "more"


# -- shares of variance --------------------------------------------------------------


def nested(
    draws: int, per_draw: int, parameters: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    level = rng.normal(0.0, math.sqrt(parameters), draws)
    luck = rng.normal(0.0, math.sqrt(1.0 - parameters), (draws, per_draw))
    return (level[:, None] + luck).ravel(), np.repeat(np.arange(draws), per_draw)


@pytest.mark.parametrize("parameters", [0.0, 0.3, 0.96])
def test_shares_of_variance_are_found(parameters: float) -> None:
    found = [parameter_share(*nested(200, 3, parameters, seed)) for seed in range(20)]
    assert np.mean(found) == pytest.approx(parameters, abs=0.03)


def test_shares_are_those_of_the_textbook() -> None:
    # Searle, Casella and McCulloch's layout: MSB and MSW from scipy's one-way F
    values, draws = nested(30, 4, 0.5, 1)
    f = stats.f_oneway(*values.reshape(30, 4)).statistic
    assert parameter_share(values, draws) == pytest.approx((f - 1) / (f - 1 + 4))


def test_missing_replications_do_no_harm() -> None:
    values, draws = nested(400, 3, 0.4, 1)
    kept = np.random.default_rng(0).random(len(values)) < 0.8
    assert parameter_share(values[kept], draws[kept]) == pytest.approx(0.4, abs=0.1)


def test_intervals_of_shares_cover_as_often_as_they_say(tmp_path: Path) -> None:
    values = {f"k{seed}": nested(96, 2, 0.6, seed)[0] for seed in range(120)}
    table = variance_shares(made(tmp_path / "a", values, per_draw=2))
    covered = ((table["ci95_lo"] <= 0.6) & (table["ci95_hi"] >= 0.6)).mean()
    assert covered >= 0.89
    np.testing.assert_allclose(table["parameters"] + table["luck"], 1.0)


def test_what_cannot_be_split_is_not(tmp_path: Path) -> None:
    constant = made(tmp_path / "a", {KPI: np.ones(32)}, per_draw=2)
    assert variance_shares(constant).loc[KPI, ["parameters", "luck", "ci95_lo"]].isna().all()
    with pytest.raises(ValueError, match="one replication a draw"):
        variance_shares(made(tmp_path / "b", {KPI: np.ones(8)}))


def test_a_comparison_is_short_at_the_prompt_and_a_card_in_a_notebook(tmp_path: Path) -> None:
    base = made(tmp_path / "base", {KPI: np.arange(16.0), f"{KPI}.site": np.ones(16)})
    other = made(tmp_path / "other", {KPI: np.arange(16.0) + 2.5, f"{KPI}.site": np.ones(16)})
    found = compare(base, other)
    assert repr(found) == "<Comparison other against base: 16 pairs>"
    assert f">{KPI}<" in found._repr_html_()
    assert ">+2.5<" in found._repr_html_()
    assert ">not known<" in found._repr_html_()
    assert f"{KPI}.site" not in found._repr_html_()
    few = compare(*(made(tmp_path / n, {KPI: np.ones(1)}) for n in ("a", "b")))
    assert "nan" not in few._repr_html_()
