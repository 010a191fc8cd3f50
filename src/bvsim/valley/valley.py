"""One replication, of one region or of several in one market: prepared once, then row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bvsim.valley.ground.books import FloatArray
from bvsim.valley.ground.errors import IdentityError, mechanism_error
from bvsim.valley.ground.limit import RowLimitError
from bvsim.valley.ground.streams import Key
from bvsim.valley.record.record import Record
from bvsim.valley.regions.region import LIFTABLE, Setting, Valley, setting_of
from bvsim.valley.regions.several import SeveralSettings, Valleys

if TYPE_CHECKING:
    from bvsim.reading.scenario import Scenario

__all__ = ["LIFTABLE", "Setting", "Valley", "prepare", "simulate", "wired"]


def prepare(
    scenario: Scenario, years: Sequence[int] = (), monthly: bool = False
) -> Setting | SeveralSettings:
    """Do once what all replications of a scenario share."""
    if not scenario.regions:
        return setting_of(scenario, years, monthly)
    regions = {name: setting_of(each, years, monthly) for name, each in scenario.regions.items()}
    return SeveralSettings(regions, scenario.columns_of_regions())


def wired(
    setting: Setting | SeveralSettings,
    values: FloatArray,
    key: Key,
    *,
    trace: bool = False,
    lifts: frozenset[str] = frozenset(),
) -> Valley | Valleys:
    """Return the actors of a replication, ready to run; parameters as those of `simulate`."""
    if isinstance(setting, SeveralSettings):
        return Valleys(setting, values, key, trace=trace, lifts=lifts)
    model, before = setting.drawn(values)
    return Valley(setting, model, key, trace=trace, lifts=lifts, before=before)


def simulate(
    setting: Setting | SeveralSettings,
    values: FloatArray,
    key: Key,
    *,
    trace: bool = False,
    lifts: frozenset[str] = frozenset(),
) -> Record:
    """Simulate one replication.

    Parameters
    ----------
    setting : Setting or SeveralSettings
        From `prepare`.
    values : array of float, shape (dimensions,)
        Values of the uncertain figures.
    key : Key
        Seed, draw and replication.
    trace : bool
        Whether to keep the dated events.
    lifts : frozenset of str
        Constraints lifted from `as_of` on: a subset of `LIFTABLE`.

    Raises
    ------
    IdentityError
        When an identity of the model is violated: a fault of the program.
    MechanismError
        When something cannot be worked out, with entity, mechanism and day.
    RowLimitError
        When events never end.
    """
    when = setting.calendar.start
    try:
        valley = wired(setting, values, key, trace=trace, lifts=lifts)
        try:
            valley.run()
            return valley.record()
        finally:
            when = valley.today
    except (IdentityError, RowLimitError):
        raise
    except Exception as error:
        raise mechanism_error(error, when) from error
