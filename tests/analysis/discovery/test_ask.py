"""Answers by hand, the logic of undefined rows, and the variables that may be asked about."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import bvsim.ensemble.store.results
from bvsim.analysis import AnalysisError, ask
from bvsim.analysis.discovery.ask import UnansweredError
from bvsim.analysis.discovery.outcomes import happens, judged
from bvsim.cli import main
from run_folder import MadeUpRun

NAN = np.nan
YES, NO, OPEN = 1.0, 0.0, NAN


def run_of(kpis, **tables):
    rows = np.arange(len(next(iter(kpis.values()))))
    frame = pd.DataFrame({"draw": rows, "replication": 0, **kpis})
    manifest = {"scenario": "made-up", "design": "random", "seed": 1, "sites": ["a"]}
    return MadeUpRun(manifest, {"kpis": frame, **tables})


@pytest.fixture
def run():
    return run_of(
        {
            "output_2030_gwh": np.array([10.0, 20.0, 30.0, 40.0, 50.0]),
            "year_30_gwh": np.array([NAN, NAN, 2030.0, 2029.0, 2028.0]),
            "closed_year.a": np.array([2028.5, NAN, 2030.99, 2031.0, NAN]),
        }
    )


def test_probabilities_by_hand_with_the_exact_binomial(run):
    found = ask(run, "P(output_2030_gwh >= 30)")
    assert (found.value, found.rows, found.undefined, found.outside) == (0.6, 5, 0, 0)
    assert found.ci95 == pytest.approx((0.146633, 0.947255), abs=1e-6)
    assert ask(run, "P(not output_2030_gwh >= 30)").value == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("rule", "value", "rows"), [("leave-out", 2 / 3, 3), ("as-false", 0.4, 5), ("as-true", 0.8, 5)]
)
def test_undefined_rows_by_each_rule(run, rule, value, rows):
    found = ask(run, "P(year_30_gwh <= 2029)", undefined=rule)
    assert (found.value, found.rows, found.undefined) == (pytest.approx(value), rows, 2)


def test_conditions_leave_rows_out(run):
    found = ask(run, "P(year_30_gwh <= 2029)", given="output_2030_gwh > 15")
    assert (found.value, found.rows, found.undefined, found.outside) == (2 / 3, 3, 1, 1)
    with pytest.raises(UnansweredError, match="in no row"):
        ask(run, "P(output_2030_gwh > 1)", given="output_2030_gwh > 100")
    with pytest.raises(UnansweredError, match="undefined in every row"):
        ask(run, "P(year_30_gwh < 2030)", given="output_2030_gwh < 25")


def test_a_closure_counts_until_the_end_of_its_year(run):
    assert happens(run, "closed_2030.a == 1").tolist() == [True, False, True, False, False]
    assert ask(run, "P(failed_2031.a == 1)").value == pytest.approx(0.6)


def test_means_and_quantiles_by_hand(run):
    assert ask(run, "mean(output_2030_gwh)").value == 30.0
    assert ask(run, "median(year_30_gwh)").value == 2029.0
    found = ask(run, "P90(output_2030_gwh)")
    assert (found.what, found.value) == ("p90", pytest.approx(46.0))
    assert ask(run, "mean(year_30_gwh)").undefined == 2


def kleene(kind, a, b):
    """Three-valued logic, written down again."""
    if kind == "and":
        return NO if NO in (a, b) else YES if (a, b) == (YES, YES) else OPEN
    return YES if YES in (a, b) else NO if (a, b) == (NO, NO) else OPEN


@pytest.mark.parametrize("kind", ["and", "or"])
def test_undefined_parts_follow_kleenes_logic(kind):
    cases = list(itertools.product((YES, NO, OPEN), repeat=2))
    run = run_of({"a": np.array([a for a, _ in cases]), "b": np.array([b for _, b in cases])})
    found, _ = judged(run, f"a == 1 {kind} b == 1")
    said = np.where(found.holds, YES, np.where(found.fails, NO, OPEN))
    np.testing.assert_array_equal(said, [kleene(kind, a, b) for a, b in cases])
    turned, _ = judged(run, f"not (a == 1 {kind} b == 1)")
    np.testing.assert_array_equal(turned.holds, found.fails)
    np.testing.assert_array_equal(turned.undefined, found.undefined)


def test_tables_by_year_are_variables():
    index = {"draw": [0, 0, 1, 1], "replication": 0, "year": 2030}
    blocks = {**index, "entity": ["a.one", "a.two"] * 2}
    ledger = pd.DataFrame({**blocks, "lost_labour_gwh": [1.0, 2.0, 3.0, 4.0]})
    binding = pd.DataFrame({**blocks, "weeks_labour": [1.0, 0.0, 5.0, 6.0]})
    yearly = pd.DataFrame(
        {**index, "entity": ["a", "b"] * 2, "line_weeks": [73.0, 146.0] * 2, "vacancies": 7.0}
    )
    tables = {"ledger": ledger, "binding": binding, "yearly": yearly}
    run = run_of({"output_2030_gwh": np.zeros(2)}, **tables)
    assert ask(run, "mean(lost_labour_2030_gwh)").value == 5.0
    assert ask(run, "P(weeks_labour_2030.a > 10)").value == 0.5
    assert ask(run, "mean(weeks_labour_2030.a.one)").value == 3.0
    assert ask(run, "mean(lines_2030.b)").value == pytest.approx(146 * 7 / 365)
    assert ask(run, "mean(vacancies_2030.a)").value == 7.0
    with pytest.raises(AnalysisError, match="no year 2031"):
        ask(run, "mean(vacancies_2031.a)")


@pytest.mark.parametrize(
    ("question", "given", "message"),
    [
        ("output_2030_gwh >= 30", "", "write P\\(EXPR\\)"),
        ("P(outptu_2030_gwh >= 30)", "", "it has output_2030_gwh"),
        ("P(output_2030_gwh >= )", "", "a number"),
        ("P(output_2030_gwh >= 1)", "output", "a comparison"),
    ],
)
def test_what_cannot_be_answered_is_told(run, question, given, message):
    with pytest.raises(ValueError, match=message):
        ask(run, question, given)


def test_the_command_prints_a_line_or_json(run, tmp_path, monkeypatch):
    monkeypatch.setattr(bvsim.ensemble.store.results, "open_run", lambda _: run)

    def call(*words):
        return CliRunner().invoke(main, ["ask", str(tmp_path), *words])

    said = call("P(year_30_gwh <= 2029)", "--given", "output_2030_gwh > 15")
    assert said.stdout.splitlines() == [
        "P(year_30_gwh <= 2029) given output_2030_gwh > 15 = 67% (95%: 9% to 99.2%), 3 rows",
        "Undefined in 1 row: they are left out (--undefined as-false or as-true counts them).",
        "The condition leaves out 1 row.",
    ]
    answer = json.loads(call("P(output_2030_gwh >= 30)", "--json").stdout)
    assert answer["probability"] == 0.6
    assert (answer["rows"], answer["undefined"], answer["given"]) == (5, 0, None)
    assert answer["ci95"] == pytest.approx((0.146633, 0.947255), abs=1e-6)
    assert call("P(output_2030_gwh > 1)", "--given", "output_2030_gwh > 99").exit_code == 1
    assert call("P(nothing > 1)").exit_code == 2
