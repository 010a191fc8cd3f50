"""The announced plan: data of its own, with its own date, apart from everything simulated."""

from __future__ import annotations

from dataclasses import field
from datetime import date

from bvsim.schema.part import part
from bvsim.schema.units import GwhPerYear, Heads


@part
class PlanStep:
    """From a day on, a block's announced nameplate."""

    begins: date
    nameplate: GwhPerYear


@part
class JobStep:
    """From a day on, the direct jobs announced of a plant."""

    begins: date
    heads: Heads


@part
class Plan:
    """What had been announced by a date, block by block."""

    published: date
    known_from: date
    blocks: dict[str, dict[str, PlanStep]]
    """Steps by block (`SITE.BLOCK`); blocks that no site lists exist in the plan only."""
    jobs: dict[str, dict[str, JobStep]] = field(default_factory=dict)
    """Steps by plant of any kind."""
