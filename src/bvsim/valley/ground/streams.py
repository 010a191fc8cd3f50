"""Random streams: one per source of chance, keyed by name and never by order.

A stream is a counter-based generator (Philox) whose key is a hash of seed, draw,
replication and a name such as ``alpha.block-2.line-3.breakdowns``. Adding a
plant or a policy leaves every other stream as it was.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Final

from bvsim.valley.ground.rows import i64, is_native, read_f64_le, vec
from bvsim.valley.ground.seeds import NUMBERS_OF_A_BLOCK, Source

_FIRST_BATCH: Final = 24
_GROWTH: Final = 6
_LARGEST_BATCH: Final = 192
_BYTES_OF_A_NUMBER: Final = 8
_NATIVE: Final = is_native(vec[float]([0.0]))


@dataclass(frozen=True)
class Key:
    """What identifies one replication.

    Parameters
    ----------
    seed, draw, replication : int
        The run's seed, the row of the design, and the luck within that row.
    chance : bool
        False switches chance off: uniforms are one half, hazards never strike.
    """

    seed: int
    draw: int
    replication: int
    chance: bool = True

    def __reduce__(self) -> tuple[type[Key], tuple[int, int, int, bool]]:
        """Say how to make it again in a worker: compiled, a frozen class takes no fields later."""
        return Key, (self.seed, self.draw, self.replication, self.chance)


class Stream:
    """Uniform numbers in (0, 1) from one named source of chance.

    Numbers are drawn when the first is asked for, as many sources of chance never are, in larger
    and larger batches, as some are asked often.

    Parameters
    ----------
    key : bytes or None
        Sixteen bytes that key the numbers; None switches chance off.
    source : Source
        Where numbers are drawn.
    """

    __slots__ = ("_batch", "_drawn", "_key", "_size", "_source", "_taken")

    def __init__(self, key: bytes | None, source: Source) -> None:
        self._key, self._source = key, source
        self._drawn = 0
        self._batch = vec[float]()
        """Numbers drawn, of which so many are taken."""
        self._taken: i64 = 0
        self._size: i64 = 0

    @property
    def random(self) -> bool:
        """False when chance is off."""
        return self._key is not None

    def uniform(self) -> float:
        """Return the next uniform number; one half when chance is off."""
        taken = self._taken
        if taken == self._size:
            return self._next()
        self._taken = taken + 1
        return self._batch[taken]

    def uniforms(self, count: int) -> list[float]:
        """Return the next numbers, the first one first."""
        return [self.uniform() for _ in range(count)]

    def row(self, count: i64) -> vec[float]:
        """Return the next numbers as a row."""
        row = vec[float]([0.0] * count)
        for i in range(count):
            row[i] = self.uniform()
        return row

    def _next(self) -> float:
        """Draw a batch of numbers and return the first."""
        key = self._key
        if key is None:
            return 0.5
        size = _GROWTH * self._size if self._size else _FIRST_BATCH
        size = size if size < _LARGEST_BATCH else _LARGEST_BATCH
        self._batch = _drawn(self._source, key, self._drawn // NUMBERS_OF_A_BLOCK, size)
        self._drawn += size
        self._taken, self._size = 1, size
        return self._batch[0]

    def happens(self, probability: float) -> bool:
        """Decide an event; with chance off only a certain one happens."""
        if self._key is None:
            return probability >= 1.0
        return self.uniform() < probability

    def exponential(self, mean: float) -> float:
        """Return an exponential waiting time; infinite when chance is off."""
        if self._key is None:
            return math.inf
        return -mean * math.log1p(-self.uniform())


def _drawn(source: Source, key: bytes, block: int, count: i64) -> vec[float]:
    """Return numbers of a source as a row: compiled, they come as memory, in no boxes."""
    if not _NATIVE:
        return vec[float](source.numbers(key, block, count))
    packed = source.packed(key, block, count)
    row = vec[float]([0.0] * count)
    for i in range(count):
        row[i] = read_f64_le(packed, i * _BYTES_OF_A_NUMBER)
    return row


def binomial_quantile(u: float, trials: int, probability: float) -> int:
    """Return the binomial count at a uniform number; for one number it grows with the trials."""
    if trials <= 0 or probability <= 0.0:
        return 0
    if probability >= 1.0:
        return trials
    if probability > 0.5:
        return trials - _invert_binomial(1.0 - u, trials, 1.0 - probability)
    return _invert_binomial(u, trials, probability)


def _invert_binomial(u: float, trials: int, probability: float) -> int:
    """Return the smallest k whose binomial distribution function reaches u."""
    odds = probability / (1.0 - probability)
    log_term = trials * math.log1p(-probability)
    if log_term < -700.0:  # the first terms underflow: halve the trials and add
        half = trials // 2
        first = _invert_binomial(u, half, probability)
        return first + round((trials - half) * probability)
    term = math.exp(log_term)
    total, k = term, 0
    while total < u and k < trials:
        term *= odds * (trials - k) / (k + 1)
        total += term
        k += 1
    return k


def key_of(key: Key, name: str) -> bytes:
    """Return the sixteen bytes that key a stream of a replication."""
    return _named(_hash_of(key), name)


def _hash_of(key: Key) -> hashlib.blake2b:
    """Return the hash of a replication, which names are added to."""
    text = f"{key.seed}|{key.draw}|{key.replication}|"
    return hashlib.blake2b(text.encode(), digest_size=16)


def _named(begun: hashlib.blake2b, name: str) -> bytes:
    """Return a hash that has a name added to it."""
    whole = begun.copy()
    whole.update(name.encode())
    return whole.digest()


class Streams:
    """The source of every stream of one replication; each name is given out once.

    Parameters
    ----------
    key : Key
        Of the replication.
    """

    __slots__ = ("_given", "_hash", "_source", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self._given: set[str] = set()
        self._source = Source()
        self._hash = _hash_of(key)

    def stream(self, entity: str, source: str) -> Stream:
        """Return the stream of a source of chance at an entity.

        Raises
        ------
        ValueError
            When the same name was given out before.
        """
        name = f"{entity}.{source}"
        if name in self._given:
            raise ValueError(f"the random stream {name!r} is used twice")
        self._given.add(name)
        if not self.key.chance:
            return Stream(None, self._source)
        return Stream(_named(self._hash, name), self._source)
