"""A Dask scheduler that is killed in mid-run costs only rows that had not come back."""

import os
import socket
import subprocess
import sys

import pytest

from bvsim.ensemble.run import RunError, open_run, run
from fake import FakeJob, FakeScenario

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and one worker, each a process: its address, and the scheduler."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    module = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
    port = ["--host", "127.0.0.1", "--port", address.rpartition(":")[2]]
    quiet = {"stderr": subprocess.DEVNULL, "cwd": tmp_path, "env": env}
    scheduler = subprocess.Popen([*module, *port], **quiet)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://{address}"]
    hand = subprocess.Popen([*worker, "--nthreads", "1", "--no-dashboard"], **quiet)
    yield f"tcp://{address}", scheduler
    for process in (hand, scheduler):
        process.kill()
        process.wait()


def test_rows_that_had_come_back_are_kept(tmp_path, cluster):
    address, scheduler = cluster

    def progress(done, *_):
        if done >= 10:
            scheduler.kill()

    asked = {"seed": 1, "design": "random", "job": FakeJob(seconds=0.05), "chunk_rows": 2}
    with pytest.raises(RunError, match=r"engine no longer answers.*kept in .*--resume"):
        run(
            FakeScenario(),
            200,
            out=tmp_path / "a",
            engine="dask",
            scheduler=address,
            workers=1,
            progress=progress,
            **asked,
        )
    held = open_run(tmp_path / "a")
    assert held.status == "interrupted"
    assert 10 <= held.rows < 200
    assert not held.failures
    asked |= {"job": FakeJob(), "workers": 1}
    resumed = run(FakeScenario(), 200, out=tmp_path / "a", resume=True, **asked)
    whole = run(FakeScenario(), 200, out=tmp_path / "b", **asked)
    assert resumed.manifest["files"] == whole.manifest["files"]
