"""Rules that share scarce people among employers, whatever the order of their names in a file."""

from __future__ import annotations

import hashlib
import math
from typing import Literal

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


def largest_remainder(total: int, weights: list[float], ranks: list[float]) -> list[int]:
    """Divide a whole number in proportion to weights (Hamilton's method).

    Parameters
    ----------
    total : int
        What is divided.
    weights : list of float
        Not negative; when all are zero nobody gets anything.
    ranks : list of float
        Equal remainders go to the smaller rank first.
    """
    whole = math.fsum(weights)
    if total <= 0 or whole <= 0.0:
        return [0] * len(weights)
    return _whole(total, [total * weight / whole for weight in weights], ranks)


def _whole(total: int, quotas: list[float], ranks: list[float]) -> list[int]:
    """Return whole shares that add up: the largest remainders are rounded up."""
    shares, rest = [], total
    for quota in quotas:
        share = math.floor(quota + 1e-9)
        shares.append(share)
        rest -= share
    for _ in range(rest):  # who was rounded up has the smallest remainder from then on
        most = _largest(quotas, shares, ranks)
        shares[most] = shares[most] + 1
    return shares


def _largest(quotas: list[float], shares: list[int], ranks: list[float]) -> int:
    """Return the position of the largest remainder; ties go to the smallest rank."""
    best, most = 0, quotas[0] - shares[0]
    for i, quota in enumerate(quotas):
        remainder = quota - shares[i]
        if remainder > most or (remainder == most and ranks[i] < ranks[best]):
            best, most = i, remainder
    return best


def allot(
    total: int, wants: list[int], rule: Rule, order: list[float], ranks: list[float]
) -> list[int]:
    """Give at most `total` people to those who want them, nobody more than wanted.

    Parameters
    ----------
    total : int
        People there are.
    wants : list of int
        People each asks for.
    rule : {"proportional", "by-pay", "first-come"}
        In proportion to the wants, or one after another by `order`.
    order : list of float
        Who is served first under the other rules: ascending.
    ranks : list of float
        Break ties.
    """
    whole = 0
    for want in wants:
        whole += want
    if total >= whole:
        return wants.copy()
    if rule == "proportional":
        return _whole(total, [total * want / whole for want in wants], ranks)
    return _in_turn(total, wants, order, ranks)


def _in_turn(total: int, wants: list[int], order: list[float], ranks: list[float]) -> list[int]:
    """Serve one after another by `order`, ties by `ranks`."""
    given = [0] * len(wants)
    for i in sorted(range(len(wants)), key=lambda i: (order[i], ranks[i])):
        given[i] = min(wants[i], total)
        total -= given[i]
    return given
