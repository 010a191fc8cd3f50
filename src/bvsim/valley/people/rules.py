"""Rules that share scarce people among employers, whatever the order of their names in a file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Literal

Rule = Literal["proportional", "by-pay", "first-come"]


def name_rank(name: str, salt: str) -> float:
    """Return a number in [0, 1) that depends on a name and a salt only; it breaks ties."""
    digest = hashlib.blake2b(f"{salt}|{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64


def largest_remainder(total: int, weights: Sequence[float], ranks: Sequence[float]) -> list[int]:
    """Divide a whole number in proportion to weights (Hamilton's method).

    Parameters
    ----------
    total : int
        What is divided.
    weights : sequence of float
        Not negative; when all are zero nobody gets anything.
    ranks : sequence of float
        Equal remainders go to the smaller rank first.
    """
    whole = math.fsum(weights)
    if total <= 0 or whole <= 0.0:
        return [0] * len(weights)
    quotas = [total * weight / whole for weight in weights]
    shares = [math.floor(quota + 1e-9) for quota in quotas]
    rest = total - sum(shares)
    if rest == 1:
        shares[_largest(quotas, shares, ranks)] += 1
    elif rest > 1:
        order = sorted(range(len(weights)), key=lambda i: (-(quotas[i] - shares[i]), ranks[i]))
        for i in order[:rest]:
            shares[i] += 1
    return shares


def _largest(quotas: Sequence[float], shares: Sequence[int], ranks: Sequence[float]) -> int:
    """Return the position of the largest remainder; ties go to the smallest rank."""
    best, most = 0, quotas[0] - shares[0]
    for i in range(1, len(quotas)):
        remainder = quotas[i] - shares[i]
        if remainder > most or (remainder == most and ranks[i] < ranks[best]):
            best, most = i, remainder
    return best


def allot(
    total: int, wants: Sequence[int], rule: Rule, order: Sequence[float], ranks: Sequence[float]
) -> list[int]:
    """Give at most `total` people to those who want them, nobody more than wanted.

    Parameters
    ----------
    total : int
        People there are.
    wants : sequence of int
        People each asks for.
    rule : {"proportional", "by-pay", "first-come"}
        In proportion to the wants, or one after another by `order`.
    order : sequence of float
        Who is served first under the other rules: ascending.
    ranks : sequence of float
        Break ties.
    """
    if total >= sum(wants):
        return list(wants)
    if rule == "proportional":
        return largest_remainder(total, wants, ranks)
    given = [0] * len(wants)
    for i in sorted(range(len(wants)), key=lambda i: (order[i], ranks[i])):
        given[i] = min(wants[i], total)
        total -= given[i]
    return given
