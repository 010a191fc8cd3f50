"""Commands: what they print, where, and with which exit code."""

import json
import re
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import click
import numpy as np
import pytest
from click.testing import CliRunner

from bvsim.cli import main
from bvsim.cli.errors import explain
from bvsim.cli.terminal import print_summary
from bvsim.ensemble.run import Interrupted
from bvsim.schema.errors import Place, Problem, SpecError
from bvsim.valley.cells.ledger import LEDGER
from bvsim.valley.ground.books import Event
from bvsim.valley.record.record import Record, Table
from run_folder import make_run, write_run

SCENARIO = SimpleNamespace(name="reference", paths=("a.b", "c.d"), model_hash="abc123")


def call(*words):
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(folder, monkeypatch):
    """Stand-ins for loading and running; what they were asked for is kept."""
    calls = {}

    def load(name, *, sets=None):
        calls["load"] = (name, sets)
        return SCENARIO

    def run(scenario, *, progress, out="runs/reference", **options):
        calls["run"] = {"out": out, **options}
        progress(1, 2, 0)
        made = write_run(Path(out), 16)
        finished = replace(made, manifest=made.manifest | calls["with"])
        if finished.manifest["status"] == "interrupted":
            raise Interrupted(finished, ordered=calls["ordered"])
        return finished

    calls["with"], calls["ordered"] = {}, False
    monkeypatch.setattr("bvsim.reading.load", load, raising=False)
    monkeypatch.setattr("bvsim.ensemble.run.run", run)
    return calls


def test_help_lists_the_commands():
    result = call("--help")
    assert result.exit_code == 0
    for name in ("run", "trace", "show", "validate", "schema", "sources", "report", "init"):
        assert f"\n  {name} " in result.output
        assert call(name, "--help").exit_code == 0


def test_help_is_quick_and_imports_little():
    code = (
        "import sys; from bvsim.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'pydantic', 'rich', 'yaml', 'matplotlib', 'simpy'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "bvsim", "--version"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"bvsim 0\.\S+ \(valley (compiled|interpreted)\)\n", done.stdout)


def test_run_prints_a_summary_within_100_columns(asked):
    result = call("run", "reference", "-n", "16")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 100
    for words in ("2030", "ramp-up", "good cells", "report.html", "announced"):
        assert words in result.stdout
    assert (Path("runs") / "reference" / "report.html").is_file()
    assert "\x1b[" not in result.stdout


def test_numbers_come_before_the_report_is_written(asked, monkeypatch):
    def write_report(run, **_):
        click.echo("drawing")
        return run.folder / "report.html"

    monkeypatch.setattr("bvsim.show.report.write_report", write_report)
    told = call("run", "reference", "-n", "16").output
    at = [told.find(words) for words in ("good cells", "Tables  ", "writing the report of 16 rows")]
    at += [
        told.find(words) for words in ("drawing", f"Report  {Path('runs/reference/report.html')}")
    ]
    assert -1 not in at
    assert at == sorted(at)
    for option in ("--no-report", "--quick"):
        assert "eport" not in call("run", "reference", "-n", "16", option).output


def summary_of(rows, capsys, outputs=None):
    run = make_run(rows)
    if outputs is not None:
        run.manifest["design"] = "random"
        run.tables["kpis"]["output_2030_gwh"] = outputs
    print_summary(run)
    return capsys.readouterr().out


def test_few_rows_are_not_said_to_tell_the_mean(capsys):
    for rows, said in ((1, "1 row is"), (2, "2 rows are"), (3, "3 rows are"), (9, "9 rows are")):
        text = summary_of(rows, capsys)
        assert f"{said} too few to tell how well the mean output of 2030 is known." in text
        assert "95%" not in text


def test_the_interval_of_the_mean_is_students(capsys):
    # mean 4.5, variance 82.5 / 9; t of 9 degrees of freedom is 2.262157: 4.5 +/- 2.1659
    text = summary_of(10, capsys, np.arange(10.0))
    assert "Mean output of 2030 is known to 95% within 2.33 to 6.67 GWh." in text
    assert "below zero" not in text
    # mean 1, standard error 1; kurtosis 5.11, so t of 2.81 degrees of freedom is 3.3059 below;
    # above, skewness 2.67 takes it to 7.9687 by Hall's transformation
    text = summary_of(10, capsys, np.array([10.0] + [0.0] * 9))
    assert "within -2.31 to 8.97 GWh.\nOutput is never below zero" in text


def test_run_json_is_alone_on_standard_output(asked):
    result = call("run", "reference", "-n", "16", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["scenario"] == "reference"
    assert found["out"] == "runs/reference"


def test_options_reach_the_run(asked):
    words = "run x.yaml -n 8 --per-draw 2 --seed 5 --out here --design lhs --workers 2 --monthly"
    result = call(*words.split(), "--years", "2035,2030")
    assert result.exit_code == 0, result.output
    assert asked["load"] == ("x.yaml", {})
    assert asked["run"] == {
        "out": Path("here"),
        "fresh": False,
        "draws": 8,
        "per_draw": 2,
        "seed": 5,
        "design": "lhs",
        "workers": 2,
        "monthly": True,
        "years": (2030, 2035),
        "resume": False,
    }


def test_set_reads_values_as_a_model_file_does(asked):
    words = ["a=60", "b=1e6", "c={times: 2, from: 2027-01-01}", "d=2028-06-01", "e=[1, 2]", "f=x=y"]
    call("run", "reference", "--dry-run", *(part for word in words for part in ("--set", word)))
    assert asked["load"][1] == {
        "a": 60,
        "b": 1e6,
        "c": {"times": 2, "from": date(2027, 1, 1)},
        "d": date(2028, 6, 1),
        "e": [1, 2],
        "f": "x=y",
    }


@pytest.mark.parametrize(
    "words",
    [
        ["--set", "a"],
        ["--set", "=3"],
        ["--set", "a="],
        ["--set", "a=[1"],
        ["--set", "a=1", "--set", "a=2"],
        ["--years", "soon"],
        ["--years", ","],
        ["-n", "0"],
        ["--design", "grid"],
        ["--workers", "none"],
        ["--colour"],
    ],
)
def test_bad_options_are_explained(asked, words):
    result = call("run", "reference", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) <= 4
    assert "run" not in asked


def test_a_dry_run_runs_nothing(asked, folder):
    result = call("run", "reference", "-n", "64", "--per-draw", "2", "--dry-run", "--json")
    found = json.loads(result.stdout)
    assert (found["rows"], found["uncertain_figures"]) == (128, 2)
    assert "run" not in asked
    assert list(folder.iterdir()) == []


def test_failed_rows_give_exit_code_1(asked):
    asked["with"] = {"failures": [{"draw": 3, "replication": 0, "message": "oops"}]}
    result = call("run", "reference", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["failed"] == 1
    assert "1 row failed" in result.stderr


@pytest.mark.parametrize("ordered", [False, True])
def test_an_interrupted_run_says_what_is_kept_and_one_ordered_to_end_no_more(asked, ordered):
    asked |= {"with": {"status": "interrupted"}, "ordered": ordered}
    result = call("run", "reference")
    assert result.exit_code == 130
    assert "16 finished rows kept in runs/reference" in result.stderr
    assert ("From announced to delivered" in result.stdout) is not ordered


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (SpecError([Problem(Place("m.yaml", i, 1), "a", "wrong") for i in (1, 2, 3)]), 2, 3),
        (FileNotFoundError(2, "No such file or directory", "x.yaml"), 2, 1),
        (PermissionError(13, "Permission denied", "runs"), 2, 1),
        (KeyboardInterrupt(), 130, 1),
        (ZeroDivisionError("division by zero"), 1, 2),
        (RuntimeError("first line\nsecond line"), 1, 2),
    ],
)
def test_errors_become_lines_and_a_code(asked, monkeypatch, error, code, lines):
    def load(*_, **__):
        raise error

    monkeypatch.setattr("bvsim.reading.load", load, raising=False)
    monkeypatch.delenv("BVSIM_DEBUG", raising=False)
    result = call("run", "reference")
    assert result.exit_code == code
    assert len(result.stderr.strip().splitlines()) == lines
    assert "Traceback" not in result.output


def test_debug_shows_the_traceback(asked, monkeypatch):
    def load(*_, **__):
        raise RuntimeError("the inside")

    monkeypatch.setattr("bvsim.reading.load", load, raising=False)
    monkeypatch.setenv("BVSIM_DEBUG", "1")
    assert isinstance(call("run", "reference").exception, RuntimeError)


def test_errors_that_bvsim_defines_are_the_users():
    kind = type("RunError", (ValueError,), {"__module__": "bvsim.ensemble.store.folder"})
    assert explain(kind("the folder\nis in use")) == (["the folder is in use"], 2)
    assert explain(ValueError("from somewhere"))[1] == 1


def test_report_builds_the_page_again(folder):
    write_run(folder / "made", 8)
    result = call("report", "made")
    assert result.exit_code == 0, result.output
    assert Path(result.stdout.strip()) == Path("made/report.html")
    assert Path("made/report.html").is_file()


def test_a_folder_without_a_run_is_named(folder):
    (folder / "made").mkdir()
    result = call("report", "made")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == ["made holds no run: it has no manifest.json"]


def test_a_report_that_fails_does_not_take_the_numbers_with_it(asked, monkeypatch):
    def write_report(run, **_):
        raise RuntimeError("no fonts")

    monkeypatch.setattr("bvsim.show.report.write_report", write_report)
    monkeypatch.delenv("BVSIM_DEBUG", raising=False)
    result = call("run", "reference", "--json")
    assert json.loads(result.stdout)["kpis"]
    assert "no fonts" in result.stderr
    assert result.exit_code == 1


def made_up_record():
    """Two blocks, two years, three events out of order."""
    columns = tuple(column.name for column in LEDGER.columns)
    values = np.zeros((4, len(columns)))
    for row, numbers in enumerate([(10, 0, 6, 4), (10, 0, 9, 1), (5, 1, 6, 0), (5, 0, 5, 0)]):
        values[row, [0, 1, 2, columns.index("lost_labour_gwh")]] = numbers
    entities = ("a.block-1", "a.block-1", "b.block-1", "b.block-1")
    ledger = Table((("entity", entities), ("year", (2030, 2031, 2030, 2031))), columns, values)
    nan = float("nan")
    events = (
        Event(40.5, date(2030, 2, 10), "a", "line released", "commissioning done", 1.5, "GWh/yr"),
        Event(3.0, date(2030, 1, 4), "b", "strike", "[wages]", nan, ""),
        Event(40.5, date(2030, 2, 10), "a", "hiring", "line released", 20, "heads"),
    )
    return Record({"ledger": ledger}, events)


@pytest.fixture
def replayed(asked, monkeypatch):
    """Replaying gives a made-up record; what was asked for is kept."""

    def replay_run(run, draw, replication):
        asked["replay"] = (run.folder, draw, replication)
        return made_up_record()

    def replay_scenario(scenario, draw, replication, *, seed):
        asked["replay"] = (scenario.name, draw, replication, seed)
        return made_up_record()

    monkeypatch.setattr("bvsim.analysis.replay.replay_run", replay_run)
    monkeypatch.setattr("bvsim.analysis.replay.replay_scenario", replay_scenario)
    return asked


def test_trace_tells_events_in_order_with_their_causes(replayed):
    result = call("trace", "reference", "--draw", "3", "--replication", "1")
    assert result.exit_code == 0, result.output
    assert replayed["replay"] == ("reference", 3, 1, 1)
    lines = result.stdout.splitlines()
    told = "Of 15.0 GWh announced for 2030, 12.0 are made; the largest loss is labour, 4.0."
    assert lines[2:4] == [told, "Its best year is 2031, with 14.0 GWh."]
    assert lines[5] == "2030-01-04  b: strike  ([wages])"
    assert lines[6] == "2030-02-10  a: line released  1.5 GWh/yr  (commissioning done)"
    assert lines[7] == "2030-02-10  a: hiring  20 heads  (line released)"
    ledger = {line[:17].strip(): line[17:].split() for line in lines[8:]}
    assert ledger["announced"] == ["15.0", "15.0"]
    assert ledger["beyond the plan"] == ["+1.0", "0.0"]
    assert ledger["labour"] == ["\N{MINUS SIGN}4.0", "\N{MINUS SIGN}1.0"]
    assert ledger["good cells"] == ["12.0", "14.0"]
    assert "closure" not in ledger  # nothing was lost by it
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("words", "events", "announced"),
    [
        (["--site", "a"], ["line released", "hiring"], {2030: 10.0, 2031: 10.0}),
        (["--year", "2031"], [], {2031: 15.0}),
        (["RELEASED"], ["line released", "hiring"], {2030: 15.0, 2031: 15.0}),
        (["released", "--site", "b"], [], {2030: 5.0, 2031: 5.0}),
        (["--site", "b", "--year", "2030", "wages"], ["strike"], {2030: 5.0}),
    ],
)
def test_trace_keeps_what_is_asked_for(replayed, words, events, announced):
    found = json.loads(call("trace", "reference", *words, "--json").stdout)
    assert [event["event"] for event in found["events"]] == events
    plan = {int(year): row["announced_gwh"] for year, row in found["ledger"].items()}
    assert plan == announced
    assert call("trace", "reference", *words).exit_code == 0


def test_trace_names_the_site_that_was_meant(replayed):
    refused = call("trace", "reference", "--site", "a.block-7")
    assert refused.exit_code == 2
    assert "no such entity (did you mean 'a.block-1'?)" in refused.stderr


def test_trace_json_holds_events_and_a_closed_ledger(replayed):
    found = json.loads(call("trace", "reference", "--json").stdout)
    assert [event["day"] for event in found["events"]] == [3.0, 40.5, 40.5]
    assert found["events"][0]["value"] is None
    for row in found["ledger"].values():
        lost = sum(value for name, value in row.items() if name.startswith("lost_"))
        assert row["announced_gwh"] + row["beyond_plan_gwh"] == row["good_gwh"] + lost


def test_trace_of_a_run_takes_its_own_seed(replayed, folder):
    write_run(folder / "made", 4)
    assert call("trace", "made", "--draw", "2").exit_code == 0
    assert replayed["replay"] == (Path("made"), 2, 0)
    assert "other code" in call("trace", "made", "--json").stderr  # the made-up run says so
    refused = call("trace", "made", "--seed", "2")
    assert refused.exit_code == 2
    assert "a run has its own" in refused.stderr


def test_a_row_that_the_run_lacks_is_named(asked, folder):
    write_run(folder / "made", 4)
    result = call("trace", "made", "--draw", "4")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "the run has no draw 4: they go from 0 to 3"


def test_validate_reports_every_problem_of_every_file(folder, monkeypatch):
    def validate(name):
        problems = [Problem(Place(name, line, 1), "a.b", "wrong") for line in (3, 7)]
        return () if name == "good.yaml" else tuple(problems)

    monkeypatch.setattr("bvsim.reading.validating.validate", validate)
    result = call("validate", "one.yaml", "good.yaml", "two.yaml")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{name}:{line}:1: a.b: wrong" for name in ("one.yaml", "two.yaml") for line in (3, 7)
    ]
    good = call("validate", "good.yaml")
    assert (good.exit_code, good.stdout) == (0, "1 file checked, nothing wrong\n")


def figure(text, source):
    return SimpleNamespace(describe=lambda: text, vintage=SimpleNamespace(sources=(source,)))


def test_show_names_what_differs(folder, monkeypatch):
    dates = {"as_of": date(2026, 3, 31), "plan_as_of": date(2025, 10, 1)}
    dates |= {"start": date(2023, 1, 1), "end": date(2040, 12, 31)}
    one = figure("1", "cndp-2020")
    figures = {
        "base": [("a", figure("6 GWh", "acc-2023")), ("b", one)],
        "other": [("a", figure("8 GWh", "user")), ("b", one), ("c", one)],
    }
    choice = {"demand.follow": SimpleNamespace(old="drawn", new="low", origin="other")}

    def load(name, *, sets=None):
        return SimpleNamespace(
            figures=lambda: figures[name],
            name=name,
            story="What if?",
            paths=("a",),
            to_yaml=lambda: f"name: {name}\n",
            overrides=choice if name == "other" else {},
            correlations=(("a", "b", 0.5),) if name == "other" else (),
            **dates | ({"end": date(2035, 12, 31)} if name == "other" else {}),
        )

    monkeypatch.setattr("bvsim.reading.load", load, raising=False)
    assert call("show", "other").stdout.splitlines() == [
        "# other: What if?",
        "# Known 2026-03-31, plan of 2025-10-01; 2023-01-01 to 2035-12-31; 1 uncertain figures.",
        "# other sets demand.follow: low",
        "name: other",
    ]
    assert call("show", "other", "gwh").stdout == "a: 8 GWh [user]\n"
    assert call("show", "other", "--site", "c").stdout == "c: 1 [cndp-2020]\n"
    assert call("show", "other", "--year", "2020").stdout.splitlines() == [
        "b: 1 [cndp-2020]",
        "c: 1 [cndp-2020]",
    ]
    assert call("show", "other", "--diff", "base", "user").stdout.count("\n") == 1
    assert call("show", "other", "--diff", "base").stdout.splitlines() == [
        "a: 6 GWh [acc-2023] -> 8 GWh [user]",
        "c: (none) -> 1 [cndp-2020]",
        "demand.follow: drawn -> low",
        "end: 2040-12-31 -> 2035-12-31",
        "rank correlation of a and b: (none) -> 0.5",
    ]
    assert call("show", "base", "--diff", "base").stdout == ""


def test_the_shipped_files_can_be_listed_and_copied(folder):
    assert json.loads(call("schema").stdout)["$defs"]
    rows = call("sources", "--csv").stdout.splitlines()
    assert "sources" in rows[0]
    assert len(rows) > 100
    assert call("init", "study").exit_code == 0
    assert (folder / "study" / "scenarios" / "reference.yaml").is_file()
    again = call("init", "study")
    assert again.exit_code == 2
    assert "Traceback" not in again.output
