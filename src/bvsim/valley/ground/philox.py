"""The random numbers of Philox, worked out natively.

NumPy's generator of the same key gives the same numbers. To make one takes longer than to draw a
hundred numbers here, and most sources of chance are asked for fewer. Only the compiled valley
computes them so: Python would take a hundred times as long.

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") scrambles a counter in
ten rounds of two long multiplications. Of each word the lowest 64 bits count: compiled, there are
no others, as what is beyond them is lost; interpreted, words grow, and are cut where they are read.
"""

from __future__ import annotations

import struct
from typing import Final

from bvsim.valley.ground.rows import i64, vec

NUMBERS: Final = 4
"""Numbers of a block: one value of the counter."""
_ROUNDS: Final = 10
_DIGIT: Final = 0xFFFFFFFF
_A_LOW: Final = 0xE14C6C93
_A_HIGH: Final = 0xD2E7470E
_B_LOW: Final = 0x95121157
_B_HIGH: Final = 0xCA5A8263
"""Digits (of 32 bits) of the two multipliers."""
_A: Final = (_A_HIGH << 32 | _A_LOW) - (1 << 64)
_B: Final = (_B_HIGH << 32 | _B_LOW) - (1 << 64)
"""The multipliers: less 2**64, as words have a sign."""
_C: Final = 0x9E3779B97F4A7C15 - (1 << 64)
_D: Final = 0xBB67AE8584CAA73B - (1 << 64)
"""What is added to either word of the key after a round."""
_MANTISSA: Final = 0x1FFFFFFFFFFFFF
_RESOLUTION: Final = 1.0 / 9007199254740992.0
"""Step of the numbers: 2**-53."""


class Philox:
    """The uniform numbers in [0, 1) of a key, a block at a time.

    Parameters
    ----------
    key : bytes
        Sixteen bytes.
    """

    __slots__ = ("_block", "_c", "_c_step", "_d", "_d_step")

    def __init__(self, key: bytes) -> None:
        words: tuple[int, int] = struct.unpack("<2q", key)
        self._block: i64 = 0
        self._c: i64 = words[0]
        self._d: i64 = words[1]
        self._c_step: i64 = _C
        self._d_step: i64 = _D

    def fill(self, numbers: vec[float]) -> None:
        """Write the next block into a row of four, the last number first."""
        self._block += 1
        w: i64 = self._block
        x: i64 = 0
        y: i64 = 0
        z: i64 = 0
        c, d = self._c, self._d
        c_step, d_step = self._c_step, self._d_step
        rounds: i64 = 0
        while rounds < _ROUNDS:  # not `for`, whose counter is one of Python's
            above = _above(y, _B_LOW, _B_HIGH) ^ x ^ c
            x, y = y * _B, _above(w, _A_LOW, _A_HIGH) ^ z ^ d
            w, z = above, w * _A
            c += c_step
            d += d_step
            rounds += 1
        numbers[3] = _between_0_and_1(w)
        numbers[2] = _between_0_and_1(x)
        numbers[1] = _between_0_and_1(y)
        numbers[0] = _between_0_and_1(z)


def _above(word: i64, by_low: i64, by_high: i64) -> i64:
    """Return what of a product is above its lowest 64 bits, by long multiplication."""
    low, high = word & _DIGIT, word >> 32 & _DIGIT
    low_low, low_high = low * by_low, low * by_high
    high_low = high * by_low
    carried = (low_low >> 32 & _DIGIT) + (low_high & _DIGIT) + (high_low & _DIGIT)
    above = high * by_high + (low_high >> 32 & _DIGIT) + (high_low >> 32 & _DIGIT)
    return above + (carried >> 32)


def _between_0_and_1(word: i64) -> float:
    return float(word >> 11 & _MANTISSA) * _RESOLUTION
