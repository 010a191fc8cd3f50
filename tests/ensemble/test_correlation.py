"""Columns that keep their numbers, and rank correlations between some of them."""

import numpy as np
import pytest
from scipy import stats

from bvsim.ensemble.design.correlation import Copula
from bvsim.ensemble.design.draws import spread
from bvsim.ensemble.design.points import KINDS, design
from bvsim.ensemble.run import run
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.tables import read_dimensions
from fake import FakeJob, FakeScenario

ORDER = tuple("abcdefgh")


def values(scenario, kind="sobol", draws=100):
    return np.concatenate(list(spread(scenario, draws, 1, kind).blocks()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fixed", [0, 2, 4])
def test_fixing_a_figure_leaves_all_others_as_they_were(kind, fixed):
    whole = values(FakeScenario(count=5), kind)
    less = values(FakeScenario(count=5, fixed=frozenset({fixed})), kind)
    np.testing.assert_array_equal(less, np.delete(whole, fixed, axis=1))


def test_the_table_of_draws_says_which_column_is_behind_each_figure(tmp_path):
    scenario = FakeScenario(count=4, fixed=frozenset({1}))
    made = run(scenario, 8, out=tmp_path / "a", workers=1, job=FakeJob())
    assert list(made.table("draws").columns) == ["draw", *scenario.paths]
    assert read_dimensions(made.folder / "draws.parquet") == {
        "sites.x.figure-0": 0,
        "sites.x.figure-2": 2,
        "sites.x.figure-3": 3,
    }
    assert made.manifest["dimensions"] == 3
    assert made.manifest["width"] == 4
    assert made.manifest["story"] == "What if?"
    np.testing.assert_array_equal(made.values(5), values(scenario, draws=8)[5])


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.5, 0.95])
def test_ranks_correlate_as_asked(rho):
    u = Copula(ORDER, [("b", "d", rho)])(design(8, 8192, 1, "sobol").uniforms())
    found = stats.spearmanr(u[:, 1], u[:, 3]).statistic
    assert found == pytest.approx(rho, abs=0.01)
    others = stats.spearmanr(u[:, [0, 1, 2, 4]]).statistic
    assert np.abs(others - np.eye(4)).max() < 0.02


def test_several_correlations_hold_at_once_and_margins_stay_uniform():
    asked = [("a", "c", 0.6), ("c", "h", -0.4), ("a", "h", 0.1), ("e", "f", 0.8)]
    u = Copula(ORDER, asked)(design(8, 8192, 3, "sobol").uniforms())
    for a, b, rho in asked:
        pair = u[:, [ORDER.index(a), ORDER.index(b)]]
        assert stats.spearmanr(pair).statistic == pytest.approx(rho, abs=0.015)
    for column in u.T:
        assert stats.kstest(column, "uniform").statistic < 0.01


def test_only_the_later_columns_of_a_group_are_touched():
    plain = design(8, 64, 1, "random").uniforms()
    u = Copula(ORDER, [("c", "g", 0.7)])(plain)
    np.testing.assert_array_equal(np.delete(u, 6, axis=1), np.delete(plain, 6, axis=1))
    assert not np.any(u[:, 6] == plain[:, 6])


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("a", "z", 0.1)], "'z', which is no uncertain figure"),
        ([("a", "a", 0.1)], "with itself"),
        ([("a", "b", 1.2)], "within -1..1"),
        ([("a", "b", 0.1), ("b", "a", 0.1)], "given twice"),
        ([("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)], "at once: a, b, c"),
    ],
)
def test_correlations_that_cannot_be_are_refused(pairs, message):
    with pytest.raises(RunError, match=message):
        Copula(ORDER, pairs)


def test_a_scenario_with_correlations_draws_from_them(tmp_path):
    pair = ("sites.x.figure-0", "sites.x.figure-2", 0.9)
    scenario = FakeScenario(correlations=(pair,))
    plain, tied = values(FakeScenario(), draws=512), values(scenario, draws=512)
    np.testing.assert_array_equal(plain[:, :2], tied[:, :2])
    assert stats.spearmanr(tied[:, 0], tied[:, 2]).statistic > 0.85
    made = run(scenario, 40, out=tmp_path / "a", workers=2, job=FakeJob())
    np.testing.assert_array_equal(made.table("draws").iloc[:, 1:], values(scenario, draws=40))
    with pytest.raises(RunError, match="no uncertain figure"):
        run(FakeScenario(correlations=(("x", "y", 0.1),)), 8, out=tmp_path / "b", job=FakeJob())
    assert not (tmp_path / "b").exists()
