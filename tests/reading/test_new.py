"""Templates of new things: blanks are named at their places, and filled in they load."""

import re
import shutil
from pathlib import Path

import pytest

from bvsim.reading.folder import read_model
from bvsim.reading.new import KINDS, create
from bvsim.reading.validating import validate
from bvsim.schema.errors import SpecError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path):
    shutil.copytree(ROOT / "models", tmp_path / "models")
    shutil.copytree(ROOT / "scenarios/levers", tmp_path / "scenarios/levers")
    return tmp_path


@pytest.fixture
def region(tmp_path):
    return create("region", "my-valley", root=tmp_path)


def blank_lines(path):
    """Return file and line of each blank below a folder, comments apart."""
    files = sorted(each for each in path.rglob("*") if each.is_file())
    return {
        (file.name, i)
        for file in files
        for i, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "BLANK" in line and not line.startswith("#")
    }


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"region"}))
def test_a_template_is_written_once(kind, study):
    path = create(kind, "my-own", root=study)
    text = path.read_text("utf-8")
    assert "BLANK" in text
    with pytest.raises(SpecError, match="is there already: nothing was written"):
        create(kind, "my-own", root=study)
    assert path.read_text("utf-8") == text


def test_of_several_models_the_one_of_the_reference_is_meant(study):
    assert create("site", "my-own", root=study).parts[-3] == "hauts-de-france"
    assert create("site", "my-own", root=study, model="hungary").parts[-3] == "hungary"
    with pytest.raises(SpecError, match="there is no model 'hungaria' \\(did you mean 'hungary'"):
        create("site", "my-own", root=study, model="hungaria")


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


def test_a_region_in_an_empty_folder_asks_for_all_it_needs(region, tmp_path):
    assert region == tmp_path / "models/my-valley"
    assert (tmp_path / "models/common/classes.yaml").is_file()
    told = validate(region)
    assert {problem.message.partition(":")[0] for problem in told} == {"blank"}
    places = {(Path(problem.place.file).name, problem.place.line) for problem in told}
    assert places == blank_lines(region)
    asked = {problem.path for problem in told}
    assert {"title", "demand.markets.home.name", "labour.basins.first-basin.seekers"} <= asked
    assert {"place.window.west", "sites.first-plant.blocks.block-1.nameplate"} <= asked


def test_a_region_tells_nothing_of_the_one_whose_structure_it_has(region):
    said = " ".join(path.read_text("utf-8") for path in region.rglob("*") if path.is_file())
    tree = read_model(ROOT / "models/hauts-de-france").tree
    sections = ("sites", "cathode", "labour.basins", "labour.programmes", "demand.programmes")
    names = {n for each in sections for n in tree.find(tuple(each.split("."))).children()}
    assert not re.search(rf"\b({'|'.join(names)}|suez)\b", said)
    assert not re.search(r"source: \[[^I]|known_from|heads:", said)


def test_an_existing_region_stays(region, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(SpecError, match="is there already: nothing was written"):
        create("region", "my-valley", root=tmp_path)
    with pytest.raises(SpecError, match="did you mean 'hauts-de-france'"):
        create("region", "another", "hauts-de-frence", root=tmp_path)
    shutil.rmtree(region)
    with pytest.raises(SpecError, match=r"my-valley.yaml: is there already"):
        create("region", "my-valley", root=tmp_path)
    assert not region.exists()
    shutil.rmtree(tmp_path / "models/common")
    assert not {path for path in tmp_path.rglob("*") if path.is_file()} - set(before)


@pytest.mark.parametrize("kind", ["site", "programme", "recycler", "shock", "lever"])
def test_the_first_of_a_kind_in_a_region_has_a_template_too(kind, region, tmp_path):
    path = create(kind, "my-own", root=tmp_path)
    new = [each for each in blank_lines(path.parent) if each[0] == path.name]
    assert len(new) >= 4
    if kind != "lever":
        assert {problem.message.partition(":")[0] for problem in validate(region)} == {"blank"}


@pytest.mark.parametrize("base", ["../commom", "../my-valley", "3"])
def test_a_region_over_nothing_is_one_error_beside_its_blanks(base, region):
    main = region / "model.yaml"
    main.write_text(main.read_text("utf-8").replace("../common", base), "utf-8")
    (told,) = (problem for problem in validate(region) if "blank: " not in problem.message)
    assert told.path == "extends"
    assert told.place.line == main.read_text("utf-8").split("extends:")[0].count("\n") + 1
