"""The announced plan: data of its own, with its own date, apart from everything simulated."""

from __future__ import annotations

from datetime import date

from bvsim.schema.part import part
from bvsim.schema.units import GwhPerYear


@part
class PlanStep:
    """From a day on, a block's announced nameplate."""

    begins: date
    nameplate: GwhPerYear


@part
class Plan:
    """What had been announced by a date, block by block."""

    published: date
    known_from: date
    blocks: dict[str, dict[str, PlanStep]]
    """Steps by block (`SITE.BLOCK`); blocks that no site lists exist in the plan only."""
