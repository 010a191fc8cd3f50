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
    from bvsim import analysis
    from bvsim.analysis.policy.compare import compare
    from bvsim.ensemble.run import Run, open_run, run
    from bvsim.reading import Scenario, SpecError, load
    from bvsim.show import plot, report

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
    "Scenario": "bvsim.reading",
    "SpecError": "bvsim.reading",
    "compare": "bvsim.analysis.policy.compare",
    "load": "bvsim.reading",
    "open_run": "bvsim.ensemble.run",
    "run": "bvsim.ensemble.run",
}
_MODULES = {"analysis": "bvsim.analysis", "plot": "bvsim.show.plot", "report": "bvsim.show.report"}


def __getattr__(name: str) -> Any:
    """Import a public name from the room it lives in."""
    if name == "__version__":
        from importlib.metadata import version

        return version("bvsim")
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bvsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
