"""One future of a run explained: the dated events that part it from the median one."""

from __future__ import annotations

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.explain.future import tell
from bvsim.analysis.tables import RunLike
from bvsim.ensemble.store.folder import RunError, code_hash
from bvsim.ensemble.store.results import Run
from bvsim.show.happened import telling, turning
from bvsim.show.names import scenario_of
from bvsim.show.words import Data, called


def explained(run: RunLike) -> Data | None:
    """Return the future at the tenth percentile of output in words.

    Two of its rows are simulated again: None where this program is not the one that made them,
    or where there is nothing to tell futures by.
    """
    if run.manifest["code_hash"] != code_hash() or (scenario := scenario_of(run)) is None:
        return None
    try:
        told = tell(Run(run.folder, run.manifest), scenario=scenario)
    except (AnalysisError, RunError):
        return None
    turns = [(f"{t.when:%Y-%m}", turning(t, called(run, t.entity))) for t in told.turns]
    return {"said": telling(told), "turns": turns}
