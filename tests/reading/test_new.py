"""Templates of new things: blanks are named at their places, and filled in they load."""

import re
import shutil
from pathlib import Path

import pytest

from bvsim.reading.new import KINDS, create
from bvsim.reading.validating import validate
from bvsim.schema.errors import SpecError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path):
    shutil.copytree(ROOT / "models", tmp_path / "models")
    shutil.copytree(ROOT / "scenarios/levers", tmp_path / "scenarios/levers")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_written_once(kind, study):
    path = create(kind, "my-own", root=study)
    text = path.read_text("utf-8")
    assert "BLANK" in text
    with pytest.raises(SpecError, match="is there already: nothing was written"):
        create(kind, "my-own", root=study)
    assert path.read_text("utf-8") == text


def test_what_stands_in_a_file_stays(study):
    file = study / "models/hauts-de-france/labour.yaml"
    before = file.read_text("utf-8").splitlines()
    create("programme", "my-own", root=study)
    after = file.read_text("utf-8").splitlines()
    new = [line for line in after if "BLANK" in line]
    assert len(new) > 10
    kept = iter(after)
    assert all(line in kept for line in before)


@pytest.mark.parametrize("original", ["acc-douvrin", "aesc-douai"])
def test_a_site_keeps_no_fact_of_its_original_and_each_blank_is_told(original, study):
    path = create("site", "my-own", original, root=study)
    text = path.read_text("utf-8")
    body = text[text.index("title:") :]
    assert not re.search(r"source:|note:|heads:|output:|scrap:|\d{4}-\d\d", body)
    told = validate(path)
    lines = [i for i, line in enumerate(text.splitlines(), 1) if "BLANK" in line and line[0] != "#"]
    assert [problem.place.line for problem in told] == lines
    assert all(problem.message.startswith("blank: ") for problem in told)


def test_a_name_that_is_none_and_an_original_that_is_not_there(study):
    with pytest.raises(SpecError, match="small letters"):
        create("site", "../mine", root=study)
    with pytest.raises(SpecError, match="did you mean 'acc-douvrin'"):
        create("site", "mine", "acc-douvrain", root=study)
    with pytest.raises(SpecError, match="bvsim init DIR makes one"):
        create("site", "mine", root=study / "elsewhere")
