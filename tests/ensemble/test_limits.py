"""A row that never ends is a failure, named; Ctrl-C and signals to end stop it at the first."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import simpy

from bvsim.ensemble import work
from bvsim.ensemble.run import open_run, run
from bvsim.valley.ground.environment import Environment
from bvsim.valley.ground.limit import RowLimitError, limit_events, place_of
from fake import FakeJob, FakeScenario

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


class Mill:
    """An actor whose process never lets time pass after a day."""

    def __init__(self, env):
        self.entity = "mill-1"
        env.process(self.grind(env))

    def grind(self, env):
        yield env.timeout(40.0)
        while True:
            yield env.timeout(0.0)


def test_events_that_never_end_are_told_with_actor_and_date():
    env = Environment()
    Mill(env)
    limit_events(env, lambda day: f"day {day:g}", 1000)
    with pytest.raises(RowLimitError, match=r"1,000 events by day 40.*mill-1 \(grind\)"):
        env.run()


def test_a_number_of_events_within_the_limit_passes():
    env = Environment()
    limit_events(env, str, 9)
    for day in range(9):
        env.timeout(day)
    env.run()
    assert env.now == 8
    env.timeout(1)
    with pytest.raises(RowLimitError, match="more than 9 events"):
        env.run()


@dataclass(frozen=True)
class EndlessJob(FakeJob):
    """A row of which never ends: `endless` is its draw."""

    endless: int = 2

    def simulate(self, values, key):
        if key.draw == self.endless:
            env = Environment()
            Mill(env)
            env.run()
        return super().simulate(values, key)


@POSIX
def test_a_row_that_takes_too_long_is_a_failure(tmp_path, monkeypatch):
    # in this process: the workers of a pool run the same function, and know no patch
    monkeypatch.setattr(work, "ROW_SECONDS", 1.0)
    made = run(FakeScenario(), 6, out=tmp_path / "a", workers=1, job=EndlessJob())
    assert made.status == "complete"
    (failure,) = made.failures
    assert (failure.draw, failure.stage) == (2, "limit")
    assert re.search(r"more than 1 s: (mill-1 \(grind\)|nobody) on day 40", failure.message)
    assert made.rows == 5


@pytest.mark.parametrize("kernel", [Environment, simpy.Environment])
def test_the_place_is_that_of_the_process_under_way(kernel):
    env = kernel()
    told = []

    class Clerk:
        name = "clerk-1"

        def work(self):
            yield env.timeout(3.0)
            told.append(place_of(sys._getframe()))

    env.process(Clerk().work())
    env.run()
    assert told == ["clerk-1 (work) on day 3 since the start"]
    assert place_of(None) == "outside any actor's process"


SCRIPT = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever started the tests may ignore it
from test_limits import EndlessJob
from fake import FakeScenario
from bvsim.ensemble.run import Interrupted, run
try:
    run(FakeScenario(), 40, out=sys.argv[1], workers=int(sys.argv[2]), design="random",
        job=EndlessJob(seconds=0.02, endless=20), chunk_rows=1)
except Interrupted as stop:
    print(stop.run.status, stop.run.rows, stop.ordered)
"""


@POSIX
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_first_signal_ends_a_run_that_hangs(tmp_path, name, workers):
    paths = [str(Path(__file__).parent), *sys.path]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "a"), str(workers)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    shards = tmp_path / "a" / "shards"
    deadline = time.monotonic() + 120
    while not (shards.is_dir() and len(list(shards.glob("*.arrow"))) >= 20):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    out, _ = process.communicate(timeout=60)
    status, rows, ordered = out.split()
    assert ordered == str(name != "SIGINT")
    assert (status, open_run(tmp_path / "a").status) == ("interrupted", "interrupted")
    assert int(rows) >= 20
