"""What there is, by word."""

import json

import pytest
from click.testing import CliRunner

from bvsim.analysis.catalogue import KINDS, catalogue
from bvsim.analysis.kpi_names import names_of
from bvsim.cli import main
from bvsim.cli.listing import LISTED
from bvsim.reading import load, load_levers, scenario_names


@pytest.fixture(scope="module")
def reference():
    return load("reference")


def names(kind, scenario, *words):
    return [item.name for item in catalogue(kind, scenario, words)]


def test_each_kind_lists_all_that_there_is(reference):
    assert tuple(KINDS) == LISTED
    assert names("scenarios", reference) == scenario_names()
    assert names("levers", reference) == list(load_levers(reference))
    assert names("sites", reference) == sorted(reference.model.sites)
    assert names("programmes", reference) == sorted(reference.model.labour.programmes)
    assert names("kpis", reference) == sorted(names_of(reference))
    assert names("figures", reference) == [path for path, _ in reference.figures()]


def test_words_choose_in_any_case(reference):
    assert names("sites", reference, "VERKOR") == ["verkor-dunkirk"]
    assert names("levers", reference, "seats", "programme") == ["training-seats"]
    assert names("levers", reference, "seats", "pods") == []


@pytest.mark.parametrize("kind", LISTED)
def test_every_kind_has_sentences_and_json(kind):
    said = CliRunner().invoke(main, ["list", kind, "--json"])
    answer = json.loads(said.stdout)
    assert (answer["schema_version"], answer["kind"]) == (1, kind)
    assert all(item["name"] for item in answer["items"])
    silent = [item["name"] for item in answer["items"] if not item["says"]]
    assert silent == []
    assert CliRunner().invoke(main, ["list", kind]).exit_code == 0
