"""Counter-based generators from keys of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


class _Words(ISeedSequence):
    """Seed words that are known already.

    With its argument ``key`` instead, Philox would first gather entropy from the operating
    system, which takes twice as long as all else about a stream.
    """

    def __init__(self, words: bytes) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """Return the words, which are little-endian; never more than there are."""
        return np.frombuffer(self._words, np.dtype(dtype).newbyteorder("<"))[:n_words]


def keyed_generator(key: bytes) -> np.random.Generator:
    """Return the generator that ``numpy.random.Philox(key=...)`` would be.

    Parameters
    ----------
    key : bytes
        Sixteen bytes.
    """
    words: Any = _Words(key)
    return np.random.Generator(np.random.Philox(words))
