"""Parts of a run: draws dealt out to several machines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bvsim.ensemble.store.folder import RunError
from bvsim.ensemble.work import IntArray


@dataclass(frozen=True)
class Shard:
    """A part of a run: those of its draws whose number leaves a certain rest.

    Draws are dealt out in turn, so that each part is spread like the whole.

    Parameters
    ----------
    number, of : int
        Which part, from 1, of how many.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``I/N``.

        Raises
        ------
        RunError
            When the text is something else.
        """
        number, slash, of = text.partition("/")
        if not (slash and number.strip().isdecimal() and of.strip().isdecimal()):
            raise RunError(f"{text!r} is not I/N, such as 2/8")
        made = cls(int(number), int(of))
        if not 1 <= made.number <= made.of:
            raise RunError(
                f"there is no shard {made}: they go from 1/{made.of} to {made.of}/{made.of}"
            )
        return made

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, draws: IntArray) -> NDArray[np.bool_]:
        """Tell which draws belong to the part."""
        return np.asarray(draws % self.of == self.number - 1)
