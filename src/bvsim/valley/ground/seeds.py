"""Counter-based generators from keys of their own."""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NUMBERS_OF_A_BLOCK = 4
"""Numbers that one value of Philox's counter gives."""
_WORDS: Final = Struct("<QQ")
_LITTLE_END_FIRST: Final = np.dtype("<f8")


class Source:
    """The numbers of ``numpy.random.Philox(key=...)`` for any key and from any place.

    One generator is put where numbers are asked for: to make one takes four times as long, and a
    replication has some two hundred keys. It is told where in plain numbers, which NumPy reads
    faster than those of an array.
    """

    def __init__(self) -> None:
        self._bits = np.random.Philox(key=0)
        self._random = np.random.Generator(self._bits).random
        at_first: Any = self._bits.state
        self._counter = [0, 0, 0, 0]
        self._place: dict[str, Any] = {"counter": self._counter, "key": (0, 0)}
        empty = at_first["buffer"].tolist()
        self._state: Any = {**at_first, "state": self._place, "buffer": empty}

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
        numbers: list[float] = self._array(key, block, count).tolist()
        return numbers

    def packed(self, key: bytes, block: int, count: int) -> bytes:
        """Return the same as `numbers`, each in eight bytes, the lowest first."""
        return self._array(key, block, count).astype(_LITTLE_END_FIRST, copy=False).tobytes()

    def _array(self, key: bytes, block: int, count: int) -> NDArray[np.float64]:
        self._place["key"], self._counter[0] = _WORDS.unpack(key), block
        self._bits.state = self._state
        return self._random(count)
