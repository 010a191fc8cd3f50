"""The loss ledger: a staircase from announced output down to good cells.

Per block and period, levels in GWh of good cells at mature yield, each at most the
one before. What is lost between two levels is booked under a cause, so that

    announced + beyond_plan = good + sum of losses

holds exactly, with no loss negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bvsim.valley.books import Column

CAUSES = (
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
CONSTRAINTS = ("labour", "cathode", "demand", "throttle")
BINDERS = ("ramp", *CONSTRAINTS, "shutdown", "not_running")

_DOC = {
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

LEDGER_COLUMNS = (
    Column("announced_gwh", "flow", "Good cells that the announced plan would make."),
    Column("beyond_plan_gwh", "flow", "Capacity or good cells above the announced plan."),
    Column("good_gwh", "flow", "Good cells produced, in the period they were started."),
    *(Column(f"lost_{cause}_gwh", "flow", _DOC[cause]) for cause in CAUSES),
)
ANNOUNCED, BEYOND_PLAN, GOOD, FIRST_LOSS = 0, 1, 2, 3
YIELD = FIRST_LOSS + CAUSES.index("yield")
CLOSURE = FIRST_LOSS + CAUSES.index("closure")
DELAY = FIRST_LOSS + CAUSES.index("delay")
SHUTDOWN, NOT_RUNNING = BINDERS.index("shutdown"), BINDERS.index("not_running")

BINDING_COLUMNS = (
    *(Column(f"weeks_{name}", "flow", f"Weeks in which {name} bound.") for name in BINDERS),
    *(
        Column(f"weeks_second_{name}", "flow", f"Weeks in which {name} came second.")
        for name in BINDERS
    ),
)

INFINITE = float("inf")


class Steps(NamedTuple):
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

    announced: float
    standing: float
    closed: bool
    built: float
    rated: float
    ramped: float
    available: float
    limits: tuple[float, float, float, float]
    good: float


def post(row: list[float], steps: Steps) -> None:
    """Add one period's staircase to a ledger row (columns as in `LEDGER_COLUMNS`)."""
    top = max(steps.announced, steps.built)
    stood = max(steps.built, min(steps.announced, steps.standing))
    binding = binding_limit(steps.limits)
    ladder = (
        (FIRST_LOSS, stood),
        (FIRST_LOSS + 1, 0.0 if steps.closed else stood),
        (FIRST_LOSS + 2, steps.built),
        (FIRST_LOSS + 3, steps.rated),
        (FIRST_LOSS + 4, steps.ramped),
        (FIRST_LOSS + 5, steps.available),
        (FIRST_LOSS + 6 + binding, steps.limits[binding]),
        (YIELD, steps.good),
    )
    level = top
    for column, step in ladder:
        if step < level:
            row[column] += level - step
            level = step
    row[ANNOUNCED] += steps.announced
    row[BEYOND_PLAN] += (top - steps.announced) + (steps.good - level)
    row[GOOD] += steps.good


def binding_limit(limits: Sequence[float]) -> int:
    """Return the position of the least limit; ties go to the one named first."""
    best = 0
    for i in range(1, len(limits)):
        if limits[i] < limits[best]:
            best = i
    return best


def post_binding(
    row: list[float], available: float, limits: Sequence[float], days: float, scheduled: float
) -> None:
    """Add the weeks of a running block to the constraint that bound, and to the second.

    Learning, rating and stops together are ``ramp``; it binds where no limit lies
    below what the lines could make. Days off are ``shutdown``.
    """
    values = (available, *limits)
    order = sorted(range(len(values)), key=lambda i: (values[i], i))
    row[order[0]] += scheduled / 7.0
    row[len(BINDERS) + order[1]] += scheduled / 7.0
    if days > scheduled:
        row[SHUTDOWN] += (days - scheduled) / 7.0
        row[len(BINDERS) + SHUTDOWN] += (days - scheduled) / 7.0


def post_complete(row: list[float], announced: float) -> None:
    """Add a period in which what was announced was made."""
    row[ANNOUNCED] += announced
    row[GOOD] += announced


def post_unreleased(row: list[float], announced: float, standing: float, *, closed: bool) -> None:
    """Add the staircase of a block without released lines: nothing below `delay` is left."""
    if announced <= 0.0:
        return
    stood = min(announced, standing)
    row[ANNOUNCED] += announced
    row[FIRST_LOSS] += announced - stood
    row[CLOSURE if closed else DELAY] += stood


def post_not_running(row: list[float], days: float) -> None:
    """Add the weeks of a block without released lines, or of a closed one."""
    row[NOT_RUNNING] += days / 7.0
    row[len(BINDERS) + NOT_RUNNING] += days / 7.0
