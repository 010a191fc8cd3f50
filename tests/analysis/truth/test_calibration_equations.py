"""The equations of the fit against closed forms and scipy."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from bvsim.analysis.truth.calibration import curves
from bvsim.analysis.truth.calibration.likelihood import gather, log_density, published, unscaled
from plants_made_up import row, table_of

PLANT = {
    "t50": 20.0,
    "steepness": 4.0,
    "mature": 0.9,
    "scrap_start": 0.4,
    "scrap_knee": 0.1,
    "scrap_mature": 0.05,
    "scrap_time": 5.0,
    "scrap_slow_time": 15.0,
}


def as_rows(plant):
    return {name: np.array([value]) for name, value in plant.items()}


@pytest.mark.parametrize("family", ["logistic", "gompertz"])
def test_half_of_the_mature_share_is_reached_at_t50(family):
    assert curves.share_of_nameplate(np, PLANT, 20.0, family) == pytest.approx(0.45)
    assert curves.share_of_nameplate(np, PLANT, 1000.0, family) == pytest.approx(0.9)


@pytest.mark.parametrize("family", ["logistic", "gompertz"])
def test_a_period_is_averaged_as_scipy_integrates(family):
    found = curves.mean_share(np, as_rows(PLANT), np.array([18.0]), np.array([36.0]), family)
    whole, _ = quad(lambda t: curves.share_of_nameplate(np, PLANT, t, family), 0.0, 36.0)
    assert found[0] == pytest.approx(whole / 36.0, rel=1e-5)


def test_scrap_falls_in_two_stages():
    assert curves.scrap(np, PLANT, 0.0) == pytest.approx(0.4)
    assert curves.scrap(np, PLANT, 500.0) == pytest.approx(0.05)
    grid = np.linspace(0.0, 80.0, 801)
    path = curves.scrap(np, PLANT, grid)
    from_30_to_10 = grid[path < 0.10][0] - grid[path < 0.30][0]
    from_10_to_6 = grid[path < 0.06][0] - grid[path < 0.10][0]
    assert from_10_to_6 > from_30_to_10


def test_staff_passes_through_its_share_at_sop_and_fills_up():
    plant = {"at_sop": curves.logit(np, 0.45), "heads_pace": 5.0}
    assert curves.staffed(np, plant, 0.0) == pytest.approx(0.45)
    assert curves.staffed(np, plant, 60.0) > 0.99


def test_full_staff_is_per_gwh_at_ten_gwh():
    plant = {"heads": 100.0, "heads_size": 0.3}
    assert curves.full_staff(np, plant, 10.0) == pytest.approx(1000.0)
    assert curves.full_staff(np, plant, 20.0) == pytest.approx(2000.0 * 2.0**-0.3)


@pytest.fixture
def evidence(tmp_path):
    lopsided = row("a", 10, "share", 0.2, low=0.18, high=0.3)
    bounds = [row("a", 12, "installed_share", 0.4), row("a", 14, "share", 0.3, limit="demand")]
    rows = table_of(tmp_path, [lopsided, *bounds]).rows
    return gather(rows, "share", ["a"], [])


def test_the_density_of_a_value_adds_up_to_one(evidence):
    def density(y):
        return float(np.exp(log_density(np, evidence, np.full(3, y), np.full(3, -1.2), 0.2))[0])

    whole, _ = quad(density, -8.0, 6.0, points=[-1.2], limit=200)
    assert whole == pytest.approx(1.0, abs=1e-6)


def test_low_and_high_are_the_central_eighty_per_cent(tmp_path):
    (own,) = table_of(tmp_path, [row("a", 10, "heads", 100, low=80, high=125)]).rows
    even = gather([own], "heads", ["a"], [])
    inside = stats.norm.cdf(np.log([80, 125]), even.y[0], even.below[0])
    assert inside[1] - inside[0] == pytest.approx(0.8, abs=1e-9)


def test_what_may_be_published_follows_the_density(evidence):
    rng = np.random.default_rng(2)
    drawn = published(evidence, np.full((20000, 3), -1.2), np.full((20000, 1), 0.2), rng)[:, 0]

    def mass(upto):
        def density(y):
            return float(np.exp(log_density(np, evidence, np.full(3, y), np.full(3, -1.2), 0.2))[0])

        return quad(density, -8.0, upto, points=[min(-1.2, upto)], limit=200)[0]

    for level in (0.1, 0.5, 0.9):
        assert mass(np.quantile(drawn, level)) == pytest.approx(level, abs=0.015)


def test_bounds_are_likely_on_their_side_only(evidence):
    def says(share):
        mu = np.full(3, curves.logit(np, share))
        return log_density(np, evidence, evidence.y, mu, 0.1)

    _, most, least = says(0.02) - says(0.95)
    assert most > 3.0  # a plant makes at most what is installed
    assert least < -3.0  # and could make at least what it was asked for


def test_values_return_from_the_scale_of_the_fit(evidence):
    assert unscaled("share", evidence.y)[0] == pytest.approx(0.2)
    assert unscaled("heads", np.log([70.0]))[0] == pytest.approx(70.0)


def test_experience_grows_ever_less():
    found = curves.experience([0, 1, 2, 3, 5])
    assert found[0] == 0.0
    assert found[3] == found[4] == pytest.approx(1.0)
    assert np.all(np.diff(np.diff(found[:4])) < 0.0)
