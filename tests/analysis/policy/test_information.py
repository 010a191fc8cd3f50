"""The value of information against closed forms, and what must hold whatever the numbers."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy.stats import norm

import bvsim.ensemble.store.results
from bvsim.analysis import AnalysisError
from bvsim.analysis.policy import valuation
from bvsim.analysis.policy.information import information, utilities, variance_explained
from bvsim.cli import main
from run_folder import MadeUpRun

ROWS = 1 << 14
FIRST, SECOND, IDLE = "sites.a.first", "sites.a.second", "demand.idle"


def normal_loss(mean, sd):
    """Return E[max(0, X)] - max(0, E[X]) of a normal X (Raiffa and Schlaifer 1961)."""
    distance = abs(mean) / sd
    return sd * (norm.pdf(distance) - distance * norm.sf(distance))


def figures_of(rng, **sd):
    names = {"first": FIRST, "second": SECOND, "idle": IDLE}
    return pd.DataFrame({names[k]: rng.normal(0.0, s, ROWS) for k, s in sd.items()})


def table_of(**options):
    index = pd.MultiIndex.from_product([range(ROWS), [0]], names=["draw", "replication"])
    return pd.DataFrame(options, index=index)


@pytest.fixture(scope="module")
def case():
    """Do nothing, or something whose gain is the sum of two normal figures."""
    figures = figures_of(np.random.default_rng(1), first=2.0, second=0.5, idle=1.0)
    gain = 0.6 + figures[FIRST].to_numpy() + figures[SECOND].to_numpy()
    return figures, table_of(nothing=np.zeros(ROWS), something=gain)


def test_normal_gains_agree_with_the_unit_normal_loss(case):
    figures, table = case
    parts = {("group", "both"): (FIRST, SECOND)}
    found = information(table, figures, parts, {FIRST: 2.0})
    value = {(each.kind, each.name): each.value for each in found.known}
    assert found.best == "something"
    whole = normal_loss(0.6, (2.0**2 + 0.5**2) ** 0.5)
    assert found.evpi == pytest.approx(whole, rel=0.05)
    assert value["figure", FIRST] == pytest.approx(normal_loss(0.6, 2.0), rel=0.05)
    assert value["group", "both"] == pytest.approx(whole, rel=0.05)
    assert value["figure", SECOND] == pytest.approx(normal_loss(0.6, 0.5), abs=0.05 * whole)
    # a measurement with as much error as the figure has spread: half the variance is left
    expected = normal_loss(0.6, 2.0**2 / (2.0**2 + 2.0**2) ** 0.5)
    assert value["observation", FIRST] == pytest.approx(expected, rel=0.05)


def test_uniform_gains_agree_with_the_integral_by_hand():
    """A sure 0.3 against a uniform U: E max(0.3, U) - 0.5 = 0.3 * 0.3 + (1 - 0.09) / 2 - 0.5."""
    rng = np.random.default_rng(2)
    share = rng.uniform(size=ROWS)
    figures = pd.DataFrame({FIRST: share, IDLE: rng.uniform(size=ROWS)})
    table = table_of(sure=np.full(ROWS, 0.3), share=share)
    found = information(table, figures, {})
    value = {each.name: each for each in found.known}
    assert found.evpi == pytest.approx(0.045, rel=0.05)
    assert value[FIRST].value == pytest.approx(0.045, rel=0.05)
    assert value[FIRST].clear
    assert not value[IDLE].clear


@pytest.mark.parametrize("seed", range(4))
def test_no_part_is_worth_more_than_the_whole(seed):
    rng = np.random.default_rng(seed)
    figures = figures_of(rng, first=1.0, second=1.0, idle=1.0).head(96)
    index = pd.MultiIndex.from_product([range(96), [0]], names=["draw", "replication"])
    table = pd.DataFrame({name: rng.normal(size=96) for name in "abcd"}, index=index)
    found = information(table, figures, {("group", "all"): (FIRST, SECOND, IDLE)})
    assert found.evpi >= max(each.value for each in found.known)
    assert all(each.value >= 0.0 for each in found.known)


def test_noise_is_worth_nothing(case):
    figures, table = case
    found = {each.name: each for each in information(table, figures, {}).known}
    assert not found[IDLE].clear
    assert found[IDLE].value < 0.01


def run_of(kpi):
    frame = pd.DataFrame({"draw": range(len(kpi)), "replication": 0, "output": kpi})
    manifest = {"design": "random", "seed": 1, "draws": len(kpi), "scenario": "x"}
    return MadeUpRun(manifest, {"kpis": frame})


def test_utilities_in_the_unit_of_the_key_figure_and_in_money():
    runs = {"nothing": run_of([1.0, 2.0]), "lever": run_of([3.0, np.nan])}
    table = utilities(runs, "output")
    assert table.to_numpy().tolist() == [[1.0, 3.0]]
    money = utilities(runs, "output", {"lever": 15.0}, 10.0)
    assert money.to_numpy().tolist() == [[10.0, 15.0]]
    assert utilities(runs, "output", less_is_better=True).to_numpy().tolist() == [[-1.0, -3.0]]
    with pytest.raises(AnalysisError, match="undefined"):
        utilities({"nothing": run_of([np.nan])}, "output")


def test_without_a_decision_shares_of_variance_are_those_of_the_sum(case):
    figures, table = case
    found = variance_explained(table["something"], figures, {("group", "both"): (FIRST, SECOND)})
    share = {(each.kind, each.name): each.value for each in found}
    assert share["figure", FIRST] == pytest.approx(16 / 17, abs=0.02)
    assert share["figure", SECOND] == pytest.approx(1 / 17, abs=0.02)
    assert share["group", "both"] == pytest.approx(1.0, abs=0.02)
    assert share["figure", IDLE] == pytest.approx(0.0, abs=0.01)


def test_among_many_figures_of_few_rows_none_looks_important_by_chance():
    rng = np.random.default_rng(3)
    figures = pd.DataFrame(rng.normal(size=(40, 800)), columns=[f"f{i}" for i in range(800)])
    index = pd.MultiIndex.from_product([range(40), [0]], names=["draw", "replication"])
    values = pd.Series(rng.normal(size=40), index=index)
    assert not any(each.clear for each in variance_explained(values, figures, {}))
    table = pd.DataFrame({"a": 0.0, "b": values})
    assert not any(each.clear for each in information(table, figures, {}).known)


def test_the_command_says_what_is_maximised_and_what_to_ask_next(tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    figures = pd.DataFrame({"draw": range(400), "labour.pull": rng.normal(size=400)})
    runs = {
        str(tmp_path / name): replace(run_of(kpi), folder=tmp_path / name)
        for name, kpi in (("a", np.zeros(400)), ("b", figures["labour.pull"].to_numpy()))
    }
    for name, run in runs.items():
        run.tables["draws"] = figures
        run.manifest["scenario"] = name[-1]
    monkeypatch.setattr(bvsim.ensemble.store.results, "open_run", lambda path: runs[str(path)])
    monkeypatch.setattr(valuation, "parts_of", lambda _: {("group", "g"): ["labour.pull"]})
    a, b = runs
    said = CliRunner().invoke(main, ["value", a, "--beside", b, "--outcome", "output"])
    assert said.exit_code == 0, said.output
    assert "Maximised: the mean of output, made most. 400 rows." in said.stdout
    assert "To ask or measure next: labour.pull." in said.stdout
    words = ["value", a, "--beside", b, "--outcome", "output", "--json"]
    answer = json.loads(CliRunner().invoke(main, words).stdout)
    assert answer["evpi"] >= max(each["value"] for each in answer["evppi"])
    assert set(answer["decision"]["options"]) == {"no lever", "b"}
    words = ["value", b, "--levers", "none", "--outcome", "output", "--json"]
    assert json.loads(CliRunner().invoke(main, words).stdout)["decision"] is None
    words[1] = a
    assert "does not vary" in CliRunner().invoke(main, words).stderr


def test_figures_of_a_group_that_tell_nothing_do_not_hide_the_one_that_does():
    rng = np.random.default_rng(3)
    rows = 200
    names = [f"sites.a.f{i}" for i in range(300)]
    figures = pd.DataFrame(rng.random((rows, len(names))), columns=names)
    index = pd.MultiIndex.from_product([range(rows), [0]], names=["draw", "replication"])
    noise = rng.normal(0.0, figures[names[0]].std(), rows)
    found = variance_explained(
        pd.Series(figures[names[0]].to_numpy() + noise, index), figures, {("group", "a"): names}
    )
    (group,) = [each for each in found if each.kind == "group"]
    assert group.value == pytest.approx(0.5, abs=0.12)  # half is the figure's, half is noise
    assert group.clear
