"""The page: complete, escaped, self-contained."""

import re
from html.parser import HTMLParser

import pytest
from run_folder import make_run

from bvsim.report import render_page, write_report
from bvsim.report.page import commands, heat_map, tint, write_number


class Checker(HTMLParser):
    """Collects ids and addresses, and checks that elements close."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.addresses, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "action"):
                self.addresses.append(value)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def run():
    return make_run(40)


@pytest.fixture(scope="module")
def page(run):
    return render_page(run)


@pytest.fixture(scope="module")
def checked(page):
    checker = Checker()
    checker.feed(page)
    return checker


def test_every_element_closes_and_ids_are_unique(checked):
    assert checked.open == []
    assert len(set(checked.ids)) == len(checked.ids)


def test_nothing_is_fetched(page, checked):
    assert all(address.startswith("#") for address in checked.addresses)
    assert {a[1:] for a in checked.addresses} <= set(checked.ids)
    assert "script" not in checked.tags
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_answer_has_its_numbers(run, page):
    output = run.tables["kpis"]["output_2030_gwh"]
    assert f"{output.median():.0f} GWh of good cells" in page
    assert "of the 167 GWh announced" in page
    assert page.count("<svg role=") == 3


def test_texts_of_the_run_are_escaped():
    run = make_run(8)
    run.manifest["scenario"] = "<script>alert(1)</script>"
    run.tables["kpis"]["<b>odd</b>"] = 1.0
    for table in ("ledger", "yearly"):
        names = run.tables[table]["entity"]
        run.tables[table]["entity"] = names.str.replace("tiamat-amiens", '"><i>x</i>')
    page = render_page(run)
    assert "<script>" not in page
    assert "<b>odd" not in page
    assert "<i>x" not in page


def test_the_heat_map_has_every_site_and_year(run):
    found = heat_map(run)
    assert [row["name"] for row in found["rows"]][:2] == ["the whole valley", "acc-douvrin"]
    assert all(len(row["cells"]) == len(found["years"]) == 18 for row in found["rows"])
    unattributed = next(row for row in found["rows"] if row["name"] == "unattributed")
    assert {cell["cause"] for cell in unattributed["cells"]} == {""}


def test_the_commands_repeat_the_run(run):
    words = "--draws 40 --per-draw 1 --seed 1 --design sobol --years 2026,2030,2035,2040"
    assert commands(run)[0] == f"bvsim run scenario.yaml --out again {words}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "GWh", "\N{EN DASH}"),
        (2031.0, "year", "2031"),
        (2031.44, "year", "2031.4"),
        (12345.6, "t", "12,346"),
        (0.01234, "share", "0.0123"),
    ],
)
def test_numbers_are_written_for_readers(value, unit, text):
    assert write_number(value, unit) == text


def test_tints_go_from_white_to_the_colour():
    assert (tint("#882255", 0.0), tint("#882255", 1.0)) == ("#ffffff", "#882255")


def test_the_page_is_written_beside_its_figures(run, tmp_path):
    path = write_report(run, tmp_path)
    assert path == tmp_path / "report.html"
    assert (tmp_path / "figures" / "output_fan.svg").is_file()
    assert path.stat().st_size < 2_000_000
