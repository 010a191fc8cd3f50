"""A store is in one state or in none, whatever stops whoever writes it, at whatever step.

The steps of a command are counted in a first run of it; then it is stopped at each of them: by
Ctrl-C, by a disk that is full from then on, by a kill after which nothing happens.
"""

import errno
import os
import shutil
import zipfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from xlsxwriter import Workbook

from bvsim.ensemble.merging import merge
from bvsim.ensemble.run import RunError, open_run, run
from bvsim.ensemble.sweep import SweepRun
from bvsim.ensemble.sweep_file import read_sweep
from bvsim.ensemble.workers.engine import Engine
from bvsim.show.export import export_run
from fake import FakeJob, FakeScenario
from run_folder import write_run

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


def simulate(out, draws, **options):
    settings = {"workers": 1, "chunk_rows": 3, "job": FakeJob()} | options
    return run(FakeScenario(), draws, out=out, **settings)


def make(place):
    simulate(place / "out", 6)


def extend(place):
    simulate(place / "out", 12, resume=True)


def join(place):
    merge([place / "part-1", place / "part-2"], place / "out")


def export(place, to):
    export_run(open_run(place / "part-1"), to, place / "out")


def work(place):
    (place / "out").mkdir(exist_ok=True)
    export_run(open_run(place / "whole"), "xlsx", place / "out" / "book.xlsx")


class Study(SweepRun):
    """A sweep over two points of the stand-in for the valley."""

    def __init__(self, place):
        text = "name: two\nscenario: reference\nsweep: {a.b: [1, 2]}\ndraws: 2\n"
        (place / "two.yaml").write_text(text)
        self.sweep, self.out = read_sweep(place / "two.yaml"), place / "out"
        self._make_job = lambda *_: FakeJob()

    def scenario_of(self, point):
        return FakeScenario(name=point.id)


def sweep(place):
    Study(place).simulate(Engine(workers=1))


ACTIONS = {
    "run": make,
    "extend": extend,
    "merge": join,
    "sweep": sweep,
    "xlsx": work,
    "csv": lambda place: export(place, "csv"),
    "parquet": lambda place: export(place, "parquet"),
}
AGAIN = ACTIONS | {
    "run": lambda place: simulate(place / "out", 6, resume=True),
    "merge": lambda place: (place / "out" / "manifest.json").exists() or join(place),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """What each action finds: two shards, and a run to be extended."""
    place = tmp_path_factory.mktemp("before")
    for number in (1, 2):
        simulate(place / f"part-{number}", 6, shard=f"{number}/2")
    simulate(place / "to-extend", 6)
    write_run(place / "whole", 2)
    return place


def furnished(before, place, action):
    """Make a folder as an action finds it."""
    shutil.copytree(before, place)
    if action == "extend":
        (place / "to-extend").rename(place / "out")
    return place


def contents(folder, hidden=True):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (hidden or not path.name.startswith("."))
    }


def tables(folder):
    return {name: data for name, data in contents(folder).items() if name.endswith(".parquet")}


def assert_one_state(out):
    """Tell that a folder holds no run, or one whose tables belong together."""
    try:
        found = open_run(out)
    except RunError as error:
        told = str(error)
    else:
        told = ""
    if told:
        assert "no run" in told or "not a folder" in told
        return
    rows = [set(found.table(name)["draw"]) for name in found.tables if name != "draws"]
    assert all(each == rows[0] for each in rows)
    if found.status == "complete":
        assert found.rows + len(found.failures) == found.planned


INPUTS = ("part-1", "part-2", "whole")
RUNS = {"run": ["out"], "extend": ["out"], "merge": ["out"], "sweep": ["out/points/*"]}


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
        for out in (found for pattern in RUNS.get(action, []) for found in place.glob(pattern)):
            assert_one_state(out)
        if action not in RUNS:
            assert_whole_or_absent(place / "out", whole / "out")
        if how != "kill":
            assert not [path for path in place.rglob(".*") if path.suffix in (".tmp", ".next")]
        AGAIN[action](place)
        assert tables(place / "out") == tables(whole / "out")
        shutil.rmtree(place)


def assert_whole_or_absent(out, whole):
    """Tell that files of an export are all there as they should be, or none is."""
    found = contents(out, hidden=False) if out.exists() else {}
    assert found.keys() <= contents(whole).keys()
    for name in found:
        assert_same_file(out / name, whole / name)


def assert_same_file(path, known):
    if path.suffix != ".xlsx":
        assert path.read_bytes() == known.read_bytes()
        return
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(known) as whole:
        assert book.testzip() is None
        assert book.namelist() == whole.namelist()  # the time of its making is in it


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
