"""Commands for experiments: what they print, which files they leave, with which exit code."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from bvsim.cli import main
from fake import FakeJob

LEVERS = {"reference": 0.0, "training-doubled": 2.0}
KPI = "output_2030_gwh"


@dataclass(frozen=True)
class Job(FakeJob):
    """A fake valley in the place of the real one; made as the real one is."""


def make_job(scenario: Any, years: tuple[int, ...], monthly: bool) -> Job:
    return Job(lever=LEVERS.get(scenario.name, 0.0))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in an empty folder, on the fake valley."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bvsim.ensemble.experiment.ValleyJob", make_job)
    monkeypatch.setattr("bvsim.ensemble.store.folder.code_hash", lambda: "fixed")
    monkeypatch.setattr(
        "bvsim.show.report.write_report", lambda run, **_: run.folder / "report.html"
    )
    monkeypatch.setattr("bvsim.cli.terminal.print_summary", lambda run: None)
    monkeypatch.setattr("bvsim.analysis.summary.shares", lambda run: pd.DataFrame())

    def call(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words])

    return call


def test_help_lists_the_commands_for_experiments(call: Any) -> None:
    text = call("--help").output
    for name in ("compare", "sweep", "merge"):
        assert f"\n  {name} " in text
        assert call(name, "--help").exit_code == 0


# -- run -----------------------------------------------------------------------------


def test_until_ci_reports_what_was_met(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bvsim.analysis.kpi_names.names_of", lambda *_: (KPI, "luck", "sometimes"))
    asked = ("--until-ci", f"{KPI}=1%", "--until-ci", "luck@p90=0.2", "--workers", 1)
    result = call("run", "reference", "--out", "a", *asked, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [target["met"] for target in found["precision"]["targets"]] == [True, True]
    low, high = found["kpis"][KPI]["ci95_mean"]
    assert (high - low) / 2 <= 0.01 * found["kpis"][KPI]["mean"]
    assert result.stderr.count(", met") == 2
    result = call("run", "reference", "--out", "b", "--until-ci", f"{KPI}=1e-6", "--max-draws", 72)
    assert result.exit_code == 0
    assert "NOT met within the budget" in result.stdout


def test_what_is_no_target_is_bad_input(call: Any) -> None:
    result = call("run", "reference", "--until-ci", "output=lots")
    assert result.exit_code == 2
    assert "is not KPI=HALFWIDTH" in result.stderr
    assert not Path("runs").exists()


def test_shards_are_merged(call: Any) -> None:
    common = ("-n", 12, "--workers", 1)
    for part in (1, 2):
        made = call("run", "reference", *common, "--shard", f"{part}/2", "--out", f"part-{part}")
        assert made.exit_code == 0, made.output
    result = call("merge", "part-2", "part-1", "--out", "whole", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["draws"] == 12
    call("run", "reference", *common, "--out", "once")
    a, b = (pd.read_parquet(f"{name}/kpis.parquet") for name in ("whole", "once"))
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    result = call("merge", "part-1", "--out", "half")
    assert result.exit_code == 2
    assert "shards are missing: 2/2" in result.stderr


def test_replications_tell_luck_from_parameters(call: Any) -> None:
    result = call("run", "reference", "-n", 32, "--per-draw", 2, "--workers", 1, "--out", "a")
    assert result.exit_code == 0, result.output
    # the fake's output holds no luck
    assert f"Of the variance of {KPI}, 100% comes from the uncertain figures" in result.stdout
    assert "0% from luck" in result.stdout


# -- compare -------------------------------------------------------------------------


def test_scenarios_are_run_and_compared(call: Any) -> None:
    words = ("reference", "training-doubled", "-n", 24, "--out", "cmp", "--workers", 1)
    result = call("compare", *words)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "training-doubled against reference: 24 pairs" in result.stdout
    assert "+2.00" in result.stdout
    assert Path("cmp/reference/kpis.parquet").is_file()
    again = json.loads(call("compare", *words, "--json").stdout)  # nothing is run again
    (other,) = again["others"]
    assert other["kpis"][KPI]["mean"] == pytest.approx(2.0)
    assert other["kpis"][KPI]["chance_higher"] == 1.0
    assert other["kpis"]["luck"]["chance_equal"] == 1.0
    assert again["base"]["scenario"] == "reference"


def test_a_scenario_is_compared_with_itself_changed(call: Any) -> None:
    words = ("--set", "demand.follow=low", "-n", 8, "--out", "cmp", "--workers", 1)
    result = call("compare", "reference", *words)
    assert result.exit_code == 0, result.output
    assert "reference with demand.follow=low against reference: 8 pairs" in result.stdout
    assert "Nothing moved" in result.stdout  # the fake valley does not know of demand
    (other,) = json.loads(call("compare", "reference", *words, "--json").stdout)["others"]
    assert other["label"] == "reference with demand.follow=low"
    assert other["set"] == {"demand.follow": "low"}
    assert other["worth"] is None
    again = call("compare", "cmp/reference", "--set", "demand.follow=low", "--out", "more")
    assert again.exit_code == 0, again.output
    assert call("compare", "cmp/reference", "cmp/reference", "--lever", "shuttle").exit_code == 2
    assert "--lever shutle" in call("compare", "reference", "--lever", "shutle").stderr


def test_targets_give_robustness(call: Any) -> None:
    words = ("reference", "training-doubled", "-n", 24, "--out", "cmp", "--workers", 1)
    base = json.loads(
        call("run", "reference", "-n", 24, "--out", "a", "--workers", 1, "--json").stdout
    )
    limit = base["kpis"][KPI]["p50"] + 1.0  # the other side has 2 more in every row
    said = call("compare", *words, "--target", f"{KPI}>={limit}")
    assert said.exit_code == 0, said.output
    assert max(map(len, said.stdout.splitlines())) <= 100
    assert "Regret" in said.stdout
    answer = json.loads(call("compare", *words, "--target", f"{KPI} >= {limit}", "--json").stdout)
    reference, doubled = answer["robustness"]
    outputs = pd.read_parquet("cmp/reference/kpis.parquet")[KPI]
    assert reference["share"] == pytest.approx((outputs >= limit).mean())
    assert doubled["share"] == pytest.approx((outputs + 2.0 >= limit).mean())
    assert (reference["regret"], doubled["regret"]) == (pytest.approx(2.0), 0.0)
    assert (reference["share_best"], doubled["share_best"]) == (0.0, 1.0)
    less = call("compare", *words, "--target", f"{KPI}<={limit}", "--json")
    assert [row["regret"] for row in json.loads(less.stdout)["robustness"]] == [
        0.0,
        pytest.approx(2.0),
    ]


@pytest.mark.parametrize("text", ["output", "output>=much", ">=3", f"{KPI}=30"])
def test_what_is_no_target_of_a_comparison_is_bad_input(call: Any, text: str) -> None:
    said = call("compare", "reference", "training-doubled", "--target", text)
    assert said.exit_code == 2
    assert "KEY-FIGURE>=NUMBER" in said.stderr


def test_a_scenario_is_run_as_the_run_beside_it(call: Any) -> None:
    options = ("-n", 16, "--seed", 7, "--design", "random", "--years", "2030", "--workers", 1)
    call("run", "reference", *options, "--out", "base")
    result = call("compare", "base", "training-doubled", "--out", "cmp", "--json", "--workers", 1)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["seed"], found["design"], found["draws"]) == (7, "random", 16)
    assert found["others"][0]["pairs"] == 16


def test_runs_that_share_nothing_are_bad_input(call: Any) -> None:
    for seed in (1, 2):
        call("run", "reference", "-n", 8, "--seed", seed, "--out", f"s{seed}", "--workers", 1)
    result = call("compare", "s1", "s2")
    assert result.exit_code == 2
    assert "seed: 1 against 2" in result.stderr
    assert call("compare", "s1").exit_code == 2
    assert call("compare", "s1", "s1", "--kpi", "nothing*").exit_code == 2


def test_failed_rows_make_exit_code_one(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Job:
        return replace(Job(), fails=frozenset({3}))

    monkeypatch.setattr("bvsim.ensemble.experiment.ValleyJob", failing)
    result = call("compare", "reference", "demand-low", "-n", 8, "--workers", 1, "--json")
    assert result.exit_code == 1
    assert "2 rows failed" in result.stderr
    assert json.loads(result.stdout)["others"][0]["pairs"] == 7


# -- sweep ---------------------------------------------------------------------------

SWEEP = """\
name: study
scenario: reference
sweep:
  demand.follow: [low, high]
  labour.programmes.*.seats: {times: [1, 2], from: 2027-01-01}
draws: 8
"""


def test_a_sweep_leaves_a_table_and_figures(call: Any) -> None:
    Path("study.yaml").write_text(SWEEP, encoding="utf-8")
    plan = call("sweep", "study.yaml", "--dry-run", "--json")
    assert json.loads(plan.stdout)["rows"] == 32
    assert "4 points, 32 replications" in plan.stderr
    assert not Path("runs").exists()
    result = call("sweep", "study.yaml", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 100
    out = Path("runs/study")
    table = pd.read_csv(out / "sweep.csv")
    assert set(table["kpi"]) >= {KPI, "luck"}
    assert table.groupby("kpi").size()[KPI] == 4
    assert {f"{KPI}.png", f"{KPI}.svg", "sweep.json"} <= {path.name for path in out.iterdir()}
    again = call("sweep", "study.yaml", "--workers", 1, "--json")
    assert "all done before" in again.stderr
    found = json.loads(again.stdout)
    assert [point["values"]["demand.follow"] for point in found["points"]] == [
        "low",
        "low",
        "high",
        "high",
    ]
    means = [point["kpis"][KPI]["mean"] for point in found["points"]]
    np.testing.assert_allclose(means, table[table["kpi"] == KPI]["mean"])


def test_a_large_sweep_has_to_be_confirmed(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bvsim.ensemble.sweep.MOST_ROWS", 16)
    Path("study.yaml").write_text(SWEEP, encoding="utf-8")
    result = call("sweep", "study.yaml", "--workers", 1)
    assert result.exit_code == 2
    assert "confirm with --yes" in result.stderr
    assert not Path("runs").exists()
    assert call("sweep", "study.yaml", "--workers", 1, "--yes", "-n", 4).exit_code == 0


def test_mistakes_in_a_sweep_are_lines_with_places(call: Any) -> None:
    text = SWEEP.replace("follow", "folow").replace("times", "tymes")
    Path("study.yaml").write_text(text, encoding="utf-8")
    result = call("sweep", "study.yaml")
    assert result.exit_code == 2
    assert "study.yaml:5:3" in result.stderr
    assert "Traceback" not in result.output


# -- key figures that no row would have -----------------------------------------------


@pytest.fixture
def unsimulated(call: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command that must not simulate: neither a job nor an event loop is ever made."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("something is simulated")

    monkeypatch.setattr("bvsim.ensemble.experiment.ValleyJob", refuse)
    monkeypatch.setattr("simpy.Environment.run", refuse)
    return call


WRONG, NEAR = "outptu_2030_gwh", "it has output_2030_gwh,"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sensitivity", "reference", "--outcome", WRONG), NEAR),
        (("sensitivity", "reference", "--outcome", KPI, "--outcome", WRONG), NEAR),
        (("sensitivity", "reference", "--method", "tornado", "--outcome", WRONG), NEAR),
        (("run", "reference", "--until-ci", f"{WRONG}=1%"), NEAR),
        (("run", "reference", "--until-ci", f"{WRONG}=1%", "--dry-run"), NEAR),
        (("run", "reference", "--until-ci", f"{KPI}=1%", "--years", "2035"), "output_2035_gwh"),
        (("compare", "reference", "demand-low", "--target", f"{WRONG}>=30"), NEAR),
        (("compare", "reference", "demand-low", "--kpi", KPI, "--kpi", WRONG), NEAR),
        (("compare", "reference", "demand-low", "--kpi", "outptu_*", "--json"), "it has output_"),
        (("bottlenecks", "reference", "--year", "2099"), "of 2023 to 2040"),
    ],
)
def test_a_wrong_name_is_told_before_anything_is_simulated(
    unsimulated: Any, words: tuple[str, ...], said: str
) -> None:
    result = unsimulated(*words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not result.stdout
    assert not Path("runs").exists()


def test_a_wrong_name_beside_a_finished_run_is_told_at_once(
    call: Any, unsimulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bvsim.ensemble.experiment.ValleyJob", make_job)
    assert call("run", "reference", "-n", 8, "--out", "a", "--workers", 1).exit_code == 0
    for words in (("--target", "lukc>=1"), ("--kpi", "lukc")):
        result = call("compare", "a", "a", *words)
        assert result.exit_code == 2
        assert "no key figure 'lukc'; it has luck" in result.stderr


def test_a_wrong_name_in_a_sweep_is_told_before_anything_is_simulated(unsimulated: Any) -> None:
    Path("study.yaml").write_text(f"{SWEEP}kpis: [{KPI}, {WRONG}]\n", encoding="utf-8")
    for words in ((), ("--dry-run",)):
        result = unsimulated("sweep", "study.yaml", *words)
        assert result.exit_code == 2, result.output
        assert "study.yaml, kpis: a run has no key figure" in result.stderr
        assert NEAR in result.stderr
    assert not Path("runs").exists()


# -- the valley itself ---------------------------------------------------------------


@pytest.mark.slow
def test_nothing_differs_before_a_lever_acts(tmp_path: Path) -> None:
    import bvsim as bv

    base, doubled = (
        bv.run(bv.load(name), 3, out=tmp_path / name, workers=1, years=(2030,))
        for name in ("reference", "training-doubled")
    )
    tables = [
        run.table("yearly").sort_values(["draw", "year", "entity"]) for run in (base, doubled)
    ]
    before = [table[table["year"] < 2027].reset_index(drop=True) for table in tables]
    pd.testing.assert_frame_equal(*before, check_exact=True)
    after = [table[table["year"] >= 2027].reset_index(drop=True) for table in tables]
    assert not after[0].equals(after[1])
    assert (bv.compare(base, doubled).by_year("good_gwh").loc[:2026, "largest"] == 0.0).all()


def test_a_lever_that_acts_on_nothing_says_so(unsimulated: Any) -> None:
    shown = unsimulated("show", "training-doubled", "--lever", "training-seats")
    assert shown.exit_code == 0
    said = (
        "lever training-seats changes nothing in training-doubled: all that it sets is so already"
    )
    assert said in shown.stderr
    target = f"P({KPI} >= 30) >= 0.5"
    names = ("--target", target, "--levers", "training-seats=1")
    sought = unsimulated("seek", "training-doubled", *names)
    assert sought.exit_code == 2
    assert "training-seats change nothing in training-doubled" in sought.stderr
