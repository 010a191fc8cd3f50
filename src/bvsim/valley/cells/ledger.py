"""The loss ledger: a staircase from announced output down to good cells.

Per block and period, levels in GWh of good cells at mature yield, each at most the
one before. What is lost between two levels is booked under a cause, so that

    announced + beyond_plan = good + sum of losses

holds exactly, with no loss negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bvsim.valley.cells.causes import CAUSES, LIMITS, LOSSES, RUNNING
from bvsim.valley.ground.books import Account, FloatArray
from bvsim.valley.ground.calendar import DAYS_PER_WEEK, Calendar, Period
from bvsim.valley.ground.columns import Columns, flow, flows, laid_out
from bvsim.valley.ground.errors import IdentityError
from bvsim.valley.ground.rows import i64, vec
from bvsim.valley.projects.lines import Levels

LEDGER_TOLERANCE_GWH: Final = 1e-9
_ROUNDING_DAYS: Final = 1e-6
BINDERS: Final = (*RUNNING, "shutdown", "not_running")


@dataclass(frozen=True)
class LedgerColumns(Columns):
    """The staircase of a block; losses by cause stand side by side."""

    announced_gwh: i64 = flow("Good cells that the announced plan would make.")
    beyond_plan_gwh: i64 = flow("Capacity or good cells above the announced plan.")
    good_gwh: i64 = flow("Good cells produced, in the period they were started.")
    lost: i64 = flows("lost_{}_gwh", {name: CAUSES[name].meaning[0] for name in LOSSES})


@dataclass(frozen=True)
class BindingColumns(Columns):
    """Weeks by what bound a block, and by what came second; how far limits were from binding."""

    weeks: i64 = flows("weeks_{}", {name: f"Weeks in which {name} bound." for name in BINDERS})
    second: i64 = flows(
        "weeks_second_{}", {name: f"Weeks in which {name} came second." for name in BINDERS}
    )
    possible_gwh: i64 = flow("What lines could make, good cells at mature yield.")
    slack: i64 = flows(
        "slack_{}_gwh",
        {
            limit.name: f"What {limit.name} would have allowed beyond what lines could make, at "
            "most as much again."
            for limit in LIMITS
        },
    )


LEDGER: Final = laid_out(LedgerColumns)
BINDING: Final = laid_out(BindingColumns)
YIELD: Final[i64] = LEDGER.lost + LOSSES.index("yield")
CLOSURE: Final[i64] = LEDGER.lost + LOSSES.index("closure")
DELAY: Final[i64] = LEDGER.lost + LOSSES.index("delay")
_ANNOUNCED: Final[i64] = LEDGER.announced_gwh
_BEYOND_PLAN: Final[i64] = LEDGER.beyond_plan_gwh
_GOOD: Final[i64] = LEDGER.good_gwh
_NOT_BUILT: Final[i64] = LEDGER.lost
_RATING: Final[i64] = LEDGER.lost + LOSSES.index("rating")
_RAMP_UP: Final[i64] = LEDGER.lost + LOSSES.index("ramp_up")
_STOPS: Final[i64] = LEDGER.lost + LOSSES.index("availability")
_FIRST_LIMIT: Final[i64] = LEDGER.lost + LOSSES.index(LIMITS[0].name)

_WEEKS: Final[i64] = BINDING.weeks
_SECOND: Final[i64] = BINDING.second
_POSSIBLE: Final[i64] = BINDING.possible_gwh
_SLACK: Final[i64] = BINDING.slack
_SHUTDOWN: Final[i64] = BINDING.weeks + BINDERS.index("shutdown")
_SECOND_SHUTDOWN: Final[i64] = BINDING.second + BINDERS.index("shutdown")
_NOT_RUNNING: Final[i64] = BINDING.weeks + BINDERS.index("not_running")
_SECOND_NOT_RUNNING: Final[i64] = BINDING.second + BINDERS.index("not_running")


def post(  # noqa: PLR0917
    row: vec[float],
    announced: float,
    standing: float,
    levels: Levels,
    limits: vec[float],
    good: float,
) -> None:
    """Add one period's staircase to a ledger row: levels of good cells at mature yield, GWh.

    Parameters
    ----------
    row : vec of float
        A ledger row (columns as in `LEDGER`).
    announced : float
        What the plan says.
    standing : float
        Nameplate of the block's project while it is neither cancelled nor suspended.
    levels : Levels
        What its lines could make, step by step.
    limits : vec of float
        What each of `causes.LIMITS` would allow; infinite: no limit.
    good : float
        Good cells made.
    """
    built = levels.built
    stood = announced if announced < standing else standing
    stood = stood if stood > built else built
    top = announced if announced > built else built
    if stood < top:
        row[_NOT_BUILT] += top - stood
    else:
        stood = top
    level = _descend(row, stood, levels, limits, good)
    row[_ANNOUNCED] += announced
    row[_BEYOND_PLAN] += (top - announced) + (good - level)
    row[_GOOD] += good


def post_closed(
    row: vec[float], announced: float, would: Levels, limits: vec[float], good: float
) -> None:
    """Add one period of a closed block: closure is what its lines would have made of the plan.

    What of the plan they would not have made either is booked to the factors that would have
    held it back, and what was not built by then to `not_built`. Parameters are those of `post`,
    had the site not closed.
    """
    row[_ANNOUNCED] += announced
    stood = announced
    if would.built < announced:
        row[_NOT_BUILT] += announced - would.built
        stood = would.built
    row[CLOSURE] += _descend(row, stood, would, limits, good)


def _descend(row: vec[float], top: float, levels: Levels, limits: vec[float], good: float) -> float:
    """Book the losses from what stands down to good cells; return the level reached."""
    level = top  # closure is no step between what a block has and what it makes
    if levels.built < level:
        row[DELAY] += level - levels.built
        level = levels.built
    if levels.rated < level:
        row[_RATING] += level - levels.rated
        level = levels.rated
    if levels.ramped < level:
        row[_RAMP_UP] += level - levels.ramped
        level = levels.ramped
    if levels.available < level:
        row[_STOPS] += level - levels.available
        level = levels.available
    binding = binding_limit(limits)
    limit = limits[binding]
    if limit < level:
        row[_FIRST_LIMIT + binding] += level - limit
        level = limit
    if good < level:
        row[YIELD] += level - good
        level = good
    return level


def binding_limit(limits: vec[float]) -> i64:
    """Return the position of the least limit; ties go to the one named first."""
    best: i64 = 0
    least = limits[0]
    i: i64 = 0
    for limit in limits:
        if limit < least:
            best, least = i, limit
        i += 1  # noqa: SIM113 (a position of the machine's)
    return best


def post_binding(
    row: vec[float], available: float, limits: vec[float], days: float, scheduled: float
) -> None:
    """Add the weeks of a running block to the constraint that bound, and to the second.

    Learning, rating and stops together are ``ramp``; it binds where no limit lies
    below what the lines could make: it stands first, before the limits. Ties go to the
    first named. Days off are ``shutdown``.
    """
    first: i64 = 0
    second: i64 = -1
    i: i64 = 0
    least, next_ = available, math.inf
    for limit in limits:
        beyond = limit - available
        if beyond > 0.0:
            row[_SLACK + i] += beyond if beyond < available else available
        i += 1  # noqa: SIM113 (a position of the machine's)
        if limit < least:
            first, second, least, next_ = i, first, limit, least
        elif limit < next_ or second < 0:
            second, next_ = i, limit
    weeks = scheduled / DAYS_PER_WEEK
    row[_WEEKS + first] += weeks
    row[_SECOND + second] += weeks
    row[_POSSIBLE] += available
    if days > scheduled:
        row[_SHUTDOWN] += (days - scheduled) / DAYS_PER_WEEK
        row[_SECOND_SHUTDOWN] += (days - scheduled) / DAYS_PER_WEEK


def post_complete(row: vec[float], announced: float) -> None:
    """Add a period in which what was announced was made."""
    row[_ANNOUNCED] += announced
    row[_GOOD] += announced


def post_unreleased(row: vec[float], announced: float, standing: float) -> None:
    """Add the staircase of a block without released lines: nothing below `delay` is left."""
    if announced <= 0.0:
        return
    stood = standing if standing < announced else announced
    row[_ANNOUNCED] += announced
    row[_NOT_BUILT] += announced - stood
    row[DELAY] += stood


def post_waiting(
    row: vec[float],
    by_period: vec[float],
    nameplate: float,
    days_per_year: float,
    periods: list[Period],
) -> None:
    """Add several such periods.

    Parameters
    ----------
    row : vec of float
        A ledger row.
    by_period : vec of float
        What the plan says of every period, GWh.
    nameplate : float
        Of the block's project while it stands, GWh a year.
    days_per_year : float
        Scheduled days of a year.
    periods : list of Period
        The periods to add.
    """
    of_plan, lost, late = row[_ANNOUNCED], row[_NOT_BUILT], row[DELAY]
    for period in periods:
        announced = by_period[period.index]
        if announced > 0.0:
            standing = nameplate * (period.scheduled_days / days_per_year)
            stood = standing if standing < announced else announced
            of_plan += announced
            lost += announced - stood
            late += stood
    row[_ANNOUNCED], row[_NOT_BUILT], row[DELAY] = of_plan, lost, late


def post_not_running(row: vec[float], days: float) -> None:
    """Add the weeks of a block without released lines, or of a closed one."""
    row[_NOT_RUNNING] += days / DAYS_PER_WEEK
    row[_SECOND_NOT_RUNNING] += days / DAYS_PER_WEEK


def post_standstill(row: vec[float], periods: list[Period]) -> None:
    """Add the weeks of several periods in which a block ran no lines."""
    weeks, as_second = row[_NOT_RUNNING], row[_SECOND_NOT_RUNNING]
    for period in periods:
        weeks += period.days / DAYS_PER_WEEK
        as_second += period.days / DAYS_PER_WEEK
    row[_NOT_RUNNING], row[_SECOND_NOT_RUNNING] = weeks, as_second


def check_ledger(accounts: Mapping[str, Iterable[Account]], calendar: Calendar) -> None:
    """Check month by month that the ledger closes and that no loss is negative.

    Raises
    ------
    IdentityError
        Naming block, quantity, month and size.
    """
    if not accounts:
        return
    entities, months = _months_of(accounts)
    signs = np.full(months[0].shape[1], -1.0)
    signs[LEDGER.announced_gwh] = signs[LEDGER.beyond_plan_gwh] = 1.0
    off = _weighed(months, signs)
    for block, month in _largest(off, LEDGER_TOLERANCE_GWH):
        raise _violation(entities[block], "the ledger", month, off[block, month], calendar)
    if all(own.min() >= 0.0 for own in months):
        return
    losses = np.stack(months)[:, :, LEDGER.lost :]
    negative = ~(losses >= 0.0)
    if negative.any():
        block = int(np.argmax(negative.any(axis=(1, 2))))
        worst = np.unravel_index(int(np.argmin(losses[block])), losses[block].shape)
        name = LEDGER.columns[LEDGER.lost + int(worst[1])].name
        raise _violation(entities[block], name, int(worst[0]), losses[block][worst], calendar)


def check_binding(accounts: Mapping[str, Iterable[Account]], calendar: Calendar) -> None:
    """Check that the weeks of binding causes add up to the days of each month.

    Raises
    ------
    IdentityError
        Naming block, month and size.
    """
    if not accounts:
        return
    entities, months = _months_of(accounts)
    days = np.zeros(months[0].shape[1])
    days[: len(BINDERS)] = DAYS_PER_WEEK
    off = _weighed(months, days) - np.diff(np.array(calendar.month_starts))
    for block, month in _largest(off, _ROUNDING_DAYS):
        size = off[block, month] / DAYS_PER_WEEK
        raise _violation(entities[block], "binding weeks", month, size, calendar)


def _months_of(
    accounts: Mapping[str, Iterable[Account]],
) -> tuple[list[str], list[FloatArray]]:
    """Return blocks, and the closed months of each where they lie in the books."""
    own = [(entity, account) for entity, several in accounts.items() for account in several]
    return [entity for entity, _ in own], [account.monthly() for _, account in own]


def _weighed(months: list[FloatArray], weights: FloatArray) -> FloatArray:
    """Return the sum of the columns of each month, each times a weight, shape (blocks, months)."""
    sums: FloatArray = np.empty((len(months), len(months[0])))
    for i, own in enumerate(months):
        np.dot(own, weights, out=sums[i])
    return sums


def _largest(off: FloatArray, tolerance: float) -> list[tuple[int, int]]:
    """Return the first block that is off in some month, and the worst month; none where none is."""
    wrong = ~(np.abs(off) <= tolerance)
    if not wrong.any():
        return []
    block = int(np.argmax(wrong.any(axis=1)))
    return [(block, int(np.argmax(np.abs(off[block]))))]


def _violation(
    entity: str, quantity: str, month: int, size: float, calendar: Calendar
) -> IdentityError:
    when = calendar.date(calendar.month_starts[month])
    return IdentityError(entity=entity, quantity=quantity, when=when, size=float(size))
