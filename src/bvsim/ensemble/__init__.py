"""Many replications: experiments, who simulates them, and the run store.

The run of a scenario is `bvsim.run`, as `run` is here the name of a module.
"""

# ruff: noqa: I001 - a line a module, or two

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bvsim.ensemble.design.interval import ci95_mean as ci95_mean
    from bvsim.ensemble.design.interval import ci95_quantile as ci95_quantile
    from bvsim.ensemble.experiment import Experiment as Experiment, Given as Given
    from bvsim.ensemble.experiment import RowKind as RowKind, ValleyJob as ValleyJob
    from bvsim.ensemble.merging import merge as merge
    from bvsim.ensemble.precision import Target as Target
    from bvsim.ensemble.run import Interrupted as Interrupted, perform as perform
    from bvsim.ensemble.store.folder import RunError as RunError
    from bvsim.ensemble.store.results import Run as Run, open_run as open_run
    from bvsim.ensemble.sweep import SweepRun as SweepRun, validate_sweep as validate_sweep
    from bvsim.ensemble.sweep_file import Sweep as Sweep, read_sweep as read_sweep
    from bvsim.ensemble.work import Job as Job, Simulate as Simulate
    from bvsim.ensemble.workers.engine import Engine as Engine
else:
    from bvsim._lazy import public_names

    __getattr__, __dir__, __all__ = public_names(__name__)
