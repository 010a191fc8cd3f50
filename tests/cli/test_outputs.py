"""Where output goes: closed pipes, full devices, places that are no places; inputs stay whole."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bvsim import cli
from bvsim.analysis.written import write_tables
from bvsim.cli import main
from bvsim.cli.options import echo_json
from bvsim.ensemble.run import open_run, run
from bvsim.ensemble.store.spreadsheet import csv_text, harmless
from bvsim.show.export import export_run, workbook
from fake import FakeJob, FakeScenario
from run_folder import write_run

COMMANDS = (["--help"], ["run", "--help"], ["show", "reference"], ["list", "kpis"])
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are POSIX")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def bvsim(words, **streams):
    command = [sys.executable, "-m", "bvsim", *words]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **streams)


@POSIX
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_who_stops_listening_ends_a_command_quietly(words):
    ours, theirs = os.pipe()
    os.close(ours)
    done = bvsim(words, stdout=theirs)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_device_is_told_in_a_line(words):
    with Path("/dev/full").open("w") as full:
        done = bvsim(words, stdout=full)
    assert (done.returncode, done.stderr) == (2, "No space left on device\n")


def test_json_is_strict(capsys):
    echo_json({"a": float("nan"), "b": [1.5, (float("inf"), None)], "c": {"on": date(2030, 1, 2)}})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": None, "b": [1.5, [None, None]], "c": {"on": "2030-01-02"}}


def test_every_command_prints_its_json_so():
    texts = {path.name: path.read_text("utf-8") for path in Path(cli.__file__).parent.glob("*.py")}
    told = {name for name, text in texts.items() if "json.dumps" in text}
    assert told == {"options.py", "mcp_tools.py"}  # the second writes settings, not answers


@pytest.fixture
def made(tmp_path):
    return open_run(write_run(tmp_path / "run", 8).folder)


@pytest.mark.parametrize(
    ("to", "out", "words"),
    [
        ("parquet", ".", "holds a run"),
        ("csv", ".", "holds a run"),
        ("xlsx", ".", "no name of a workbook"),
        ("xlsx", "draws.parquet", "no name of a workbook"),
        ("csv", "manifest.json", "File exists"),
    ],
)
def test_no_export_takes_the_place_of_what_it_reads(made, to, out, words):
    held = contents(made.folder)
    done = call("export", made.folder, "--to", to, "--out", made.folder / out)
    assert done.exit_code == 2
    assert words in done.stderr
    assert contents(made.folder) == held


def test_a_folder_where_the_workbook_should_be_is_told(made, tmp_path):
    (tmp_path / "x.xlsx").mkdir()
    done = call("export", made.folder, "--to", "xlsx", "--out", tmp_path / "x.xlsx")
    assert done.exit_code == 2
    assert "a folder is where a file is to be written" in done.stderr


def test_a_run_without_rows_is_told_by_every_reader(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(FakeScenario(), 3, out="none", workers=1, job=FakeJob(fails=frozenset(range(3))))
    held = contents(tmp_path / "none")
    for words in (
        ("export", "none", "--to", "csv"),
        ("export", "none", "--to", "xlsx"),
        ("report", "none"),
        ("discover", "none", "--outcome", "luck < 1"),
        ("bottlenecks", "none"),
        ("sensitivity", "none", "--method", "prcc"),
        ("compare", "none", "none"),
        ("ask", "none", "mean(luck)"),
    ):
        done = call(*words)
        assert done.exit_code == 2, words
        assert "none has no rows: no row could be simulated; the first says" in done.stderr
        assert "unexpected" not in done.stderr
    assert contents(tmp_path / "none") == held


def test_wrong_tables_and_shards_are_told_in_a_line(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\3\4")
    (tmp_path / "latin.csv").write_bytes("d\xe9bit,b\n1,2\n".encode("latin-1"))
    (tmp_path / "wide.csv").write_text(",".join(f"c{i}" for i in range(9000)) + "\n")
    for words, said in (
        (("--table", tmp_path / "t.xlsx"), "save it as CSV"),
        (("--table", tmp_path / "latin.csv"), "no text in UTF-8"),
        (("--table", tmp_path / "wide.csv"), "has a column 'c0'"),
        (("--shard", "5/3"), "there is no shard 5/3"),
        (("--shard", "0/0"), "there is no shard 0/0"),
    ):
        done = call("run", "reference", "-n", "2", *words, "--out", tmp_path / "x")
        assert done.exit_code == 2, done.stderr
        assert said in done.stderr
        assert len(done.stderr) < 400
        assert not (tmp_path / "x").exists()


def test_a_table_of_a_french_spreadsheet_means_what_was_written(tmp_path):
    from bvsim.ensemble.design.given import read_values

    names = FakeScenario().paths[:2]
    (tmp_path / "t.csv").write_text(f"\ufeff{names[0]};{names[1]}\n1,5;2,25\n", "utf-8")
    assert read_values(FakeScenario(), tmp_path / "t.csv")[0, :2].tolist() == [1.5, 2.25]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_begins_a_formula(text, tmp_path):
    safe = "'" + text.replace("\r", "\n")
    assert harmless(text) == safe
    frame = pd.DataFrame({"name": [text, "plain"], "x": [-1.5, 2.0]})
    assert "-1.5" in csv_text(frame)
    place = write_tables(tmp_path, {"t": frame.set_index("name")})
    assert pd.read_csv(place / "t.csv")["name"].tolist() == [safe, "plain"]
    assert pd.read_parquet(place / "t.parquet")["name"].tolist() == [text, "plain"]


def test_every_column_has_unit_and_kind(tmp_path):
    held = run(FakeScenario(), 3, out=tmp_path / "a", workers=1, job=FakeJob())
    folder = export_run(held, "parquet", tmp_path / "out")
    told = pd.read_csv(folder / "dictionary.csv", keep_default_na=False)
    assert set(told["table"]) == set(held.tables)
    assert (told["unit"] != "").all()
    assert (told["kind"] != "").all()
    for name in held.tables:
        for field in pq.read_schema(folder / f"{name}.parquet"):
            assert field.metadata[b"unit"], (name, field.name)
            assert field.metadata[b"kind"], (name, field.name)


def test_what_excel_has_no_room_for_is_told(made, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 6)
    monkeypatch.setattr(workbook, "LONGEST", 40)
    book = openpyxl.load_workbook(export_run(made, "xlsx", tmp_path / "x.xlsx"))
    said = [str(cell.value) for cell in book["Contents"]["B"]]
    assert any("Excel has no room for 3 rows" in text for text in said)
    assert book["Draws"].max_row == 6
    cells = [str(c.value) for row in book["Dictionary"].iter_rows() for c in row]
    assert any("(cut: " in text for text in cells)
    assert max(map(len, cells)) <= 40
