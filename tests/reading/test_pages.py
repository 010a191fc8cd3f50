"""The file of pages: held against model, scenarios and levers, and no part of what is simulated."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bvsim.cli import main
from bvsim.reading import load
from bvsim.reading.datafiles import model_folder
from bvsim.reading.pages import read_pages
from bvsim.reading.validating import validate
from bvsim.schema.errors import SpecError
from bvsim.schema.pages import PagesSpec

ROOT = Path(__file__).parents[2]
TOYLAND = ROOT / "tests/data/toyland"
WRONG = {
    "first: [announced,": "first: [anounced,",
    "last: [all-levers]": "last: [all-leavers]",
    "[demand-low, reference,": "[demand-lo, reference,",
    "recycler: battri": "recycler: batri",
    "slow-ramp: -1": "slo-ramp: -1",
    "sites: [aesc-douai, acc-douvrin, v": "sites: [aesc-douay, acc-douvrin, v",
    "licences: {scenario: cam-licences}": "licences: {scenario: cam-licence}",
    "[stock, licences]": "[stocks, licences]",
    "without-neomat: without\n": "without-neomats: without\n",
    "incumbent-home: null": "incumbent-homes: null",
    "new-entrant: acc-douvrin": "new-entrant: acc-douvrain",
    "new technology: tiamat-amiens": "new technology: tiamat-amien",
    "hindcast: hindcast-2023": "hindcast: hindcast-2032",
    "sites: [acc-douvrin, aesc-douai]}": "sites: [acc-douvrin, aesc-douaj]}",
    "[national-strategy, cell": "[national-strategi, cell",
}


@pytest.fixture
def study(tmp_path):
    for name in ("models", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def file(study):
    return study / "models/hauts-de-france/pages.yaml"


def put(file, changes):
    """Put words in place of others, and return the lines in which they now stand."""
    text = file.read_text("utf-8")
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return sorted(text[: text.index(new)].count("\n") + 1 for new in changes.values())


def test_each_name_that_nothing_bears_is_told_at_its_line_at_once(file):
    lines = put(file, WRONG)
    told = validate(file.parent)
    assert sorted(problem.place.line for problem in told) == lines
    assert {Path(problem.place.file).name for problem in told} == {"pages.yaml"}
    assert all("did you mean" in problem.message for problem in told)
    with pytest.raises(SpecError, match="anounced"):
        read_pages(file.parent)


def test_a_wrong_key_a_blank_and_what_a_run_cannot_set(file):
    put(file, {"  last: [all-levers]": "  lost: [all-levers]"})
    assert [problem.path for problem in validate(file.parent)] == ["pages.scenarios.lost"]
    put(file, {"  lost: [all-levers]": "  last: [BLANK which]"})
    assert [problem.message for problem in validate(file.parent)] == ["blank: which"]
    put(
        file,
        {"  last: [BLANK which]": "  last: []", "tariff.length: 12000\n    d": "tarif: 1\n    d"},
    )
    (told,) = validate(file.parent)
    assert told.path == "pages.cathode.runs.duty.set.imports.tariffs.cam-tarif"
    assert told.place.line == file.read_text("utf-8").split("cam-tarif:")[0].count("\n") + 1


def test_the_command_knows_key_figures_too(file, monkeypatch, study):
    (line,) = put(file, {"output_2030_gwh, ": "ouptut_2030_gwh, "})
    monkeypatch.chdir(study)
    done = CliRunner().invoke(main, ["validate", "models/hauts-de-france"])
    assert done.exit_code == 2
    (said,) = done.output.splitlines()
    assert said.startswith(f"models/hauts-de-france/pages.yaml:{line}:")
    assert "unknown key figure 'ouptut_2030_gwh'; did you mean" in said.replace(" (did", "; did")


def test_nothing_of_it_is_simulated(file, study):
    with_pages = load("reference", root=study)
    file.unlink()
    assert load("reference", root=study).model_hash == with_pages.model_hash
    assert not hasattr(with_pages.model, "pages")
    assert read_pages(file.parent) == PagesSpec()


def test_any_region_has_its_own():
    assert read_pages(model_folder()).scenarios.last == ("all-levers",)
    assert read_pages(TOYLAND / "models/toyland").scenarios.first == ("toy",)
