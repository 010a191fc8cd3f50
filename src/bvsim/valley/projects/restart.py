"""A block that runs again after a stop: with less of it, or as somebody else's."""

from __future__ import annotations

from bvsim.schema.ramp import RampClass
from bvsim.valley.projects.block import Block


def share_of_plan(block: Block, nameplate: float) -> float:
    """Return a nameplate as a share of what was planned for a block; nothing of no plan is 0."""
    return nameplate / block.nameplate if block.nameplate > 0.0 else 0.0


def refinance(block: Block, capacity: float, experience: float) -> None:
    """Let a block run again after a stop, in the same class.

    Parameters
    ----------
    block : Block
        With released lines, closed.
    capacity : float
        Share of the nameplate that runs again, of lines to come as well.
    experience : float
        Share of the experience that is left.
    """
    for line in block.lines:
        line.nameplate *= capacity
    block.released = sum([line.nameplate for line in block.lines])
    if block.know_how > 0.0:
        block.know_how *= experience
    block.engineering_months *= experience
    block.pipeline.reopen(capacity)
    block.resume()


def sell(block: Block, ramp: RampClass, capacity: float, experience: float) -> None:
    """Let a block run again after a sale, with what was there, as a plant of the buyer's class.

    Parameters
    ----------
    block : Block
        With released lines, closed.
    ramp : RampClass
        Figures of the buyer's class.
    capacity, experience : float
        As in `refinance`.
    """
    block.sold = True
    refinance(block, capacity, experience)
    block.pipeline.size = share_of_plan(block, block.released)
    block.adopt(ramp)
