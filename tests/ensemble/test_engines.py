"""The same tables, bit for bit, whoever simulates and in however many parts."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bvsim.ensemble.merging import merge
from bvsim.ensemble.run import Interrupted, RunError, open_run, run
from bvsim.ensemble.workers.engine import Engine
from fake import FakeJob, FakeScenario

from .test_run import same, stop_after


@pytest.fixture
def simulate(tmp_path):
    def simulate(name, draws=30, seed=1, **options):
        settings = {"workers": 1, "job": FakeJob(), "scenario": FakeScenario(), **options}
        return run(settings.pop("scenario"), draws, seed, out=tmp_path / name, **settings)

    return simulate


def make_shards(simulate, count, **options):
    return [
        simulate(f"part-{i}", shard=f"{i}/{count}", **options).folder for i in range(1, count + 1)
    ]


@pytest.mark.parametrize("design", ["sobol", "random", "lhs", "median"])
def test_three_shards_merged_are_the_run(simulate, tmp_path, design):
    parts = make_shards(simulate, 3, design=design, per_draw=2)
    whole = simulate("whole", design=design, per_draw=2)
    assert [len(open_run(part).table("kpis")) for part in parts] == [20, 20, 20]
    merged = merge([parts[2], parts[0], parts[1]], tmp_path / "merged")
    assert same(merged, whole)
    assert merged.status == "complete"
    assert merged.manifest["shard"] is None
    same_otherwise = {"elapsed_s", "started", "merged"}
    assert {k: v for k, v in merged.manifest.items() if k not in same_otherwise} == {
        k: v for k, v in whole.manifest.items() if k not in same_otherwise
    }


def test_merged_shards_can_be_extended(simulate, tmp_path):
    merge(make_shards(simulate, 2, draws=16), tmp_path / "merged")
    grown = simulate("merged", draws=40, resume=True)
    assert same(grown, simulate("whole", draws=40))


def test_shards_keep_the_failures_of_all(simulate, tmp_path):
    job = FakeJob(fails=frozenset({3, 4, 17}))
    merged = merge(make_shards(simulate, 2, job=job), tmp_path / "merged")
    assert [failure.draw for failure in merged.failures] == [3, 4, 17]
    assert len(merged.table("kpis")) == 27


def test_a_shard_without_rows_does_not_spoil_the_others(simulate, tmp_path):
    parts = make_shards(simulate, 2, draws=2, job=FakeJob(fails=frozenset({0})))
    assert open_run(parts[0]).status == "failed"
    assert merge(parts, tmp_path / "merged").table("kpis")["draw"].tolist() == [1]


def test_shards_that_do_not_fit_are_refused(simulate, tmp_path):
    parts = make_shards(simulate, 3)
    with pytest.raises(RunError, match="shards are missing: 2/3"):
        merge([parts[0], parts[2]], tmp_path / "merged")
    with pytest.raises(RunError, match="both shard 1/3"):
        merge([parts[0], parts[0]], tmp_path / "merged")
    other = simulate("other", seed=2, shard="2/3").folder
    with pytest.raises(RunError, match="no parts of one run: seed: 1 against 2"):
        merge([parts[0], other, parts[2]], tmp_path / "merged")
    with pytest.raises(RunError, match="not empty"):
        merge(parts, parts[0])
    with pytest.raises(Interrupted) as stopped:
        simulate("cut", shard="2/3", chunk_rows=2, progress=stop_after(2))
    with pytest.raises(RunError, match="is interrupted: finish it"):
        merge([parts[0], stopped.value.run.folder, parts[2]], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()
    with pytest.raises(RunError, match="shard: 2/3 -> 1/1"):
        simulate("part-2", resume=True)


@pytest.mark.parametrize("text", ["3/2", "0/2", "1", "a/b", "1/0"])
def test_shards_are_named_i_of_n(simulate, text):
    with pytest.raises(ValueError, match=r"shard|I/N"):
        simulate("a", shard=text)


def test_any_executor_serves(simulate):
    with ThreadPoolExecutor(2) as pool:
        made = simulate("threads", executor=pool, workers=2, chunk_rows=3)
        assert pool.submit(int).result() == 0  # left open
    assert same(made, simulate("one"))


def test_engines_that_make_no_sense_are_refused():
    with pytest.raises(RunError, match="unknown engine 'spark'"):
        Engine("spark")
    with pytest.raises(RunError, match="goes with the engine dask"):
        Engine(scheduler="tcp://127.0.0.1:8786")


# -- Dask ----------------------------------------------------------------------------


def test_a_local_dask_cluster_makes_the_same_tables(simulate):
    pytest.importorskip("distributed")
    made = simulate("dask", per_draw=2, engine="dask", workers=2, chunk_rows=3)
    assert same(made, simulate("one", per_draw=2))


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def test_a_dask_worker_killed_costs_nothing_but_time(simulate, cluster):
    first = next(iter(cluster.workers.values()))
    killed = []

    def kill():
        killed.append(first.pid)
        os.kill(first.pid, signal.SIGKILL)

    timer = threading.Timer(1.0, kill)

    def progress(done, total, failed):
        if done and not timer.is_alive() and not killed:
            timer.start()
            time.sleep(0)

    options = {"draws": 200, "chunk_rows": 5}
    made = simulate(
        "dask",
        job=FakeJob(seconds=0.03),
        engine="dask",
        scheduler=cluster.scheduler_address,
        workers=2,
        progress=progress,
        **options,
    )
    assert killed
    assert not made.failures
    assert same(made, simulate("one", **options))


def test_a_row_that_kills_dask_workers_is_found(simulate):
    pytest.importorskip("distributed")
    made = simulate(
        "dask", draws=8, job=FakeJob(kills=frozenset({5})), engine="dask", workers=2, chunk_rows=2
    )
    assert [(row.draw, row.stage) for row in made.failures] == [(5, "worker")]
    assert sorted(made.table("kpis")["draw"]) == [0, 1, 2, 3, 4, 6, 7]


def test_a_scheduler_that_does_not_answer_is_an_error(simulate, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("bvsim.ensemble.workers.cluster._CONNECT_SECONDS", 1)
    with pytest.raises(RunError, match=r"no Dask workers at tcp://127.0.0.1:9"):
        simulate("a", engine="dask", scheduler="tcp://127.0.0.1:9")


def test_workers_of_another_version_are_refused(simulate, monkeypatch):
    monkeypatch.setattr("bvsim.ensemble.workers.crews._work_as_guest", lambda *_: "other code")
    with ThreadPoolExecutor(1) as pool, pytest.raises(RunError, match="another version of bvsim"):
        simulate("a", executor=pool)
