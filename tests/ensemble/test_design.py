import numpy as np
import pytest
from scipy.stats import qmc

from bvsim.ensemble.design.points import BLOCKS, KINDS, design


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("draws", [1, 13, 100])
def test_numbers_lie_in_the_open_unit_interval(kind, draws):
    u = design(500, draws, 3, kind).uniforms()
    assert u.shape == (draws, 500)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert len(np.unique(u)) > 0.99 * u.size


@pytest.mark.parametrize("kind", KINDS)
def test_a_range_of_draws_is_that_part_of_the_whole(kind):
    made = design(7, 100, 3, kind)
    np.testing.assert_array_equal(made.rows(13, 37), made.uniforms()[13:37])
    assert made.rows(5, 5).shape == (0, 7)


@pytest.mark.parametrize("kind", ["random", "sobol"])
def test_extension_keeps_the_earlier_draws_bit_for_bit(kind):
    np.testing.assert_array_equal(
        design(40, 64, 5, kind).uniforms(), design(40, 128, 5, kind).rows(0, 64)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_another_figure_at_the_end_leaves_the_other_dimensions_alone(kind):
    np.testing.assert_array_equal(
        design(9, 50, 5, kind).uniforms(), design(12, 50, 5, kind).uniforms()[:, :9]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_another_seed_gives_other_draws(kind):
    a, b = design(4, 64, 1, kind).uniforms(), design(4, 64, 2, kind).uniforms()
    assert not np.any(a == b)


def test_each_block_of_a_latin_hypercube_fills_every_stratum_once():
    made = design(6, 100, 1, "lhs")
    u = made.uniforms()
    for block in range(BLOCKS):
        points = u[made.blocks == block]
        strata = np.sort(np.floor(points * len(points)).astype(int), axis=0)
        np.testing.assert_array_equal(strata, np.arange(len(points))[:, None].repeat(6, axis=1))


def test_each_scramble_is_a_digital_net():
    # 64 points of a (t, 6, s)-net: every dyadic interval of length 1/64 holds one of them
    made = design(30, 8 * 64, 1, "sobol")
    u = made.uniforms()
    for block in range(BLOCKS):
        cells = np.sort(np.floor(u[made.blocks == block] * 64).astype(int), axis=0)
        np.testing.assert_array_equal(cells, np.arange(64)[:, None].repeat(30, axis=1))


def test_scrambled_points_are_as_uniform_as_those_of_scipy():
    ours = design(5, 8 * 256, 1, "sobol")
    theirs = [qmc.discrepancy(qmc.Sobol(5, rng=i).random(256)) for i in range(8)]
    found = [qmc.discrepancy(ours.uniforms()[ours.blocks == b]) for b in range(BLOCKS)]
    assert np.mean(found) == pytest.approx(np.mean(theirs), rel=0.15)
    unscrambled = qmc.discrepancy(np.random.default_rng(1).random((256, 5)))
    assert np.mean(found) < 0.5 * unscrambled


def test_each_scramble_has_a_matrix_of_its_own():
    # under a mere shift the digits of two points would differ in the same places everywhere
    bits = (design(20, 32, 1, "sobol").uniforms() * 2**30).astype(int)
    first, second = bits[:8], bits[16:24]
    assert len(np.unique(first ^ second)) > 100


def test_scrambles_are_independent_of_one_another():
    made = design(200, 8, 1, "sobol")  # the first point of each scramble: its shift
    correlation = np.corrcoef(made.uniforms())
    assert np.abs(correlation - np.eye(8)).max() < 0.3


def smooth(u):
    return np.exp(u @ np.array([0.5, 0.3, 0.2, 0.1]))


@pytest.mark.parametrize(("kind", "ratio"), [("lhs", 0.4), ("sobol", 0.2)])
def test_stratified_designs_have_a_smaller_error_than_random_draws(kind, ratio):
    exact = np.prod([(np.exp(a) - 1) / a for a in (0.5, 0.3, 0.2, 0.1)])

    def error(name):
        return np.sqrt(
            np.mean(
                [
                    (smooth(design(4, 256, s, name).uniforms()).mean() - exact) ** 2
                    for s in range(20)
                ]
            )
        )

    assert error(kind) < ratio * error("random")


def test_models_without_uncertain_figures_have_empty_draws():
    assert design(0, 10, 1, "sobol").uniforms().shape == (10, 0)


def test_unknown_kinds_and_ranges_are_refused():
    with pytest.raises(ValueError, match="unknown design 'halton'"):
        design(2, 8, 1, "halton")
    with pytest.raises(ValueError, match="draws 0 to 9 of 8"):
        design(2, 8, 1, "lhs").rows(0, 9)
