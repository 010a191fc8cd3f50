"""At 60 and 80 columns of a real terminal no cell is cut and no number is broken."""

import re

import pytest
from click.testing import CliRunner

from bvsim.cli import main
from terminal import typed

pytestmark = pytest.mark.slow

WIDTHS = (60, 80, 120)
NUMBER = re.compile(r"(?<![\w.])[-+\N{MINUS SIGN}]?\d[\d,.]*%?")
FILES = re.compile(r"^(Report|Tables|Base|Other|writing the report)\b.*$", re.MULTILINE)
"""Lines that are left to the terminal: names of files can be copied whole."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small runs, made once."""
    here = tmp_path_factory.mktemp("terminal")
    one = ["--workers", "1"]
    rows = ["-n", "8", "--no-report", *one]
    for words in (
        ["run", "reference", *rows, "--out", f"{here}/a"],
        ["run", "training-doubled", *rows, "--out", f"{here}/b"],
        ["bottlenecks", "reference", "-n", "1", *one, "--out", f"{here}/relief"],
    ):
        assert CliRunner().invoke(main, words).exit_code == 0
    return here


COMMANDS = {
    "run": [
        "run",
        "reference",
        "-n",
        "2",
        "--workers",
        "1",
        "--no-report",
        "--out",
        "run-{columns}",
    ],
    "compare": ["compare", "a", "b", "--target", "output_2030_gwh>=20"],
    "ask": ["ask", "a", "P(year_30_gwh <= 2031)", "--given", "output_2030_gwh > 1"],
    "explain": ["explain", "a"],
    "why": ["explain", "a", "b"],
    "value": ["value", "a", "--beside", "b"],
    "levers": ["list", "levers"],
    "kpis": ["list", "kpis"],
    "trace": ["trace", "a", "--site", "verkor-dunkirk"],
    "sensitivity": ["sensitivity", "a"],
    "bottlenecks": ["bottlenecks", "relief"],
    "help": ["--help"],
}


def told(name, columns, folder):
    words = [word.format(columns=columns) for word in COMMANDS[name]]
    code, text = typed(words, columns, folder)
    assert code == 0, text
    last = text.rpartition("\r")[2] if name == "run" else text  # what stays after the bar
    return FILES.sub("", last)


def numbers(text):
    """Return the numbers of a text, times apart: those differ from one call to the next."""
    return set(NUMBER.findall(re.sub(r"[\d.]+ s\b", "", text)))


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_cut_and_no_number_is_broken(name, folder):
    wide = numbers(told(name, 200, folder))
    for columns in WIDTHS:
        text = told(name, columns, folder)
        assert "\N{HORIZONTAL ELLIPSIS}" not in text
        assert not re.search(r"\w\.\.\.(\s|$)", text)
        assert max(map(len, text.splitlines())) <= columns, columns
        assert numbers(text) <= wide, columns


def test_progress_fits_a_narrow_terminal(folder):
    code, text = typed(["run", "reference", "-n", "3", "--workers", "1", "--out", "c"], 60, folder)
    assert code == 0
    drawn = "\N{BOX DRAWINGS HEAVY HORIZONTAL}"
    bars = [line for line in re.split(r"[\r\n]", text) if "rows" in line and drawn in line]
    assert bars
    assert any("of 3 rows" in bar for bar in bars)
    assert max(map(len, bars)) <= 60
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
