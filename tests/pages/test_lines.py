"""Links into the code lead to what they name; state variables keep to the ranges on their page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bvsim as bv
from bvsim.show.export.dictionary import recorded_columns
from pages.lines import LINK, line_of, relined

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
STRESS, ODD = DOCS / "background" / "stress-des.md", DOCS / "background" / "odd.md"
LINKED = [page for page in sorted(DOCS.rglob("*.md")) if LINK.search(page.read_text("utf-8"))]
SIZES = {"1": 3, "2": 4, "2.5": 5, "3": 4, "4": 3, "5": 4, "6": 1}
CHECKLIST = [f"{section}.{item}" for section, size in SIZES.items() for item in range(1, size + 1)]
"""The items of Monks et al. (2019)."""


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_each_link_leads_to_the_line_of_what_it_names(page):
    text = page.read_text("utf-8")
    assert relined(page) == text, "run: python -m pages.lines"
    for path, line, name in LINK.findall(text):
        there = (page.parent / path).read_text("utf-8").splitlines()[int(line) - 1]
        assert name.rpartition(".")[2] in there


def test_each_item_of_the_checklist_is_answered_and_linked_to_a_line():
    rows = re.findall(r"^\| (\d[\d.]*) (.+)$", STRESS.read_text("utf-8"), re.MULTILINE)
    assert [number for number, _ in rows] == CHECKLIST
    for number, rest in rows:
        assert LINK.search(rest), number


def test_lines_are_those_of_the_text(tmp_path):
    code = "import a\n\nX = 1\nclass B:\n    y: int\n    def z(self):\n        self.q, r = 1, 2\n"
    (tmp_path / "code.py").write_text(code)
    (tmp_path / "keys.yaml").write_text("# top\na:\n  b: 1\n")
    lines = {name: line_of(tmp_path / "code.py", name) for name in ("X", "B", "B.y", "B.z", "B.q")}
    assert lines == {"X": 3, "B": 4, "B.y": 5, "B.z": 6, "B.q": 7}
    assert line_of(tmp_path / "keys.yaml", "a.b") == 3
    with pytest.raises(ValueError, match=r"has no B\.r"):
        line_of(tmp_path / "code.py", "B.r")
    page = tmp_path / "page.md"
    page.write_text('[here](code.py#L1 "B.z") and [there](code.py "X")')
    assert relined(page) == '[here](code.py#L6 "B.z") and [there](code.py#L3 "X")'


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return bv.run("reference", draws=2, seed=3, workers=1, out=tmp_path_factory.mktemp("run") / "r")


def state_variables():
    """Return column, unit and range of the state variables that runs record."""
    row = r"^\|.*\| ([^|]+) \| ([^|]+) \| `(\w+)` \|$"
    found = re.findall(row, ODD.read_text("utf-8"), re.MULTILINE)
    return [(column, unit, span) for unit, span, column in found]


@pytest.mark.parametrize(("column", "unit", "span"), state_variables())
def test_a_recorded_state_variable_has_its_unit_and_stays_in_its_range(run, column, unit, span):
    assert recorded_columns()[column].unit == unit
    tables = (run.table(name) for name in ("yearly", "ledger", "binding"))
    values = next(table[column] for table in tables if column in table).dropna()
    assert len(values)
    assert values.nunique() > 1
    if span != "any":
        low, high = re.fullmatch(r"(\d+) (?:to (\d+)|and more(?:, whole)?)", span).groups()
        assert values.between(float(low), float(high or "inf")).all()
    if span.endswith("whole"):
        assert (values % 1 == 0).all()
