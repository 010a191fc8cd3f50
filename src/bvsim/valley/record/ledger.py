"""The loss ledger: a staircase from announced output down to good cells.

Per block and period, levels in GWh of good cells at mature yield, each at most the
one before. What is lost between two levels is booked under a cause, so that

    announced + beyond_plan = good + sum of losses

holds exactly, with no loss negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bvsim.valley.ground.books import Column

CAUSES: Final = (
    "not_built",
    "closure",
    "delay",
    "rating",
    "ramp_up",
    "availability",
    "labour",
    "cathode",
    "demand",
    "throttle",
    "yield",
)
CONSTRAINTS: Final = ("labour", "cathode", "demand", "throttle")
BINDERS: Final = ("ramp", *CONSTRAINTS, "shutdown", "not_running")

_DOC: Final = {
    "not_built": "Announced, but its project is cancelled, suspended, downsized or unknown.",
    "closure": "Announced for a site that has closed.",
    "delay": "Announced and standing, but the line is not released yet.",
    "rating": "Share of nameplate that mature lines of the class do not reach.",
    "ramp_up": "Rate not learnt yet, experiments, stalls and rebuilds.",
    "availability": "Unplanned stops of lines and major stops.",
    "labour": "People missing or not proficient yet, where they bind.",
    "cathode": "Cathode material missing, where it binds.",
    "demand": "Orders and finished-goods room missing, where they bind.",
    "throttle": "Starts capped by the plant itself while scrap is too dear.",
    "yield": "Scrap above the mature level of the class.",
}

LEDGER_COLUMNS: Final = (
    Column("announced_gwh", "flow", "Good cells that the announced plan would make."),
    Column("beyond_plan_gwh", "flow", "Capacity or good cells above the announced plan."),
    Column("good_gwh", "flow", "Good cells produced, in the period they were started."),
    *(Column(f"lost_{cause}_gwh", "flow", _DOC[cause]) for cause in CAUSES),
)
ANNOUNCED: Final = 0
BEYOND_PLAN: Final = 1
GOOD: Final = 2
FIRST_LOSS: Final = 3
YIELD: Final = FIRST_LOSS + CAUSES.index("yield")
CLOSURE: Final = FIRST_LOSS + CAUSES.index("closure")
DELAY: Final = FIRST_LOSS + CAUSES.index("delay")
SHUTDOWN: Final = BINDERS.index("shutdown")
NOT_RUNNING: Final = BINDERS.index("not_running")
SECOND: Final = len(BINDERS)
"""Where the columns of what came second begin."""

BINDING_COLUMNS: Final = (
    *(Column(f"weeks_{name}", "flow", f"Weeks in which {name} bound.") for name in BINDERS),
    *(
        Column(f"weeks_second_{name}", "flow", f"Weeks in which {name} came second.")
        for name in BINDERS
    ),
)

INFINITE: Final = float("inf")

_LADDERS: Final = tuple(
    (*range(FIRST_LOSS, FIRST_LOSS + 6), FIRST_LOSS + 6 + binding, YIELD)
    for binding in range(len(CONSTRAINTS))
)
"""Columns of the losses from level to level, by the constraint that binds."""


class Steps:
    """The levels of one block and period, GWh of good cells at mature yield.

    Parameters
    ----------
    announced : float
        What the plan says.
    standing : float
        Nameplate of the block's project while it is neither cancelled nor suspended.
    closed : bool
        True where the site has closed.
    built, rated, ramped, available : float
        Nameplate of released lines, then with rating, learnt rate, unplanned stops.
    limits : tuple of float
        What labour, cathode, demand and throttle would allow; infinite: no limit.
    good : float
        Good cells made.
    """

    __slots__ = (
        "announced",
        "available",
        "built",
        "closed",
        "good",
        "limits",
        "ramped",
        "rated",
        "standing",
    )

    def __init__(  # noqa: PLR0917
        self,
        announced: float,
        standing: float,
        closed: bool,
        built: float,
        rated: float,
        ramped: float,
        available: float,
        limits: tuple[float, float, float, float],
        good: float,
    ) -> None:
        self.announced, self.standing, self.closed = announced, standing, closed
        self.built, self.rated, self.ramped, self.available = built, rated, ramped, available
        self.limits, self.good = limits, good


def post(row: list[float], steps: Steps) -> None:
    """Add one period's staircase to a ledger row (columns as in `LEDGER_COLUMNS`)."""
    announced, built, good = steps.announced, steps.built, steps.good
    stood = max(built, min(announced, steps.standing))
    binding = binding_limit(steps.limits)
    ladder = (
        stood,
        0.0 if steps.closed else stood,
        built,
        steps.rated,
        steps.ramped,
        steps.available,
        steps.limits[binding],
        good,
    )
    level = top = max(announced, built)
    for column, step in zip(_LADDERS[binding], ladder):  # noqa: B905 (eight of each)
        if step < level:
            row[column] += level - step
            level = step
    row[ANNOUNCED] += announced
    row[BEYOND_PLAN] += (top - announced) + (good - level)
    row[GOOD] += good


def binding_limit(limits: Sequence[float]) -> int:
    """Return the position of the least limit; ties go to the one named first."""
    best, least = 0, limits[0]
    for i in range(1, len(limits)):
        if limits[i] < least:
            best, least = i, limits[i]
    return best


def post_binding(
    row: list[float], available: float, limits: Sequence[float], days: float, scheduled: float
) -> None:
    """Add the weeks of a running block to the constraint that bound, and to the second.

    Learning, rating and stops together are ``ramp``; it binds where no limit lies
    below what the lines could make. Days off are ``shutdown``.
    """
    first, second = least_two((available, *limits))
    row[first] += scheduled / 7.0
    row[SECOND + second] += scheduled / 7.0
    if days > scheduled:
        row[SHUTDOWN] += (days - scheduled) / 7.0
        row[SECOND + SHUTDOWN] += (days - scheduled) / 7.0


def least_two(values: Sequence[float]) -> tuple[int, int]:
    """Return the positions of the least value and of the next; ties go to the first named."""
    first, second = (0, 1) if values[0] <= values[1] else (1, 0)
    for i in range(2, len(values)):
        if values[i] < values[first]:
            first, second = i, first
        elif values[i] < values[second]:
            second = i
    return first, second


def post_complete(row: list[float], announced: float) -> None:
    """Add a period in which what was announced was made."""
    row[ANNOUNCED] += announced
    row[GOOD] += announced


def post_unreleased(row: list[float], announced: float, standing: float, *, closed: bool) -> None:
    """Add the staircase of a block without released lines: nothing below `delay` is left."""
    if announced <= 0.0:
        return
    stood = standing if standing < announced else announced
    row[ANNOUNCED] += announced
    row[FIRST_LOSS] += announced - stood
    row[CLOSURE if closed else DELAY] += stood


def post_not_running(row: list[float], days: float) -> None:
    """Add the weeks of a block without released lines, or of a closed one."""
    row[NOT_RUNNING] += days / 7.0
    row[SECOND + NOT_RUNNING] += days / 7.0
