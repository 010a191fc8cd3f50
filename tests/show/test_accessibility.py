"""The page and people who read it with other tools: axe finds nothing in any of its four faces."""

from __future__ import annotations

import pytest

import bvsim as bv
from bvsim.reading.turning import turn_levers
from bvsim.show.report import render_page
from chromium import NEEDED, Opened, started
from run_folder import make_run, put_analyses

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = NEEDED


@pytest.fixture(scope="module")
def browser():
    with started() as opened:
        yield opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """Return a page with every section: other runs, a lever turned, relief, sensitivities."""
    folder = tmp_path_factory.mktemp("page")
    scenario = bv.load("reference")
    options = {"draws": 8, "seed": 1, "workers": 1}
    run = bv.run(scenario, out=folder / "run", **options)
    more = bv.run(turn_levers(scenario, ["hiring-bonus"]), out=folder / "more", **options)
    put_analyses(folder)
    page = folder / "page.html"
    page.write_text(render_page(run, beside=[more, make_run(4)], analyses=[folder]), "utf-8")
    return page


def found(opened):
    """Return what axe calls a violation, by rule, with the elements."""
    violations = axe.Axe().run(opened.page).response["violations"]
    return {each["id"]: [node["html"][:120] for node in each["nodes"]] for each in violations}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_no_violation(browser, page_file, lang, mode):
    opened = Opened(browser, page_file, query=f"?lang={lang}", color_scheme=mode)
    opened.open_all()
    assert opened.read("document.querySelectorAll('section h2').length") >= 16
    assert found(opened) == {}
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []
    opened.page.close()


def test_axe_can_find_something(browser, page_file):
    opened = Opened(browser, page_file)
    opened.read("document.querySelector('h1').style.color = '#eee'")
    assert set(found(opened)) == {"color-contrast"}
    opened.page.close()
