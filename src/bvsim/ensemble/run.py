"""A run: an experiment simulated into a folder."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from bvsim.ensemble.design.draws import Scenario
from bvsim.ensemble.design.points import extendable
from bvsim.ensemble.design.shard import Shard
from bvsim.ensemble.experiment import Experiment, Given, RowKind
from bvsim.ensemble.looks import Looks
from bvsim.ensemble.precision import Precision, Target
from bvsim.ensemble.shelved import Shelved, identical
from bvsim.ensemble.store.folder import RunError, fresh_folder, is_free, locked
from bvsim.ensemble.store.manifest import Manifest, differences
from bvsim.ensemble.store.results import Run, open_run
from bvsim.ensemble.store.run_store import Store
from bvsim.ensemble.work import Job, Result
from bvsim.ensemble.workers.engine import HERE, Engine
from bvsim.ensemble.workers.pool import EngineGoneError, Pool
from bvsim.reading.whole_files import write_text

if TYPE_CHECKING:
    from types import FrameType

    import pandas as pd

_LOG = logging.getLogger(__name__)

Progress = Callable[[int, int, int], None]
"""Called with the number of rows done (failed ones included), of all rows, of failed rows."""
Words = dict[str, Any]
"""Options of `run` by name."""


class Interrupted(KeyboardInterrupt):
    """A run was stopped by Ctrl-C or a signal to end; what was finished is kept in `run`.

    Whoever is `ordered` to end by such a signal is to be quick: nobody waits for a summary.
    """

    def __init__(self, stopped: Run, *, ordered: bool = False) -> None:
        super().__init__(f"interrupted; {stopped.folder} keeps what was finished")
        self.run, self.ordered = stopped, ordered


class Options(TypedDict, total=False):
    """What else `run` may be told: fields of `Experiment` and `Engine`, where to, how far."""

    per_draw: int
    design: str
    years: Sequence[int]
    monthly: bool
    shard: Shard | str | None
    kind: RowKind
    job: Job | None
    table: str | Path | pd.DataFrame | None
    engine: str
    workers: int | None
    scheduler: str | None
    executor: Executor | None
    chunk_rows: int | None
    until_ci: Sequence[Target | str]
    max_draws: int | None
    out: str | Path | None
    resume: bool
    fresh: bool
    progress: Progress | None
    looks: Looks | None


def run(
    scenario: Scenario | str | Path, draws: int = 512, seed: int = 1, **options: Unpack[Options]
) -> Run:
    """Simulate a scenario many times and write a run folder.

    Parameters
    ----------
    scenario : Scenario, str or path
        What to simulate; a name or a file is loaded.
    draws, per_draw : int
        Number of draws of the uncertain figures, and of replications of each (1).
    seed : int
        Seed of draws and luck.
    design : {"sobol", "lhs", "random", "median"}
        How draws are spread; ``median`` has every figure at its median, so that draws
        differ by luck alone.
    table : path or pandas.DataFrame, optional
        The values of the draws themselves, instead of a design: see `read_values`.
    years : sequence of int
        Years of the key figures.
    monthly : bool
        Whether to write the table ``monthly``.
    shard : str or Shard, optional
        ``I/N``: make only this part of the run; `merge` joins the parts.
    job : Job, optional
        What simulates a row; the valley by default.
    workers : int, optional
        Number of processes; all processors by default, 1 for this process alone. The
        tables do not depend on it.
    engine : {"local", "dask"}
        Who simulates: processes on this machine, or a Dask cluster.
    scheduler : str, optional
        Address of the Dask scheduler; by default one is started on this machine.
    executor : concurrent.futures.Executor, optional
        Another pool of workers, used instead and left open.
    chunk_rows : int, optional
        Rows in a chunk; measured time decides by default.
    until_ci : sequence of Target or str
        Half-widths of 95% intervals to reach, such as ``output_2030_gwh=0.5``, ``...=2%`` or
        ``...@p90=1``; `draws` is then where to begin. What was met is in the manifest.
    max_draws : int, optional
        The budget of `until_ci`; 4,096 by default.
    out : path, optional
        The run folder; ``runs/<scenario>-<time>`` by default.
    resume : bool
        Finish or extend the run that `out` holds, instead of refusing a folder in use.
    fresh : bool
        Simulate every row anew. Otherwise the identical run is answered from its folder (the one
        in `out`; by default, the last one under ``runs``), and rows come from the row store
        where it has them (``BVSIM_STORE``: its folder, or ``off``).
    progress : callable, optional
        Told the rows done, all rows and failed rows after each chunk.
    looks : Looks, optional
        Told what the first draws say while the run goes on.

    Returns
    -------
    Run
        The results, opened. Rows that failed are listed in its manifest.

    Raises
    ------
    SpecError
        When a named scenario cannot be read.
    RunError
        When the request cannot be met: a folder in use, other inputs than those of the run to
        be resumed, a design that cannot be extended. When the engine is gone; rows are kept.
    Interrupted
        On Ctrl-C, SIGTERM or SIGHUP, with the rows finished so far in its `run`. A second ends
        at once.
    """
    words: Words = dict(options)
    if "://" in str(words.get("out", "")):
        raise RunError(f"{words['out']} is a URL: run in a folder here (`bvsim run` copies it)")
    if isinstance(scenario, str | Path):
        from bvsim.reading import load

        scenario = load(scenario)
    engine = Engine(**_taken(words, Engine))
    experiment = Experiment(scenario, **_rows(scenario, draws, seed, words))
    until, most = words.pop("until_ci", ()), words.pop("max_draws", None)
    return perform(experiment, engine, precision=Precision(until, experiment.design, most), **words)


def _taken(words: Words, kind: type[Experiment | Engine]) -> Words:
    """Take the words that are fields of a class."""
    return {each.name: words.pop(each.name) for each in fields(kind) if each.name in words}


def _rows(scenario: Scenario, draws: int, seed: int, words: Words) -> Words:
    """Take the words that say which rows an experiment has."""
    asked: Words = {"draws": draws, "seed": seed} | _taken(words, Experiment)
    if "years" in asked:
        asked["years"] = tuple(asked["years"])
    if "shard" in asked:
        shard = asked["shard"] or Shard()
        asked["shard"] = Shard.parse(shard) if isinstance(shard, str) else shard
    if (table := words.pop("table", None)) is not None:
        from bvsim.ensemble.design.given import read_values, table_hash

        values = read_values(scenario, table)
        kind = Given(values, table_hash(values))
        asked |= {"kind": kind, "design": kind.design, "draws": len(values)}
    return asked


def perform(
    experiment: Experiment,
    engine: Engine = HERE,
    *,
    precision: Precision | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    looks: Looks | None = None,
) -> Run:
    """Simulate an experiment into a run folder.

    Parameters
    ----------
    experiment : Experiment
        What is simulated.
    engine : Engine
        Who simulates.
    precision : Precision, optional
        Whether and when to go on to more draws.
    out, resume, fresh, progress, looks
        As for `run`, which also says what is returned and raised.
    """
    precision = precision or Precision((), experiment.design)
    if precision.targets and experiment.shard.of > 1:
        raise RunError("a shard does not know how precise the whole is: drop --until-ci")
    if resume and out is None:
        raise RunError("to resume, say which run folder")
    experiment = replace(experiment, draws=precision.first(experiment.draws))
    if not (fresh or resume or precision.targets) and (known := identical(experiment, out)):
        return known
    target = Path(out) if out is not None else fresh_folder(experiment.scenario.name)
    before = _before(target, experiment, resume=resume, grows=bool(precision.targets))
    if before is not None:
        experiment = replace(experiment, draws=max(experiment.draws, before["draws"]))
    most = precision.max_draws if precision.targets else experiment.draws
    with _folder(target), locked(target):
        store = Store(target, experiment.manifest, before)
        if before is not None and precision.targets:
            precision.add(*store.tables.values("kpis", precision.names))
        work = _Work(
            store,
            engine.pool(experiment.simulator, most * experiment.per_draw),
            precision,
            Shelved(experiment, recalls=not fresh),
            progress,
            looks if experiment.per_draw == 1 and experiment.shard.of == 1 else None,
        )
        _simulate(experiment, work)
        work.shelved.prune()
    result = open_run(target)
    if result.status == "interrupted":
        raise Interrupted(result, ordered=work.pool.ordered)
    return result


@contextlib.contextmanager
def _folder(target: Path) -> Iterator[None]:
    """Make a folder; one that was made for nothing is taken away again."""
    made = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if made:
            with contextlib.suppress(OSError):  # not empty: something is kept
                target.rmdir()
        raise


def _before(target: Path, experiment: Experiment, *, resume: bool, grows: bool) -> Manifest | None:
    """Return the manifest of the run that a folder holds; None for a folder that is free.

    Raises
    ------
    RunError
        When the folder is in use by something else, or what it holds cannot be gone on with.
    """
    if is_free(target):
        return None
    if not target.is_dir():
        raise RunError(f"{target} is not a folder")
    if not resume:
        raise RunError(
            f"{target} is not empty: resume the run it holds (--resume), or choose another folder"
        )
    manifest = open_run(target).manifest
    wrong = differences(manifest, experiment.identity)
    shard = Shard(*(manifest.get("shard") or (1, 1)))
    if shard != experiment.shard:
        wrong.append(f"shard: {shard} -> {experiment.shard}")
    if wrong:
        raise RunError(
            f"{target} holds rows made from other inputs ({'; '.join(wrong)}): "
            "they cannot be mixed; choose another folder"
        )
    _tell_libraries(target, manifest["packages"], experiment.manifest["packages"])
    draws, per_draw = manifest["draws"], manifest["per_draw"]
    if (experiment.draws < draws and not grows) or experiment.per_draw < per_draw:
        raise RunError(f"{target} has {draws} draws of {per_draw} replications: ask for no fewer")
    if experiment.draws > draws and not extendable(experiment.design):
        raise RunError(
            f"a Latin hypercube of {draws} draws cannot be extended to {experiment.draws}: its "
            "strata depend on their number; choose another folder, or a sobol or random design"
        )
    return manifest


def _tell_libraries(target: Path, theirs: dict[str, str], ours: dict[str, str]) -> None:
    """Say which libraries have changed since a run began: digits may, too."""
    changed = [
        f"{name} {old} -> {ours[name]}"
        for name, old in theirs.items()
        if name in ours and ours[name] != old
    ]
    if changed:
        _LOG.warning("%s goes on with other libraries: %s", target, ", ".join(changed))


@dataclass(frozen=True)
class _Work:
    """What takes part in a run under way."""

    store: Store
    pool: Pool
    precision: Precision
    shelved: Shelved
    progress: Progress | None
    looks: Looks | None

    def add(self, result: Result) -> None:
        """Take in what became of some rows."""
        self.store.add(result)
        self.precision.observe(result)
        if self.looks is not None:
            self.looks.observe(result)


def _simulate(experiment: Experiment, work: _Work) -> None:
    """Simulate what is missing; make the tables, say so, delete what they were made from."""
    store, pool, precision = work.store, work.pool, work.precision
    with _stopping(pool):
        try:
            pool.start()  # an engine that does not begin has changed nothing
            draws = experiment.draws
            _round(experiment, work)
            while not pool.halted and (more := precision.next(draws)) is not None:
                _round(replace(experiment, draws=more), work, first=draws)
                draws = more
        except EngineGoneError as gone:
            pool.close(kill=True)
            store.finish(interrupted=True)
            kept = len(store.done()[0])
            raise RunError(
                f"{gone}; {kept} finished rows are kept in {store.folder}: go on with --resume"
            ) from gone
        except BaseException:
            pool.close(kill=True)
            store.give_up("failed")
            raise
        pool.close()
        try:
            store.finish(interrupted=pool.halted, precision=precision.record(draws))
        except BaseException:
            store.give_up("interrupted")
            raise


def _round(experiment: Experiment, work: _Work, *, first: int = 0) -> None:
    """Take the missing rows from a draw on from the row store, or simulate them; keep them."""
    store, pool, total = work.store, work.pool, experiment.total
    store.begin(experiment.manifest)  # what will be run is written down before its first row
    for result in work.shelved.recall(experiment.rows(store.done(), first)):
        work.add(result)
    rows = experiment.rows(store.done(), first)
    done = total - rows.remaining
    pool.begin(rows)  # workers have something to do while the parent loads what writes tables
    write_text(store.folder / "scenario.yaml", experiment.scenario.to_yaml())
    store.tables.write_draws(
        experiment.figures, experiment.drawn(), experiment.columns, experiment.units
    )
    store.hold("scenario.yaml", "draws.parquet")

    def tell(done: int) -> None:
        try:
            if work.progress is not None:
                work.progress(done, total, len(store.failures))
        except KeyboardInterrupt:  # a Ctrl-C during the report is a Ctrl-C
            pool.halt()

    if done == total:
        return
    tell(done)
    for result in pool.results(rows):
        work.add(result)
        work.shelved.keep(experiment, result)
        done += result.attempted
        tell(done)
    if done == total and not work.precision.targets:
        pool.halted = False  # asked for too late to matter


@contextlib.contextmanager
def _stopping(pool: Pool) -> Iterator[None]:
    """Turn the first Ctrl-C or order to end into a request to stop; the second acts as Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {number: signal.getsignal(number) for number in _stop_signals()}

    def request(number: int, frame: FrameType | None) -> None:
        if pool.halted:
            raise KeyboardInterrupt
        pool.ordered = number != signal.SIGINT
        pool.halt()

    for number in usual:
        signal.signal(number, request)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _stop_signals() -> Iterator[signal.Signals]:
    """Yield Ctrl-C, an order to end, a closed terminal; not those that `nohup` has ignored."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and (
            name == "SIGINT" or signal.getsignal(number) is not signal.SIG_IGN
        ):
            yield number


__all__ = ["Interrupted", "Progress", "Run", "RunError", "open_run", "perform", "run"]
