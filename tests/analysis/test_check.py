"""`bvsim check`: what moved is found and named, what did not is let through."""

import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from bvsim.analysis.regression import baseline, measure
from bvsim.analysis.regression.check import (
    compare,
    first_difference,
    tolerance_of,
)
from bvsim.analysis.regression.junit import junit_xml
from bvsim.analysis.regression.measure import Metric, ScenarioMetrics, digest_by_year
from bvsim.analysis.scoring import (
    band,
    binomial_interval,
    crps,
    holm,
    paired_test,
    rank_of,
    sign_test,
)
from bvsim.analysis.traced import TracedRows, TraceLine, lines_of
from bvsim.cli import main
from bvsim.valley.ground.books import Event

ROWS = TracedRows(seed=7, number=8, traced=2, years=(2026,))
START = date(2023, 1, 1)


def events(*days, entity="alpha", value=1.0):
    return [Event(day, START, entity, "opens", "a cause", value, "lines") for day in days]


def made(name="reference", *, shift=0.0, seed=1, days=(3.25, 400.0), metrics=40, **changes):
    """What a scenario might give; `shift` moves the first metric in every row."""
    rng = np.random.default_rng(seed)
    found = {f"output_2026_gwh.site-{i:02}": rng.normal(10.0, 2.0, 8) for i in range(metrics)}
    found["output_2026_gwh.site-00"] = found["output_2026_gwh.site-00"] + shift
    found["headcount_2026"] = np.arange(8.0) + 100
    found["year_30_gwh"] = np.array([2030.0, np.nan] * 4)
    lines = lines_of(events(*days), START)
    told = ScenarioMetrics(
        name,
        "hash",
        ROWS,
        {key: Metric("GWh" if "gwh." in key else "heads", value) for key, value in found.items()},
        lines,
        (digest_by_year(lines), digest_by_year(lines)),
    )
    return replace(told, **changes)


# -- scores and tests, against other libraries and closed forms ------------------------------


def test_crps_of_an_ensemble_is_the_double_sum():
    rng = np.random.default_rng(3)
    x, y = rng.lognormal(1.0, 0.7, 60), 4.0
    double = np.mean(np.abs(x - y)) - np.mean(np.abs(x[:, None] - x[None, :])) / 2.0
    assert crps(x, y) == pytest.approx(double, rel=1e-12)
    assert crps([3.0], y) == 1.0
    assert crps([1.0, 5.0, 5.0], y) == pytest.approx(crps([1.0, 5.0], y, weights=[1, 2]))


def test_crps_of_many_members_is_that_of_the_normal():
    z = 0.7  # closed form: sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))
    exact = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi)
    members = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert crps(5.0 + 3.0 * members, 5.0 + 3.0 * z) == pytest.approx(3.0 * exact, rel=1e-4)


def test_bands_and_ranks():
    members = np.arange(101.0)
    assert band(members, 0.8) == pytest.approx((10.0, 90.0))
    assert rank_of(members, 50.0) == pytest.approx(0.5)
    assert rank_of([1.0, 2.0], 9.0) == 1.0


@pytest.mark.parametrize(("hits", "trials"), [(0, 12), (4, 13), (12, 12), (7, 9)])
def test_the_interval_of_a_share_is_exact(hits, trials):
    exact = stats.binomtest(hits, trials).proportion_ci(0.95, method="exact")
    assert binomial_interval(hits, trials) == pytest.approx((exact.low, exact.high))


def test_paired_test_is_the_t_test():
    rng = np.random.default_rng(4)
    a = rng.normal(size=12)
    b = a + rng.normal(0.3, 0.4, 12)
    assert paired_test(a, b) == pytest.approx(min(1.0, 2.0 * stats.ttest_rel(a, b).pvalue))
    assert paired_test(a, a) == 1.0
    assert paired_test(a, a + 1.0) == 0.0


def test_what_appears_or_vanishes_counts():
    a, b = np.arange(12.0), np.arange(12.0)
    b[:10] = np.nan
    assert paired_test(a, b) == pytest.approx(2.0 * 2.0 * 0.5**10)
    assert sign_test(3, 3) == 1.0


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_false_alarms_stay_rare_over_many_metrics():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(200):
        pairs = rng.normal(size=(100, 2, 12))
        alarms += min(holm([paired_test(a, b) for a, b in pairs])) < 0.05
    assert alarms / 200 < 0.09  # 0.05, and three standard errors


# -- what is compared ------------------------------------------------------------------------


def test_the_same_holds():
    verdict = compare(made(), made())
    assert verdict.passed
    assert not any(verdict.layers().values())


def test_the_last_bits_may_differ():
    old = made()
    rng = np.random.default_rng(1)
    metrics = {
        key: Metric(metric.unit, metric.rows * (1.0 + rng.normal(0, 1e-11, 8)))
        for key, metric in old.metrics.items()
    }
    later = tuple(lines_of(events(3.25 + 1e-9, 400.0 - 1e-9), START))
    assert compare(old, replace(old, metrics=metrics, trace=later)).passed


def test_a_row_that_moved_is_named_with_its_size():
    old, new = made(), made()
    new.metrics["output_2026_gwh.site-07"].rows[1] += 0.5
    verdict = compare(old, new)
    assert [moved.name for moved in verdict.exact] == ["output_2026_gwh.site-07"]
    assert (verdict.exact[0].rows, verdict.exact[0].arrow) == (1, "↑")
    assert verdict.exact[0].difference == pytest.approx(0.5 / 8)
    assert verdict.statistical == ()


def test_a_row_beyond_the_exact_ones_needs_more_than_chance():
    old, new = made(), made()
    new.metrics["output_2026_gwh.site-07"].rows[5] += 0.5
    assert compare(old, new).passed
    new.metrics["output_2026_gwh.site-07"].rows[2:] += np.linspace(1.0, 1.01, 6)
    new.metrics["output_2026_gwh.site-07"].rows[:2] += 1.0
    assert [moved.name for moved in compare(old, new).statistical] == ["output_2026_gwh.site-07"]


def test_a_whole_person_is_not_within_tolerance():
    for unit in ("heads", "year", "probability"):
        assert tolerance_of(unit).moved(np.array([1e6]), np.array([1e6 + 1])).all()


def test_a_value_that_vanishes_moved():
    old, new = made(), made()
    new.metrics["year_30_gwh"].rows[0] = np.nan
    assert [moved.name for moved in compare(old, new).exact] == ["year_30_gwh"]


def test_metrics_that_appear_or_vanish_fail():
    old, new = made(), made(metrics=41)
    appeared = compare(old, new)
    assert appeared.appeared == ("output_2026_gwh.site-40",)
    assert compare(new, old).vanished == ("output_2026_gwh.site-40",)
    assert not appeared.passed


def test_the_first_event_that_differs_is_named():
    before, after = made(days=(3.25, 400.0)), made(days=(3.25, 401.0))
    found = compare(before, after).events
    assert "2024-02-05T00:00:00 alpha: opens" in found[0]
    assert "-> 2024-02-06T00:00:00" in found[0]
    assert found[1] == "the events of draw 1 differ from 2024 on"


def test_a_trace_that_ends_early_differs():
    lines = lines_of(events(1.0, 2.0), START)
    assert first_difference(lines, lines[:1]) == (lines[1], None)
    assert first_difference(lines, lines) is None


def test_events_of_one_second_come_by_name():
    mixed = [*events(5.0 + 1e-10, entity="a"), *events(5.0, entity="b")]
    assert [line.entity for line in lines_of(mixed, START)] == ["a", "b"]
    assert lines_of(mixed, START) == lines_of(mixed[::-1], START)


def test_an_event_whose_value_moved_differs():
    old = lines_of(events(1.0, value=1.0), START)
    assert first_difference(old, lines_of(events(1.0, value=1.0 + 1e-9), START)) is None
    assert first_difference(old, lines_of(events(1.0, value=1.01), START)) is not None


def test_no_baseline_and_failed_rows_fail():
    assert "no baseline" in compare(None, made()).problems[0]
    verdict = compare(made(), made(failures=("draw 3: it broke",)))
    assert verdict.problems == ("draw 3: it broke",)
    assert not verdict.passed


# -- files -----------------------------------------------------------------------------------


def test_a_baseline_comes_back_as_it_was(tmp_path):
    files = baseline.Files(tmp_path, "reference")
    assert baseline.read(files) is None
    baseline.write(files, made())
    again = baseline.read(files)
    assert compare(made(), again).passed
    first = (files.figures.read_bytes(), files.trace.read_bytes())
    baseline.write(files, again)
    assert (files.figures.read_bytes(), files.trace.read_bytes()) == first
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "reference.json",
        "reference.trace.gz",
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda files: files.trace.write_bytes(files.trace.read_bytes()[:-20]),
        lambda files: files.trace.unlink(),
        lambda files: files.figures.write_text("{"),
        lambda files: files.figures.write_text("[]"),
        lambda files: files.figures.write_text('{"schema_version": 1}'),
        lambda files: files.figures.write_text('{"schema_version": 99}'),
    ],
)
def test_a_spoilt_baseline_is_explained(tmp_path, spoil):
    files = baseline.Files(tmp_path, "reference")
    baseline.write(files, made())
    spoil(files)
    with pytest.raises(baseline.BaselineError, match="reference"):
        baseline.read(files)


def test_rows_that_failed_make_no_baseline(tmp_path):
    with pytest.raises(baseline.BaselineError, match="it broke"):
        baseline.write(baseline.Files(tmp_path, "x"), made(failures=("draw 3: it broke",)))
    assert list(tmp_path.iterdir()) == []


def test_a_line_of_a_trace_comes_back():
    line = TraceLine("2024-02-05T00:00:00", "a", "opens", "", "", "1.5")
    assert TraceLine.of_text(line.text()) == line
    with pytest.raises(ValueError, match="not an event"):
        TraceLine.of_text("a\tb")


# -- the command -----------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A study folder with two scenarios, and what they give."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    for name in ("first", "second"):
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(f"name: {name}\nextends: reference\n")
    gives = {"first": made("first"), "second": made("second", seed=2)}

    def measure_all(tasks, workers=None):
        for task in tasks:
            yield task.name, replace(gives[task.name], rows=task.rows)

    monkeypatch.setattr(measure, "measure_all", measure_all)
    monkeypatch.setattr("bvsim.analysis.regression.check.DEFAULT_ROWS", ROWS)
    return gives


def call(*words):
    return CliRunner().invoke(main, ["check", *words])


def test_updated_baselines_hold(study):
    without = call()
    assert without.exit_code == 1
    assert "none   first" in without.stdout
    assert "no baseline: `bvsim check --update` makes one" in without.stdout
    assert "2 without a baseline" in without.stdout
    updated = call("--update")
    assert updated.exit_code == 0, updated.output
    assert "new    first" in updated.stdout
    assert "scenarios: 0 of 2 moved, 2 new" in updated.stdout
    assert "moved  first" not in updated.stdout
    held = call()
    assert held.exit_code == 0
    assert "all 2 hold" in held.stdout
    names = {path.name for path in Path("scenarios/baselines").iterdir()}
    assert "second.trace.gz" in names


def test_what_moved_is_shown_and_named(study):
    call("--update")
    study["second"] = made("second", seed=2, shift=0.5, days=(3.25, 399.0))
    result = call("--junit", "check.xml")
    assert result.exit_code == 1
    assert "holds  first" in result.stdout
    for words in ("moved  second", "output_2026_gwh.site-00", "↑", "0.5", "2024-02-04", "1 of 2"):
        assert words in result.stdout
    assert max(map(len, result.stdout.splitlines()[2:])) <= 200
    suites = ET.parse("check.xml").getroot()
    assert suites.attrib["failures"] == "3"
    failed = {case.attrib["name"] for case in suites.iter("testcase") if len(case)}
    assert failed == {"exact", "events", "statistical"}


def test_update_prints_old_new_and_difference(study):
    call("--update")
    study["first"] = made("first", shift=-2.0)
    result = call("first", "--update")
    assert result.exit_code == 0
    assert "↓" in result.stdout
    assert "-2" in result.stdout
    assert call("first").exit_code == 0


def test_json_is_alone_on_standard_output(study):
    call("--update")
    study["first"] = made("first", shift=1.0)
    result = call("--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["scenarios"]["second"]["passed"]
    assert found["scenarios"]["first"]["exact"][0]["name"] == "output_2026_gwh.site-00"


def test_a_baseline_without_its_scenario_fails(study):
    call("--update")
    Path("scenarios/second.yaml").unlink()
    result = call()
    assert result.exit_code == 1
    assert "without a scenario" in result.stdout


def test_bad_input_is_explained(study):
    call("--update")
    for words in (["frist"], ["scenarios/none.yaml"], ["--colour"]):
        result = call(*words)
        assert result.exit_code == 2, words
        assert "Traceback" not in result.output
    Path("scenarios/baselines/first.json").write_text("{")
    assert "restore" in call().stderr


def test_names_are_escaped_in_junit():
    verdict = compare(made(), made('<&"\x07', shift=1.0))
    ET.fromstring(junit_xml([verdict], {}).encode())


# -- the valley itself -----------------------------------------------------------------------


SHORT = "set: {}\nextends: reference\nend: 2026-12-31\n"


@pytest.mark.slow
def test_a_changed_figure_fails_with_scenario_metric_and_event(tmp_path, monkeypatch):
    """The negative control: a model with one figure changed."""
    rows = TracedRows(seed=1, number=2, traced=1, years=(2026,))
    monkeypatch.setattr("bvsim.analysis.regression.check.DEFAULT_ROWS", rows)
    monkeypatch.chdir(tmp_path)
    Path("scenarios").mkdir()
    file = Path("scenarios/mine.yaml")
    file.write_text(f"name: mine\n{SHORT}")
    updated = call("mine", "--update")
    assert updated.exit_code == 0, updated.output
    assert call("mine").exit_code == 0
    changed = "{labour.programmes.btc-douvrin.seats: 2}"
    file.write_text(f"name: mine\n{SHORT.replace('{}', changed)}")
    result = call("mine")
    assert result.exit_code == 1, result.output
    assert "moved  mine" in result.stdout
    assert re.search(r"\w+_2026", result.stdout)  # those that moved most are named, others counted
    assert "first event that differs: 2023" in result.stdout
    assert "btc-douvrin" in result.stdout
