"""Faults while a run is under way: a clear message, and finished rows are still there.

Each test runs the command itself on the reference valley with a short horizon.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from bvsim.ensemble import run as runs
from bvsim.ensemble.run import open_run

WORDS = (
    "run",
    "reference",
    "--set",
    "end=2026-12-31",
    "--design",
    "random",
    "--years",
    "2026",
    "--no-report",
)
PATIENCE = 600.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc"),
]


def start(out, rows, *more, **options):
    """Start a run; return its process."""
    command = [sys.executable, "-m", "bvsim", *WORDS, "-n", str(rows), "--out", str(out), *more]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes, **options)


def finish(process):
    """Wait for a run; return exit code, standard output and standard error."""
    out, err = process.communicate(timeout=PATIENCE)
    return SimpleNamespace(code=process.returncode, out=out, err=err)


BEFORE_ROWS = ("draws.parquet", "manifest.json", "scenario.yaml")
"""What a run folder holds before its first shard."""


def whole_run(out, rows, *more, **options):
    return finish(start(out, rows, *more, **options))


def wait_for(truth, what):
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def shards(out):
    return sorted((out / "shards").glob("*.arrow")) if (out / "shards").is_dir() else []


def children(pid):
    """Return the processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text().split()
    return [int(word) for word in found]


def alive(pid):
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def values(out):
    """Return the tables of a run, without the report of how it went."""
    run = open_run(out)
    return {name: run.table(name) for name in run.tables}


def assert_same(a, b):
    first, second = values(a), values(b)
    assert first.keys() == second.keys()
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], check_exact=True)


def assert_explained(done, *words):
    assert "Traceback" not in done.err + done.out
    for word in words:
        assert word in done.err


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed run of 24 rows."""
    out = tmp_path_factory.mktemp("whole") / "run"
    done = whole_run(out, 24)
    assert done.code == 0, done.err
    return out


@contextmanager
def disk(path, options):
    """Mount a small file system, or skip where that is not allowed."""
    path.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


# -- killed, interrupted ---------------------------------------------------------------------


def test_a_killed_run_keeps_its_rows_and_resumes(tmp_path, whole):
    out = tmp_path / "run"
    process = start(out, 24, "--workers", "2")
    wait_for(lambda: shards(out), "a first shard")
    workers = children(process.pid)
    process.kill()
    process.wait(PATIENCE)
    process.communicate()
    wait_for(lambda: not any(map(alive, workers)), "the workers to end")
    kept = {path.name: path.read_bytes() for path in shards(out)}
    assert kept
    assert open_run(out).status == "running"
    refused = whole_run(out, 24)
    assert refused.code == 2
    assert_explained(refused, "--resume")
    assert {path.name: path.read_bytes() for path in shards(out)} == kept
    resumed = whole_run(out, 24, "--resume")
    assert resumed.code == 0, resumed.err
    assert_same(out, whole)


def test_an_interrupted_run_says_what_is_kept_and_resumes(tmp_path, whole):
    out = tmp_path / "run"
    process = start(out, 24, "--workers", "2")
    wait_for(lambda: shards(out), "a first shard")
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 130
    assert_explained(done, "interrupted", f"kept in {out}")
    kept = open_run(out).table("kpis")
    assert 0 < len(kept) < 24
    assert f"{len(kept)} finished row" in done.err
    whole_kpis = open_run(whole).table("kpis")
    expected = kept[["draw"]].merge(whole_kpis, on="draw")[list(kept.columns)]
    pd.testing.assert_frame_equal(kept, expected, check_exact=True)
    resumed = whole_run(out, 24, "--resume")
    assert resumed.code == 0, resumed.err
    assert_same(out, whole)


def test_interrupted_before_the_first_row(tmp_path):
    out = tmp_path / "run"
    process = start(out, 24, "--workers", "2")
    wait_for((out / "manifest.json").exists, "the manifest")
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 130, done.err
    assert_explained(done, "interrupted")


def test_a_dead_worker_costs_no_row(tmp_path, whole):
    out = tmp_path / "run"
    process = start(out, 24, "--workers", "2")
    wait_for(lambda: shards(out), "a first shard")
    victim = children(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    done = finish(process)
    assert done.code == 0, done.err
    assert_explained(done)
    assert_same(out, whole)


# -- disks -----------------------------------------------------------------------------------


def test_a_full_disk_keeps_what_was_finished(tmp_path, whole):
    before_rows = sum((whole / name).stat().st_size for name in BEFORE_ROWS)
    with disk(tmp_path / "small", f"size={before_rows // 1024 + 250}k") as small:
        out = small / "run"
        done = whole_run(out, 24, "--workers", "2")
        assert done.code == 2, done.err
        assert_explained(done, "No space left on device")
        kept = shards(out)
        assert kept, "no finished row was kept"
        assert not list(out.glob(".*.tmp"))
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        resumed = whole_run(out, 24, "--resume")
        assert resumed.code == 0, resumed.err
        assert_same(out, whole)


def test_a_disk_that_is_full_from_the_start(tmp_path):
    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = whole_run(tmp_path / "run", 4, preexec_fn=limit)
    assert done.code == 2
    assert_explained(done, "File too large")
    assert len(done.err.splitlines()) == 1


def test_a_read_only_folder_is_named(tmp_path):
    with disk(tmp_path / "fixed", "size=1m,ro") as fixed:
        done = whole_run(fixed / "run", 4)
    assert done.code == 2
    assert_explained(done, "Read-only file system", str(fixed / "run"))
    assert len(done.err.splitlines()) == 1


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "run").write_text("mine")
    done = whole_run(tmp_path / "run", 4)
    assert done.code == 2
    assert (tmp_path / "run").read_text() == "mine"
    assert_explained(done, "run")


# -- other damage ----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cut short", "emptied", "garbled", "one bit turned"])
def test_a_damaged_shard_is_made_again(tmp_path, whole, how):
    out = tmp_path / "run"
    process = start(out, 24, "--workers", "2")
    wait_for(lambda: len(shards(out)) >= 2, "two shards")
    process.kill()
    process.wait(PATIENCE)
    process.communicate()
    victim = shards(out)[0]
    data = victim.read_bytes()
    middle = len(data) // 2
    turned = bytes([data[middle] ^ 1])
    victim.write_bytes(
        {
            "cut short": data[:middle],
            "emptied": b"",
            "garbled": data[:middle] + bytes(64) + data[middle + 64 :],
            "one bit turned": data[:middle] + turned + data[middle + 1 :],
        }[how]
    )
    resumed = whole_run(out, 24, "--resume")
    assert resumed.code == 0, resumed.err
    assert_explained(resumed)
    assert_same(out, whole)


def test_a_spoilt_manifest_is_named(tmp_path, whole):
    out = tmp_path / "run"
    out.mkdir()
    (out / "manifest.json").write_text("{")
    done = whole_run(out, 4, "--resume")
    assert done.code == 2
    assert_explained(done, "manifest.json")


def test_two_runs_into_one_folder(tmp_path, whole):
    out = tmp_path / "run"
    first = start(out, 4096, "--workers", "1")
    wait_for(lambda: shards(out), "a first shard")
    second = whole_run(out, 4096)
    third = whole_run(out, 4096, "--resume")
    assert first.poll() is None, "the first run was over too soon to be disturbed"
    assert second.code == 2
    assert_explained(second, str(out))
    assert third.code == 2
    assert_explained(third, "another run is writing")
    first.send_signal(signal.SIGINT)
    done = finish(first)
    assert done.code == 130
    kept = open_run(out).table("kpis")
    expected = open_run(whole).table("kpis").merge(kept[["draw"]], on="draw")
    assert len(expected) > 0
    kept = kept[kept["draw"] < 24].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, expected, check_exact=True)


def test_a_clock_that_jumps_changes_nothing(tmp_path, whole, monkeypatch):
    from bvsim import reading

    jumps = iter(range(10**9))

    def jumping(clock):
        return lambda: clock() + (1e6 if next(jumps) % 2 else -1e6)

    monkeypatch.setattr(time, "time", jumping(time.time))
    monkeypatch.setattr(time, "perf_counter", jumping(time.perf_counter))
    scenario = reading.load("reference", sets={"end": "2026-12-31"})
    out = tmp_path / "run"
    runs.run(scenario, 24, 1, design="random", workers=1, years=(2026,), out=out)
    assert json.loads((out / "manifest.json").read_text())["status"] == "complete"
    assert_same(out, whole)
