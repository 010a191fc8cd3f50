"""The words of the report: the same in both languages, and numbers as each writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from markupsafe import Markup, escape

import bvsim as bv
import bvsim.show.report
from bvsim.ensemble.store.results import open_run
from bvsim.show.words import Both, fixed, join, number, percent, plain, say, short
from bvsim.valley.cells.causes import CAUSES
from bvsim.valley.record.kpis import KPIS
from pages.french import strings
from run_folder import write_run

HERE = Path(bvsim.show.report.__file__).parent
WORDS = yaml.safe_load((HERE.parent / "words.yaml").read_text(encoding="utf-8"))
TEXTS = {f"{part}.{key}": text for part, texts in WORDS.items() for key, text in texts.items()}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_fields(key):
    text = TEXTS[key]
    assert set(text) == {"en", "fr"}
    fields = [set(re.findall(r"{\w+}", text[lang])) for lang in ("en", "fr")]
    if key.startswith("kpi_meaning."):
        assert text["fr"]
        return
    assert fields[0] == fields[1]
    assert all(text.values())


def test_every_key_figure_says_in_french_what_it_is():
    assert set(WORDS["kpi_meaning"]) == {kpi.name for kpi in KPIS}


def test_every_text_that_the_page_asks_for_exists():
    asked = set()
    for path in (HERE / "templates").iterdir():
        source = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\bt\(\"([a-z_]+\.[a-z_0-9]+)\"[,)]", source))
    for path in HERE.glob("*.py"):
        asked |= set(re.findall(r"\bsay\(\s*\"([a-z_]+\.[a-z_0-9]+)\"", path.read_text("utf-8")))
    for path in (HERE / "static").glob("*.js"):
        if path.name != "echarts.min.js":
            found = re.findall(r"\bword\(\"(\w+)\"\)", path.read_text("utf-8"))
            asked |= {f"chart.{name}" for name in found}
    assert len(asked) > 80
    assert asked - set(TEXTS) == set()


@pytest.mark.parametrize(
    ("written", "english", "french"),
    [
        (number(12345.6), "12,346", "12\N{NARROW NO-BREAK SPACE}346"),
        (number(0.01234), "0.0123", "0,0123"),
        (number(2031.44, "year"), "2031.4", "2031,4"),
        (number(None), "\N{EN DASH}", "\N{EN DASH}"),
        (short(9.96), "10.0", "10,0"),
        (fixed(21.9, 2), "21.90", "21,90"),
        (percent(0.137), "14%", "14\N{NO-BREAK SPACE}%"),
    ],
)
def test_numbers(written, english, french):
    assert written == Both(english, french)


def test_texts_are_joined_as_in_a_sentence():
    assert join([plain("a")]) == plain("a")
    assert join([plain("a"), plain("b"), plain("c")]) == Both("a, b and c", "a, b et c")


def test_what_is_filled_in_is_escaped():
    found = escape(say("page.place", region=Both("North", "Nord"), scenario="<b>"))
    assert isinstance(found, Markup)
    assert "<b>" not in found
    assert "&lt;b&gt;" in found
    assert found.count("<span") == 2
    assert "<span" not in escape(plain("x"))


FALSE_FRIENDS = {
    r"\bfigures?\b": "donnée, valeur",
    r"cellules bonnes": "cellules conformes",
    r"livrées?\b": "mises en service",
    r"\bhasard": "aléa",
    r"black mass": "masse noire",
    r"\bévidence": "preuve",
    r"\béventuellement\b": "finalement",
    r"\bconsistan[ct]e?s?\b": "cohérent",
    r"\bsupporte[rs]?\b": "prend en charge",
    r"\bplan et ce nombre\b": "plan d'expériences",
    r"\bcalculs? (médian|moyen)\b": "simulation",
    r"\bpacks?\b": "batteries",
    r"chances d'atteindre au moins": "de chances de produire au moins",
    r"coûtent? trop(?! cher)": "coûte trop cher",
    r"de toute sorte": "toutes usines confondues",
    r"\ba joué\b": "limite atteinte",
    r"\bau plan seulement": "dans le plan uniquement",
    r"\bimpact\w*": "effet, toucher",
    r"\bdélivr\w+": "livrer, produire",
    r"\bbasée?s? sur": "fondé sur, qui repose sur",
    r"\bdédiée?s?\b": "consacré, propre",
    r"\binitie[rs]?\b": "lancer",
    r"\bopportunités?\b": "occasion, débouché",
    r"\bactuellement, ": "en fait",
    r"\bdigital\w*": "numérique",
    r"\blibrairies?\b": "bibliothèque",
    r"\ben termes de": "pour",
    r"\bsévères?\b": "grave",
    r"\bfinalise[rs]?\b": "achever",
    r"\badresse[rz]\b": "traiter",
}
"""What no French sentence says, and what it says instead."""


def french():
    for key, text in TEXTS.items():
        yield key, text["fr"]
    for name, each in CAUSES.items():
        for text in (each.label, each.meaning, each.prose):
            yield f"cause.{name}", text[1]


@pytest.mark.parametrize("pattern", FALSE_FRIENDS)
def test_no_french_sentence_uses_a_false_friend(pattern):
    found = [(key, text) for key, text in french() if re.search(pattern, text, re.IGNORECASE)]
    assert found == [], FALSE_FRIENDS[pattern]


ENGLISH = re.compile(r"\b(the|and|of|with|draws?|share|year|seed|at least|mean)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """Return every French string of the page and the workbook of a run."""
    folder = write_run(tmp_path_factory.mktemp("run"), 8).folder
    (folder / "scenario.yaml").write_text(bv.load("reference").to_yaml(), encoding="utf-8")
    return strings(open_run(folder))


def test_a_french_reader_meets_no_false_friend_and_no_english(heard):
    assert len(heard) > 400
    assert "Verkor Dunkerque" in heard
    friends = re.compile("|".join(FALSE_FRIENDS), re.IGNORECASE)
    assert [text for text in heard if friends.search(text)] == []
    own = [re.sub(r"--\S+|=\S+|{\w+}", "", text) for text in heard]  # commands stay
    assert [text for text in own if ENGLISH.search(text)] == []
