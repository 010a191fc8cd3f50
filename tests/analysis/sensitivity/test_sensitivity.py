"""Sobol, Morris and tornado on functions with published answers, through design and runner."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from bvsim.analysis.groups import LUCK, Group, make_groups
from bvsim.analysis.samples import outcomes, run_sample, sample_of
from bvsim.analysis.sensitivity.methods import analyse, make_plan, remarks, run_sensitivity
from bvsim.analysis.sensitivity.morris import MorrisRows, effects, morris
from bvsim.analysis.sensitivity.prcc import prcc
from bvsim.analysis.sensitivity.sobol import SaltelliRows, estimate, sobol_indices
from bvsim.analysis.sensitivity.tornado import TornadoRows, tornado
from bvsim.ensemble.run import run as run_ensemble
from bvsim.ensemble.store.folder import RunError
from bvsim.reading import load
from fake_functions import G_COEFFICIENTS, Cube, FunctionJob

ISHIGAMI = Cube(3, -np.pi, np.pi)
ISHIGAMI_FIRST = np.array(
    [0.3139, 0.4424, 0.0]
)  # Ishigami and Homma 1990; Saltelli et al. 2008, table 4.1
ISHIGAMI_TOTAL = np.array([0.5576, 0.4424, 0.2437])


def singles(dimensions):
    return tuple(Group(f"x.figure-{i + 1}", (i,)) for i in range(dimensions))


def made(tmp_path, scenario, plan, function, **job):
    return run_sample(
        scenario,
        plan,
        tmp_path / plan.design,
        years=(),
        workers=1,
        job=FunctionJob(function, **job),
    )


def g_variances():
    """First-order variances of the g-function: 1 / (3 (1 + a)^2) (Saltelli and Sobol 1995)."""
    return 1.0 / (3.0 * (1.0 + np.array(G_COEFFICIENTS)) ** 2)


@pytest.fixture(scope="module")
def ishigami_sample(tmp_path_factory):
    plan = SaltelliRows(3, singles(3), 1024, 1)
    return made(tmp_path_factory.mktemp("ishigami"), ISHIGAMI, plan, "ishigami")


def test_ishigami_has_its_published_sobol_indices(ishigami_sample):
    table = sobol_indices(ishigami_sample, "y").sort_index()
    assert table["n"].tolist() == [1024] * 3
    assert np.all(table["first_lo"] <= ISHIGAMI_FIRST)
    assert np.all(table["first_hi"] >= ISHIGAMI_FIRST)
    assert np.all(table["total_lo"] <= ISHIGAMI_TOTAL)
    assert np.all(table["total_hi"] >= ISHIGAMI_TOTAL)
    assert table["first"].to_numpy() == pytest.approx(ISHIGAMI_FIRST, abs=0.05)
    assert table["total"].to_numpy() == pytest.approx(ISHIGAMI_TOTAL, abs=0.05)


def test_the_estimates_are_those_of_scipy(ishigami_sample):
    from scipy.stats import sobol_indices as scipy_indices

    values = outcomes(ishigami_sample, "y", sample_of(ishigami_sample))
    f = {
        "f_A": values[:, 0][None],
        "f_B": values[:, 1][None],
        "f_AB": values[:, 2:].T[:, None, :],
    }
    theirs = scipy_indices(func=f, n=1024)
    first, total = estimate(values)
    assert first == pytest.approx(theirs.first_order.ravel(), abs=1e-12)
    assert total == pytest.approx(theirs.total_order.ravel(), abs=1e-12)


def test_the_g_function_has_its_published_sobol_indices(tmp_path):
    run = made(tmp_path, Cube(8), SaltelliRows(8, singles(8), 1024, 3), "g_function")
    v = g_variances()
    everything = np.prod(1.0 + v) - 1.0
    first = v / everything
    total = v * np.prod(1.0 + v) / (1.0 + v) / everything
    assert first[:3] == pytest.approx([0.7162, 0.1790, 0.0237], abs=1e-4)  # as printed
    assert total[:3] == pytest.approx([0.7871, 0.2422, 0.0343], abs=1e-4)
    table = sobol_indices(run, "y").sort_index()
    assert np.all(table["first_lo"] <= first)
    assert np.all(table["first_hi"] >= first)
    assert np.all(table["total_lo"] <= total)
    assert np.all(table["total_hi"] >= total)
    assert table["clear"].tolist()[:2] == [True, True]
    assert not table["clear"].iloc[4:].any()


def test_a_group_accounts_for_what_its_figures_do_together(tmp_path):
    groups = (Group("one-and-three", (0, 2)), Group("two", (1,)))
    run = made(tmp_path, ISHIGAMI, SaltelliRows(3, groups, 1024, 1), "ishigami")
    table = sobol_indices(run, "y")
    assert table.loc["one-and-three", "first"] == pytest.approx(1.0 - 0.4424, abs=0.05)
    assert table.loc["one-and-three", "total"] == pytest.approx(1.0 - 0.4424, abs=0.05)
    assert table.loc["two", "total"] == pytest.approx(0.4424, abs=0.05)


def test_luck_is_a_group_of_its_own(tmp_path):
    plan = make_plan(Cube(2), "sobol", 512, 1, by="figure")
    assert [group.name for group in plan.groups] == ["x.figure-1", "x.figure-2", LUCK]
    table = sobol_indices(made(tmp_path, Cube(2), plan, "half_luck"), "y")
    assert table.loc[["x.figure-1", LUCK], "first"].tolist() == pytest.approx([0.5, 0.5], abs=0.06)
    assert table.loc["x.figure-2", "total"] == 0.0
    assert not table.loc["x.figure-2", "clear"]


def test_base_points_are_the_draws_of_a_plain_run():
    from bvsim.ensemble.design.points import design

    plan = SaltelliRows(5, singles(5), 24, 9)
    plain = design(5, 24, 9, "sobol").uniforms()
    assert np.array_equal(np.stack([plan.uniforms(i)[0] for i in range(24)]), plain)
    rows = plan.uniforms(7)
    for i in range(5):
        changed = np.flatnonzero(rows[2 + i] != rows[0])
        assert changed.tolist() == [i]
        assert rows[2 + i, i] == rows[1, i]


def test_morris_of_the_g_function_in_closed_form(tmp_path):
    """On the levels 0, 1/3, 2/3, 1 with a step of 2/3, |4x - 2| is 2, 2/3, 2/3, 2.

    So figure i goes up or down by (4/3) / (1 + a_i) times the other factors, a size of
    2 / (1 + a_i) a unit, times (4/3 + a_j) / (1 + a_j) for each other figure on average.
    """
    plan = MorrisRows(8, singles(8), 400, 1, edge=0.0)
    table = morris(made(tmp_path, Cube(8), plan, "g_function"), "y").sort_index()
    a = np.array(G_COEFFICIENTS)
    others = (4.0 / 3.0 + a) / (1.0 + a)
    expected = 2.0 / (1.0 + a) * np.prod(others) / others
    assert np.all(table["mu_star_lo"] <= expected)
    assert np.all(table["mu_star_hi"] >= expected)
    assert table["mu_star"].to_numpy() == pytest.approx(expected, rel=0.1)
    assert np.abs(table["mu"]).max() < 0.3  # up on one side of the middle, down on the other
    assert table["clear"].all()


def test_morris_agrees_with_salib_on_the_same_trajectories(tmp_path):
    salib = pytest.importorskip("SALib.analyze.morris")
    plan = MorrisRows(3, singles(3), 50, 4, edge=0.0)
    run = made(tmp_path, ISHIGAMI, plan, "ishigami")
    names = [group.name for group in plan.groups]
    problem = {"num_vars": 3, "names": names, "bounds": [[0.0, 1.0]] * 3}
    x = np.concatenate([plan.uniforms(base) for base in range(50)])
    y = outcomes(run, "y", sample_of(run)).ravel()
    theirs = salib.analyze(problem, x, y, num_levels=4)
    ours = morris(run, "y").loc[names]
    for column in ("mu_star", "mu", "sigma"):
        assert ours[column].to_numpy() == pytest.approx(np.asarray(theirs[column], float))


def test_a_trajectory_changes_each_group_once():
    groups = (Group("pair", (0, 3)), Group("one", (2,)))
    plan = MorrisRows(5, groups, 10, 1)
    for base in range(10):
        rows = plan.uniforms(base)
        steps = [np.flatnonzero(rows[i + 1] != rows[i]).tolist() for i in range(2)]
        assert sorted(steps) == [[0, 3], [2]]
        moved = np.abs(rows[-1] - rows[0])
        assert moved[[0, 2, 3]] == pytest.approx([plan.step] * 3)
        assert rows.min() > 0.0
        assert rows.max() < 1.0


def test_elementary_effects_of_a_straight_line_are_its_slopes(tmp_path):
    plan = MorrisRows(2, singles(2), 5, 1)
    lines = np.array([3.0, -2.0])
    values = np.stack([plan.uniforms(base) @ lines for base in range(5)])
    assert effects(plan, values) == pytest.approx(np.tile(lines, (5, 1)))


def test_tornado_by_hand(tmp_path):
    """y = x1 + luck on 0..1: x1 from 0.1 to 0.9 moves y by 0.8, whatever the luck; x2 by 0."""
    run = made(tmp_path, Cube(2), TornadoRows(2, singles(2), 16, 1), "half_luck")
    table = tornado(run, "y")
    assert table.index.tolist() == ["x.figure-1", "x.figure-2"]
    assert table["swing"].to_numpy() == pytest.approx([0.8, 0.0], abs=1e-12)
    assert table["swing_lo"].iloc[0] == pytest.approx(0.8)
    assert table["clear"].tolist() == [True, False]
    assert table.loc["x.figure-1", "high"] - table.loc["x.figure-1", "low"] == pytest.approx(0.8)


def test_a_sample_is_refused_by_an_analysis_it_was_not_made_for(tmp_path, ishigami_sample):
    with pytest.raises(RunError, match=r"made for 'sobol-indices'.*needs one made for 'morris'"):
        morris(ishigami_sample, "y")
    with pytest.raises(RunError, match="'plain'"):
        prcc(ishigami_sample, "y")
    plain = run_ensemble(
        Cube(3), draws=8, out=tmp_path / "plain", workers=1, job=FunctionJob("ishigami")
    )
    with pytest.raises(RunError, match="made for 'plain'"):
        sobol_indices(plain, "y")


def test_a_sample_that_lost_its_description_is_refused(tmp_path):
    """A run of 0.1, whose description was a file of its own."""
    run = SimpleNamespace(folder=tmp_path, manifest={"scenario": "cube+tornado"})
    with pytest.raises(RunError, match=r"no sample\.json"):
        sample_of(run)


def test_other_groups_cannot_be_mixed_into_a_sample(tmp_path):
    made(tmp_path, Cube(2), TornadoRows(2, singles(2), 2, 1), "half_luck")
    other = TornadoRows(2, singles(2)[:1], 4, 1)
    with pytest.raises(RunError, match="cannot be mixed"):
        run_sample(
            Cube(2),
            other,
            tmp_path / "tornado",
            years=(),
            workers=1,
            resume=True,
            job=FunctionJob("half_luck"),
        )


def test_more_base_points_extend_a_sample(tmp_path):
    job = FunctionJob("ishigami")
    options = {"years": (), "workers": 1, "job": job}
    small, large = (SaltelliRows(3, singles(3), n, 1) for n in (8, 16))
    run_sample(ISHIGAMI, small, tmp_path / "grown", **options)
    grown = run_sample(ISHIGAMI, large, tmp_path / "grown", resume=True, **options)
    whole = run_sample(ISHIGAMI, large, tmp_path / "whole", **options)
    assert grown.table("kpis").equals(whole.table("kpis"))


def test_failed_rows_cost_their_base_point_and_are_told(tmp_path):
    run = made(
        tmp_path, ISHIGAMI, SaltelliRows(3, singles(3), 16, 1), "ishigami", fails=frozenset({2, 5})
    )
    table = sobol_indices(run, "y")
    assert table["n"].unique().tolist() == [14]
    said = " ".join(remarks(run, "sobol", table))
    assert "2 of 16 base points were left out" in said
    assert "14 base points: too few" in said


def test_what_cannot_be_told_from_nothing_is_named(tmp_path):
    run = made(tmp_path, Cube(2), TornadoRows(2, singles(2), 16, 1), "half_luck")
    said = remarks(run, "tornado", tornado(run, "y"))
    assert len(said) == 1
    assert "1 of 2 cannot be told from no effect" in said[0]
    assert said[0].endswith("x.figure-2")


def test_an_unknown_outcome_is_answered_with_those_there_are(ishigami_sample):
    with pytest.raises(ValueError, match="'z'; it has y"):
        sobol_indices(ishigami_sample, "z")


def test_figures_are_grouped_by_actor():
    paths = ("sites.a.x", "sites.a.y", "sites.b.x", "labour.basins.c", "labour.d")
    by_actor = {group.name: group.columns for group in make_groups(paths)}
    assert by_actor == {"sites.a": (0, 1), "sites.b": (2,), "labour": (3, 4)}
    by_section = {group.name: group.columns for group in make_groups(paths, "section")}
    assert by_section == {"sites": (0, 1, 2), "labour": (3, 4)}
    some = make_groups(paths, "figure", ["*.x"])
    assert [group.name for group in some] == ["sites.a.x", "sites.b.x"]
    with pytest.raises(ValueError, match="matches 'nothing"):
        make_groups(paths, "figure", ["nothing.*"])


def test_figures_are_grouped_by_what_they_rest_on():
    rests = {"a.x": "judgement", "a.y": "published", "b": "judgement", "c": "derived"}
    groups = make_groups(("a.x", "a.y", "b"), "confidence", confidence=rests)
    assert [(group.name, group.columns) for group in groups] == [
        ("judgement", (0, 2)),
        ("published", (1,)),
    ]


def test_correlated_figures_rest_on_the_weakest_of_theirs():
    scenario = load("reference")
    plan = make_plan(scenario, "sobol", 2, 1, by="confidence")
    home = {column: group.name for group in plan.groups for column in group.columns}
    column = dict(zip(scenario.paths, scenario.dimensions, strict=True))
    for a, b, _ in scenario.correlations:
        assert home[column[a]] == home[column[b]]
    stated = {path: figure.vintage.confidence for path, figure in scenario.figures()}
    tied = {path for tie in scenario.correlations for path in tie[:2]}
    for path in set(scenario.paths) - tied:
        assert home[column[path]] == stated[path]
    assert home[column["cathode.neomat-cam.ramp.mature"]] == "judgement"
    assert stated["cathode.neomat-cam.ramp.mature"] == "derived"


def test_a_tornado_that_is_not_told_what_to_move_screens_first(tmp_path):
    told = []
    run = run_sensitivity(
        Cube(40),
        "tornado",
        4,
        out=tmp_path / "t",
        outcome="y",
        workers=1,
        years=(),
        announce=told.append,
        job=FunctionJob("half_luck"),
    )
    table = analyse(run, "tornado", "y")
    assert len(table) == 12
    assert table.index[0] == "x.figure-1"
    assert told == [
        "screening: 128 simulations",
        "tornado: 4 base draws of 25 rows, 100 simulations",
    ]


@dataclass(frozen=True)
class Wide(Cube):
    """Two figures that stand in columns 1 and 3 of a design common to more scenarios."""

    figures: int = 2
    width: int = 4
    dimensions: tuple[int, ...] = (1, 3)
    order: tuple[str, ...] = ("x.other", "x.figure-1", "x.another", "x.figure-2")
    correlations: tuple[tuple[str, str, float], ...] = ()

    def quantile(self, u):
        return super().quantile(u[:, list(self.dimensions)])


def test_figures_keep_their_columns_in_a_design_common_to_scenarios(tmp_path):
    from bvsim.ensemble.design.draws import spread

    plan = make_plan(Wide(), "sobol", 8, 1, by="figure")
    assert [group.columns for group in plan.groups] == [(1,), (3,), ()]
    run = made(tmp_path, Wide(), plan, "half_luck")
    assert sample_of(run)["groups"]["x.figure-2"] == ["x.figure-2"]
    plain = spread(Wide(), 8, 1, "sobol")
    for base in range(8):
        rows = Wide().quantile(plan.uniforms(base))
        assert np.array_equal(rows[0], plain.values(base))
        assert np.flatnonzero(rows[2] != rows[0]).tolist() == [0]
        assert np.flatnonzero(rows[3] != rows[0]).tolist() == [1]


def test_correlated_figures_must_stand_in_one_group():
    pair = Wide(correlations=(("x.figure-1", "x.figure-2", 0.8),))
    with pytest.raises(ValueError, match="need them in one group"):
        make_plan(pair, "sobol", 8, 1, by="figure")
    plan = make_plan(pair, "sobol", 512, 1)
    a = np.stack([plan.uniforms(base)[0] for base in range(512)])
    assert np.corrcoef(a[:, [1, 3]], rowvar=False)[0, 1] == pytest.approx(0.8, abs=0.05)


def test_nothing_is_clear_at_a_handful_of_draws(tmp_path):
    """Four draws agree in sign by luck once in eight times: no interval of four is believed."""
    run = made(tmp_path, Cube(2), TornadoRows(2, singles(2), 4, 1), "half_luck")
    table = tornado(run, "y")
    assert table["swing_lo"].iloc[0] > 0.0
    assert not table["clear"].any()
    said = remarks(run, "tornado", table)
    assert len(said) == 1
    assert "4 base draws: too few to call anything clear" in said[0]
