"""Runs that grow until they are precise enough."""

import numpy as np
import pytest

from bvsim.ensemble import precision
from bvsim.ensemble.design.interval import ci95_mean, ci95_quantile
from bvsim.ensemble.design.points import design
from bvsim.ensemble.precision import Precision, Target
from bvsim.ensemble.run import Interrupted, run
from bvsim.ensemble.store.folder import RunError
from fake import FakeJob, FakeScenario

from .test_run import same, stop_after

KPI = "output_2030_gwh"


@pytest.fixture
def simulate(tmp_path):
    def simulate(name, draws=64, **options):
        settings = {"workers": 1, "job": FakeJob(), **options}
        return run(FakeScenario(), draws, out=tmp_path / name, **settings)

    return simulate


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("output_2030_gwh=0.5", Target(KPI, 0.5)),
        ("output_2030_gwh.acc-douvrin=2%", Target("output_2030_gwh.acc-douvrin", 0.02, True)),
        ("scrap_2030_t@p90=1e3", Target("scrap_2030_t", 1000.0, False, 0.9)),
        ("x@p2.5=5%", Target("x", 0.05, True, 0.025)),
    ],
)
def test_targets_are_read_and_written(text, target):
    found = Target.parse(text)
    assert found.kpi == target.kpi
    assert found.relative == target.relative
    assert found.half_width == pytest.approx(target.half_width)
    assert found.quantile == pytest.approx(target.quantile) if target.quantile else True
    assert Target.parse(str(found)) == found


@pytest.mark.parametrize("text", ["x", "x=", "=1", "x=0", "x=-1", "x=nan", "x=1%%", "x@p100=1"])
def test_what_is_no_target_is_refused(text):
    with pytest.raises(RunError):
        Target.parse(text)


def larger_side(values, draws, kind):
    low, high = ci95_mean(values, draws, kind)
    return max(high - values.mean(), values.mean() - low)


@pytest.mark.parametrize(("kind", "half_width"), [("sobol", 0.05), ("random", 0.8)])
def test_a_run_stops_when_and_only_when_it_is_precise_enough(simulate, kind, half_width):
    made = simulate("a", design=kind, until_ci=[f"{KPI}={half_width}"])
    kpis, record = made.table("kpis"), made.manifest["precision"]
    half = larger_side(kpis[KPI], kpis["draw"], kind)
    assert half <= half_width
    assert record["met"]
    assert record["targets"][0]["half_width"] == pytest.approx(half)
    assert made.manifest["draws"] == len(kpis) == len(made.table("draws"))
    # the target was met from then on at every check, not before, and the run did not go on
    since, ahead = record["met_since_draws"], record["look_ahead"]
    assert since * (1 + ahead) <= len(kpis) <= since * (1 + ahead) + 2 * precision.STEP
    if since > precision.FEWEST:
        first = kpis[kpis["draw"] < since - precision.STEP]
        assert larger_side(first[KPI], first["draw"], kind) > half_width


def test_a_grown_run_is_the_run_of_that_size(simulate):
    grown = simulate("a", until_ci=[f"{KPI}=2%", "luck@p90=0.1"], workers=2, chunk_rows=5)
    assert same(grown, simulate("b", draws=grown.manifest["draws"]))


def test_several_targets_are_met_at_once(simulate):
    made = simulate("a", until_ci=[f"{KPI}=5%", "luck=0.03", "luck@p10=0.08"])
    kpis = made.table("kpis")
    low, high = ci95_mean(kpis["luck"], kpis["draw"], "sobol")
    assert (high - low) / 2 <= 0.03
    low, high = ci95_quantile(kpis["luck"], kpis["draw"], "sobol", 0.1)
    assert (high - low) / 2 <= 0.08
    assert [target["met"] for target in made.manifest["precision"]["targets"]] == [True] * 3


def test_the_budget_ends_a_run_and_is_noted(simulate):
    made = simulate("a", until_ci=[f"{KPI}=1e-6", "luck=1"], max_draws=100)
    record = made.manifest["precision"]
    assert made.status == "complete"
    assert made.manifest["draws"] == record["max_draws"] == 100
    assert not record["met"]
    assert [target["met"] for target in record["targets"]] == [False, True]


def test_a_stopped_run_goes_on_where_it_was(simulate):
    asked = [f"{KPI}=0.03"]
    with pytest.raises(Interrupted):
        simulate("a", until_ci=asked, progress=stop_after(90), chunk_rows=4)
    counts = []
    resumed = simulate(
        "a", until_ci=asked, resume=True, progress=lambda *numbers: counts.append(numbers)
    )
    assert counts[0][0] >= 90
    whole = simulate("b", until_ci=asked)
    assert whole.manifest["draws"] > 90
    assert same(resumed, whole)
    assert resumed.manifest["precision"] == whole.manifest["precision"]


def test_failed_rows_do_not_keep_a_run_from_growing(simulate):
    made = simulate("a", until_ci=[f"{KPI}=0.05"], job=FakeJob(fails=frozenset({3, 70})))
    assert made.manifest["precision"]["met"]
    assert [row.draw for row in made.failures] == [3, 70]


def test_designs_that_cannot_grow_are_refused(simulate):
    for options in ({"design": "lhs"}, {"shard": "1/2"}, {"max_draws": 8}):
        with pytest.raises(RunError):
            simulate("a", until_ci=["luck=1"], **options)


def test_unknown_key_figures_are_named(simulate):
    with pytest.raises(RunError, match=r"'output_2030_gw' \(did you mean 'output_2030_gwh'\?\)"):
        simulate("a", until_ci=["output_2030_gw=1"])


def grow(kind, half_width, seed):
    """Grow a sample of a smooth function and noise; return its error and the draws."""
    slopes = 0.5 / np.arange(1, 13)
    exact = np.prod((np.exp(slopes) - 1) / slopes)
    uniforms = design(12, 2048, seed, kind).uniforms()
    noise = np.random.default_rng(seed).normal(size=2048)
    values = np.exp(uniforms @ slopes) + 0.1 * noise
    judge = Precision([f"y={half_width}"], kind, 2048)
    done, draws = 0, judge.first(64)
    while draws is not None:
        judge.add(np.arange(done, draws), values[done:draws, None])
        done, draws = draws, judge.next(draws)
    return abs(values[:done].mean() - exact), done


@pytest.mark.parametrize(("kind", "half_width"), [("random", 0.05), ("sobol", 0.02)])
def test_what_is_asked_is_what_one_gets_nineteen_times_in_twenty(kind, half_width):
    errors, draws = zip(*(grow(kind, half_width, seed) for seed in range(120)), strict=True)
    assert np.mean(np.array(errors) <= half_width) >= 0.93  # looking often must not cost trust
    assert 64 < np.median(draws) < 1024


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["random", "sobol", "lhs"])
def test_intervals_of_quantiles_cover_as_often_as_they_say(kind, p):
    slopes = np.array([1.0, 0.5])
    whole = np.quantile(np.random.default_rng(0).random((400_000, 2)) @ slopes, p)
    hits = 0
    for seed in range(150):
        values = design(2, 200, seed, kind).uniforms() @ slopes
        low, high = ci95_quantile(values, np.arange(200), kind, p)
        hits += low <= whole <= high
    assert hits / 150 >= 0.90
    assert high - low < 0.5


def test_intervals_of_quantiles_need_enough_rows():
    assert ci95_quantile(np.arange(5.0), np.arange(5), "sobol", 0.5) is None
    assert ci95_quantile(np.arange(16.0), np.arange(16), "sobol", 0.5) is not None
    assert ci95_quantile(np.arange(32.0), np.arange(32), "sobol", 0.9) is None
    assert ci95_quantile(np.arange(64.0), np.arange(64), "sobol", 0.9) is not None
    assert ci95_quantile(np.arange(99.0), np.arange(99), "table", 0.5) is None
    assert ci95_quantile(np.arange(20.0), np.arange(20), "random", 0.99) is None


def test_order_statistics_are_those_of_the_binomial_table():
    # Conover's rule for the median of 20 rows: the 6th and the 15th, 0.9586 between them
    assert ci95_quantile(np.arange(1.0, 21.0), np.arange(20), "random", 0.5) == (6.0, 15.0)


def test_replications_of_one_draw_count_once_for_a_quantile():
    values = np.random.default_rng(1).normal(size=80)
    once = ci95_quantile(values, np.arange(80), "sobol", 0.5)
    thrice = ci95_quantile(np.repeat(values, 3), np.repeat(np.arange(80), 3), "random", 0.5)
    assert thrice == pytest.approx(once, abs=0.1)
