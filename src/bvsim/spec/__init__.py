"""What a model file may say: schema, units, distributions, sources, loading."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bvsim.spec.errors import SpecError
    from bvsim.spec.scenario import Scenario, load

__all__ = ["Scenario", "SpecError", "load"]

_HOMES = {
    "Scenario": "bvsim.spec.scenario",
    "SpecError": "bvsim.spec.errors",
    "load": "bvsim.spec.scenario",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the data classes do not need the loader."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bvsim.spec' has no attribute {name!r}")
