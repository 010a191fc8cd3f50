"""A run: many replications of one scenario, into a folder."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bvsim.ensemble.design.plan import Scenario, Shard
from bvsim.ensemble.precision import Target
from bvsim.ensemble.request import default_folder, earlier, make_request
from bvsim.ensemble.session import Progress, Session
from bvsim.ensemble.store import folder
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.results import Run, open_run
from bvsim.ensemble.work import Job, Simulate
from bvsim.ensemble.workers.engine import Engine
from bvsim.valley.record.kpis import YEARS

if TYPE_CHECKING:
    import pandas as pd


class Interrupted(KeyboardInterrupt):
    """A run was stopped by Ctrl-C; what was finished is kept in `run`."""

    def __init__(self, stopped: Run) -> None:
        super().__init__(f"interrupted; {stopped.folder} keeps what was finished")
        self.run = stopped


@dataclass(frozen=True)
class ValleyJob:
    """The replications of the valley itself.

    Parameters
    ----------
    scenario : bvsim.reading.scenario.Scenario
        What to simulate.
    years : tuple of int
        Years of the KPIs.
    monthly : bool
        Whether to record the monthly table too.
    """

    scenario: Any
    years: tuple[int, ...]
    monthly: bool

    def prepare(self) -> Simulate:
        """Return the function that simulates a row."""
        from bvsim.valley import valley  # workers load it, `--help` does not

        setting = valley.prepare(self.scenario, self.years, self.monthly)
        return functools.partial(valley.simulate, setting)


def run(
    scenario: Scenario,
    draws: int = 512,
    seed: int = 1,
    *,
    per_draw: int = 1,
    design: str = "sobol",
    until_ci: Sequence[Target | str] = (),
    max_draws: int | None = None,
    table: str | Path | pd.DataFrame | None = None,
    workers: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    executor: Executor | None = None,
    shard: str | Shard | None = None,
    out: str | Path | None = None,
    years: Sequence[int] = YEARS,
    monthly: bool = False,
    progress: Progress | None = None,
    resume: bool = False,
    job: Job | None = None,
    chunk_rows: int | None = None,
) -> Run:
    """Simulate a scenario many times and write a run folder.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    draws, per_draw : int
        Number of draws of the uncertain figures, and of replications of each.
    seed : int
        Seed of draws and luck.
    design : {"sobol", "lhs", "random", "median"}
        How draws are spread; ``median`` has every figure at its median, so that draws
        differ by luck alone.
    until_ci : sequence of Target or str
        Half-widths of 95% intervals to reach, such as ``output_2030_gwh=0.5``, ``...=2%`` or
        ``...@p90=1``; `draws` is then where to begin. What was met is in the manifest.
    max_draws : int, optional
        The budget of `until_ci`; 4,096 by default.
    table : path or pandas.DataFrame, optional
        The values of the draws themselves, instead of a design: see `read_values`.
    workers : int, optional
        Number of processes; all processors by default, 1 for this process alone. The
        tables do not depend on it.
    engine : {"local", "dask"}
        Who simulates: processes on this machine, or a Dask cluster.
    scheduler : str, optional
        Address of the Dask scheduler; by default one is started on this machine.
    executor : concurrent.futures.Executor, optional
        Any other pool of workers, used instead and left open.
    shard : str or Shard, optional
        ``I/N``: make only this part of the run; `merge` joins the parts.
    out : path, optional
        The run folder; ``runs/<scenario>-<time>`` by default.
    years : sequence of int
        Years of the KPIs.
    monthly : bool
        Whether to write the table ``monthly``.
    progress : callable, optional
        Told the rows done, all rows and failed rows after each chunk.
    resume : bool
        Finish or extend the run that `out` holds, instead of refusing a folder in use.
    job : Job, optional
        What simulates a row; the valley by default.
    chunk_rows : int, optional
        Rows in a chunk; measured time decides by default.

    Returns
    -------
    Run
        The results, opened. Rows that failed are listed in its manifest.

    Raises
    ------
    RunError
        When the request cannot be met: a folder in use, other inputs than those of the run to
        be resumed, a design that cannot be extended.
    Interrupted
        On Ctrl-C, with the rows finished so far in its `run`. A second Ctrl-C ends at once.
    """
    crew = Engine(engine, workers, scheduler, chunk_rows, executor)
    request = make_request(
        scenario,
        draws,
        seed,
        per_draw=per_draw,
        design=design,
        years=years,
        monthly=monthly,
        shard=shard,
        until_ci=until_ci,
        max_draws=max_draws,
        table=table,
    )
    if resume and out is None:
        raise RunError("to resume, say which run folder")
    target = Path(out) if out is not None else default_folder(scenario.name)
    before = earlier(target, request, resume=resume)
    target.mkdir(parents=True, exist_ok=True)
    most = request.precision.max_draws if request.precision.targets else request.draws
    with folder.locked(target):
        made = crew.executor(job or ValleyJob(scenario, tuple(years), monthly), most * per_draw)
        Session(target, scenario, request, before, progress).simulate(made)
    result = open_run(target)
    if result.status == "interrupted":
        raise Interrupted(result)
    return result


__all__ = ["Interrupted", "Progress", "Run", "RunError", "ValleyJob", "open_run", "run"]
