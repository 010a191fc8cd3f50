"""Models that extend another folder: what counts, where errors are told, circles."""

import pytest

from bvsim.reading import validating
from bvsim.reading.extending import laid_on
from bvsim.reading.folder import history_file, read_model
from bvsim.reading.scenario import load
from bvsim.reading.yaml_tree import read_text
from small_model import Model, write

REGION = "models/region/model.yaml"


def over(text, base="small", **files):
    """Return the files of a region that extends a model."""
    made = {REGION: f"extends: ../{base}\n{text}"}
    return made | {f"models/region/{name}": said for name, said in files.items()}


def tree(text):
    node, problems = read_text(text, "here")
    assert not problems
    return node


def merged(base, own):
    return laid_on(tree(base), tree(own)).plain()


@pytest.mark.parametrize(
    ("base", "own", "said"),
    [
        ("a: {b: 1, c: 2}", "a: {b: 3}", {"a": {"b": 3, "c": 2}}),
        ("a: {b: 1}", "d: 2", {"a": {"b": 1}, "d": 2}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),
        ("a: {b: 1, c: 2}", "a: {b: null}", {"a": {"c": 2}}),
        ("a: {b: 1}", "a: null", {}),
        ("a: {value: 1, unit: GWh}", "a: {uniform: [1, 2]}", {"a": {"uniform": [1, 2]}}),
        ("a: 1", "a: {b: 2}", {"a": {"b": 2}}),
    ],
)
def test_mappings_are_laid_on_and_all_else_replaced(base, own, said):
    assert merged(base, own) == said


def test_places_stay_those_of_the_file_that_said_it(tmp_path):
    root = write(tmp_path, over("title: Elsewhere\n"))
    read = read_model(root / "models/region")
    assert read.problems == []
    assert read.tree.get("title").place.file.endswith("region/model.yaml")
    assert "small/" in read.tree.find(("sites", "alpha", "nameplate")).place.file
    assert [folder.name for folder in read.folders] == ["region", "small"]


def test_a_region_overrides_one_figure_and_keeps_the_vintages_of_others(tmp_path):
    own = "ramp:\n  scrap: {value: 0.2, unit: share, source: [old], confidence: derived}\n"
    files = over("", **{"sites/alpha.yaml": own})
    files["scenarios/there.yaml"] = "name: there\nextends: base\nmodel: region\n"
    root = write(tmp_path, files)
    here, there = (load(name, root=root, model_class=Model) for name in ("base", "there"))
    assert there.model.sites["alpha"].ramp.scrap.distribution.value == 0.2
    assert there.model.sites["alpha"].ramp.t50 == here.model.sites["alpha"].ramp.t50
    nameplates = [each.model.sites["alpha"].nameplate for each in (here, there)]
    assert nameplates[0].vintages == nameplates[1].vintages
    assert len(nameplates[0].vintages) > 1


def test_an_error_is_told_at_the_file_that_made_it(tmp_path):
    files = over("", **{"sites/alpha.yaml": "lines: {value: 1, unit: GWh}\n"})
    files["models/small/sites/beta.yaml"] = "nonsense: 1\n"
    root = write(tmp_path, files)
    problems = validating.validate(root / "models/region", model_class=Model)
    named = {problem.place.file.split("models/")[1] for problem in problems}
    assert {"region/sites/alpha.yaml", "small/sites/beta.yaml"} <= named


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: ../smal\n", "unknown model folder '../smal' (did you mean '../small'?)"),
        ("extends: 3\n", "unknown model folder '3'"),
        ("extends: ../region\n", "a circle: region -> region"),
        ("extends: ../third\n", "a circle: region -> third -> region"),
    ],
)
def test_a_bad_base_is_one_located_error(tmp_path, text, message):
    third = {"models/third/model.yaml": "extends: ../region\n"}
    root = write(tmp_path, {REGION: text} | third)
    (problem,) = validating.validate(root / "models/region", model_class=Model)
    file = "third" if "third" in text else "region"
    assert problem.place.file.endswith(f"models/{file}/model.yaml")
    assert problem.place[1:] == (1, 10)
    assert (problem.path, problem.message) == ("extends", message)


def test_one_id_is_one_source(tmp_path):
    twice = {"old": {"title": "Another"}}
    sources = f"old: {twice['old']}\n"
    root = write(tmp_path, over("", **{"sources/more.yaml": sources}))
    problems = validating.validate(root / "models/region", model_class=Model)
    assert any("is in" in p.message and p.path == "sources.old" for p in problems)


def test_data_files_are_the_nearest(tmp_path):
    root = write(tmp_path, over(""))
    for model, name in (("small", "both.csv"), ("region", "both.csv"), ("small", "one.csv")):
        path = root / "models" / model / "history" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("a\n1\n")
    region = root / "models/region"
    assert history_file(region, "both.csv").parts[-3] == "region"
    assert history_file(region, "one.csv").parts[-3] == "small"


def test_several_folders_are_laid_on_one_another_in_turn(tmp_path):
    first = {"models/wide/model.yaml": "title: Wide\nannounced: true\n"}
    second = {"models/near/model.yaml": "title: Near\n"}
    own = {REGION: "extends: [../wide, ../near]\nplan: {}\n"}
    region = write(tmp_path, first | second | own) / "models/region"
    read = read_model(region)
    assert not read.problems
    assert read.tree.plain() == {"title": "Near", "announced": True, "plan": {}}
    assert [folder.name for folder in read.folders] == ["region", "near", "wide"]


def test_one_bad_folder_among_several_is_one_located_error(tmp_path):
    root = write(tmp_path, {REGION: "extends: [../small, ../smal]\n"})
    (problem,) = validating.validate(root / "models/region", model_class=Model)
    assert problem.place[1:] == (1, 21)
    assert problem.message.startswith("unknown model folder '../smal'")


def test_a_folder_that_others_extend_may_cite_what_stands_in_another(tmp_path):
    cited = "ramp:\n  scrap: {value: 0.2, unit: share, source: [wide], confidence: derived}\n"
    files = {"models/shared/sites/gamma.yaml": cited}
    root = write(tmp_path, files)
    (problem,) = validating.validate(root / "models/shared", model_class=Model)
    assert "wide" in problem.message
    write(tmp_path, {"models/world/sources/all.yaml": "wide: {title: Wide}\n"})
    assert validating.validate(root / "models/shared", model_class=Model) == ()


def test_a_folder_that_others_extend_is_checked_for_what_it_says(tmp_path):
    files = {"models/shared/sites/gamma.yaml": "nonsense: 1\n"}
    root = write(tmp_path, files)
    (problem,) = validating.validate(root / "models/shared", model_class=Model)
    assert problem.path == "sites.gamma.nonsense"
