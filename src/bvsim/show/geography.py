"""The ground of the maps: outline, towns, and where plants stand."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def geography() -> dict[str, Any]:
    """Return outline and places: `static/valley.json` of the report."""
    text = files("bvsim.show.report").joinpath("static", "valley.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
