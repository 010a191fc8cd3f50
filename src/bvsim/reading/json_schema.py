"""JSON Schema of model and scenario files, for editors that complete and check YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bvsim.reading.assembly import PAGES, Kind, kind_of
from bvsim.reading.checking import adapter
from bvsim.reading.correlations import KEY
from bvsim.reading.folder import EXTENDS, MAIN, MERGED, SUFFIXES
from bvsim.reading.levers import LeverFile
from bvsim.reading.scenario_file import ScenarioFile
from bvsim.reading.shapes import Shape, shape_of
from bvsim.reading.templates import LIKE
from bvsim.schema.correlation import RankCorrelation
from bvsim.schema.distribution_grammar import FORMS
from bvsim.schema.form import NUMBER, VALUE, Schema
from bvsim.schema.grammar import CONFIDENCES
from bvsim.schema.pages import PagesSpec

SCHEMAS = "schemas"
"""The folder of schemas, beside the models."""
FIRST_LINE = "# yaml-language-server: $schema="

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _keys(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _figure_definitions() -> dict[str, Schema]:
    """Return the grammar of figures; `bvsim.schema.grammar` is what decides."""
    number = NUMBER.schema
    ids = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    said: dict[str, Schema] = {kind: form.schema for kind, form in FORMS.items()} | {
        "truncate": {"type": "array", "minItems": 2, "maxItems": 2},
        "unit": {"type": ["string", "number"]},
        "source": {"anyOf": [ids, {"type": "string"}]},
        "confidence": {"enum": list(CONFIDENCES)},
        "note": {"type": "string"},
        "known_from": {"type": "string", "description": "YYYY-MM-DD"},
    }
    added = {"anyOf": [number, {"type": "string", "description": "such as 24 months"}]}
    lever = _keys(to=VALUE.schema, times=number, plus=added, **{"from": {"type": "string"}})
    changes = {"type": "array", "items": {"$ref": "#/$defs/lever"}}
    vintage = {"required": ["source", "confidence"]}
    vintages = {"type": "array", "items": {"$ref": "#/$defs/vintage"}, "minItems": 1}
    forms = [
        _keys(**said, changes=changes) | vintage,
        vintages,
        _keys(vintages=vintages, changes=changes) | {"required": ["vintages"]},
    ]
    text = "A number or a distribution with unit, source and confidence; or its vintages."
    return {
        "figure": {"description": text, "anyOf": forms},
        "vintage": _keys(**said) | vintage,
        "lever": lever,
    }


def model_schema(model_class: type | None = None) -> Schema:
    """Return the schema of a whole model, every definition under ``$defs``."""
    kind = kind_of(model_class)
    schema = adapter(kind.cls).json_schema()
    definitions = schema.setdefault("$defs", {})
    for template in kind.templates:
        _relax(template.part.__name__, definitions)
    schema = _with_figures(schema)
    schema["$defs"] |= _figure_definitions()
    return {"$schema": _DIALECT, **schema}


def schema_json(model_class: type | None = None) -> str:
    """Return `model_schema` as text."""
    return _text(model_schema(model_class))


def file_schemas(model_class: type | None = None) -> dict[str, Schema]:
    """Return a schema for each kind of file, by name.

    ``model`` for ``model.yaml``, ``SECTION`` for ``SECTION.yaml``, ``SECTION-entry`` for the
    files of a folder ``SECTION``, ``scenario``, ``levers`` and ``pages``.
    """
    kind = kind_of(model_class)
    whole = model_schema(kind.cls)
    definitions = whole["$defs"]
    top = {key: value for key, value in whole.items() if key not in {"$defs", "required"}}
    base = {
        "type": ["string", "array"],
        "items": {"type": "string"},
        "description": "Path of the folder that this model extends, or of several in turn.",
    }
    top["properties"] = {EXTENDS: base, **top["properties"]}
    found = {MAIN: _standing(top, definitions)}
    for section, shape in _sections(kind):
        schema = whole["properties"].get(section) or _template_section(section, kind)
        schema = _partial(schema, definitions)
        found[section] = _standing(schema, definitions)
        entry = schema.get("additionalProperties")
        if shape.values is not None and isinstance(entry, dict) and section != MERGED:
            found[f"{section}-entry"] = _standing(entry, definitions)
    ties = adapter(dict[str, list[RankCorrelation]]).json_schema()
    found[KEY] = _standing(ties, ties.get("$defs", {}))
    scenario = adapter(ScenarioFile).json_schema()
    found["scenario"] = _standing(scenario, scenario.get("$defs", {}))
    pages = adapter(PagesSpec).json_schema()
    found[PAGES] = _standing(pages, pages.get("$defs", {}))
    levers = _with_figures(adapter(LeverFile).json_schema())
    figures = levers.setdefault("$defs", {}) | _figure_definitions()
    found["levers"] = _standing(levers, figures)
    return dict(sorted(found.items()))


def write_schemas(models: Path, model_class: type | None = None) -> list[Path]:
    """Write the schemas into the folder ``schemas`` beside the models; return what changed."""
    folder = models / SCHEMAS
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, schema in file_schemas(model_class).items():
        path = folder / f"{name}.json"
        text = _text(schema)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def stale_schemas(models: Path, model_class: type | None = None) -> list[str]:
    """Return the names of committed schemas that are missing or out of date."""
    return [
        name
        for name, schema in file_schemas(model_class).items()
        if not (path := models / SCHEMAS / f"{name}.json").is_file()
        or path.read_text("utf-8") != _text(schema)
    ]


def first_line(path: Path, root: Path) -> str:
    """Return the line with which a YAML file of a study folder names its schema.

    Parameters
    ----------
    path : pathlib.Path
        A file below ``models`` or ``scenarios``.
    root : pathlib.Path
        The study folder, or the repository.
    """
    parts = path.relative_to(root).parts
    if parts[0] != "models":
        name = "scenario"
    elif len(parts) == 3:
        name = path.stem
    else:
        name = parts[2] if parts[2] == MERGED else f"{parts[2]}-entry"
    up = "../" * (len(parts) - 1)
    return f"{FIRST_LINE}{up}models/{SCHEMAS}/{name}.json"


def misnamed(root: Path) -> list[Path]:
    """Return the YAML files whose first line does not name their schema."""
    return [path for path in _yaml_files(root) if _first(path) != first_line(path, root)]


def name_schemas(root: Path) -> list[Path]:
    """Put the right first line into every YAML file; return the files that were changed."""
    changed = misnamed(root)
    for path in changed:
        text = path.read_text("utf-8")
        if _first(path).startswith(FIRST_LINE):
            text = text.partition("\n")[2]
        path.write_text(f"{first_line(path, root)}\n{text}", "utf-8")
    return changed


def _first(path: Path) -> str:
    return path.read_text("utf-8").partition("\n")[0]


def _yaml_files(root: Path) -> Iterator[Path]:
    patterns = ("models/*/*", "models/*/*/*", "scenarios/*")
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.suffix in SUFFIXES:
                yield path


def _sections(kind: Kind) -> Iterator[tuple[str, Shape]]:
    shape = shape_of(kind.cls)
    for section, below in shape.fields().items():
        if below.parts() or below.values is not None:
            yield section, below
    for name in sorted({str(t.path[0]) for t in kind.templates} - set(shape.fields())):
        yield name, Shape(())


def _template_section(section: str, kind: Kind) -> Schema:
    """Return the schema of a section of templates that is no field of the model."""
    schema: Schema = {}
    for template in kind.templates:
        if template.path[0] != section:
            continue
        entries = {
            "type": "object",
            "additionalProperties": {"$ref": f"#/$defs/{template.part.__name__}"},
        }
        if len(template.path) == 1:
            return entries
        schema.setdefault("properties", {})[str(template.path[1])] = entries
    return {"type": "object", "additionalProperties": False, **schema}


def _partial(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Let a section be incomplete: a file says it in part, the folder it extends the rest."""
    reference = schema.get("$ref", "").rpartition("/")[2]
    whole = definitions.get(reference, schema)
    return {key: value for key, value in whole.items() if key != "required"}


def _relax(name: str, definitions: dict[str, Schema]) -> None:
    """Let parts that may take over templates be incomplete, and hold ``like``."""
    for each in _reached({"$ref": f"#/$defs/{name}"}, definitions):
        definition = definitions[each]
        definition.pop("required", None)
        if each == name and "properties" in definition:
            what = {"type": "string", "description": "Name of the template taken over."}
            definition["properties"][LIKE] = what


def _with_figures(schema: Any) -> Any:
    """Replace what units say of themselves by a reference to the grammar of figures."""
    if isinstance(schema, list):
        return [_with_figures(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-figure" not in schema:
        return {key: _with_figures(item) for key, item in schema.items()}
    rest = {k: v for k, v in schema.items() if k not in {"x-figure", "title", "default"}}
    about = f"{rest.pop('description', '')} Unit: {schema['x-figure']}.".strip()
    return {**rest, "$ref": "#/$defs/figure", "description": about, "x-unit": schema["x-figure"]}


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for item in schema.values():
            yield from _references(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _reached(schema: Schema, definitions: Mapping[str, Schema]) -> list[str]:
    found: list[str] = []
    ahead: list[Iterable[str]] = [_references(schema)]
    while ahead:
        for name in ahead.pop():
            if name not in found and name in definitions:
                found.append(name)
                ahead.append(list(_references(definitions[name])))
    return sorted(found)


def _standing(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Return a schema with the definitions that it needs, to stand in a file of its own."""
    needed = {name: definitions[name] for name in _reached(schema, definitions)}
    own = {key: value for key, value in schema.items() if key != "$defs"}
    return {"$schema": _DIALECT, **own, **({"$defs": needed} if needed else {})}


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
