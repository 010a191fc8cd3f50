"""The fit: plants whose figures are known, and what moves it."""

import json
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner

from bvsim.analysis.truth.calibration.leave_one_out import (
    leave_one_out,
    log_evidence,
    smoothed_weights,
    thinned,
)
from bvsim.analysis.truth.calibration.model import design
from bvsim.analysis.truth.calibration.prediction import class_figures, new_plants
from bvsim.analysis.truth.calibration.priors import FILE, read_priors
from bvsim.analysis.truth.calibration.run import history_of
from bvsim.analysis.truth.calibration.sampling import Effort, Fitter
from bvsim.analysis.truth.calibration.table import CLASSES
from bvsim.cli import main
from bvsim.reading.datafiles import find_model
from plants_made_up import ramping_plants, row, table_of

pytestmark = pytest.mark.slow
pytest.importorskip("nutpie")

T50, STEEPNESS, SPREAD = 26.0, 5.0, 0.25
EFFORT = Effort(chains=4, draws=750, tune=750)
SHORT = Effort(chains=2, draws=50, tune=50)


@pytest.fixture(scope="module")
def priors():
    return read_priors(history_of(find_model("hauts-de-france")) / FILE)


@pytest.fixture(scope="module")
def fitter(tmp_path_factory, priors):
    """Nine plants abroad with five shares each, one with scrap; compiled once."""
    rows = ramping_plants(T50, STEEPNESS, 9, SPREAD)
    rows += [row("plant-00", months, "scrap", scrap) for months, scrap in ((6, 0.25), (18, 0.12))]
    rows += [row("plant-00", "", "build_months", 31.0)]
    return Fitter(design(table_of(tmp_path_factory.mktemp("t"), rows)), priors, EFFORT)


@pytest.fixture(scope="module")
def posterior(fitter):
    return fitter.fit(seed=1)


@pytest.fixture(scope="module")
def empty(fitter):
    """The fit without any plant."""
    return fitter.fit(seed=1, without=fitter.what.plants)


def test_known_figures_are_found_again(posterior):
    middle = class_figures(posterior, "incumbent-abroad", 1)
    for name, truth in (("t50", T50), ("steepness", STEEPNESS), ("mature", 0.9)):
        low, high = np.quantile(middle[name], [0.01, 0.99])
        assert low < truth < high, name
    low, high = np.quantile(posterior.h["t50_spread"], [0.01, 0.99])
    assert low < SPREAD < high
    assert np.std(np.log(middle["t50"])) < 0.25  # nine plants say more than the prior


def test_chains_agree(posterior):
    assert posterior.diagnostics.worst_rhat < 1.05
    assert posterior.diagnostics.least_ess > 100
    assert posterior.diagnostics.divergences < 0.02 * posterior.diagnostics.draws


def test_a_seed_gives_the_same_again(fitter):
    once, again, other = (fitter.fit(seed, effort=SHORT).h["t50"] for seed in (1, 1, 2))
    assert np.array_equal(again, once)
    assert not np.array_equal(other, once)


def test_a_faster_plant_moves_the_class_its_way(fitter, posterior):
    share = fitter.what.evidence["share"]
    moved = share.y + np.where(share.plant == 3, 1.5, 0.0)
    faster = fitter.fit(seed=1, published={"share": moved})
    before, after = (
        np.median(class_figures(each, "incumbent-abroad", 1)["t50"]) for each in (posterior, faster)
    )
    assert after < before
    own = [
        each.h["t50"][:, 0] + each.h["t50_spread"] * each.z["t50"][:, 3]
        for each in (posterior, faster)
    ]
    assert np.median(own[1]) < np.median(own[0]) - 0.1


def test_without_any_plant_the_priors_remain(empty, priors):
    for i, ramp in enumerate(CLASSES[:3]):
        prior = priors.of("t50", ramp)
        drawn = empty.h["t50"][:, i]
        assert np.mean(drawn) == pytest.approx(prior.mean, abs=0.12)
        assert np.std(drawn) == pytest.approx(prior.sd, rel=0.15)


def test_new_plants_of_the_priors_are_plants(empty):
    """Before any row: nothing impossible, nothing sure."""
    for ramp in CLASSES:
        plant = new_plants(empty, ramp, 0, np.random.default_rng(1))
        assert np.all((plant["mature"] > 0.3) & (plant["mature"] < 1.0))
        assert np.all(plant["scrap_mature"] < plant["scrap_start"])
        low, high = np.quantile(plant["t50"], [0.05, 0.95])
        assert 1.0 < low < high < 400.0
        assert high / low > 5.0


def test_weights_agree_with_a_fit_without_the_plant(fitter, posterior):
    """Of the plant whose weights have the shortest tail: there no fit is made again."""
    used = thinned(posterior)
    tails = {
        plant: smoothed_weights(-log_evidence(used, posterior, i, np.random.default_rng([1, i])))[1]
        for i, plant in enumerate(fitter.what.plants)
    }
    plant = min(tails, key=lambda each: tails[each])
    (weighted,) = leave_one_out(fitter, posterior, 1, [plant])
    (again,) = leave_one_out(fitter, fitter.fit(seed=3, without=[plant]), 3, [plant])
    assert not weighted.refitted
    assert again.refitted
    middles = [
        [np.average(np.log(m), weights=each.weights) for m in each.members]
        for each in (weighted, again)
    ]
    assert middles[0] == pytest.approx(middles[1], abs=0.25)


def test_the_command_writes_what_it_found(tmp_path):
    arguments = ["calibrate", "--as-of", "2023-12-31", "--no-scores", "--json"]
    result = CliRunner().invoke(main, arguments)
    found = json.loads(result.stdout)
    assert found["as_of"] == date(2023, 12, 31).isoformat()
    assert found["sampler"]["divergences"] < 0.01 * found["sampler"]["draws"]
    assert max(found["sampler"]["rhat"].values()) < 1.05
    assert found["groups"]["incumbent-abroad-3"]["plant"]["t50"]["worst"] < 0.1
