"""The shipped models and scenarios, their schemas, dimensions and copies."""

import csv
import io
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bvsim.reading import datafiles, dimensions, sourcebook, study, validating
from bvsim.reading import json_schema as schema_json
from bvsim.reading.scenario import load
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import SpecError
from small_model import FILES, Model, write

ROOT = Path(__file__).parents[2]
MODELS = sorted(path for path in (ROOT / "models").iterdir() if (path / "model.yaml").is_file())
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", [*MODELS, *SCENARIOS], ids=lambda path: path.stem)
def test_shipped_files_are_valid(path):
    assert [str(problem) for problem in validating.validate(path)] == []


@pytest.mark.parametrize("folder", MODELS, ids=lambda path: path.name)
def test_the_committed_dimensions_are_complete(folder):
    # `python -m bvsim.reading.commit` appends what is missing
    assert dimensions.missing_dimensions(folder) == []


def test_the_committed_schemas_are_up_to_date_and_named():
    assert schema_json.stale_schemas(ROOT / "models") == []
    assert schema_json.misnamed(ROOT) == []


def test_dimensions_are_appended_never_moved(tmp_path):
    root = write(tmp_path, {"models/small/dimensions.txt": "sites.beta.ramp.t50\n"})
    folder = root / "models/small"
    added = dimensions.write_dimensions(folder, Model)
    assert added == sorted(added)
    # uncertain in one of its vintages is enough: the order must serve every `as_of`
    assert "sites.alpha.nameplate" in added
    order = dimensions.read_dimensions(folder)
    assert order == ("sites.beta.ramp.t50", *added)
    assert dimensions.write_dimensions(folder, Model) == []
    assert load("base", root=root, model_class=Model).order == order


def accepts(schema, value, definitions=None):
    """Check a value against the part of JSON Schema that the schemas use."""
    definitions = definitions or schema.get("$defs", {})

    def each(sub, item):
        return accepts(sub, item, definitions)

    if "$ref" in schema:
        return each(definitions[schema["$ref"].rpartition("/")[2]], value)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options and not any(each(option, value) for option in options):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    kinds = schema.get("type")
    names = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    allowed = tuple(names.get(kind, (int, float)) for kind in [kinds] if isinstance(kind, str))
    if allowed and not isinstance(value, allowed):
        return False
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        other = schema.get("additionalProperties", True)
        return not set(schema.get("required", ())) - set(value) and all(
            each(properties[key], item)
            if key in properties
            else (each(other, item) if isinstance(other, dict) else other)
            for key, item in value.items()
        )
    if isinstance(value, list):
        low, high = schema.get("minItems", 0), schema.get("maxItems", 1e9)
        items = schema.get("items", {})
        return low <= len(value) <= high and all(each(items, item) for item in value)
    return True


def as_json(value):
    """Write dates as text, as an editor's YAML reader does."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value if isinstance(value, (int, float, str, bool, type(None))) else value.isoformat()


def test_schemas_accept_the_files_they_are_for_and_refuse_mistakes(tmp_path):
    write(tmp_path)
    schemas = schema_json.file_schemas(Model)
    for name in FILES:
        path = tmp_path / name
        line = schema_json.first_line(path, tmp_path)
        which = re.search(r"([^/]+)\.json$", line)[1]
        node, _ = read_file(path)
        plain = as_json(node.plain())
        assert accepts(schemas[which], plain), name
        assert not accepts(schemas[which], {**plain, "unknwon key": []}), name
    ours = schemas["sites-entry"]
    alpha, _ = read_file(tmp_path / "models/small/sites/alpha.yaml")
    bare = as_json(alpha.plain()) | {"lines": 3}
    assert not accepts(ours, bare)


def test_schemas_are_named_in_the_first_line(tmp_path):
    write(tmp_path)
    assert len(schema_json.name_schemas(tmp_path)) == len(FILES)
    assert schema_json.misnamed(tmp_path) == []
    first = (tmp_path / "models/small/sites/alpha.yaml").read_text("utf-8").splitlines()[0]
    assert first.endswith("$schema=../../../models/schemas/sites-entry.json")
    schema_json.write_schemas(tmp_path / "models", Model)
    assert (tmp_path / "models/small/sites" / first.partition("=")[2]).is_file()
    assert schema_json.stale_schemas(tmp_path / "models", Model) == []
    assert validating.validate(tmp_path / "models/small", model_class=Model) == ()


def test_pydantic_needs_no_context_for_plain_parts():
    from small_model import Ramp

    assert TypeAdapter(Ramp).validate_python({"t50": 3, "scrap": 0.1}).t50 == 3


def test_the_sourcebook_lists_every_vintage(tmp_path):
    scenario = load("base", root=write(tmp_path), model_class=Model)
    rows = list(csv.DictReader(io.StringIO(sourcebook.sourcebook(scenario, as_csv=True))))
    nameplates = [row for row in rows if row["path"] == "sites.alpha.nameplate"]
    assert [row["in_force"] for row in nameplates] == ["False", "True"]
    assert [row["known_from"] for row in nameplates] == ["2020-11-01", "2025-01-15"]
    assert {row["path"] for row in rows} == {path for path, _ in scenario.figures()}
    lines = sourcebook.sourcebook(scenario).splitlines()
    assert "sites.beta.ramp.scrap: 0.1 share [old] derived from 2021-03-31: its own" in lines


def test_a_study_folder_holds_copies_that_are_found_first(tmp_path, monkeypatch):
    made = study.init(tmp_path / "study")
    assert [path.name for path in made] == ["models", "scenarios", "README.md"]
    assert "acc-douvrin" in made[-1].read_text("utf-8")
    with pytest.raises(SpecError, match="is there already"):
        study.init(tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    assert datafiles.find_scenario("reference") == tmp_path / "study/scenarios/reference.yaml"
    node, _ = read_file(tmp_path / "study/scenarios/reference.yaml")
    found = datafiles.find_model(node.get("model").value, near=Path("scenarios/reference.yaml"))
    assert found.resolve().is_relative_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert datafiles.find_scenario("reference") == ROOT / "scenarios/reference.yaml"


@pytest.mark.parametrize("folder", MODELS, ids=lambda path: path.name)
def test_a_file_of_a_model_stands_for_the_model(folder):
    assert validating.model_folder_of(folder / "model.yaml") == folder
    assert validating.model_folder_of(folder / "sources" / "plants.yaml") == folder
    assert validating.model_folder_of(ROOT / "scenarios/reference.yaml") is None
