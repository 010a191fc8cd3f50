"""Sharing a gain among those who brought it about, whatever the order.

A game has m players; its worth is known for each of the 2**m subsets. Subsets stand in
the order of `subsets`: number k holds player i where bit i of k is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from bvsim.ensemble.work import FloatArray


def subsets(players: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return all subsets of the players, from none to all, in the order of their bits."""
    count = len(players)
    return tuple(tuple(players[i] for i in range(count) if k >> i & 1) for k in range(1 << count))


def shapley(worth: ArrayLike) -> FloatArray:
    """Return each player's Shapley share of what all of them add to none.

    The mean, over all orders in which players may join, of what a player adds on joining
    (Shapley 1953, in Contributions to the Theory of Games II, 307-317). Shares add up to
    the worth of all less the worth of none.

    Parameters
    ----------
    worth : array, shape (..., 2**m)
        Worth of each subset.

    Returns
    -------
    array, shape (..., m)
    """
    values, count = _checked(worth)
    shares = np.zeros((*values.shape[:-1], count))
    for i in range(count):
        for k in _without(count, i):
            size = k.bit_count()
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            shares[..., i] += weight * (values[..., k | 1 << i] - values[..., k])
    return shares


def alone(worth: ArrayLike) -> FloatArray:
    """Return what each player adds to none, shape (..., m)."""
    values, count = _checked(worth)
    first = np.array([1 << i for i in range(count)])
    added: FloatArray = values[..., first] - values[..., :1]
    return added


def last(worth: ArrayLike) -> FloatArray:
    """Return what each player adds to all the others, shape (..., m)."""
    values, count = _checked(worth)
    everyone = (1 << count) - 1
    others = np.array([everyone ^ 1 << i for i in range(count)])
    added: FloatArray = values[..., everyone, None] - values[..., others]
    return added


def pairs(worth: ArrayLike) -> FloatArray:
    """Return what each pair adds to none, shape (..., m (m - 1) / 2), pairs by `pair_names`."""
    values, count = _checked(worth)
    both = np.array([1 << i | 1 << j for i, j in combinations(range(count), 2)], dtype=int)
    added: FloatArray = values[..., both] - values[..., :1]
    return added


def interactions(worth: ArrayLike) -> FloatArray:
    """Return what each pair adds beyond the sum of its two alone; shape as `pairs`.

    Above zero the two help one another (lifting both frees more than each by itself);
    below zero they stand in for one another.
    """
    values, count = _checked(worth)
    singly = alone(values)
    first = [i for i, _ in combinations(range(count), 2)]
    second = [j for _, j in combinations(range(count), 2)]
    beyond: FloatArray = pairs(values) - singly[..., first] - singly[..., second]
    return beyond


def pair_names(players: Sequence[str]) -> tuple[str, ...]:
    """Return the names of pairs, ``a+b``, in the order of `pairs`."""
    return tuple(f"{a}+{b}" for a, b in combinations(players, 2))


def _checked(worth: ArrayLike) -> tuple[FloatArray, int]:
    values = np.asarray(worth, dtype=np.float64)
    count = values.shape[-1].bit_length() - 1
    if values.shape[-1] != 1 << count:
        raise ValueError(f"{values.shape[-1]} subsets: their number must be a power of two")
    return values, count


def _without(count: int, player: int) -> list[int]:
    """Return the numbers of the subsets that lack a player."""
    return [k for k in range(1 << count) if not k >> player & 1]
