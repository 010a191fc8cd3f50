"""From a figure to equation, code and test: every kind of figure has its chain, and it is true."""

from __future__ import annotations

import re

import pytest

from bvsim.reading import load
from pages.chain import ROOT, Kind
from pages.chain.guards import TABLE
from pages.chain.page import chains, equations, page
from pages.chain.sources import page as source_page
from pages.chain_site import in_site, rebased

WITHOUT_A_TEST = {"LeadAcid.capacity", "LeadAcid.heads"}
"""What a plant of another kind adds to jobs and capacity; it may only shrink."""


@pytest.fixture(scope="module")
def by_kind():
    return {str(chain.kind): chain for chain in chains()}


def line_of(spot):
    return (ROOT / spot.file).read_text("utf-8").splitlines()[spot.line - 1]


def test_every_figure_of_a_scenario_is_of_a_kind_that_has_a_row(by_kind):
    patterns = [path for chain in by_kind.values() for path in chain.about.paths]
    name = r"[^.]+(?:\.[^.]+)?"  # blocks of a plan are named SITE.BLOCK
    known = re.compile("|".join(re.escape(each).replace(r"\*", name) for each in patterns))
    missing = [path for path, _ in load("reference").figures() if not known.fullmatch(path)]
    assert missing == []


def test_every_kind_has_an_equation_that_is_there(by_kind):
    texts = {}
    for name, chain in by_kind.items():
        file, _, anchor = chain.equation.partition("#")
        assert anchor, f"tools/pages/chain/equations.yaml says nothing of {name}"
        if file not in texts:
            texts[file] = (ROOT / "docs" / file).read_text("utf-8")
        heads = re.findall(r"^#+ (.*)$", texts[file], re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}
        assert f'<a id="{anchor}"></a>' in texts[file] or anchor in slugs, chain.equation


def test_equations_name_parts_and_figures_that_exist(by_kind):
    parts = {chain.kind.part for chain in by_kind.values()}
    said = equations()
    assert set(said["equations"]) <= parts | set(by_kind)
    assert set(said["guards"]) <= set(by_kind)


def test_code_stands_where_the_row_says(by_kind):
    for name, chain in by_kind.items():
        assert chain.code or chain.recorded, name
        for spot in chain.code[:2]:
            assert spot.name in line_of(spot), (name, spot)


def test_tests_stand_where_the_row_says(by_kind):
    for name, chain in by_kind.items():
        for guard in chain.tests[:2]:
            assert guard.spot.name.startswith("test_"), name
            if guard.how == TABLE:
                assert chain.kind.field in line_of(guard.spot), (name, guard.spot)
    without = {name for name, chain in by_kind.items() if not chain.tests and not chain.recorded}
    assert without <= WITHOUT_A_TEST


def test_most_figures_have_a_number_worked_out_by_hand(by_kind):
    by_hand = [
        name for name, chain in by_kind.items() if chain.tests and chain.tests[0].how == TABLE
    ]
    assert len(by_hand) >= 310


def test_model_files_hold_each_kind_where_the_row_says(by_kind):
    for name, chain in by_kind.items():
        for spot in chain.held[:3]:
            assert spot.file.startswith("models/"), name
            *_, above, key = spot.name.split(".")
            line = line_of(spot)
            assert key in line or above in line or key.isdigit(), (name, spot)


@pytest.mark.parametrize(
    ("name", "anchor", "file", "test"),
    [
        ("RampClass.t50", "eq-ramp", "valley/projects/ramp.py", "test_ramp_up_curves"),
        ("Life.shape", "eq-survival", "valley/returns/", "test_ages_at_which_packs_come_back"),
        ("Attrition.later", "eq-attrition", "valley/people/", "test_attrition"),
        ("OpenMarket.sensitivity", "eq-tenders", "valley/orders/market.py", "test_"),
    ],
)
def test_chains_that_are_known(by_kind, name, anchor, file, test):
    chain = by_kind[name]
    assert chain.equation == f"model.md#{anchor}"
    assert any(file in spot.file for spot in chain.code)
    assert any(guard.spot.name.startswith(test) for guard in chain.tests)


def test_the_page_has_a_row_for_each_kind_and_escapes_none(by_kind):
    rows = [line for line in page().splitlines() if line.startswith("| <a id=")]
    assert len(rows) == len(by_kind)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    assert len({re.match(r'\| <a id="([^"]+)"', row)[1] for row in rows}) == len(rows)


def test_a_figure_of_a_model_file_leads_to_its_row():
    text = source_page("models/common/shock.yaml", {3: {"correlation": "shock-correlation"}})
    link = '<a href="../../../reference/figures.html#shock-correlation">correlation</a>:'
    assert f'<li id="L3">{link}' in text
    assert "&lt;" in source_page("src/bvsim/valley/people/rules.py", {})


def test_links_out_of_the_docs_lead_to_pages_of_the_site():
    text = "[a](../../CONTRIBUTING.md#tests), [b](../../src/bvsim/cli/main.py#L3), [c](../model.md)"
    led = in_site(text, "how-to/change-the-model.md")
    assert "[a](../project/contributing.md#tests)" in led
    assert "[c](../model.md)" in led
    assert (
        in_site("[x](../tools/pages/api.py#L3)", "index.md")
        == "[x](source/tools/pages/api.py.html#L3)"
    )
    assert rebased("[d](docs/model.md), [e](src/bvsim/_lazy.py)", "README.md") == (
        "[d](../model.md), [e](../../src/bvsim/_lazy.py)"
    )


def test_a_kind_is_named_as_the_schema_names_it():
    assert str(Kind("RampClass", "t50")) == "RampClass.t50"
