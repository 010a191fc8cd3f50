"""Random streams: keyed by name, the same however the numbers are asked for."""

import hashlib
import math

import numpy as np
import pytest

from bvsim.valley.ground.seeds import Source
from bvsim.valley.ground.streams import Key, Streams


def test_numbers_are_those_of_philox_keyed_by_the_name():
    stream = Streams(Key(7, 3, 1)).stream("acc-douvrin", "breakdowns")
    digest = hashlib.blake2b(b"7|3|1|acc-douvrin.breakdowns", digest_size=16).digest()
    philox = np.random.Philox(key=int.from_bytes(digest, "little"))
    expected = np.random.Generator(philox).random(100)
    assert [stream.uniform() for _ in range(100)] == list(expected)


@pytest.mark.parametrize("key", [bytes(16), bytes([255] * 16), bytes(range(16))])
def test_a_source_gives_the_numbers_of_any_key_from_any_place(key):
    philox = np.random.Philox(key=int.from_bytes(key, "little"))
    expected = np.random.Generator(philox).random(80).tolist()
    source = Source()
    assert source.numbers(key, 0, 40) == expected[:40]
    source.numbers(bytes(range(1, 17)), 3, 5)  # another key between
    assert source.numbers(key, 10, 40) == expected[40:]
    assert source.numbers(key, 0, 3) == expected[:3]


@pytest.mark.parametrize("counts", [(4,) * 20, (1, 4, 4, 30, 3), (40, 7)])
def test_several_numbers_at_once_are_the_next_ones(counts):
    one_by_one = Streams(Key(1, 0, 0)).stream("plant", "attrition")
    together = Streams(Key(1, 0, 0)).stream("plant", "attrition")
    for count in counts:
        assert together.uniforms(count) == [one_by_one.uniform() for _ in range(count)]


def test_a_stream_does_not_depend_on_those_given_out_before():
    alone = Streams(Key(1, 0, 0)).stream("b", "luck")
    streams = Streams(Key(1, 0, 0))
    streams.stream("a", "luck").uniform()
    assert streams.stream("b", "luck").uniform() == alone.uniform()


def test_a_name_is_given_out_once():
    streams = Streams(Key(1, 0, 0))
    streams.stream("a", "luck")
    with pytest.raises(ValueError, match="used twice"):
        streams.stream("a", "luck")


def test_without_chance_nothing_random_happens():
    stream = Streams(Key(1, 0, 0, chance=False)).stream("a", "luck")
    assert not stream.random
    assert stream.uniforms(5) == [0.5] * 5
    assert stream.exponential(3.0) == math.inf
    assert not stream.happens(0.999)
    assert stream.happens(1.0)
