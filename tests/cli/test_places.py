"""Each command that writes, given a place that cannot take it or its own input: told, no harm."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bvsim.cli import main
from writers import contents, furnish, left_over

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX"),
]

SHORT = ("--set", "end=2026-12-31", "-n", "1")
WRITES = {
    "run": ("run", "mine.yaml", *SHORT, "--no-report"),
    "sweep": ("sweep", "mine-sweep.yaml", "--yes"),
    "merge": ("merge", "part-1", "part-2"),
    "xlsx": ("export", "whole", "--to", "xlsx"),
    "csv": ("export", "whole", "--to", "csv"),
    "parquet": ("export", "whole", "--to", "parquet"),
    "brief": ("brief", "whole"),
    "slides": ("brief", "whole", "--to", "pptx"),
    "bottlenecks": ("bottlenecks", "mine.yaml", "-n", "1", "--year", "2026"),
    "sensitivity": (
        "sensitivity",
        "mine.yaml",
        "--method",
        "morris",
        "--outcome",
        "headcount_2026",
    ),
    "compare": ("compare", "mine.yaml", "mine.yaml", "-n", "1"),
}
"""What each command is told, but for its place."""
SUFFIXES = {"xlsx": ".xlsx", "brief": ".pdf", "slides": ".pptx"}
FILES = {
    "mine.yaml": "name: mine\nextends: reference\nend: 2026-12-31\n",
    "mine-sweep.yaml": (
        "name: mine-sweep\nscenario: reference\nset: {end: 2026-12-31}\n"
        "sweep: {materials.in_cell: [0.9]}\n"
        "draws: 1\nyears: [2026]\n"
    ),
    "a-file": "mine",
}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    place = furnish(tmp_path_factory.mktemp("before"))
    for name, text in FILES.items():
        (place / name).write_text(text)
    return place


@pytest.fixture
def call(before, monkeypatch):
    """Call a command with a place; what was there before is there after it, byte for byte."""
    monkeypatch.chdir(before)

    def call(command, place):
        held = contents(before)
        words = [*WRITES[command], "--out", f"{place}{SUFFIXES.get(command, '')}"]
        done = CliRunner().invoke(main, words)
        assert contents(before).items() >= held.items()
        assert not left_over(before)
        assert "unexpected" not in done.stderr
        return done, contents(before).keys() - held.keys()

    return call


@pytest.mark.parametrize("command", WRITES)
def test_a_place_below_a_file_is_told(call, command):
    done, new = call(command, "a-file/x")
    assert (done.exit_code, new) == (2, set())
    assert "a-file" in done.stderr


@pytest.mark.parametrize("command", WRITES)
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that takes no files")
def test_a_place_that_takes_no_files_is_told(call, command):
    done, new = call(command, "/proc/bvsim")
    assert (done.exit_code, new) == (2, set())
    assert "/proc" in done.stderr


@pytest.mark.parametrize("command", WRITES)
@pytest.mark.parametrize("place", ["part-1", "whole", "mine.yaml"])
def test_no_command_writes_over_what_it_reads(call, command, place):
    done, new = call(command, place) if command not in SUFFIXES else call(command, f"{place}/x")
    if command in SUFFIXES:
        assert new <= {f"{place}/x{SUFFIXES[command]}"}
    else:
        assert (done.exit_code, new) == (2, set())


@pytest.mark.parametrize("words", [("--junit", "mine.yaml"), ("--junit", "no/such/check.xml")])
def test_a_report_of_tests_has_a_name_and_a_folder(before, monkeypatch, words):
    monkeypatch.chdir(before)
    done = CliRunner().invoke(main, ["check", "mine.yaml", *words])
    assert done.exit_code == 2
    assert words[1].rpartition("/")[0] in done.stderr
    assert (before / "mine.yaml").read_text() == FILES["mine.yaml"]
