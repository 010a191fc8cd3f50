"""The template of a region: a model folder over the figures of no region, and its scenario."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from bvsim.reading.assembly import SOURCES, kind_of
from bvsim.reading.blanks import BLANK
from bvsim.reading.clearing import cleared
from bvsim.reading.datafiles import MODELS, SCENARIOS, model_folder, shipped_root
from bvsim.reading.extending import is_fact
from bvsim.reading.folder import MAIN, PLACE, read_bases, read_model
from bvsim.reading.nodes import Node
from bvsim.reading.shapes import Shape, shape_of
from bvsim.reading.template_files import HOW, as_yaml, refused, write_new
from bvsim.reading.templates import section_shape
from bvsim.reading.yaml_tree import display_name
from bvsim.schema.errors import SpecError

COMMON = "common"
SCHEMAS = "schemas"
SITE, BASIN = "first-plant", "first-basin"
ROUTE, CLASS = "first-route", "first-class"
_NAMES = {
    "labour": ("basins", BASIN),
    "imports": ("routes", ROUTE),
    "money": ("classes", CLASS),
    "demand": ("paths", "central"),
}
"""By section: entries of which a region has one at least, and what that one is called."""
_SAID: dict[str, dict[str, object]] = {
    "imports": {"prefer": [ROUTE]},
    "money": {"default_class": CLASS},
    "demand": {
        "markets": {
            role: {"name": f"{BLANK} {what}, in a word", "title": f"{BLANK} its name, for a reader"}
            for role, what in (("home", "the country's market"), ("export", "the wider market"))
        }
    },
}
"""By section: what names those entries, and what is asked though it may be left out."""
_ABOUT = """\
# A region: what stands here is laid on the folder that it extends. Beside this file stands one for
# each section that it must say for itself; the names first-plant, first-basin and so on are
# yours to change. What it has beyond (programmes, recyclers, fleet, storage, cathode, pages)
# follows later: `bvsim new`, or a file of its own. Without a map delete place.json.
"""
_SOURCE = {
    f"{BLANK} a short id": {
        "title": f"{BLANK} what was published",
        "publisher": f"{BLANK} by whom",
        "date": f"{BLANK} when: a year, month or day",
    }
}


def region(base: Path, name: str, existing: str | None = None) -> Path:
    """Write a model folder with blanks, and a scenario on it; return the folder.

    Where a study folder lacks the figures of no region, they are copied into it.

    Parameters
    ----------
    base : pathlib.Path
        The study folder.
    name : str
        What the region is called.
    existing : str, optional
        The model whose sections it has; that of `reference` by default.

    Raises
    ------
    SpecError
        When there is a folder or a scenario of that name, or no such model.
    """
    folder, scenario = base / MODELS / name, base / SCENARIOS / f"{name}.yaml"
    for path in (folder, scenario):
        if path.exists():
            raise refused(display_name(path), "is there already: nothing was written")
    original = model_folder(existing, base)
    reading = read_model(original)
    if reading.problems:
        raise SpecError(reading.problems)
    root = base if (base / MODELS / COMMON).exists() else shipped_root()
    files = _files(reading.tree, read_bases(root / MODELS / COMMON).tree)
    for shared in (COMMON, SCHEMAS):
        if not (base / MODELS / shared).exists():
            shutil.copytree(shipped_root() / MODELS / shared, base / MODELS / shared)
    for file, text in files.items():
        write_new(folder / file, text)
    write_new(scenario, _scenario(name))
    return folder


def _files(tree: Node, base: Node) -> dict[str, str]:
    """Return what the files of a region say, by their path in its folder."""
    made = _sections(tree, base)
    main = {
        "extends": f"../{COMMON}",
        "title": f"{BLANK} its name, for a reader",
        "calendar": made.pop("calendar", {}),
    }
    texts = {f"{MAIN}.yaml": _first("", MAIN) + _ABOUT + HOW + as_yaml(main)}
    for section, entries in made.items():
        texts[f"{section}.yaml"] = _first("", section) + HOW + as_yaml(entries)
    site = _first("../", "sites-entry") + HOW + as_yaml(_site(tree))
    own = _first("../", SOURCES) + as_yaml(_SOURCE)
    place = json.dumps(_place(), indent=1) + "\n"
    return texts | {f"sites/{SITE}.yaml": site, f"{SOURCES}/own.yaml": own, PLACE: place}


def _first(up: str, schema: str) -> str:
    return f"# yaml-language-server: $schema={up}../{SCHEMAS}/{schema}.json\n"


def _sections(tree: Node, base: Node) -> dict[str, dict[str, object]]:
    """Return what a model must say and the folder that it extends does not, by section."""
    made = {}
    for section, shape in _shapes().items():
        node = tree.get(section)
        if node is None or not isinstance(node.value, dict):
            continue
        said = _lacking(cleared(node, shape, brief=True, bare=True), base.get(section))
        entries, own = _NAMES.get(section, ("", ""))
        there = said.get(entries)
        if isinstance(there, dict):
            said = _renamed(said, next(iter(there)), own)
        if said:
            ours = _SAID.get(section, {})
            made[section] = ours | said | ours  # ours first, and ours counts
    return made


def section_of(section: str, base: Path) -> str:
    """Return the file of a section that a region has not said anything of yet."""
    node = read_model(model_folder(root=base)).tree.get(section)
    shape = shape_of(kind_of().cls).at((section,))
    said = cleared(node, shape, bare=True) if node is not None and shape is not None else {}
    return _first("", section) + HOW + as_yaml(said)


def _shapes() -> dict[str, Shape]:
    """Return the shapes of the sections that a model must have, and of its templates."""
    kind = kind_of()
    whole = shape_of(kind.cls)
    fields = {key: shape for key, shape in whole.fields().items() if _required(kind.cls, key)}
    templates = {t.section: section_shape(t) for t in kind.templates if "." not in t.section}
    return {key: shape for key, shape in (fields | templates).items() if key not in _APART}


_APART = ("title", "sites", SOURCES)
"""Sections that are written in ways of their own."""


def _required(cls: type, field: str) -> bool:
    return bool(getattr(cls, "__pydantic_fields__")[field].is_required())  # noqa: B009


def _lacking(said: Mapping[str, object], base: Node | None) -> dict[str, object]:
    """Return what of a template the base does not say."""
    left: dict[str, object] = {}
    for key, value in said.items():
        below = base.get(key) if base is not None else None
        if below is None:
            left[key] = value
        elif isinstance(value, dict) and not is_fact(below) and (rest := _lacking(value, below)):
            left[key] = rest
    return left


def _renamed(said: Mapping[str, object], old: str, new: str) -> dict[str, object]:
    return {
        new if key == old else key: _renamed(value, old, new) if isinstance(value, dict) else value
        for key, value in said.items()
    }


def _site(tree: Node) -> dict[str, object]:
    """Return the shortest template of a plant of cells, in the region's basin."""
    shape = shape_of(kind_of().cls).at(("sites", "any"))
    sites = tree.get("sites")
    assert shape is not None and sites is not None  # noqa: PT018 - sections of every model
    plants = (cleared(node, shape, brief=True) for node in sites.children().values())
    made = min((each for each in plants if "blocks" in each), key=lambda each: len(str(each)))
    return made | {"basin": BASIN}


def _place() -> dict[str, object]:
    degrees = [f"{BLANK} longitude", f"{BLANK} latitude"]
    where = dict(zip(("lon", "lat"), degrees, strict=True))
    sides = ("west", "east", "south", "north")
    return {
        "about": "Degrees. Coast and port may be left out; land lies south and east of the coast.",
        "window": {side: f"{BLANK} the map's edge in the {side}" for side in sides},
        "coast": [degrees, degrees],
        "towns": [{"town": f"{BLANK} a town to show", **where}],
        "places": {SITE: where},
        "basins": {BASIN: degrees},
        "port": degrees,
    }


def _scenario(name: str) -> str:
    said = {
        "name": name,
        "story": f"{BLANK} a sentence or two on what it asks",
        "model": name,
        "as_of": f"{BLANK} the day up to which facts are known",
        "plan_as_of": f"{BLANK} the day of the announced plan",
        "start": f"{BLANK} first day",
        "end": f"{BLANK} last day",
    }
    schema = f"# yaml-language-server: $schema=../{MODELS}/{SCHEMAS}/scenario.json\n"
    return f"{schema}# Fill in each {BLANK}. Days are written 2026-03-31.\n{as_yaml(said)}"
