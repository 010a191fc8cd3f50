"""Dask's scheduler or a worker, killed in mid-run at any moment, costs only rows under way."""

import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bvsim.ensemble.run import RunError, open_run, run
from fake import FakeJob, FakeScenario

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

KILLS = 10 if "BVSIM_NIGHTLY" in os.environ else 2
"""How many moments are tried; ten by night."""
ROWS = 120


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, started as users do: its address, and the three."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    dask = str(Path(sys.executable).with_name("dask"))
    module = [dask, "scheduler", "--no-dashboard"]
    port = ["--host", "127.0.0.1", "--port", address.rpartition(":")[2]]
    quiet = {"stderr": subprocess.DEVNULL, "cwd": tmp_path, "env": env}
    scheduler = subprocess.Popen([*module, *port], **quiet)
    worker = [dask, "worker", f"tcp://{address}"]
    alone = ["--nthreads", "1", "--no-dashboard", "--no-nanny"]
    workers = [subprocess.Popen([*worker, *alone], **quiet) for _ in range(2)]
    yield f"tcp://{address}", scheduler, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nothing disturbs."""
    return simulate(tmp_path_factory.mktemp("whole"), workers=1)


def simulate(out, seconds=0.0, **options):
    job = FakeJob(seconds=seconds)
    asked = {"seed": 1, "design": "random", "job": job, "chunk_rows": 2}
    return run(FakeScenario(), ROWS, out=out / "run", **asked, **options)


@pytest.mark.parametrize("number", range(KILLS))
def test_whoever_is_killed_whenever(tmp_path, cluster, whole, number):
    address, scheduler, workers = cluster
    dice = random.Random(number)
    victim = dice.choice(workers) if number % 2 else scheduler
    after_rows, seconds = dice.randrange(1, ROWS // 2), dice.uniform(0.0, 0.2)
    came = threading.Timer(seconds, victim.kill)

    def progress(done, *_):
        if done >= after_rows and came.ident is None:
            came.start()

    asked = {"engine": "dask", "scheduler": address, "workers": 2, "progress": progress}
    if victim is scheduler:
        with pytest.raises(RunError, match=r"engine no longer answers.*kept in .*--resume"):
            simulate(tmp_path, 0.05, **asked)
        held = open_run(tmp_path / "run")
        assert held.status == "interrupted"
        assert after_rows <= held.rows < ROWS
        assert not held.failures
        made = simulate(tmp_path, workers=1, resume=True)
    else:
        made = simulate(tmp_path, 0.05, **asked)
    assert victim.wait() < 0
    assert made.status == "complete"
    assert made.manifest["files"] == whole.manifest["files"]
