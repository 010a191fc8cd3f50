"""Blocks of key figures: those of a run bit for bit, and each row simulated once."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest

from bvsim.ensemble.blocks import blocks
from bvsim.ensemble.experiment import Experiment
from bvsim.ensemble.run import run
from bvsim.ensemble.workers.engine import Engine
from fake import FakeJob, FakeScenario

HERE = Engine(workers=1)


@dataclass(frozen=True)
class Marked(FakeJob):
    """A job that says what its rows depend on."""

    mark: str = "job"


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("BVSIM_STORE", str(tmp_path / "rows"))


def asked(draws=10, **job):
    return Experiment(FakeScenario(), draws, 1, job=Marked(**job))


def test_blocks_are_the_rows_of_a_run_bit_for_bit(tmp_path, monkeypatch):
    found = list(blocks(asked(), HERE, size=4))
    assert [block.draws.tolist() for block in found] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    monkeypatch.setenv("BVSIM_STORE", "off")
    table = run(FakeScenario(), 10, 1, job=Marked(), out=tmp_path / "run", workers=1).table("kpis")
    values = np.concatenate([block.values for block in found])
    assert np.array_equal(values, table[list(found[0].figures)].to_numpy(), equal_nan=True)


def test_a_block_that_was_made_is_kept_though_nobody_asks_for_the_next():
    first = blocks(asked(), HERE, size=4)
    next(first)
    first.close()
    assert [block.simulated for block in blocks(asked(), HERE, size=4)] == [0, 4, 2]
    assert [block.simulated for block in blocks(asked(), HERE, size=3)] == [0, 0, 0, 0]


def test_rows_of_a_run_are_not_made_again(tmp_path):
    run(FakeScenario(), 6, 1, job=Marked(), out=tmp_path / "run", workers=1)
    assert [block.simulated for block in blocks(asked(), HERE, size=4)] == [0, 2, 2]


def test_a_row_that_fails_is_missing():
    found = next(blocks(asked(draws=4, fails=frozenset({1})), HERE))
    assert found.draws.tolist() == [0, 2, 3]
    assert len(found.values) == 3


def test_two_who_ask_at_once_share_the_rows():
    lock, counts = threading.Lock(), [0, 0]

    def ask(number):
        slow = asked(draws=12, seconds=0.01)
        counts[number] = sum(b.simulated for b in blocks(slow, HERE, size=4, turn=lock))

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 12
