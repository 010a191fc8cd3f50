"""Partial rank correlations against an independent computation, and screening."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bvsim.analysis.sensitivity.methods import remarks
from bvsim.analysis.sensitivity.prcc import (
    partial_correlations,
    prcc,
    rank_correlations,
    ranks,
    threshold,
)
from bvsim.ensemble.run import run as run_ensemble
from fake_functions import Cube, FunctionJob
from run_folder import MadeUpRun


def made_up(x, y):
    names = {f"a.figure-{i}": x[:, i] for i in range(x.shape[1])}
    draws = pd.DataFrame({"draw": range(len(x)), **names})
    kpis = pd.DataFrame({"draw": range(len(x)), "replication": 0, "y": y})
    return MadeUpRun({"design": "random", "draws": len(x)}, {"draws": draws, "kpis": kpis})


def by_residuals(x, y):
    """Correlate what is left of ranks after least squares on all other ranks."""
    x = stats.rankdata(x, axis=0)
    y = stats.rankdata(y)
    found = []
    for i in range(x.shape[1]):
        others = np.column_stack([np.ones(len(x)), np.delete(x, i, axis=1)])
        left = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (x[:, i], y)]
        found.append(np.corrcoef(left)[0, 1])
    return np.array(found)


@pytest.fixture
def mixed():
    rng = np.random.default_rng(5)
    x = rng.random((120, 6))
    x[:, 1] = 0.6 * x[:, 0] + 0.4 * x[:, 1]  # correlated figures
    x[:, 5] = np.round(3 * x[:, 5])  # ties
    y = np.exp(3 * x[:, 0]) - 4 * x[:, 2] + x[:, 5] + rng.normal(0, 0.5, 120)
    return x, y


def test_prcc_is_the_correlation_of_residuals_of_ranks(mixed):
    x, y = mixed
    table = prcc(made_up(x, y), "y", keep=6)
    expected = by_residuals(x, y)
    order = [int(name.rsplit("-", 1)[1]) for name in table.index]
    assert table["prcc"].to_numpy() == pytest.approx(expected[order], abs=1e-10)
    assert np.all((table["lo"] < table["prcc"]) & (table["prcc"] < table["hi"]))


def test_plain_rank_correlation_is_spearmans(mixed):
    x, y = mixed
    expected = [stats.spearmanr(x[:, i], y).statistic for i in range(6)]
    assert rank_correlations(x, y) == pytest.approx(expected, abs=1e-12)


def test_a_monotone_change_of_scale_changes_nothing(mixed):
    x, y = mixed
    first = partial_correlations(ranks(x), ranks(y[:, None])[:, 0])
    second = partial_correlations(ranks(x**3), ranks(np.exp(y)[:, None])[:, 0])
    assert first == pytest.approx(second, abs=1e-12)


def test_screening_keeps_what_matters_among_many():
    rng = np.random.default_rng(2)
    x = rng.random((200, 1000))
    y = x[:, 17] - x[:, 400] + 0.1 * rng.normal(size=200)
    table = prcc(made_up(x, y), "y")
    assert len(table) == 20
    assert set(table.index[:2]) == {"a.figure-17", "a.figure-400"}
    assert table["clear"].tolist() == [True, True] + [False] * 18
    assert table["candidates"].unique().tolist() == [1000]


def test_of_many_idle_figures_none_passes():
    rng = np.random.default_rng(3)
    table = prcc(made_up(rng.random((300, 500)), rng.random(300)), "y")
    assert not table["clear"].any()
    assert (np.abs(table["prcc"]) > threshold(300, 30, 1)).any()  # each by itself would


def test_it_reads_any_plain_run(tmp_path):
    job = FunctionJob("g_function")
    for design in ("random", "lhs", "sobol"):
        run = run_ensemble(
            Cube(3), draws=64, design=design, out=tmp_path / design, workers=1, years=(), job=job
        )
        assert set(prcc(run, "y", keep=3).index) == set(Cube(3).paths)


def test_an_outcome_that_never_varies_is_said_so():
    x = np.random.default_rng(1).random((20, 2))
    with pytest.raises(ValueError, match="same value in every row"):
        prcc(made_up(x, np.ones(20)), "y")


def test_what_happened_on_the_way_is_an_outcome_too():
    x = np.random.default_rng(5).uniform(size=(80, 3))
    run = made_up(x, np.zeros(80))
    run.tables["kpis"]["closed_year.a"] = np.where(x[:, 1] > 0.5, 2028.5, np.nan)
    found = prcc(run, "closed_2030.a")
    assert found.index[0] == "a.figure-1"
    assert found["clear"].iloc[0]
    assert found["prcc"].iloc[0] > 0.7


def test_of_noise_it_is_said_what_chance_alone_would_reach():
    rng = np.random.default_rng(6)
    run = made_up(rng.uniform(size=(100, 400)), rng.uniform(size=100))
    table = prcc(run, "y")
    said = " ".join(remarks(run, "prcc", table))
    assert not table["clear"].any()
    assert f"would reach {threshold(100, len(table), 400):.2f} by chance" in said
    assert "--method sobol" in said
