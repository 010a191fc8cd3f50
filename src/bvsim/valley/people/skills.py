"""The four skills: their shares of a staff, and whole people who follow from shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bvsim.schema.labour import Mix
from bvsim.valley.ground.rows import vec
from bvsim.valley.people.rules import added, nearest

if TYPE_CHECKING:
    from mypy_extensions import i64

SKILL_COUNT: Final = 4


def skill_shares(mix: Mix) -> tuple[float, float, float, float]:
    """Return the shares of the four skills; others are the rest."""
    others = max(0.0, 1.0 - mix.operators - mix.technicians - mix.engineers)
    return (mix.operators, mix.technicians, mix.engineers, others)


def skilled_shares(mix: Mix, trained: float) -> tuple[float, float, float, float]:
    """Return the shares of the four skills where there are more or fewer trained people.

    Parameters
    ----------
    mix : Mix
        The usual mix.
    trained : float
        Technicians and engineers over those of the usual mix; operators make up for it, and
        at most the mix's operators can turn out to be trained.
    """
    operators, technicians, engineers, others = skill_shares(mix)
    skilled = technicians + engineers
    most = (skilled + operators) / skilled if skilled > 0.0 else 1.0
    factor = min(trained, most)
    return (
        operators - (factor - 1.0) * skilled,
        technicians * factor,
        engineers * factor,
        others,
    )


def split_by_skill(total: float, shares: Sequence[float]) -> vec[float]:
    """Divide heads by skill so that whole people add up to the rounded total."""
    return Split(vec[float](shares)).of(total)


class Split:
    """Divides heads by skill, always in the same proportions.

    Parameters
    ----------
    shares : row of float
        Of the skills; they need not add up to one.
    whole : float
        Their sum, where it is known.
    """

    __slots__ = ("_upto", "_whole")

    def __init__(self, shares: vec[float], whole: float = 0.0) -> None:
        skill: i64
        self._whole, passed = whole if whole > 0.0 else added(shares), 0.0
        self._upto = shares[:]
        """Of each skill and those before it together."""
        for skill, share in enumerate(shares):
            passed += share
            self._upto[skill] = passed

    def of(self, total: float) -> vec[float]:
        """Return whole people by skill that add up to the rounded total."""
        skill: i64
        heads, whole, reached = nearest(total), self._whole, 0.0
        parts = self._upto[:]
        for skill, passed in enumerate(self._upto):
            upto = int(heads * passed / whole + 0.5)  # nobody is missing: this rounds down
            parts[skill] = upto - reached
            reached += parts[skill]
        return parts
