"""What employers want of the labour market in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bvsim.valley.ground.rows import vec
from bvsim.valley.people.skills import SKILL_COUNT
from bvsim.valley.people.workforce import Workforce

if TYPE_CHECKING:
    from mypy_extensions import i64


class HiringClaim:
    """What one employer still wants; it serves month by month.

    Parameters
    ----------
    index : int
        The employer, as the register numbers them.
    basin : int
        Where it works, as the pools are numbered.
    employer : Workforce or None
        Its staff; None for a competing site.

    Attributes
    ----------
    wants : row of float
        People wanted, by skill; reduced as they are found.
    order, rank : float
        Who is served first under rules other than proportional; breaks ties.
    imposed : bool
        Whether the wants are an observation, which the pools cannot refuse.
    """

    __slots__ = ("basin", "employer", "imposed", "index", "order", "rank", "wants")

    def __init__(self, index: i64, basin: i64, employer: Workforce | None) -> None:
        self.index: i64 = index
        self.basin: i64 = basin
        self.employer = employer
        self.withdraw()

    def withdraw(self) -> None:
        """Want nobody."""
        self.renew(vec[float]([0.0] * SKILL_COUNT), 0.0, 0.0, imposed=False)

    def renew(self, wants: vec[float], order: float, rank: float, *, imposed: bool) -> None:
        """Take over what the employer wants in another month."""
        self.wants, self.order, self.rank = wants, order, rank
        self.imposed = imposed

    @property
    def unmet(self) -> bool:
        """Whether anybody is still wanted."""
        wants = self.wants
        return wants[0] + wants[1] + wants[2] + wants[3] > 0.0
