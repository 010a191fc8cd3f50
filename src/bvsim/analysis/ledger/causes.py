"""The words of the loss ledger: causes in the order of its staircase, and how they are written."""

from __future__ import annotations

PLAN_LOSSES = ("not_built", "delay")
"""Losses of the plan itself: shown beside the bottlenecks, never one of them."""

CAUSES = (
    "closure",
    "rating",
    "ramp_up",
    "availability",
    "labour",
    "cathode",
    "demand",
    "throttle",
    "yield",
)
"""What can be a bottleneck; of equal losses the earlier one is named."""

NONE = "none"
"""The bottleneck of a year in which nothing was planned or nothing was lost."""

LOSSES = ("not_built", "closure", "delay", *CAUSES[1:])
"""Every loss, from the top of the staircase down."""

LABELS = {
    "announced": "announced",
    "beyond_plan": "beyond the plan",
    "not_built": "not built",
    "closure": "closure",
    "delay": "delay",
    "rating": "rating",
    "ramp_up": "ramp-up",
    "availability": "stops",
    "labour": "labour",
    "cathode": "cathode",
    "demand": "demand",
    "throttle": "throttling",
    "yield": "yield",
    "good": "good cells",
    "none": "none",
}

MEANINGS = {
    "not_built": "cancelled, suspended or downsized blocks",
    "closure": "sites that have closed",
    "delay": "lines released later than announced",
    "rating": "nameplate that mature lines of the class never reach",
    "ramp_up": "lines still learning to run at rate, stalls and rebuilds",
    "availability": "breakdowns and other unplanned stops",
    "labour": "too few proficient people to run what is installed",
    "cathode": "too little cathode material on hand",
    "demand": "no orders for the cells",
    "throttle": "starts capped while scrap is too dear",
    "yield": "cells rejected beyond the mature share",
    "beyond_plan": "made by lines that were never announced, or earlier than announced",
    "none": "nothing planned, or nothing lost",
}


def column(cause: str) -> str:
    """Return the ledger column of a cause, `announced`, `beyond_plan` or `good`."""
    return f"lost_{cause}_gwh" if cause in LOSSES else f"{cause}_gwh"


def label(cause: str) -> str:
    """Return how a cause is written for a reader; unknown names lose their underscores."""
    return LABELS.get(cause, cause.replace("_", " "))
