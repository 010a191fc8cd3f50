"""The report in a browser: it draws, follows slider and language, asks nobody for anything."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

import bvsim as bv
from bvsim.show.report import render_page, write_report
from chromium import NEEDED, Opened, started
from run_folder import make_run, put_analyses

pytestmark = NEEDED


@pytest.fixture(scope="module")
def browser():
    with started() as opened:
        yield opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    run = bv.run(bv.load("reference"), draws=8, seed=1, out=folder, workers=1)
    return write_report(run)


@pytest.fixture
def wide(browser, page_file):
    opened = Opened(browser, page_file)
    yield opened
    opened.page.close()


@pytest.fixture
def narrow(browser, page_file):
    opened = Opened(browser, page_file, width=390)
    yield opened
    opened.page.close()


EMPTY = """[...document.querySelectorAll('.chart')].filter(c => !c.closest('figure').hidden)
  .filter(c => !c.querySelector('svg path, svg rect') || c.clientHeight < 100)
  .map(c => c.dataset.chart)"""
DRAWN = "document.querySelectorAll('.chart.live svg').length"


def test_every_chart_is_drawn_without_a_word_or_a_request(wide):
    wide.open_all()
    assert wide.read(EMPTY) == []
    assert wide.read(DRAWN) >= 25
    hidden = "[...document.querySelectorAll('figure[hidden] .chart')].map(c => c.dataset.chart)"
    assert set(wide.read(hidden)) <= {"site.heads.unattributed"}
    assert wide.said == []
    assert [url for url in wide.asked if not url.startswith("file:")] == []
    assert len(wide.asked) == 1


def test_the_slider_moves_the_map_and_what_depends_on_the_year(wide):
    state = """() => ({
      radii: [...document.querySelectorAll('.marker circle')].map(c => c.getAttribute('r')),
      words: document.getElementById('map-words').textContent,
      years: [...document.querySelectorAll('input.year + output')].map(o => o.value)})"""

    def seen():
        texts = {name: wide.chart(name).text_content() for name in ("waterfall", "matter")}
        return wide.read(state) | texts

    before = seen()
    wide.page.focus("#year-map")
    for _ in range(5):
        wide.page.keyboard.press("ArrowRight")
    after = seen()
    assert set(before["years"]) == {"2030"}
    assert set(after["years"]) == {"2035"}
    assert after["words"].startswith("2035: ")
    for name in ("radii", "waterfall", "matter"):
        assert before[name] != after[name], name
    wide.page.keyboard.press("Home")
    assert set(wide.read(state)["years"]) == {"2023"}
    assert wide.said == []


def test_the_map_shows_the_figures_of_the_tables(wide, page_file):
    run = bv.open_run(page_file.parent)
    sites = run.table("yearly").astype({"entity": "str"})
    good = sites[(sites["entity"] == "aesc-douai") & (sites["year"] == 2030)]["good_gwh"].mean()
    marker = wide.page.locator(".marker[data-name=aesc-douai]")
    shown = float(marker.locator(".value").text_content().split(" / ")[0])
    assert shown == pytest.approx(good, abs=0.51)
    radius = float(marker.locator("[data-part=good]").get_attribute("r"))
    size = wide.read("data.map.sizes.site")
    assert radius == pytest.approx(size * good**0.5, rel=1e-2)


def test_the_language_switch(wide):
    assert wide.page.locator("h1").inner_text().startswith("What the valley delivers")
    wide.page.get_by_role("button", name="Français").click()
    assert wide.read("document.documentElement.lang") == "fr"
    assert wide.page.locator("h1").inner_text().startswith("Ce que livre la vallée")
    assert "moyenne" in wide.chart("fan").text_content()
    assert wide.page.locator("#map-words").text_content().startswith("2030\u00a0: ")
    assert not re.search(r"\d\.\d", wide.chart("waterfall").text_content())
    visible = wide.page.locator("main").inner_text()
    assert "announced plan" not in visible
    assert "Key figures" not in visible
    wide.page.get_by_role("button", name="English").click()
    assert wide.page.locator("h1").inner_text().startswith("What the valley delivers")
    assert wide.said == []


def test_relief_comparison_and_sensitivities_are_drawn(browser, page_file, tmp_path):
    run = bv.open_run(page_file.parent)
    put_analyses(tmp_path)
    path = tmp_path / "report.html"
    page = render_page(run, beside=[run], analyses=[tmp_path])
    path.write_text(page, encoding="utf-8")
    opened = Opened(browser, path)
    opened.open_all()
    assert opened.read(EMPTY) == []
    table = opened.page.locator("[data-table='relief.0'] tbody tr", has_text="demand, alone")
    assert table.locator("td").first.text_content() == "2"
    opened.page.focus("#year-relief-0")
    for _ in range(5):
        opened.page.keyboard.press("ArrowRight")
    opened.chart("relief.0")
    assert table.locator("td").first.text_content() == "12"
    opened.page.focus("#year-relief-0")
    opened.page.keyboard.press("ArrowRight")
    opened.chart("relief.0")
    assert opened.page.locator("[data-table='relief.0'] tbody tr").count() == 0
    assert opened.page.locator("[data-table='sensitivity.0'] tbody tr").count() == 2
    assert opened.page.locator("section:has(#h-beside) h3").count() == 1
    assert opened.said == []
    opened.page.close()


def test_values_appear_on_hover(wide):
    wide.page.locator("[data-chart=fan]").scroll_into_view_if_needed()
    box = wide.page.locator("[data-chart=fan]").bounding_box()
    wide.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6)
    tip = wide.page.locator("[data-chart=fan] > div").last
    tip.wait_for(state="visible")
    assert re.search(r"20\d\d, GWh.*P10.*P90", tip.inner_text(), re.DOTALL)


def test_each_chart_has_a_name_and_its_figures_as_a_table(wide):
    wide.open_all()
    unnamed = """[...document.querySelectorAll('[aria-labelledby]')].filter(e =>
      !e.getAttribute('aria-labelledby').split(' ').every(id => document.getElementById(id)))
      .map(e => e.outerHTML.slice(0, 99))"""
    assert wide.read(unnamed) == []
    bare = """[...document.querySelectorAll('figure:not([hidden]) details.figures')]
      .filter(d => d.querySelectorAll('tbody tr').length < 2).map(d => d.dataset.table)"""
    assert wide.read(bare) == []
    cell = wide.page.locator("[data-table=fan] tbody tr", has_text="2030").locator("td").nth(2)
    assert float(cell.inner_text()) == pytest.approx(
        wide.read("data.fan.p50[data.years.indexOf(2030)]"), rel=0.01
    )


def test_the_address_holds_year_language_and_threshold(browser, page_file):
    opened = Opened(browser, page_file)
    opened.page.goto(f"{page_file.as_uri()}?year=2035&lang=fr&gwh=3")
    assert opened.read("document.documentElement.lang") == "fr"
    assert opened.read("document.title").endswith("ce que livre la vallée")
    said = opened.page.locator("#odds-words").inner_text()
    share = opened.read("data.odds.least[data.years.indexOf(2035)][3]")
    assert said.startswith(f"{100 * share:.0f}")
    assert "3 GWh en 2035" in said
    opened.page.focus("#threshold")
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.url.endswith("year=2035&lang=fr&gwh=4")
    assert opened.said == []
    opened.page.close()


def test_a_phone_needs_no_scrolling_sideways(narrow):
    narrow.open_all()
    assert narrow.read("document.documentElement.scrollWidth") <= 390
    assert narrow.read(EMPTY) == []
    wider = """[...document.querySelectorAll('.chart svg')]
      .filter(s => s.getBoundingClientRect().right > 391).length"""
    assert narrow.read(wider) == 0
    assert narrow.said == []


def test_a_chart_is_drawn_when_it_is_seen_and_as_things_stand_then(wide):
    live = "document.querySelector('[data-chart=matter]').classList.contains('live')"
    wide.page.wait_for_timeout(300)
    assert wide.read("document.querySelector('[data-chart=fan]').classList.contains('live')")
    assert not wide.read(live)
    wide.page.get_by_role("button", name="Français").click()
    assert "masse noire" in wide.chart("matter").text_content()
    assert wide.read(live)
    assert wide.said == []


def test_charts_follow_the_width_of_the_window(wide):
    wide.page.set_viewport_size({"width": 600, "height": 900})
    wide.page.wait_for_timeout(300)
    assert wide.read("document.querySelector('[data-chart=fan] svg').clientWidth") < 600


def test_paper_has_every_site_and_fits(wide):
    wide.page.emulate_media(media="print")
    wide.read("window.dispatchEvent(new Event('beforeprint'))")
    assert wide.read("document.querySelectorAll('details.site:not([open])').length") == 0
    assert wide.read("document.querySelector('[data-chart=fan] svg').clientWidth") <= 700
    assert len(wide.page.pdf(format="A4")) > 50_000
    assert wide.said == []


def test_without_scripts_every_chart_is_a_picture(browser, page_file):
    opened = Opened(browser, page_file, java_script_enabled=False)
    page = opened.page
    assert page.locator(".answer p").first.is_visible()
    charts = page.locator("[data-chart]:visible").all()
    shown = [chart.get_attribute("data-chart") for chart in charts]
    assert len(shown) >= 15
    small = [chart.locator("svg").bounding_box()["height"] < 80 for chart in charts]
    assert not any(small)
    radius = page.locator(".marker[data-name=aesc-douai] [data-part=good]").get_attribute("r")
    assert float(radius) > 3
    assert page.locator("noscript").inner_text()
    assert not page.locator("#threshold").is_visible()
    page.close()


def saved(opened, chart, kind, folder):
    """Return a file that a chart offers."""
    opened.open_all()
    with opened.page.expect_download() as waited:
        opened.page.locator(f"details[data-table={chart}] button[data-kind={kind}]").click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path


def test_charts_are_taken_along_as_picture_and_numbers(wide, tmp_path):
    svg = saved(wide, "waterfall", "SVG", tmp_path)
    assert svg.name == "reference-waterfall-2030.svg"
    text = "".join(ElementTree.parse(svg).getroot().itertext())
    assert "From announced to delivered" in text
    assert "scenario reference, model" in text
    with Image.open(saved(wide, "fan", "PNG", tmp_path)) as picture:
        assert picture.width == 2 * wide.read(
            "drawn.get(document.querySelector('[data-chart=fan]')).getWidth()"
        )
        assert len(picture.convert("RGB").getcolors(100_000)) > 10
    table = pd.read_csv(saved(wide, "fan", "CSV", tmp_path), index_col=0)
    means = wide.read("data.fan.mean")
    assert table["mean"].tolist() == pytest.approx(means, rel=1e-9)
    assert wide.said == []


def test_numbers_are_copied(browser, page_file):
    opened = Opened(browser, page_file)
    write = "{writeText: (t) => { window.taken = t; return Promise.resolve(); }}"
    opened.read(f"Object.defineProperty(navigator, 'clipboard', {{value: {write}}})")
    opened.open_all()
    button = opened.page.locator("details[data-table=odds] button[data-kind=copy]")
    button.click()
    assert opened.read("window.taken").startswith(
        "at least, GWh, 2030\tchance\t95% interval\n0\t1\t"
    )
    assert button.inner_text() == "Copied"
    opened.page.close()


def test_an_address_leads_to_a_site(browser, page_file):
    opened = Opened(browser, page_file, query="?year=2035&lang=fr#site-verkor-dunkirk")
    site = opened.page.locator("#site-verkor-dunkirk")
    assert site.get_attribute("open") is not None
    assert abs(site.bounding_box()["y"]) < 100
    assert opened.page.url.endswith("#site-verkor-dunkirk")
    opened.page.locator("#site-aesc-douai > summary").click()
    opened.page.wait_for_function("location.hash === '#site-aesc-douai'")
    assert opened.page.url.endswith("lang=fr&gwh=30#site-aesc-douai")
    opened.page.close()


def test_hostile_names_do_nothing(browser, tmp_path):
    run = make_run(8)
    bad = '"><img src=x onerror="window.hacked=1">'
    run.manifest["scenario"] = bad
    for table in ("ledger", "yearly"):
        names = run.tables[table]["entity"]
        run.tables[table]["entity"] = names.str.replace("aesc-douai", bad)
    path = tmp_path / "report.html"
    path.write_text(render_page(run, beside=[run]), encoding="utf-8")
    opened = Opened(browser, path)
    opened.open_all()
    for name in ("people", "beside", "milestones"):
        chart = opened.page.locator(f"[data-chart={name}]")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        for across in (0.5, 0.6):
            for down in range(2, 39):
                at = (box["x"] + box["width"] * across, box["y"] + box["height"] * down / 40)
                opened.page.mouse.move(*at)
    written = opened.read("box('<img src=x>', [['<b>a', '<i>b', '\"><u>']])")
    assert not re.search("<img|<b>a|<i>|<u>", written)
    assert opened.read("window.hacked === undefined")
    assert opened.read("document.images.length") == 0
    assert opened.said == []
    assert len(opened.asked) == 1
    opened.page.close()


def test_a_marker_of_the_map_leads_to_its_site_by_click_and_by_key(wide):
    marker = wide.page.locator("a.marker[data-name=verkor-dunkirk]")
    site = "document.getElementById('site-verkor-dunkirk').open"
    assert not wide.read(site)
    marker.focus()
    wide.page.keyboard.press("Enter")
    wide.page.wait_for_timeout(100)
    assert wide.read(site)
    assert wide.page.url.endswith("#site-verkor-dunkirk")
    wide.page.locator("a.marker[data-name=aesc-douai] .label").click()
    wide.page.wait_for_timeout(100)
    assert wide.read("document.getElementById('site-aesc-douai').open")
    targets = wide.read(
        "[...document.querySelectorAll('a.marker')].map(a => a.getAttribute('href').slice(1))"
    )
    assert [id_ for id_ in targets if not wide.read(f"!!document.getElementById('{id_}')")] == []
    assert wide.said == []


def test_the_map_plays_the_years(wide):
    year = "document.getElementById('year-map').value"
    before = wide.read(year)
    play = wide.page.locator("#play")
    play.click()
    wide.page.wait_for_timeout(1200)
    play.click()
    after = wide.read(year)
    assert after != before
    wide.page.wait_for_timeout(1200)
    assert wide.read(year) == after
