"""The page: complete, escaped, self-contained."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pandas as pd
import pytest

from bvsim.show.report import render_page, write_report
from bvsim.show.report.analyses import differences, reliefs
from bvsim.show.report.answer import commands
from bvsim.show.report.heat import heat_map
from bvsim.show.words import Both, number
from run_folder import make_run

SCRIPT = re.compile(r"<script(?P<kind>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


class Checker(HTMLParser):
    """Collects ids and addresses, and checks that elements close."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self):
        super().__init__(convert_charrefs=True)
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
    without_scripts = SCRIPT.sub("", page)
    assert not re.search(r"@import|url\((?!#)", without_scripts)


def test_only_the_pages_own_scripts_may_run(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    policy = policy.replace("&#39;", "'")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    scripts = [m["text"] for m in SCRIPT.finditer(page) if not m["kind"]]
    digests = {b64encode(sha256(text.encode()).digest()).decode() for text in scripts}
    assert digests == allowed
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy


def test_the_answer_has_its_numbers(run, page):
    output = run.tables["kpis"]["output_2030_gwh"]
    assert f"{output.mean():.0f} GWh of good cells" in page
    assert f"produit {output.mean():.0f} GWh de cellules conformes" in page
    assert "of the 167 GWh announced" in page
    assert page.count('<svg class="still"') > 12


def data_of(page):
    found = next(m["text"] for m in SCRIPT.finditer(page) if "json" in m["kind"])
    return json.loads(found)


def test_charts_show_what_the_tables_say(run, page):
    data = data_of(page)
    at = data["years"].index(2030)
    ledger = run.tables["ledger"]
    valley = ledger[ledger["year"] == 2030].groupby("draw").sum(numeric_only=True)
    assert data["fan"]["p50"][at] == pytest.approx(valley["good_gwh"].median(), rel=1e-3)
    for step, column in (("labour", "lost_labour_gwh"), ("announced", "announced_gwh")):
        mean = data["stairs"][step]["mean"][at]
        assert mean == pytest.approx(valley[column].mean(), rel=1e-3)
    stairs = {step: values["mean"][at] for step, values in data["stairs"].items()}
    assert stairs.pop("announced") + stairs.pop("beyond_plan") == pytest.approx(
        sum(stairs.values()), abs=0.1
    )


def test_milestones_count_how_often_a_block_starts(run, page):
    found = {row["title"]: row for row in data_of(page)["milestones"]}
    ledger = run.tables["ledger"]
    good = ledger[ledger["entity"] == "verkor-dunkirk.block-2"].pivot_table(
        index="draw", columns="year", values="good_gwh"
    )
    starts = (good > 0).any(axis=1)
    row = found["verkor-dunkirk, block-2"]
    assert row["share"] == pytest.approx(starts.mean(), rel=1e-3)
    assert row["planned"] == 2030
    first = (good[starts] > 0).idxmax(axis=1)
    assert row["p50"] == pytest.approx(first.median() + 0.5)
    assert found["unattributed"]["share"] == 0


def test_texts_of_the_run_are_escaped():
    run = make_run(8)
    run.manifest["scenario"] = "<script>alert(1)</script>"
    run.manifest["story"] = "</script><script>alert(2)</script>"
    run.tables["kpis"]["<b>odd</b>"] = 1.0
    for table in ("ledger", "yearly"):
        names = run.tables[table]["entity"]
        run.tables[table]["entity"] = names.str.replace("tiamat-amiens", '"><i>x</i>')
    page = render_page(run)
    assert "<script>alert" not in page
    assert "<b>odd" not in page
    assert "<i>x" not in page
    assert '"><i>x</i>' in data_of(page)["states"]


def test_the_heat_map_has_every_site_and_year(run):
    found = heat_map(run)
    assert [str(row["name"]) for row in found["rows"]][:2] == ["the whole valley", "acc-douvrin"]
    assert all(len(row["cells"]) == len(found["years"]) == 18 for row in found["rows"])
    unattributed = next(row for row in found["rows"] if str(row["name"]).startswith("not "))
    assert {cell["cause"] for cell in unattributed["cells"]} == {None}


def test_the_commands_repeat_the_run(run):
    words = "--draws 40 --per-draw 1 --seed 1 --design sobol --years 2026,2030,2035,2040"
    assert commands(run)[0] == f"bvsim run scenario.yaml --out again {words}"


def test_other_runs_stand_beside():
    run, other = make_run(8), make_run(16)
    other.manifest["scenario"] = "demand-low"
    page = render_page(run, beside=[other])
    found = data_of(page)["beside"]
    assert [row["name"] for row in found] == ["demand-low (made-up)"]
    assert "Beside other runs" in page
    assert "Beside other runs" not in render_page(run)


def test_runs_on_common_draws_are_compared_pair_by_pair():
    run, other = make_run(40), make_run(40)
    run.tables["kpis"]["reach_30_gwh_2030"] = 0.75
    other.manifest["scenario"] = "demand-low"
    kpis = other.tables["kpis"]
    kpis["output_2030_gwh"] = kpis["output_2030_gwh"] - 1.5
    kpis["reach_30_gwh_2030"] = 0.5
    found = differences(run, other)
    assert (found["pairs"], found["why"]) == (40, "")
    rows = {row["name"]: row for row in found["rows"]}
    assert set(rows) == {"output_2030_gwh", "reach_30_gwh_2030"}
    output, chance = rows["output_2030_gwh"], rows["reach_30_gwh_2030"]
    for key in ("mean", "p10", "p90"):
        assert output[key] == Both("\u22121.5", "\u22121,5"), key
    assert str(output["ci95_lo"]) == "\u2013"  # how rarely a pair differs otherwise is not known
    assert str(output["higher"]) == "0%"
    assert chance["mean"].en == "\u221225.0"
    assert chance["unit"].en == "points"
    other.manifest["seed"] = 2
    assert "seed" in differences(run, other)["why"]
    assert "seed: 1 against 2" in render_page(run, beside=[other])


def test_relief_is_shown_where_it_was_worked_out(run, tmp_path):
    assert reliefs([tmp_path]) == []
    rows = [
        (year, entity, measure, lifted, size * factor, 1.0, 9.0)
        for year in (2030, 2031)
        for entity in ("region", "aesc-douai")
        for measure, factor in (("alone", 1.0), ("last", 3.0), ("shapley", 2.0), ("pair", 7.0))
        for lifted, size in (("labour", 1.0), ("stops", 2.0 if entity == "region" else 50.0))
    ]
    columns = ["year", "entity", "measure", "lifted", "mean_gwh", "ci95_lo_gwh", "ci95_hi_gwh"]
    table = pd.DataFrame(rows, columns=columns).assign(n=8)
    (tmp_path / "analysis").mkdir()
    table.to_parquet(tmp_path / "analysis" / "relief.parquet")
    (found,) = reliefs([tmp_path])
    assert (found["years"], found["lifted"], found["rows"]) == (
        [2030, 2031],
        ["labour", "stops"],
        8,
    )
    assert set(found) == {"years", "lifted", "rows", "alone", "last", "shapley"}
    assert found["shapley"]["stops"] == {"mean": [4.0, 4.0], "lo": [1.0, 1.0], "hi": [9.0, 9.0]}
    page = render_page(run, analyses=[tmp_path])
    assert "Means over 8 draws" in page
    assert data_of(page)["constraints"]["fr"] == {"labour": "main-d'\u0153uvre", "stops": "arrêts"}
    assert 'data-chart="relief.0"' not in render_page(run)


def test_what_no_draw_reaches_is_not_called_impossible(run):
    few = make_run(8)
    few.tables["kpis"]["reach_50_gwh_2030"] = 0.0
    assert "50 GWh a year in none of the 8 draws" in render_page(few)
    few.tables["kpis"]["reach_50_gwh_2030"] = 0.004
    assert "50 GWh a year in under 1% of draws" in render_page(few)


def test_the_mean_of_few_rows_has_no_interval_and_that_of_ten_has_students():
    for rows in (1, 2, 9):
        page = render_page(make_run(rows))
        assert f"Too few rows ({rows}) to tell how well the mean is known." in page
        assert "The interval says" not in page
    ten = make_run(10)
    ten.manifest["design"] = "random"
    # mean 4.5, variance 82.5 / 9; t of 9 degrees of freedom is 2.262157: 4.5 +/- 2.1659
    ten.tables["kpis"]["output_2030_gwh"] = [float(i) for i in range(10)]
    page = render_page(ten)
    assert "the mean output of 2030 is 4.50 GWh, from 2.33 to 6.67 (95%" in page
    assert "The interval says" in page


@pytest.mark.parametrize(
    ("manifest", "said"),
    [({"compiled": True}, ["compiled"]), ({"compiled": False}, ["interpreted"]), ({}, [])],
    ids=["compiled", "interpreted", "of 0.1.0, which did not say"],
)
def test_the_page_says_whether_the_valley_was_compiled(manifest, said):
    run = make_run(1)
    run.manifest.update(manifest)
    page = render_page(run)
    words = ("compiled", "interpreted")
    assert [word for word in words if f"valley {word}" in page] == said


def test_the_page_opens_in_the_language_asked_for(run):
    page = render_page(run, lang="fr")
    assert '<html lang="fr" data-chosen="fr">' in page
    assert '<html lang="en">' in render_page(run)  # the reader's browser decides
    assert "<title>reference\u00a0: ce que livre la vallée</title>" in page
    with pytest.raises(ValueError, match="en and fr"):
        render_page(run, lang="de")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "GWh", "\N{EN DASH}"),
        (2031.0, "year", "2031"),
        (2031.44, "year", "2031.4"),
        (12345.6, "t", "12,346"),
        (0.01234, "share", "1.2%"),
        (0.000088, "share", "<0.1%"),
        (0.0999, "share", "10%"),
        (0.0, "probability", "0%"),
    ],
)
def test_numbers_are_written_for_readers(value, unit, text):
    assert number(value, unit).en == text


def test_the_page_is_written_beside_its_figures(run, tmp_path):
    path = write_report(run, tmp_path)
    assert path == tmp_path / "report.html"
    assert (tmp_path / "figures" / "output_fan.svg").is_file()
    assert path.stat().st_size < 4_000_000
