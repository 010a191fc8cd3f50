"""bvsim: the Battery Valley simulator.

    import bvsim as bv
    scenario = bv.load("reference")
    run = bv.run(scenario, draws=512, seed=1)
    run.quantiles("good_gwh", by="year")
    bv.plot.fan(run, "good_gwh")

Names are imported when first used, so that `import bvsim` itself costs nothing.
"""

# ruff: noqa: I001 - a line a module, or two

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim import analysis as analysis
    from bvsim.analysis import ask as ask, compare as compare, ramp as ramp
    from bvsim.analysis.explain.chains import chains as chains
    from bvsim.analysis.explain.future import tell as tell
    from bvsim.analysis.news.split import news as news
    from bvsim.analysis.policy.valuation import options_of as options_of, value as value
    from bvsim.analysis.seek.study import seek as seek
    from bvsim.ensemble import Experiment as Experiment, Run as Run, RunError as RunError
    from bvsim.ensemble import merge as merge, open_run as open_run
    from bvsim.ensemble.run import run as run
    from bvsim.reading import Scenario as Scenario, SpecError as SpecError, load as load
    from bvsim.schema.distributions import Distribution as Distribution
    from bvsim.schema.form import Form as Form
    from bvsim.show import export_run as export_run, plot as plot, report as report
    from bvsim.valley.cells.cause import Limit as Limit, Prospect as Prospect
    from bvsim.valley.ground.books import Balance as Balance
    from bvsim.valley.ground.columns import Columns as Columns, flow as flow
    from bvsim.valley.ground.columns import laid_out as laid_out, stock as stock
    from bvsim.valley.regions.outside import Actor as Actor

    __version__: str
else:
    from bvsim._lazy import public_names

    _get, __dir__, __all__ = public_names(__name__)

    def __getattr__(name: str) -> object:
        """Import a public name from the room it lives in."""
        if name == "__version__":
            from importlib.metadata import version

            return version("bvsim")
        return _get(name)
