"""What of Windows and macOS can be tried anywhere: starting of workers, consoles, names, paths."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import bvsim
from bvsim.cli.consoles import plain
from bvsim.ensemble.workers import crews
from bvsim.reading.new import create
from bvsim.schema.errors import SpecError

ROOT = Path(__file__).parents[1]
TOY = ROOT / "tests" / "data" / "toyland" / "scenarios" / "toy.yaml"
TABLES = ("draws", "kpis", "ledger", "yearly", "binding", "balances")
DEVICES = ("con", "prn", "aux", "nul", "com1", "lpt9")
OLD_CONSOLE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


def files_of_git():
    """Return the files of the project; of an unpacked archive those that lie there."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    listed = done.stdout.decode().split("\0")[:-1]
    return listed or [p.relative_to(ROOT).as_posix() for p in (ROOT / "src").rglob("*.py")]


def command(*words, folder, options=(), **env):
    done = subprocess.run(
        [sys.executable, *options, "-m", "bvsim", *map(str, words)],
        env={**os.environ, **env},
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_workers_that_share_nothing_make_the_same_bits(tmp_path, monkeypatch):
    """Windows and macOS start workers afresh: by `spawn`."""
    alone = bvsim.run(TOY, 6, out=tmp_path / "alone", workers=1, chunk_rows=2)
    asked = []
    monkeypatch.setattr(crews, "start_method", lambda: asked.append("spawn") or "spawn")
    spawned = bvsim.run(TOY, 6, out=tmp_path / "spawned", workers=2, chunk_rows=2, fresh=True)
    assert asked
    for name in TABLES:
        assert alone.table(name).equals(spawned.table(name)), name


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, made on an old console."""
    folder = tmp_path_factory.mktemp("consoles")
    words = ("run", TOY, "-n", "2", "--workers", "1", "--lang", "fr", "--out", "run")
    told = command(*words, folder=folder, PYTHONIOENCODING="ascii", **OLD_CONSOLE)
    assert told[0] == 0, told[2]
    return folder, told


def test_a_page_in_french_is_utf_8_whatever_the_console(made):
    page = (made[0] / "run" / "report.html").read_text("utf-8")
    assert "é" in page


def test_bars_are_drawn_in_letters_that_there_are(made):
    assert b"###" in made[1][1]
    assert b"?" not in made[1][1]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp850"])
@pytest.mark.parametrize(
    "words",
    [
        ("trace", "run", "--lang", "fr"),
        ("explain", "run", "--lang", "fr"),
        ("ask", "run", "mean(output_2030_gwh)"),
        ("run", "nöwhere", "-n", "1"),
    ],
    ids=lambda words: words[0],
)
def test_no_console_is_too_poor_for_an_answer(encoding, words, made):
    code, out, err = command(*words, folder=made[0], PYTHONIOENCODING=encoding, **OLD_CONSOLE)
    assert code == (2 if "nöwhere" in words else 0), err
    assert not re.search(b"Traceback|UnicodeE", err)
    (out + err).decode(encoding)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dès 2026 \N{EN DASH} né", b"des 2026 - ne"),
        ("── 5 \N{MULTIPLICATION SIGN} 3 «œuvre»", b'-- 5 x 3 "oeuvre"'),
        ("電", b"?"),
        ("name \udce9", b"name \xe9"),
    ],
)
def test_the_nearest_letters(text, told):
    assert plain(text) == told


def test_no_file_is_read_in_the_encoding_of_the_machine(tmp_path):
    words = ("run", TOY, "-n", "1", "--workers", "1", "--out", "run")
    warned = ("-X", "warn_default_encoding", "-W", "always::EncodingWarning")
    code, _, err = command(*words, folder=tmp_path, options=warned)
    assert code == 0
    assert not re.findall(rb"bvsim.*EncodingWarning", err)


def test_no_file_of_the_project_has_a_name_that_windows_refuses():
    names = files_of_git()
    parts = {part for name in names for part in name.split("/")}
    assert len(names) > 100
    assert {p for p in parts if p.partition(".")[0].lower() in DEVICES} == set()
    assert {p for p in parts if re.search(r'[<>:"|?*\\]|[. ]$', p)} == set()
    assert len({name.lower() for name in names}) == len(names)  # macOS, too
    assert max(map(len, names)) < 150  # of the 260 that a path may have


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("kind", ["scenario", "site", "region"])
def test_nothing_new_is_called_like_a_device(kind, name, tmp_path):
    with pytest.raises(SpecError, match="Windows"):
        create(kind, name, root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_paths_may_have_backslashes_and_blanks(tmp_path):
    place = tmp_path / r"my runs\of 2026"
    place.mkdir(parents=True)
    few = ("-n", "1", "--workers", "1", "--no-report")
    code, _, err = command("run", TOY, *few, "--out", place / "a run", folder=place)
    assert code == 0, err
    code, out, err = command("ask", "a run", "mean(output_2030_gwh)", folder=place)
    assert (code, bool(out)) == (0, True), err
    code, out, err = command("export", place / "a run", "--to", "csv", folder=place)
    assert (code, (Path(out.decode().strip()) / "kpis.csv").is_file()) == (0, True), err


def test_the_workflow_runs_the_tests_on_windows_and_macos():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    systems = {
        system.partition("-")[0] for system in jobs["elsewhere"]["strategy"]["matrix"]["system"]
    }
    assert systems == {"windows", "macos"}
