"""Rows by content: never simulated twice, never taken from a damaged file, never mixed up."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from bvsim.analysis.samples import KpiJob
from bvsim.ensemble.run import RunError, run
from bvsim.ensemble.store.row_store import RowStore, row_name, row_store
from bvsim.ensemble.work import Row
from bvsim.reading import load
from bvsim.valley.ground.streams import Key
from fake import FakeJob, FakeScenario


@dataclass(frozen=True)
class Marked(FakeJob):
    """A job that says what its rows depend on, and leaves a mark where it simulates."""

    mark: str = "job"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("BVSIM_STORE", str(tmp_path / "rows"))
    return tmp_path / "rows"


def made(tmp_path, name, draws=8, job="job", **more):
    """Run, and tell how often something was simulated."""
    counted = tmp_path / f"marks-{name}"
    counted.mkdir()
    done = run(
        FakeScenario(),
        draws=draws,
        seed=1,
        job=Marked(marks=str(counted), mark=job),
        out=tmp_path / name,
        workers=1,
        **more,
    )
    return done, len(list(counted.iterdir()))


def assert_same(a, b):
    assert a.tables == b.tables
    for name in a.tables:
        pd.testing.assert_frame_equal(a.table(name), b.table(name), check_exact=True)


def test_what_was_simulated_is_not_simulated_again(tmp_path, store):
    first, simulated = made(tmp_path, "a")
    assert simulated
    again, simulated = made(tmp_path, "b")
    assert not simulated
    assert_same(first, again)
    fresh, simulated = made(tmp_path, "c", fresh=True)
    assert simulated
    assert_same(first, fresh)


def test_more_draws_simulate_only_what_is_missing(tmp_path, store):
    made(tmp_path, "a", draws=4)
    assert len(list(store.glob("job/*.arrow"))) > 0
    kept = {path.name for path in store.glob("job/*.arrow")}
    longer, _ = made(tmp_path, "b", draws=8)
    new = [path for path in store.glob("job/*.arrow") if path.name not in kept]
    rows = sum(len(read(path)) for path in new)
    assert rows == 4
    alone, _ = made(tmp_path, "c", draws=8, job="another")
    assert_same(longer, alone)


def read(path):
    from bvsim.ensemble.store.shard_files import read_shard

    return read_shard(path, ["row"])["row"].to_pylist()


def test_a_job_without_a_mark_is_not_kept(tmp_path, store):
    made(tmp_path, "a", job="")
    assert not store.exists()


def test_other_values_and_other_luck_are_other_rows():
    values = np.array([1.0, 2.0])
    rows = [
        Row(0, 0, Key(1, 0, 0), values),
        Row(0, 0, Key(2, 0, 0), values),
        Row(0, 0, Key(1, 1, 0), values),
        Row(0, 0, Key(1, 0, 1), values),
        Row(0, 0, Key(1, 0, 0), np.array([1.0, 2.0 + 1e-15 * 2])),
    ]
    assert len({row_name(row) for row in rows}) == len(rows)
    assert row_name(rows[0]) == row_name(Row(9, 9, Key(1, 0, 0), values))


@pytest.mark.parametrize("victim", ["*.arrow", "layout.json"])
def test_a_damaged_file_is_simulated_again(tmp_path, store, victim):
    first, _ = made(tmp_path, "a")
    for path in store.glob(f"job/{victim}"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    again, simulated = made(tmp_path, "b")
    assert simulated
    assert_same(first, again)


def test_key_figures_are_taken_from_whole_rows(tmp_path, store):
    first, _ = made(tmp_path, "a")
    marks = tmp_path / "marks"
    marks.mkdir()
    figures = run(
        FakeScenario(),
        draws=8,
        seed=1,
        job=KpiJob(Marked(marks=str(marks))),
        out=tmp_path / "b",
        workers=1,
    )
    assert not list(marks.iterdir())
    assert figures.tables == ("draws", "kpis")
    pd.testing.assert_frame_equal(figures.table("kpis"), first.table("kpis"), check_exact=True)


def test_what_was_used_longest_ago_goes_first(tmp_path):
    import os

    for i in range(4):
        path = tmp_path / "job" / f"{i}.arrow"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 1000)
        os.utime(path, (i, i))
    RowStore(tmp_path, limit_gb=3.5e-6).prune()
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["1.arrow", "2.arrow", "3.arrow"]


@pytest.mark.parametrize("word", ["off", "", "0", "NO"])
def test_it_can_be_switched_off(monkeypatch, word):
    monkeypatch.setenv("BVSIM_STORE", word)
    assert row_store() is None


def test_the_identical_run_is_answered_from_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scenario = load("reference", sets={"end": "2026-12-31"})
    ask = {"draws": 2, "seed": 1, "workers": 1}
    first = run(scenario, **ask)
    written = (first.folder / "manifest.json").stat().st_mtime_ns
    assert run(scenario, **ask) == first
    assert run(scenario, out=first.folder, **ask) == first
    assert (first.folder / "manifest.json").stat().st_mtime_ns == written
    assert run(scenario, **{**ask, "draws": 3}).folder != first.folder
    assert run(scenario, fresh=True, **ask).folder != first.folder
    with pytest.raises(RunError, match="not empty"):
        run(scenario, fresh=True, out=first.folder, **ask)
    with pytest.raises(RunError, match="not empty"):
        run(load("reference", sets={"end": "2027-12-31"}), out=first.folder, **ask)


def test_what_a_callers_own_job_made_answers_for_no_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask = {"draws": 2, "seed": 1, "workers": 1}
    first = run(FakeScenario(), job=FakeJob(), **ask)
    other = run(FakeScenario(), job=FakeJob(lever=1.0), **ask)
    assert other.folder != first.folder
    assert not other.table("kpis").equals(first.table("kpis"))
