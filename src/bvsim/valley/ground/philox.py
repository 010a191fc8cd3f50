"""The random numbers of Philox, worked out natively.

NumPy's generator of the same key gives the same numbers. To make one takes longer than to draw a
hundred numbers here, and most sources of chance are asked for fewer. Only the compiled valley
computes them so: Python would take a hundred times as long.

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") scrambles a counter in
ten rounds of two long multiplications. Its words of 64 bits are held as two digits of 32 bits,
and the digits of multipliers less 2**32, so that no product leaves 63 bits.
"""

from __future__ import annotations

import struct
from typing import Final

from bvsim.valley.ground.rows import i64, vec

NUMBERS: Final = 4
"""Numbers of a block: one value of the counter."""
_ROUNDS: Final = 10
_DIGIT: Final = 0xFFFFFFFF
_A_LOW: Final = 0xE14C6C93 - 0x100000000
_A_HIGH: Final = 0xD2E7470E - 0x100000000
_B_LOW: Final = 0x95121157 - 0x100000000
_B_HIGH: Final = 0xCA5A8263 - 0x100000000
"""Digits of the two multipliers."""
_C_LOW: Final = 0x7F4A7C15
_C_HIGH: Final = 0x9E3779B9
_D_LOW: Final = 0x84CAA73B
_D_HIGH: Final = 0xBB67AE85
"""Digits of what is added to either word of the key after a round."""
_RESOLUTION: Final = 1.0 / 9007199254740992.0
"""Step of the numbers: 2**-53."""


class Philox:
    """The uniform numbers in [0, 1) of a key, a block at a time.

    Parameters
    ----------
    key : bytes
        Sixteen bytes.
    """

    __slots__ = ("_block", "_c_high", "_c_low", "_d_high", "_d_low")

    def __init__(self, key: bytes) -> None:
        words: tuple[int, int, int, int] = struct.unpack("<4I", key)
        self._block: i64 = 0
        self._c_low: i64 = words[0]
        self._c_high: i64 = words[1]
        self._d_low: i64 = words[2]
        self._d_high: i64 = words[3]

    def fill(self, numbers: vec[float]) -> None:
        """Write the next block into a row of four, the last number first."""
        self._block += 1
        w: i64 = self._block & _DIGIT
        w_high: i64 = self._block >> 32
        x: i64 = 0
        x_high: i64 = 0
        y: i64 = 0
        y_high: i64 = 0
        z: i64 = 0
        z_high: i64 = 0
        c, c_high, d, d_high = self._c_low, self._c_high, self._d_low, self._d_high
        rounds: i64 = 0
        while rounds < _ROUNDS:  # not `for`, whose counter is one of Python's
            a0, a1, a2, a3 = _product(w, w_high, _A_LOW, _A_HIGH)
            b0, b1, b2, b3 = _product(y, y_high, _B_LOW, _B_HIGH)
            w, w_high = b2 ^ x ^ c, b3 ^ x_high ^ c_high
            y, y_high = a2 ^ z ^ d, a3 ^ z_high ^ d_high
            x, x_high, z, z_high = b0, b1, a0, a1
            c += _C_LOW
            c_high = (c_high + _C_HIGH + (c >> 32)) & _DIGIT
            c &= _DIGIT
            d += _D_LOW
            d_high = (d_high + _D_HIGH + (d >> 32)) & _DIGIT
            d &= _DIGIT
            rounds += 1
        numbers[3] = float(w_high << 21 | w >> 11) * _RESOLUTION
        numbers[2] = float(x_high << 21 | x >> 11) * _RESOLUTION
        numbers[1] = float(y_high << 21 | y >> 11) * _RESOLUTION
        numbers[0] = float(z_high << 21 | z >> 11) * _RESOLUTION


def _product(low: i64, high: i64, by_low: i64, by_high: i64) -> tuple[i64, i64, i64, i64]:
    """Return the four digits of a product, the lowest first; the multiplier's are less 2**32."""
    first = low * by_low
    one, other = low * by_high, high * by_low
    last = high * by_high
    second = (first >> 32) + low + (one & _DIGIT) + (other & _DIGIT)
    third = (second >> 32) + (one >> 32) + low + (other >> 32) + high + (last & _DIGIT)
    return first & _DIGIT, second & _DIGIT, third & _DIGIT, (third >> 32) + (last >> 32) + high
