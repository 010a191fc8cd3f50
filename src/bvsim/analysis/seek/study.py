"""Goal-seek over the levers of a scenario: mixes are simulated into folders of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bvsim.analysis.errors import AnalysisError
from bvsim.analysis.kpi_names import require_names
from bvsim.analysis.progress import Bar, no_bar
from bvsim.analysis.seek.found import Sought
from bvsim.analysis.seek.search import alternatives, seek_mix
from bvsim.analysis.seek.targets import Target
from bvsim.ensemble.run import Run, run
from bvsim.reading.levers import load_levers
from bvsim.reading.scenario import Scenario
from bvsim.reading.turning import Turn, turn_levers


@dataclass(frozen=True)
class Mixes:
    """Simulates mixes of levers of a scenario, each once.

    Parameters
    ----------
    scenario : Scenario
        What levers are turned in.
    draws, fresh_draws, seed : int
        Of the rows to choose on, and of fresh ones, which have the next seed.
    out : Path
        The folder of all runs.
    workers : int or None
        Processes.
    bar : callable
        Shows progress.
    """

    scenario: Scenario
    draws: int
    fresh_draws: int
    seed: int
    out: Path
    workers: int | None
    bar: Bar

    def __call__(self, turns: Sequence[Turn], fresh: bool) -> Run:
        """Simulate a mix, on fresh rows or on those to choose on."""
        name = "+".join(map(str, turns)) or "no-lever"
        target = self.out / ("fresh" if fresh else "chosen-on") / name
        made, seed = turn_levers(self.scenario, turns), self.seed + fresh
        again = target.exists()
        with self.bar(f"{name}{', fresh rows' * fresh}") as progress:
            how = {"out": target, "resume": again, "workers": self.workers, "progress": progress}
            return run(made, self.fresh_draws if fresh else self.draws, seed, **how)  # type: ignore[arg-type]


def seek(
    scenario: Scenario,
    target: str | Sequence[str],
    levers: Sequence[str] = (),
    budget_meur: float = math.inf,
    *,
    draws: int = 128,
    confirm: int | None = None,
    seed: int = 1,
    out: str | Path,
    workers: int | None = None,
    bar: Bar = no_bar,
) -> tuple[Sought, tuple[str, ...]]:
    """Find the cheapest mix of a scenario's levers that meets a target.

    Parameters
    ----------
    scenario : Scenario
        What levers are turned in.
    target : str or sequence of str
        Such as ``P(output_2030_gwh >= 30) >= 0.5``; several hold together.
    levers : sequence of str
        ``NAME`` or ``NAME=STRENGTH@DATE``; all that have a price by default.
    budget_meur : float
        EUR million.
    draws, seed : int
        Rows to choose on.
    confirm : int, optional
        Fresh rows of the next seed; as many by default.
    out : path
        A folder; used again, it goes on.
    workers : int, optional
        Processes.
    bar : callable, optional
        Shows progress.

    Returns
    -------
    Sought
        What was found.
    tuple of str
        Levers left out for want of a price.
    """
    targets = [Target.parse(text) for text in ([target] if isinstance(target, str) else target)]
    turns, left = alternatives(load_levers(scenario), levers)
    # what does not fit is told before anything runs; what changes nothing is not tried
    made = {turn: turn_levers(scenario, [turn]).turned for turn in turns}
    idle = tuple(str(turn) for turn, turned in made.items() if turned and not turned[0].acts)
    turns = tuple(turn for turn in turns if str(turn) not in idle)
    if idle and not turns:
        raise AnalysisError(f"nothing to seek: {', '.join(idle)} change nothing in {scenario.name}")
    require_names(scenario, [each.kpi for each in targets])
    mixes = Mixes(scenario, draws, confirm or draws, seed, Path(out), workers, bar)
    return replace(seek_mix(mixes, turns, targets, budget_meur), idle=idle), left
