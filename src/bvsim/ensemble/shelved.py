"""What a run has from rows that were simulated before: by itself, or by whatever made them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.manifest import Manifest, differences, read_manifest
from bvsim.ensemble.store.results import Run, open_run
from bvsim.ensemble.store.row_store import row_store
from bvsim.ensemble.work import Result, Rows

RUNS = Path("runs")
_MOST_FOLDERS = 50
"""So many folders of earlier runs are looked into, the newest first."""


def identical(experiment: Experiment, out: str | Path | None = None) -> Run | None:
    """Return a finished run of the same rows and no others.

    Parameters
    ----------
    experiment : Experiment
        What is asked for.
    out : path, optional
        The folder that may hold it; by default, those that runs of its name have made here.

    A manifest does not know what a caller's own job makes of a row: such a run is made anew.
    """
    return None if experiment.job is not None else answered(experiment.manifest, out)


def answered(ours: Manifest, out: str | Path | None = None) -> Run | None:
    """Return a finished run whose manifest begins like `ours`: see `identical`."""
    if out is not None:
        return _answer(ours, Path(out))
    folders = sorted(RUNS.glob(f"{ours['scenario']}-*"), key=_age, reverse=True)
    found = (_answer(ours, folder) for folder in folders[:_MOST_FOLDERS])
    return next((run for run in found if run is not None), None)


def _age(folder: Path) -> float:
    return folder.stat().st_mtime


def _answer(ours: Manifest, folder: Path) -> Run | None:
    try:
        theirs = read_manifest(folder)
        exact = ("draws", "per_draw", "shard", "compiled", "packages", "set", "levers")
        same = all(theirs.get(name) == ours.get(name) for name in exact)
        if not same or theirs["status"] != "complete" or theirs.get("merged"):
            return None
        return None if differences(theirs, ours) else open_run(folder)
    except (OSError, RunError, KeyError):  # no run, or a damaged one: it answers nothing
        return None


class Shelved:
    """The rows of an experiment in the row store.

    Parameters
    ----------
    experiment : Experiment
        Whose rows.
    recalls : bool
        Whether rows are taken from the store; they are kept in it in any case.
    """

    def __init__(self, experiment: Experiment, *, recalls: bool = True) -> None:
        self._store, self._recalls = row_store(), recalls
        job = experiment.simulator
        self._tables: tuple[str, ...] = getattr(job, "tables", ())
        self._shelf = None if self._store is None else self._store.shelf(job)

    def recall(self, rows: Rows) -> Iterator[Result]:
        """Yield those of some rows that are kept."""
        if self._shelf is not None and self._recalls and self._shelf.exists:
            yield from self._shelf.recall(rows.take(rows.remaining), self._tables)

    def keep(self, experiment: Experiment, result: Result) -> None:
        """Keep the rows of a result."""
        if self._shelf is None or not len(result.draws):
            return
        names = zip(result.draws.tolist(), result.replications.tolist(), strict=True)
        self._shelf.keep([experiment.row(*name) for name in names], result)

    def prune(self) -> None:
        """Keep the store within its limit."""
        if self._store is not None and self._shelf is not None:
            self._store.prune()
