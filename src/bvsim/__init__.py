"""bvsim: the Battery Valley simulator.

    import bvsim as bv
    scenario = bv.load("reference")
    run = bv.run(scenario, draws=512, seed=1)
    run.quantiles("good_gwh", by="year")
    bv.plot.fan(run, "good_gwh")

Names are imported when first used, so that `import bvsim` itself costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bvsim import analysis, plot, report
    from bvsim.analysis.compare import compare
    from bvsim.ensemble.run import Run, open_run, run
    from bvsim.spec import Scenario, SpecError, load

__all__ = [
    "Run",
    "Scenario",
    "SpecError",
    "analysis",
    "compare",
    "load",
    "open_run",
    "plot",
    "report",
    "run",
]

_HOMES = {
    "Run": "bvsim.ensemble.run",
    "Scenario": "bvsim.spec",
    "SpecError": "bvsim.spec",
    "compare": "bvsim.analysis.compare",
    "load": "bvsim.spec",
    "open_run": "bvsim.ensemble.run",
    "run": "bvsim.ensemble.run",
}
_MODULES = ("analysis", "plot", "report")


def __getattr__(name: str) -> Any:
    """Import a public name from the room it lives in."""
    if name == "__version__":
        from importlib.metadata import version

        return version("bvsim")
    if name in _MODULES:
        return importlib.import_module(f"bvsim.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bvsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
