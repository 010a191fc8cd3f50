"""How model and scenario files are read: trees with places, checks, settings, drawing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario, load
    from bvsim.schema.errors import SpecError

__all__ = ["Scenario", "SpecError", "load"]

_HOMES = {
    "Scenario": "bvsim.reading.scenario",
    "SpecError": "bvsim.schema.errors",
    "load": "bvsim.reading.scenario",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the data classes do not need the loader."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bvsim.reading' has no attribute {name!r}")
