"""A run: many replications of one scenario, into a folder."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bvsim.ensemble import executors, folder
from bvsim.ensemble.design import KINDS, extendable
from bvsim.ensemble.folder import RunError
from bvsim.ensemble.plan import Draws, Identity, Plan, Scenario
from bvsim.ensemble.results import Run, open_run
from bvsim.ensemble.work import Failure, Job, Simulate

if TYPE_CHECKING:
    from types import FrameType

    from bvsim.ensemble.store import Store

Progress = Callable[[int, int, int], None]
"""Called with the number of rows done (failed ones included), of all rows, of failed rows."""


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
    scenario : bvsim.spec.scenario.Scenario
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


@dataclass(frozen=True)
class Request:
    """What is asked of a run, apart from the scenario."""

    draws: int
    per_draw: int
    identity: Identity
    sites: tuple[str, ...]
    dimensions: int

    def manifest(self) -> dict[str, Any]:
        """Return the part of the manifest that is known before the first row."""
        return {
            "schema_version": folder.SCHEMA_VERSION,
            **asdict(self.identity),
            "draws": self.draws,
            "per_draw": self.per_draw,
            "dimensions": self.dimensions,
            "sites": list(self.sites),
            "packages": folder.packages(),
            "platform": folder.platform_facts(),
        }


def run(
    scenario: Scenario,
    draws: int = 512,
    seed: int = 1,
    *,
    per_draw: int = 1,
    design: str = "sobol",
    workers: int | None = None,
    out: str | Path | None = None,
    years: Sequence[int] = (2026, 2030, 2035, 2040),
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
    design : {"sobol", "lhs", "random"}
        How draws are spread.
    workers : int, optional
        Number of processes; all processors by default, 1 for this process alone. The
        tables do not depend on it.
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
    request = _request(
        scenario,
        draws,
        seed,
        per_draw=per_draw,
        design=design,
        years=tuple(years),
        monthly=monthly,
    )
    if workers is not None and workers < 1:
        raise RunError(f"{workers} workers: at least 1 is needed")
    if resume and out is None:
        raise RunError("to resume, say which run folder")
    target = Path(out) if out is not None else _default_folder(scenario.name)
    before = _earlier(target, request, resume=resume)
    target.mkdir(parents=True, exist_ok=True)
    with folder.locked(target):
        job = job or ValleyJob(scenario, tuple(years), monthly)
        session = _Session(target, scenario, request, before, progress)
        session.simulate(job, workers, chunk_rows)
    result = open_run(target)
    if result.status == "interrupted":
        raise Interrupted(result)
    return result


def _request(
    scenario: Scenario,
    draws: int,
    seed: int,
    *,
    per_draw: int,
    design: str,
    years: tuple[int, ...],
    monthly: bool,
) -> Request:
    """Check what is asked for."""
    if design not in KINDS:
        raise RunError(f"unknown design {design!r}: one of {', '.join(KINDS)}")
    if draws < 1 or per_draw < 1:
        raise RunError(f"{draws} draws, {per_draw} replications each: at least 1 is needed")
    identity = Identity(
        scenario.name,
        scenario.model_hash,
        seed,
        design,
        years,
        monthly,
        folder.version(),
        folder.code_hash(),
    )
    sites = tuple(sorted(getattr(getattr(scenario, "model", None), "sites", ())))
    return Request(draws, per_draw, identity, sites, len(scenario.paths))


def _default_folder(name: str) -> Path:
    """Return a run folder that does not exist yet."""
    base = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


def _earlier(target: Path, request: Request, *, resume: bool) -> dict[str, Any]:
    """Return the manifest of the run to be resumed, empty for a new one."""
    used = target.is_dir() and any(path.name != ".lock" for path in target.iterdir())
    if not used:
        if target.exists() and not target.is_dir():
            raise RunError(f"{target} is not a folder")
        return {}
    if not resume:
        raise RunError(
            f"{target} is not empty: resume the run it holds (--resume), or choose another folder"
        )
    manifest = folder.read_manifest(target)
    differences = request.identity.differences(manifest)
    if differences:
        raise RunError(
            f"{target} holds rows made from other inputs ({'; '.join(differences)}): "
            "they cannot be mixed; choose another folder"
        )
    _check_extension(target, request, manifest)
    return manifest


def _check_extension(target: Path, request: Request, manifest: dict[str, Any]) -> None:
    """Refuse to make a run smaller, or to extend a design that cannot be."""
    draws, per_draw = manifest["draws"], manifest["per_draw"]
    if request.draws < draws or request.per_draw < per_draw:
        raise RunError(f"{target} has {draws} draws of {per_draw} replications: ask for no fewer")
    if request.draws > draws and not extendable(request.identity.design):
        raise RunError(
            f"a Latin hypercube of {draws} draws cannot be extended to {request.draws}: its "
            "strata depend on their number; choose another folder, or a sobol or random design"
        )


class _Session:
    """One go at a run: from what is done already to the tables."""

    def __init__(
        self,
        target: Path,
        scenario: Scenario,
        request: Request,
        before: dict[str, Any],
        progress: Progress | None,
    ) -> None:
        self._target, self._scenario, self._request = target, scenario, request
        self._before, self._progress = before, progress
        self._failures: list[Failure] = []
        self._stop = executors.Stop()
        self._started = time.monotonic()
        self._began = before.get("started") or datetime.now(UTC).isoformat(timespec="seconds")

    def simulate(self, job: Job, workers: int | None, chunk_rows: int | None) -> None:
        """Simulate what is missing and write the tables."""
        rows = self._request.draws * self._request.per_draw
        executor = executors.executor(job, workers, rows=rows, chunk_rows=chunk_rows)
        with _ctrl_c(self._stop):
            try:
                executor.start()  # before the heavy imports: workers load while we do
                store, plan = self._prepare()
                if plan.remaining:
                    self._collect(executor, store, plan)
            except BaseException:
                executor.close(kill=True)
                self._note("failed")
                raise
            executor.close()
            self._finish(store)

    def _prepare(self) -> tuple[Store, Plan]:
        """Write down what will be run, and find out what is done already."""
        from bvsim.ensemble.store import Store  # pyarrow: the parent's alone
        from bvsim.ensemble.tables import unpack

        request, identity = self._request, self._request.identity
        store = Store(self._target, self._before.get("tables", ()))
        draws = Draws(self._scenario, request.draws, identity.seed, identity.design)
        folder.write_text(self._target / "scenario.yaml", self._scenario.to_yaml())
        self._note("running")
        store.write_draws(self._scenario.paths, draws.blocks())
        plan = Plan(
            draws,
            seed=identity.seed,
            number=request.draws,
            per_draw=request.per_draw,
            done=unpack(store.done()),
        )
        return store, plan

    def _collect(self, executor: executors.Executor, store: Store, plan: Plan) -> None:
        """Keep results as they come."""
        done = plan.done
        self._tell(done, plan.total)
        for result in executor.results(plan, self._stop):
            store.add(result)
            self._failures += result.failures
            done += result.attempted
            self._tell(done, plan.total)
        if done == plan.total:
            self._stop.requested = False  # asked for too late to matter

    def _finish(self, store: Store) -> None:
        """Make the tables, then say so, then delete what they were made from."""
        store.merge()
        ended = "complete" if store.tables else "failed"
        self._note("interrupted" if self._stop() else ended, store.tables)
        store.clean()

    def _tell(self, done: int, total: int) -> None:
        """Report progress; a Ctrl-C during the report is a Ctrl-C."""
        if self._progress is None:
            return
        try:
            self._progress(done, total, len(self._failures))
        except KeyboardInterrupt:
            self._stop.requested = True

    def _note(self, status: str, tables: Sequence[str] | None = None) -> None:
        """Write the manifest."""
        failures = sorted(self._failures, key=lambda row: (row.draw, row.replication))
        elapsed = self._before.get("elapsed_s", 0.0) + time.monotonic() - self._started
        manifest = {
            **self._request.manifest(),
            "tables": list(self._before.get("tables", ()) if tables is None else tables),
            "status": status,
            "failures": [asdict(failure) for failure in failures],
            "started": self._began,
            "elapsed_s": round(elapsed, 3),
        }
        folder.write_manifest(self._target, manifest)


@contextlib.contextmanager
def _ctrl_c(stop: executors.Stop) -> Iterator[None]:
    """Turn the first Ctrl-C into a request to stop; the second acts as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)

    def request(number: int, frame: FrameType | None) -> None:
        if stop.requested:
            raise KeyboardInterrupt
        stop.requested = True

    signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


__all__ = ["Interrupted", "Run", "RunError", "ValleyJob", "open_run", "run"]
