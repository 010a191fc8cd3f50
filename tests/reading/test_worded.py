"""Words of each language: every lever, programme and scenario that is shipped has a French one."""

from __future__ import annotations

import bvsim as bv
from bvsim.reading.datafiles import scenario_names, shipped_root
from bvsim.reading.levers import load_levers
from bvsim.reading.worded import validate_words, words_of


def test_what_is_shipped_has_french_words_and_nothing_else_has():
    french = words_of("fr")
    scenarios = [bv.load(name) for name in ("reference", "hungary-reference")]
    levers = set().union(*map(load_levers, scenarios))
    programmes = set().union(*(each.model.labour.programmes for each in scenarios))
    assert set(french["levers"]) == levers
    assert set(french["programmes"]) == programmes
    assert set(french["stories"]) == set(scenario_names())
    assert set(words_of("en")["programmes"]) == set(french["programmes"])


def test_words_of_a_study_win(tmp_path):
    folder = tmp_path / "scenarios" / "words"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text("fr: {levers: {shuttle: Un car, more: Plus}}", "utf-8")
    levers = words_of("fr", tmp_path)["levers"]
    assert (levers["shuttle"], levers["more"]) == ("Un car", "Plus")
    assert levers["collection"] == words_of("fr")["levers"]["collection"]


def test_an_unknown_language_has_no_words():
    assert words_of("de") == {}


def test_a_name_that_nothing_bears_is_told(tmp_path):
    path = tmp_path / "scenarios/words/hauts-de-france.yaml"
    path.parent.mkdir(parents=True)
    shipped = (shipped_root() / "scenarios/words" / path.name).read_text("utf-8")
    path.write_text(shipped, "utf-8")
    assert validate_words(path) == []
    wrong = {
        "    shuttle:": "    shutle:",
        "    cash-tight:": "    cash-tigt:",
        "  titles:": "  title:",
    }
    for old, new in wrong.items():
        shipped = shipped.replace(old, new, 1)
    path.write_text(shipped, "utf-8")
    lines = {
        i
        for i, line in enumerate(shipped.splitlines(), 1)
        if line.startswith(tuple(wrong.values()))
    }
    assert {problem.place.line for problem in validate_words(path)} == lines
