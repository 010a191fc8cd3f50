"""What a terminal shows: tables that fit, times that are honest, help by task."""

import io
import re
import shlex

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import bvsim as bv
from bvsim.cli import main
from bvsim.cli.frames import Column, FittedTable, fold, frame_table, signed
from bvsim.cli.options import complete_scenario
from bvsim.cli.progress import Pace, about, said
from bvsim.cli.tasks import EXAMPLES, OTHERS, TASKS
from bvsim.cli.terminal import closures, limits
from run_folder import make_run

NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d[\d,.]*%?")


def shown(table, width):
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table)
    return console.file.getvalue()


def made_up():
    header = ["", Column("mean", 0), Column("95%", 1), Column("of which much more", 2), "said"]
    rows = [
        (
            "output_2030_gwh.verkor-dunkirk",
            -1234.56,
            "-1300.1 to 12.5",
            3.25,
            "labour 53% (40%-66%)",
        ),
        ("headcount_2035", 0.123, "0.01 to 0.24", 17.0, "demand 7% (1%-12%)"),
    ]
    return frame_table("A table of two rows", header, rows)


@pytest.mark.parametrize("width", [45, 60, 80, 100, 120])
def test_a_table_fits_and_no_number_is_broken(width):
    text = shown(made_up(), width)
    assert max(map(len, text.splitlines())) <= width
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    whole = set(NUMBER.findall(shown(made_up(), 200)))
    assert set(NUMBER.findall(text.partition("Left out")[0])) <= whole
    assert "-1235" in text


def test_columns_leave_by_rank_and_are_named():
    assert "Left out" not in shown(made_up(), 120)
    assert "Left out at this width: of which much more." in shown(made_up(), 56)
    assert "Left out at this width: 95%, of which much" in shown(made_up(), 45)


cells = st.text(alphabet="abcdefgh.-_ ", min_size=1, max_size=40) | st.integers(-(10**7), 10**7)


rows_of_cells = st.lists(st.tuples(cells, st.integers(-(10**6), 10**6), cells), min_size=1)


@given(rows_of_cells, st.integers(50, 120))
def test_no_table_is_wider_than_the_console(rows, width):
    table = frame_table("t", ["", "number", Column("text", 1)], rows)
    text = shown(table, width)
    assert max(map(len, text.splitlines())) <= width
    letters = [letter for row in rows for cell in row[:2] for letter in str(cell) if letter != " "]
    assert all(text.count(letter) >= letters.count(letter) for letter in set(letters))
    for row in rows:
        assert str(row[1]) in text


@given(st.text(alphabet="ab1.-_% ", max_size=60), st.integers(4, 20))
def test_folding_loses_nothing_and_breaks_no_number(text, width):
    lines = fold(text, width).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for number in re.findall(r"(?<![\w.%-])\d+(?:\.\d+)?(?![\w.%-])", text):
        assert any(number in line for line in lines)


def test_signs_are_those_of_the_sum():
    assert signed(4.04, "\N{MINUS SIGN}") == "\N{MINUS SIGN}4.0"
    assert signed(0.01, "\N{MINUS SIGN}") == "0.0"
    assert signed(2.0, "+") == "+2.0"


def test_closures_and_idle_limits_are_said():
    run = make_run(20)
    kpis = run.tables["kpis"]
    kpis["closed_year.verkor-dunkirk"] = [2030.9] * 5 + [2031.0] * 5 + [float("nan")] * 10
    kpis["closed_year.acc-douvrin"] = float("nan")
    assert closures(run, 2030) == [("verkor-dunkirk", 0.25)]
    from bvsim.analysis.ledger.bottlenecks import ledger_of

    lines = limits(run, ledger_of(run, 2030), 2030)
    assert lines[0] == (
        "Stopped by the end of 2030 (share of rows; some run again): verkor-dunkirk in 25%."
    )
    assert lines[1] == "Idle limits, which take less than 0.05 GWh: closure, throttling."


def test_the_time_left_leaves_out_the_start():
    times = iter([0.0, 60.0, 70.0, 90.0])
    pace = Pace(lambda: next(times))
    assert pace.left(0, 100) is None  # workers are starting
    assert pace.left(10, 100) is None  # one chunk, after a minute of starting
    assert pace.left(30, 100) == pytest.approx(35.0)  # 20 rows in 10 s: 70 rows take 35 s
    assert pace.left(40, 100) == pytest.approx(60.0)  # slower now: 30 rows in 30 s


def test_time_left_is_as_exact_as_it_can_be():
    told = {None: "time left unknown", 3: "a few seconds left", 44: "about 40 s left"}
    told |= {130: "about 2 min left", 7200: "about 2.0 h left"}
    assert {seconds: about(seconds) for seconds in told} == told
    assert said(3, 10, 1, None) == "3 of 10 rows, 1 failed, time left unknown"
    assert said(10, 10, 0, 0.0) == "10 of 10 rows"


def test_off_a_terminal_progress_is_plain_lines(monkeypatch, capsys):
    from bvsim.cli import progress

    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.progress_bar("reference") as tell:
        for now, done in ((0.0, 0), (4.0, 5), (12.0, 10), (15.0, 20)):  # noqa: B007
            tell(done, 20, 0)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reference: 20 rows to simulate"
    assert len(lines) == 2
    assert lines[1].startswith("reference: 10 of 20 rows")
    assert "\x1b" not in "".join(lines)


def test_help_is_by_task_and_every_command_has_an_example():
    text = CliRunner().invoke(main, ["--help"]).output
    places = [text.index(f"\n{task}:") for task in TASKS]
    assert places == sorted(places)
    assert OTHERS not in main.by_task()
    assert sorted(EXAMPLES) == sorted(main.commands)
    assert "..." not in text.replace("[ARGS]...", "")
    for name, example in EXAMPLES.items():
        assert f"$ {example}" in CliRunner().invoke(main, [name, "--help"]).output
        words = shlex.split(example.partition(" > ")[0])
        assert words[:2] == ["bvsim", name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_options_of_examples_exist(name):
    words = shlex.split(EXAMPLES[name].partition(" > ")[0])[2:]
    command = main.commands[name]
    given_options = [word for word in words if word.startswith("-")]
    known = {opt for param in command.params for opt in param.opts}
    assert set(given_options) <= known


def test_the_shell_completes_names_of_scenarios():
    found = [item.value for item in complete_scenario(None, None, "training-")]
    assert "training-doubled" in found
    assert all(name.startswith("training-") for name in found)
    assert [item.type for item in complete_scenario(None, None, "./my")] == ["file"]


def test_show_stays_a_scenario_file(tmp_path):
    text = CliRunner().invoke(main, ["show", "training-doubled"]).stdout
    assert text.startswith("# training-doubled: ")
    assert yaml.safe_load(text)["name"] == "training-doubled"
    path = tmp_path / "again.yaml"
    path.write_text(text, encoding="utf-8")
    assert bv.load(path).model_hash == bv.load("training-doubled").model_hash


def test_sources_are_chosen_and_counted():
    words = ["sources", "reference", "scrap", "--site", "acc-douvrin"]
    first, blank, *lines = CliRunner().invoke(main, words).stdout.splitlines()
    assert blank == ""
    assert len(lines) > 1
    assert f" in {len(lines)} vintages" in first
    assert all("acc-douvrin" in line.split(":")[0].split(".") for line in lines)
    assert all("scrap" in line for line in lines)
    as_csv = CliRunner().invoke(main, [*words, "--csv"]).stdout.splitlines()
    assert len(as_csv) == len(lines) + 1


def test_a_table_without_rows_is_a_head():
    assert "a" in shown(FittedTable("", (Column("a"), Column("b", 1)), ()), 60)
