"""The shipped array of shards on a real Slurm of one node: a task killed, submitted again."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

import slurm
from bvsim.cli import main
from bvsim.ensemble.run import open_run

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "how-to" / "clusters" / "array.sbatch"
TOYLAND = ROOT / "tests" / "data" / "toyland" / "scenarios" / "toy.yaml"
DRAWS, KILLED = 160, 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(slurm.missing()), reason=slurm.missing() or "there is one"),
]


@pytest.fixture
def cluster():
    with slurm.one_node() as env:
        path = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
        modules = os.pathsep.join(filter(None, sys.path))
        yield env | {"PATH": path, "PYTHONPATH": modules, "BVSIM_STORE": "off"}


def submit(cluster, folder, *words):
    """Submit the script as its first lines say; return the number of the job."""
    asked = f"ALL,SCENARIO={TOYLAND},DRAWS={DRAWS},OUT={folder}"
    command = ("sbatch", "--parsable", f"--chdir={folder}", *words, f"--export={asked}", SCRIPT)
    number = slurm.asked(cluster, *map(str, command))
    assert number.isdecimal()
    return number


def wait(cluster, number):
    slurm.until(lambda: not slurm.asked(cluster, "squeue", "-h", "-j", number), "jobs end", 300.0)


def status(folder):
    manifest = folder / "manifest.json"
    return json.loads(manifest.read_text("utf-8"))["status"] if manifest.exists() else ""


def kill_whoever_writes(folder):
    """End the task as the kernel does that is out of memory: Slurm itself would ask first."""
    for process in psutil.process_iter(["cmdline"]):
        if str(folder) in (process.info["cmdline"] or ()):
            process.kill()
            return
    raise AssertionError(f"nobody writes {folder}")


def call(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_an_array_with_a_task_killed_and_submitted_again_is_one_run(tmp_path, cluster):
    number = submit(cluster, tmp_path)
    victim = tmp_path / f"part-{KILLED + 1}"
    slurm.until(lambda: status(victim) == "running", "the task runs", 120.0)
    kill_whoever_writes(victim)
    wait(cluster, number)
    ended = [status(tmp_path / f"part-{part}") for part in range(1, 5)]
    assert ended == ["complete", "complete", "running", "complete"]
    wait(cluster, submit(cluster, tmp_path, f"--array={KILLED}"))
    call("merge", *(tmp_path / f"part-{part}" for part in range(1, 5)), "--out", tmp_path / "whole")
    alone = ("--workers", 1, "--no-report", "--fresh", "--out", tmp_path / "one")
    call("run", TOYLAND, "-n", DRAWS, *alone)
    whole, one = open_run(tmp_path / "whole"), open_run(tmp_path / "one")
    assert whole.rows == DRAWS
    assert whole.manifest["files"] == one.manifest["files"]
    assert len(one.manifest["files"]) > 3
