"""`make run`: the files as they are at once, and the compiled valley as soon as there is one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import beside


class Process:
    """A run that lasts until it is waited for, or ended."""

    def __init__(self, calls, words, env):
        self.calls, self.words, self.code = calls, words, None
        calls.append(("run", env.get("PYTHONPATH", ""), words))

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
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "argv", ["beside.py", str(tmp_path / "compiled"), "run", "reference"])
    return started


def test_the_first_run_is_of_the_files_and_the_next_of_what_was_built_beside_it(begun, capsys):
    assert beside.main() == 0
    (_, folder), run = begun
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
    (_, folder), (_, _, first), (_, source, then) = begun
    assert source == str(Path(folder) / "src")
    assert first == ["run", "reference"]
    assert then == [*first, *(["--out", "runs/reference-2", "--resume"] if written else [])]
    assert "takes the run over" in capsys.readouterr().out


def test_a_folder_of_the_users_own_is_left_to_the_first_run(begun, monkeypatch):
    monkeypatch.setattr(beside, "ready_while", lambda process, folder: True)
    sys.argv.append("--out=mine")
    beside.main()
    assert [call[0] for call in begun] == ["build", "run"]


def test_what_ended_by_itself_is_not_run_again(begun, monkeypatch):
    def ended_meanwhile(process, folder):
        process.terminate = lambda: None
        process.code = 1
        return True

    monkeypatch.setattr(beside, "ready_while", ended_meanwhile)
    assert beside.main() == 1
    assert [call[0] for call in begun] == ["build", "run"]


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
