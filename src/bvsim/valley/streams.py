"""Random streams: one per source of chance, keyed by name and never by order.

A stream is a counter-based generator (Philox) whose key is a hash of seed, draw,
replication and a name such as ``acc-douvrin.block-2.line-3.breakdowns``. Adding a
plant or a policy leaves every other stream as it was.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np

_BATCH = 32


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


class Stream:
    """Uniform numbers in (0, 1) from one named source of chance."""

    def __init__(self, generator: np.random.Generator | None) -> None:
        self._generator = generator
        self._batch: list[float] = []

    @property
    def random(self) -> bool:
        """False when chance is off."""
        return self._generator is not None

    def uniform(self) -> float:
        """Return the next uniform number; one half when chance is off."""
        if self._generator is None:
            return 0.5
        if not self._batch:
            self._batch = self._generator.random(_BATCH).tolist()
            self._batch.reverse()
        return self._batch.pop()

    def happens(self, probability: float) -> bool:
        """Decide an event; with chance off only a certain one happens."""
        if self._generator is None:
            return probability >= 1.0
        return self.uniform() < probability

    def exponential(self, mean: float) -> float:
        """Return an exponential waiting time; infinite when chance is off."""
        if self._generator is None:
            return math.inf
        return -mean * math.log1p(-self.uniform())

    def binomial(self, trials: int, probability: float) -> int:
        """Return a binomial count by inversion of one uniform (chance off: rounded mean)."""
        if trials <= 0 or probability <= 0.0:
            return 0
        if probability >= 1.0:
            return trials
        if self._generator is None:
            return round(trials * probability)
        if probability > 0.5:
            return trials - _invert_binomial(1.0 - self.uniform(), trials, 1.0 - probability)
        return _invert_binomial(self.uniform(), trials, probability)


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


@dataclass(frozen=True)
class Streams:
    """The source of every stream of one replication; each name is given out once."""

    key: Key
    _given: set[str] = field(default_factory=set)

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
            return Stream(None)
        text = f"{self.key.seed}|{self.key.draw}|{self.key.replication}|{name}"
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return Stream(np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little"))))
