"""What a model and its scenarios name, in words of each language (``scenarios/words/``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bvsim.reading.datafiles import roots

FOLDER = "words"
Named = Mapping[str, Mapping[str, str]]


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
