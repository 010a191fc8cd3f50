"""`make run`: the files as they are at once, and the compiled valley as soon as there is one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

import beside


class Process:
    """A run that lasts until it is waited for, or ended."""

    def __init__(self, calls, words, env):
        self.calls, self.words, self.code = calls, words, None
        calls.append(("run", (env or {}).get("PYTHONPATH", ""), words))

    def poll(self):
        return self.code

    def terminate(self):
        self.code = 130

    def wait(self):
        self.code = self.code or 0
        return self.code


def write_manifest(name):
    """Write the manifest of a run of the checkout, and return it."""
    file = Path("runs") / name / "manifest.json"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """Return what would be started, in a checkout of one module."""
    (tmp_path / "src/bvsim").mkdir(parents=True)
    (tmp_path / "tools").mkdir()
    for name in ("src/bvsim/valley.py", "hatch_build.py", "tools/compile_valley.py"):
        (tmp_path / name).write_text("x = 1\n")
    started = []

    def popen(command, env=None, **_):
        if "--build" in command:
            started.append(("build", command[-1]))
            return None
        return Process(started, command[3:], env)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(beside, "PROJECT", tmp_path)
    monkeypatch.setattr(beside, "compiler", lambda: "/usr/bin/cc")
    monkeypatch.setattr(beside, "ready_while", lambda process, folder: False)
    monkeypatch.setattr(beside, "wait_for_numbers", lambda process, began: None)
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "argv", ["beside.py", str(tmp_path / "compiled"), "run", "reference"])
    return started


def test_the_first_run_is_of_the_files_and_the_next_of_what_was_built_beside_it(begun, capsys):
    assert beside.main() == 0
    run, (_, folder) = begun
    assert run[:2] == ("run", "")
    assert "compiled beside this run" in capsys.readouterr().out
    beside.main()
    assert len(begun) == 3  # nothing is built twice
    assert "still being compiled" in capsys.readouterr().out
    (Path(folder) / beside.BUILT).touch()
    beside.main()
    assert begun[-1] == ("run", str(Path(folder) / "src"), ["run", "reference"])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("written", [True, False])
def test_a_run_goes_on_compiled_in_its_folder(begun, monkeypatch, capsys, written):
    earlier = write_manifest("reference-1")
    os.utime(earlier, (0.0, 0.0))

    def ready(process, folder):
        if written:
            write_manifest("reference-2")
        return True

    monkeypatch.setattr(beside, "ready_while", ready)
    assert beside.main() == 0
    (_, _, first), (_, folder), (_, source, then) = begun
    assert source == str(Path(folder) / "src")
    assert first == ["run", "reference"]
    assert then == [*first, *(["--out", "runs/reference-2", "--resume"] if written else [])]
    assert "takes the run over" in capsys.readouterr().out


def test_a_folder_of_the_users_own_is_left_to_the_first_run(begun, monkeypatch):
    monkeypatch.setattr(beside, "ready_while", lambda process, folder: True)
    sys.argv.append("--out=mine")
    beside.main()
    assert [call[0] for call in begun] == ["run", "build"]


def test_what_ended_by_itself_is_not_run_again(begun, monkeypatch):
    def ended_meanwhile(process, folder):
        process.terminate = lambda: None
        process.code = 1
        return True

    monkeypatch.setattr(beside, "ready_while", ended_meanwhile)
    assert beside.main() == 1
    assert [call[0] for call in begun] == ["run", "build"]


def rows_of(folder, *counts):
    """Lay aside the rows of a run that is under way, as it does."""
    run = folder / "runs/reference-1"
    (run / "shards").mkdir(parents=True)
    (run / "manifest.json").touch()
    for shard, count in enumerate(counts):
        batch = pa.record_batch({"draw": range(count)})
        with pa.ipc.new_file(str(run / f"shards/{shard}.arrow"), batch.schema) as file:
            file.write(batch)


def test_nothing_is_compiled_before_the_first_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows_of(tmp_path, 40, 23)
    monkeypatch.setattr(beside, "POLL_S", 0.01)
    monkeypatch.setattr(beside, "PATIENCE_S", 0.5)
    run = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    later = time.time() + 3600.0
    os.utime(tmp_path / "runs/reference-1/manifest.json", (later, later))
    started = time.time()
    beside.wait_for_numbers(run, started)
    assert time.time() - started > 0.4  # 63 rows are one too few
    monkeypatch.setattr(beside, "PATIENCE_S", 50.0)
    monkeypatch.setattr(beside, "FIRST_ROWS", 63)
    beside.wait_for_numbers(run, time.time())
    assert run.poll() is None
    monkeypatch.setattr(beside, "FIRST_ROWS", 64)
    run.terminate()
    run.wait()
    beside.wait_for_numbers(run, time.time())
    assert time.time() - started < 20.0


def test_a_damaged_shard_is_no_row(tmp_path):
    rows_of(tmp_path, 2)
    run = tmp_path / "runs/reference-1"
    assert beside.rows_in(run) == 2
    (run / "shards/1.arrow").write_bytes(b"no table")
    assert beside.rows_in(run) == 0


def test_only_the_interpreted_run_stands_back(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **words: asked.append(words))
    beside.simulate(["run"])
    beside.simulate(["run"], tmp_path)
    assert ("preexec_fn" in asked[0]) == (os.name != "nt")
    assert "preexec_fn" not in asked[1]


def test_waiting_ends_with_the_run_or_with_what_it_waits_for(tmp_path):
    short = subprocess.Popen([sys.executable, "-c", ""])
    assert not beside.ready_while(short, tmp_path)
    (tmp_path / beside.BUILT).touch()
    long = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert beside.ready_while(long, tmp_path)
    long.terminate()
    assert beside.ended(long) == -signal.SIGTERM in beside.STOPPED


def test_changed_files_are_never_run_as_they_were(begun):
    before = beside.state()
    (beside.PROJECT / "src/bvsim/valley.py").write_text("x = 2\n")
    assert beside.state() != before


def test_who_has_no_compiler_is_told(begun, monkeypatch, capsys):
    monkeypatch.setattr(beside, "compiler", lambda: None)
    beside.main()
    assert begun == [("run", "", ["run", "reference"])]
    assert "Without a C compiler" in capsys.readouterr().out
