"""A store is in one state or in none, whatever stops whoever writes it, at whatever step.

The steps of a command are counted in a first run of it; then it is stopped at each of them: by
Ctrl-C, by a disk that is full from then on, by a kill after which nothing happens.
"""

import errno
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from xlsxwriter import Workbook

from bvsim.ensemble.merging import merge
from bvsim.ensemble.run import RunError, open_run
from writers import (
    ACTIONS,
    AGAIN,
    INPUTS,
    assert_sound,
    contents,
    furnish,
    furnished,
    left_over,
    simulate,
    tables,
)

WRITES = (
    (Path, "write_bytes"),
    (Path, "write_text"),
    (os, "fsync"),
    (pq.ParquetWriter, "write"),
    (Workbook, "close"),
)
OTHERS = ((Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (shutil, "rmtree"))
HOW = ("interrupt", "full disk", "kill")


class Killed(BaseException):
    """Nothing happens after it, no tidying up either."""


@dataclass
class Steps:
    """Counts what is done to files, and has it fail from a step on."""

    how: str = ""
    at: int = 10**9
    done: int = field(default=0, init=False)

    def take(self, *, writes):
        self.done += 1
        if self.done == self.at and self.how == "interrupt":
            raise KeyboardInterrupt
        if self.done >= self.at and self.how == "full disk" and writes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.done >= self.at and self.how == "kill":
            raise Killed

    @contextmanager
    def watched(self, monkeypatch):
        with monkeypatch.context() as patch:
            for owner, name in (*WRITES, *OTHERS):
                patch.setattr(owner, name, self._step(owner, name))
            yield self

    def _step(self, owner, name):
        usual = (lambda *_: None) if name == "fsync" else getattr(owner, name)

        def step(*words, **more):
            if Path(str(words[0])).name != ".lock":  # the system takes locks back, not the process
                self.take(writes=(owner, name) in WRITES)
            return usual(*words, **more)

        return step


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("before"))


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_stops_it_wherever(before, tmp_path, monkeypatch, action, how):
    whole = furnished(before, tmp_path / "whole", action)
    inputs = {name: contents(whole / name) for name in INPUTS}
    with Steps().watched(monkeypatch) as steps:
        ACTIONS[action](whole)
    assert steps.done >= 4
    for at in range(1, steps.done + 1):
        place = furnished(before, tmp_path / f"at-{at}", action)
        stopped = (KeyboardInterrupt, OSError, Killed)
        with Steps(how, at).watched(monkeypatch), suppress(stopped):
            ACTIONS[action](place)
        assert {name: contents(place / name) for name in inputs} == inputs
        assert_sound(place, whole, action)
        assert how == "kill" or not left_over(place)
        AGAIN[action](place)
        assert tables(place / "out") == tables(whole / "out")
        shutil.rmtree(place)


def test_a_step_that_is_not_guarded_would_be_seen(tmp_path, monkeypatch):
    def careless(place):
        for name in ("a.parquet", "b.parquet"):
            (place / name).write_bytes(b"new")

    for name in ("a.parquet", "b.parquet"):
        (tmp_path / name).write_bytes(b"old")
    with Steps("full disk", 2).watched(monkeypatch), pytest.raises(OSError, match="space"):
        careless(tmp_path)
    assert len(set(tables(tmp_path).values())) == 2


def test_a_shard_that_broke_off_is_not_merged(tmp_path):
    def broken(done, *_):
        if done:
            raise OSError("gone")

    simulate(tmp_path / "one", 12, shard="1/2")
    with pytest.raises(OSError, match="gone"):
        simulate(tmp_path / "two", 12, shard="2/2", progress=broken)
    assert open_run(tmp_path / "two").status == "failed"
    with pytest.raises(RunError, match="0 rows and 0 failures of 6"):
        merge([tmp_path / "one", tmp_path / "two"], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


def test_an_engine_that_does_not_begin_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("bvsim.ensemble.workers.cluster._CONNECT_SECONDS", 1)
    simulate(tmp_path / "a", 6)
    held = contents(tmp_path / "a")
    for out in ("a", "b"):
        with pytest.raises(RunError, match="no Dask workers"):
            simulate(tmp_path / out, 12, resume=True, engine="dask", scheduler="tcp://127.0.0.1:9")
    assert contents(tmp_path / "a") == held
    assert not (tmp_path / "b").exists()
