"""`make run`: the files as they are at once, the compiled valley from the next run on."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

import beside


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """Return what would be started, in a checkout of one module."""
    (tmp_path / "src/bvsim").mkdir(parents=True)
    (tmp_path / "tools").mkdir()
    for name in ("src/bvsim/valley.py", "hatch_build.py", "tools/compile_valley.py"):
        (tmp_path / name).write_text("x = 1\n")
    started = []
    monkeypatch.setattr(beside, "PROJECT", tmp_path)
    monkeypatch.setattr(beside, "compiler", lambda: "/usr/bin/cc")
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **_: started.append(("build", command[-1]))
    )

    def run(command, env, check):
        started.append(("run", env.get("PYTHONPATH", "")))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(sys, "argv", ["beside.py", str(tmp_path / "compiled"), "run", "reference"])
    return started


def test_the_first_run_is_of_the_files_and_the_next_of_what_was_built_beside_it(begun, capsys):
    assert beside.main() == 0
    (_, folder), run = begun
    assert run == ("run", "")
    assert "the next one uses it" in capsys.readouterr().out
    beside.main()
    assert len(begun) == 3  # nothing is built twice
    assert "still being compiled" in capsys.readouterr().out
    (beside.Path(folder) / beside.BUILT).touch()
    beside.main()
    assert begun[-1] == ("run", str(beside.Path(folder) / "src"))
    assert capsys.readouterr().out == ""


def test_changed_files_are_never_run_as_they_were(begun):
    before = beside.state()
    (beside.PROJECT / "src/bvsim/valley.py").write_text("x = 2\n")
    assert beside.state() != before


def test_who_has_no_compiler_is_told(begun, monkeypatch, capsys):
    monkeypatch.setattr(beside, "compiler", lambda: None)
    beside.main()
    assert begun == [("run", "")]
    assert "Without a C compiler" in capsys.readouterr().out
