"""Which key figures a run of a scenario will have, told before anything is simulated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from bvsim.analysis.errors import AnalysisError
from bvsim.valley.record.kpis import YEARS

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario


def names_of(scenario: Scenario, years: Sequence[int] = YEARS) -> tuple[str, ...]:
    """Return the names of the key figures that every row of a scenario has.

    The actors are set up with every figure at its median, and not started: which key figures
    there are depends on sites, blocks and recyclers, not on what is drawn.

    Parameters
    ----------
    scenario : Scenario
        What would be simulated.
    years : sequence of int
        Years of the key figures.
    """
    from bvsim.valley import valley
    from bvsim.valley.ground.streams import Key
    from bvsim.valley.record.record import Table

    setting = valley.prepare(scenario, years)
    actors = valley.wired(setting, scenario.median(), Key(0, 0, 0))
    horizon = setting.calendar.years
    labels = (("year", horizon), ("entity", ("region",) * len(horizon)))
    return actors.kpis(Table(labels, (), np.empty((len(horizon), 0)))).columns


def require_names(
    scenario: Scenario, wanted: Iterable[str], years: Sequence[int] | None = None
) -> None:
    """Check that runs of a scenario will have some key figures.

    Raises
    ------
    AnalysisError
        When one is missing; the message names those that come near.
    """
    asked = tuple(wanted)
    if not asked:
        return
    names = names_of(scenario, YEARS if years is None else years)
    for name in asked:
        if name not in names:
            raise missing(name, names, f"a run of {scenario.name}")


def missing(name: str, names: Sequence[str], whose: str = "the run") -> AnalysisError:
    """Return the error that says that a key figure is missing, and names those that come near."""
    near = get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
    return AnalysisError(f"{whose} has no key figure {name!r}; it has {', '.join(near)} ...")
