"""Rules that share scarce people among employers, whatever the order of their names in a file."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Literal

from bvsim.valley.ground.rows import vec

if TYPE_CHECKING:
    from mypy_extensions import i64

Rule = Literal["proportional", "by-pay", "first-come"]


def name_rank(name: str, salt: str) -> float:
    """Return a number in [0, 1) that depends on a name and a salt only; it breaks ties."""
    digest = hashlib.blake2b(f"{salt}|{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64


def nearest(number: float) -> int:
    """Return the nearest whole number to one that is not negative, of two the even one.

    That is what `round` returns, which compiled code can call only as an object.
    """
    whole = int(number)
    part = number - whole
    return whole + 1 if part > 0.5 or (part == 0.5 and whole % 2) else whole


def largest_remainder(total: float, weights: vec[float], ranks: vec[float]) -> vec[float]:
    """Divide a whole number in proportion to weights (Hamilton's method).

    Parameters
    ----------
    total : float
        What is divided.
    weights : row of float
        Not negative; when all are zero nobody gets anything.
    ranks : row of float
        Equal remainders go to the smaller rank first.
    """
    whole = added(weights)
    if total <= 0.0 or whole <= 0.0:
        return vec[float]([0.0] * len(weights))
    return in_proportion(total, weights, whole, ranks)


def in_proportion(total: float, weights: vec[float], whole: float, ranks: vec[float]) -> vec[float]:
    """Divide a whole number in proportion to weights whose sum is known and above zero."""
    return Division(weights, ranks).shares_of(total, whole, len(weights))


class Division:
    """Divides whole numbers in proportion to weights, in rows that serve again and again.

    Parameters
    ----------
    weights : row of float
        By place, not negative; whoever divides writes them there first.
    ranks : row of float
        By place: equal remainders go to the smaller rank first.
    """

    __slots__ = ("_remainders", "_shares", "ranks", "weights")

    def __init__(self, weights: vec[float], ranks: vec[float]) -> None:
        self.weights, self.ranks = weights, ranks
        self._shares, self._remainders = weights[:], weights[:]

    def shares_of(self, total: float, whole: float, count: i64) -> vec[float]:
        """Return whole shares that add up, in a row that the next division overwrites.

        Parameters
        ----------
        total : float
            What is divided; the largest remainders are rounded up.
        whole : float
            Sum of the weights, above zero.
        count : int
            How many of the first weights count.
        """
        i: i64
        weights, shares, remainders = self.weights, self._shares, self._remainders
        rest = total
        for i in range(count):
            quota = total * weights[i] / whole
            share = float(int(quota + 1e-9))  # no quota is negative
            shares[i] = share
            remainders[i] = quota - share
            rest -= share
        while rest > 0.0:  # who was rounded up has the smallest remainder from then on
            most = _largest(remainders, self.ranks, count)
            shares[most] += 1.0
            remainders[most] -= 1.0
            rest -= 1.0
        return shares


def added(weights: vec[float]) -> float:
    """Return the sum, rounded once."""
    return added_first(weights, len(weights))


def added_first(weights: vec[float], count: i64) -> float:
    """Return the sum of the first weights, rounded once: what each addition loses is kept.

    It is added at the end. Where that cannot be done without a loss itself, `fsum`, which is slow
    to call, sees to it.
    """
    i: i64
    total = lost = 0.0
    for i in range(count):
        weight = weights[i]
        upto = total + weight
        error = _lost(total, weight, upto)
        if error != 0.0:
            errors = lost + error
            if _lost(lost, error, errors) != 0.0:
                return math.fsum(weights[:count])
            lost = errors
        total = upto
    return total + lost


def _lost(a: float, b: float, both: float) -> float:
    """Return what the rounded sum of two numbers is short of the exact one (Knuth)."""
    part = both - a
    return (a - (both - part)) + (b - part)


def _largest(remainders: vec[float], ranks: vec[float], count: i64) -> i64:
    """Return the position of the largest remainder; ties go to the smallest rank."""
    i: i64
    best: i64 = 0
    most = remainders[0]
    for i in range(1, count):
        remainder = remainders[i]
        if remainder > most or (remainder == most and ranks[i] < ranks[best]):
            best, most = i, remainder
    return best


def allot(
    total: float, wants: vec[float], rule: Rule, order: vec[float], ranks: vec[float]
) -> vec[float]:
    """Give at most `total` people to those who want them, nobody more than wanted.

    Parameters
    ----------
    total : float
        People there are.
    wants : row of float
        People each asks for.
    rule : {"proportional", "by-pay", "first-come"}
        In proportion to the wants, or one after another by `order`.
    order : row of float
        Who is served first under the other rules: ascending.
    ranks : row of float
        Break ties.
    """
    whole = 0.0
    for want in wants:
        whole += want
    if total >= whole:
        return wants[:]
    if rule != "proportional":
        return in_turn(total, wants, order, ranks)
    return in_proportion(total, wants, whole, ranks)


def in_turn(total: float, wants: vec[float], order: vec[float], ranks: vec[float]) -> vec[float]:
    """Serve one after another by `order`, ties by `ranks`."""
    given = vec[float]([0.0] * len(wants))
    for i in sorted(range(len(wants)), key=lambda i: (order[i], ranks[i])):
        given[i] = min(wants[i], total)
        total -= given[i]
    return given
