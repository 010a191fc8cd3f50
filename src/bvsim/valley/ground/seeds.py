"""Counter-based generators from keys of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

NUMBERS_OF_A_BLOCK = 4
"""Numbers that one value of Philox's counter gives."""
_WORDS = np.dtype("<u8")


class Source:
    """The numbers of ``numpy.random.Philox(key=...)`` for any key and from any place.

    One generator is put where numbers are asked for: to make one takes four times as long, and a
    replication has some two hundred keys.
    """

    def __init__(self) -> None:
        self._bits = np.random.Philox(key=0)
        self._generator = np.random.Generator(self._bits)
        self._state: Any = self._bits.state

    def numbers(self, key: bytes, block: int, count: int) -> list[float]:
        """Return uniform numbers in [0, 1).

        Parameters
        ----------
        key : bytes
            Sixteen bytes.
        block : int
            Blocks of four numbers that were taken before.
        count : int
            How many numbers.
        """
        place = self._state["state"]
        place["key"], place["counter"][0] = np.frombuffer(key, _WORDS), block
        self._bits.state = self._state
        numbers: list[float] = self._generator.random(count).tolist()
        return numbers
