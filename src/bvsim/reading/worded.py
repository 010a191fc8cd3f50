"""What a model and its scenarios name, in words of each language (``scenarios/words/``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bvsim.reading.checking import check
from bvsim.reading.datafiles import find_model, roots, scenario_names
from bvsim.reading.folder import SUFFIXES, read_model
from bvsim.reading.levers import lever_names
from bvsim.reading.references import dangling
from bvsim.reading.yaml_tree import read_file
from bvsim.schema.errors import Problem
from bvsim.schema.part import part
from bvsim.schema.reference import Reference, References

FOLDER = "words"
Named = Mapping[str, Mapping[str, str]]


@part
class Words:
    """What is named in one language, by name."""

    titles: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)
    levers: dict[str, str] = field(default_factory=dict)
    stories: dict[str, str] = field(default_factory=dict)


@part
class WordsFile:
    """What a file of words may say."""

    en: Words = Words()
    fr: Words = Words()


def words_of(lang: str, root: Path | None = None) -> Named:
    """Return words of a language by kind (``levers``, ``programmes``, ``stories``) and name.

    Files of the study folder win over shipped ones; without a file there are no words.
    """
    found: dict[str, dict[str, str]] = {}
    for folder in reversed(list(roots(root))):
        for path in sorted((folder / "scenarios" / FOLDER).glob("*.yaml")):
            for kind, named in _read(path, path.stat().st_mtime_ns).get(lang, {}).items():
                found.setdefault(kind, {}).update(named)
    return found


@cache
def _read(path: Path, _changed: int) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def is_words_file(name: str | Path) -> bool:
    """Tell whether a file holds words: it lies in a folder of them."""
    path = Path(name)
    return path.suffix in SUFFIXES and path.is_file() and path.resolve().parent.name == FOLDER


def validate_words(name: str | Path) -> list[Problem]:
    """Return everything that is wrong with a file of words: it is called as its model is."""
    path = Path(name)
    node, problems = read_file(path)
    if node is None:
        return problems
    root = path.resolve().parents[2]
    folder = find_model(path.stem, root)
    programmes = folder and read_model(folder).tree.find(("labour", "programmes"))
    known = {
        "programmes": ("programme", programmes.children() if programmes else ()),
        "levers": ("lever", lever_names(path.stem, root)),
        "stories": ("scenario", scenario_names(root)),
    }
    names = (
        Reference(f"*.{kind}:keys", what, (kind,), tuple(there))
        for kind, (what, there) in known.items()
    )
    _, wrong = check(WordsFile, node)
    return [*problems, *wrong, *dangling(node, References(tuple(names)), ())]
