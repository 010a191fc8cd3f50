"""The site: it builds strictly, every equation is set, nothing leaves, chains can be clicked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from built_site import ROOT, build, built_once, served
from chromium import NEEDED, started

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="mkdocs is not installed")
    base = tmp_path_factory.getbasetemp()
    return built_once(base.parent if base.name.startswith("popen-") else base)


@pytest.fixture(scope="module")
def address(site):
    with served(site) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with started() as opened:
        yield opened


def in_browser(test):
    for mark in NEEDED[1:]:
        test = mark(test)
    return test


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.asked, opened.said = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    yield opened
    opened.close()


def test_the_site_has_what_it_promises(site):
    for name in ("index", "results", "questions", "fr/index", "background/words"):
        assert (site / f"{name}.html").is_file()
    for name in ("commands", "schema", "figures", "api"):
        assert (site / "reference" / f"{name}.html").is_file()
    assert (site / "notebooks" / "gallery.html").is_file()
    assert (site / "notebooks" / "01-first-run.html").is_file()
    public = (site / "reference" / "api.html").read_text("utf-8")
    assert "bvsim.reading.scenario.load" in public
    assert "Parameters:" in public


def test_links_into_files_of_the_repository_have_their_lines(site):
    places = re.compile(r'href="[^"#]*?source/([^"#]+)\.html#L(\d+)"')
    found = {
        place
        for file in site.rglob("*.html")
        if "source" not in file.relative_to(site).parts[:1]
        for place in places.findall(file.read_text("utf-8"))
    }
    assert len(found) > 1000
    lines = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name, _ in found}
    for name, line in found:
        assert int(line) <= lines[name]
        assert (site / "source" / f"{name}.html").is_file()


@in_browser
def test_every_equation_is_set_and_no_page_asks_anybody(page, site, address):
    set_equations = 0
    for file in sorted(site.rglob("*.html")):
        name = file.relative_to(site).as_posix()
        if name.startswith("source/") or name == "404.html":
            continue
        page.goto(address + name)
        wrong = page.evaluate("[...document.querySelectorAll('.katex-error')].map(e => e.title)")
        assert wrong == [], name
        bare = (
            "[...document.querySelectorAll('.arithmatex')].filter(e => !e.querySelector('.katex'))"
        )
        assert page.evaluate(f"{bare}.length") == 0, name
        set_equations += page.evaluate("document.querySelectorAll('.katex').length")
    written = sum(p.read_text("utf-8").count('<a id="eq-') for p in ROOT.glob("docs/**/*.md"))
    assert set_equations >= written >= 30
    assert [url for url in page.asked if not url.startswith((address, "data:"))] == []
    assert [said for said in page.said if "favicon" not in said] == []


@in_browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_window(browser, address, width, scheme):
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name in ("index", "model", "results", "reference/figures", "reference/api", "fr/index"):
        opened.goto(f"{address}{name}.html")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width, name
    ground = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = sum(map(int, re.findall(r"\d+", ground)[:3])) < 300
    assert dark == (scheme == "dark")
    opened.close()


@in_browser
def test_search_finds_a_word_without_a_server_of_others(page, address):
    page.goto(address + "index.html")
    page.click(".md-search__input")
    page.keyboard.type("black mass")
    page.wait_for_selector(".md-search-result__item a", state="attached")
    assert all(url.startswith((address, "data:", "blob:")) for url in page.asked)


FIGURES = {
    "t50": (
        "models/common/classes.yaml",
        "eq-ramp",
        "valley/projects/ramp.py",
        "test_ramp_up_curves",
    ),
    "later": ("models/europe/labour.yaml", "eq-attrition", "valley/people", "test_attrition"),
    "safety_stock": (
        "models/europe/imports.yaml",
        "eq-stock",
        "valley/cathode/restocking.py",
        "test_",
    ),
}
"""Of a figure's name: a model file, its equation, its code, and a test of its mechanism."""


@in_browser
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_leads_to_equation_code_and_test(page, address, figure):
    file, equation, code, test = FIGURES[figure]
    page.goto(f"{address}source/{file}.html")
    page.locator("li a", has_text=re.compile(f"^{figure}$")).first.click()
    page.wait_for_url("**/reference/figures.html#*")
    anchor = page.url.partition("#")[2]
    row = page.locator("tr", has=page.locator(f'[id="{anchor}"]'))

    def follow(part):
        page.goto(f"{address}reference/figures.html#{anchor}")
        row.locator(f'a[href*="{part}"]').first.click()
        page.wait_for_url(f"**{part}**")
        return page.evaluate("document.getElementById(location.hash.slice(1))?.textContent")

    assert follow(f"#{equation}") == ""  # the anchor itself; the equation is what follows it
    following = "document.getElementById(location.hash.slice(1)).parentElement.nextElementSibling"
    assert page.evaluate(f"{following}.querySelector('.katex') !== null")
    assert f".{figure}" in follow(code)
    assert figure in follow("tests/valley/mechanisms/")
    page.goto(f"{address}reference/figures.html#{anchor}")
    assert test in row.text_content()
    assert page.said == []


# -- what must fail ------------------------------------------------------------------------------


def small_site(folder: Path, text: str) -> Path:
    """Return the configuration of a site of one page, as strict as the real one."""
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    config |= {"docs_dir": str(folder / "docs"), "nav": [{"Start": "index.md"}], "plugins": []}
    config["hooks"] = []
    config["validation"]["nav"]["omitted_files"] = "ignore"
    (folder / "docs").mkdir()
    (folder / "docs" / "assets").symlink_to(ROOT / "docs" / "assets")
    (folder / "docs" / "index.md").write_text(text, "utf-8")
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(config), "utf-8")
    return folder / "mkdocs.yml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[there](nowhere.md)", "nowhere.md"),
        ("[there](#no-such-anchor)", "no-such-anchor"),
        ("[there](/absolute.md)", "absolute.md"),
    ],
)
def test_a_broken_link_fails_the_build(tmp_path, text, said):
    done = build(tmp_path / "site", small_site(tmp_path, f"# Page\n\n{text}\n"))
    assert done.returncode == 1
    assert said in done.stdout + done.stderr


@in_browser
def test_a_broken_equation_is_seen(tmp_path, page):
    text = "# Page\n\n$$\n\\frac{1}{2}\n$$\n\n$$\n\\frac{1}{\n$$\n"
    done = build(tmp_path / "site", small_site(tmp_path, text))
    assert done.returncode == 0, done.stdout + done.stderr
    page.goto((tmp_path / "site" / "index.html").as_uri())
    assert page.locator(".katex-error").count() == 1
