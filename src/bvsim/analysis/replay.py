"""One row of a run again, this time with its dated events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.analysis.samples import DRAWN, sample_of
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.store.results import Run
from bvsim.ensemble.work import FloatArray
from bvsim.reading.garbage import no_search
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

DRAWS, SEED, DESIGN = 512, 1, "sobol"
"""The run whose rows are replayed when only a scenario is named: `bvsim run` by default."""


def replay_run(
    run: Run, draw: int = 0, replication: int = 0, *, scenario: Scenario | None = None
) -> Record:
    """Simulate a row of a run again, with the same figures and the same luck.

    Parameters
    ----------
    run : Run
        The run.
    draw, replication : int
        Which row.
    scenario : Scenario, optional
        The run's, where it has been loaded.

    Raises
    ------
    RunError
        When the run has no such row, its scenario is no longer what it was, or its rows were
        made for a sensitivity analysis.
    """
    _check_kind(run)
    manifest = run.manifest
    _check("draw", draw, manifest["draws"])
    _check("replication", replication, manifest["per_draw"])
    scenario = scenario or scenario_of(run)
    if scenario.model_hash != manifest["model_hash"]:
        path = run.folder / "scenario.yaml"
        raise RunError(f"{path} is not the scenario of this run: it was changed since")
    key = Key(manifest["seed"], draw, replication)
    return _simulate(scenario, run.values(draw), key, tuple(manifest["years"]))


def scenario_of(run: Run) -> Scenario:
    """Load the scenario that a run holds."""
    from bvsim import reading

    return reading.load(str(run.folder / "scenario.yaml"))


def replay_scenario(
    scenario: Scenario, draw: int = 0, replication: int = 0, *, seed: int = SEED
) -> Record:
    """Simulate a row of the run that `bvsim run` would make of a scenario by default."""
    row = Experiment(scenario, max(DRAWS, draw + 1), seed, design=DESIGN).row(draw, replication)
    return _simulate(scenario, row.values, row.key, ())


@no_search()
def _simulate(scenario: Scenario, values: FloatArray, key: Key, years: tuple[int, ...]) -> Record:
    from bvsim.valley.valley import prepare, simulate

    return simulate(prepare(scenario, years), values, key, trace=True)


def _check_kind(run: Run) -> None:
    """Refuse rows that a replay from figures and luck alone would not give again."""
    sample = sample_of(run)
    if sample["kind"] in DRAWN:
        return
    name = sample.get("scenario", run.scenario_name)
    raise RunError(
        f"{run.folder} holds the rows of a {sample['kind']} analysis, which have no draws of "
        f"their own to replay: trace a run of `bvsim run`, or the scenario (bvsim trace {name})"
    )


def _check(name: str, number: int, count: int) -> None:
    if not 0 <= number < count:
        raise RunError(f"the run has no {name} {number}: they go from 0 to {count - 1}")
