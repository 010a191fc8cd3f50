import multiprocessing as mp
import os
import signal
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from bvsim.ensemble.work import Result, Row, Rows, simulate_rows
from bvsim.ensemble.workers.crews import Inline, Processes, start_method
from bvsim.ensemble.workers.pool import Pace, Pool
from bvsim.valley.ground.streams import Key
from fake import FakeJob, wait_for


def rows(count):
    """Rows of one figure."""
    key = Key(1, 0, 0)
    each = (Row(i, 0, replace(key, draw=i), np.array([i / 7.0])) for i in range(count))
    return Rows(each, count)


def collect(crew, count, chunk_rows=None):
    pool = Pool(crew, chunk_rows)
    pool.start()
    try:
        return list(pool.results(rows(count)))
    finally:
        pool.close()


def drawn(results):
    return sorted(np.concatenate([result.draws for result in results]).tolist())


@pytest.mark.parametrize("method", mp.get_all_start_methods())
def test_every_row_is_simulated_once_however_workers_start(method):
    results = collect(Processes(FakeJob(), 2, method), 10, 3)
    assert drawn(results) == list(range(10))
    (alone,) = [result for result in results if 4 in result.draws]
    same = simulate_rows(FakeJob().prepare(), rows(10).take(10), lambda: False)
    i = alone.draws.tolist().index(4)
    np.testing.assert_array_equal(alone.tables["yearly"][i], same.tables["yearly"][4])


def test_chunks_handed_out_early_are_simulated_once_and_before_the_rest(tmp_path):
    pool, feed = Pool(Processes(FakeJob(marks=str(tmp_path)), 2), 3), rows(20)
    pool.start()
    try:
        pool.begin(feed)
        assert feed.remaining == 20 - 12
        wait_for(lambda: list(tmp_path.iterdir()), "a row simulated while nobody asks for it")
        assert drawn(pool.results(feed)) == list(range(20))
    finally:
        pool.close()


def test_failures_are_recorded_with_the_place_and_do_not_stop_the_rest():
    (result,) = collect(Inline(FakeJob(fails=frozenset({2}))), 5, 5)
    assert drawn([result]) == [0, 1, 3, 4]
    (failure,) = result.failures
    assert (failure.draw, failure.replication, failure.stage) == (2, 0, "simulate")
    assert failure.message.startswith("ArithmeticError: the balance is off (fake.py:")


def test_a_row_with_other_labels_is_a_failure():
    (result,) = collect(Inline(FakeJob(odd=frozenset({3}))), 5, 5)
    assert drawn([result]) == [0, 1, 2, 4]
    assert [(row.draw, row.stage) for row in result.failures] == [(3, "record")]
    assert "yearly" in result.failures[0].message


def test_a_row_that_kills_its_worker_is_found_and_all_others_are_kept():
    results = collect(Processes(FakeJob(kills=frozenset({5})), 2), 14, 3)
    assert drawn(results) == [i for i in range(14) if i != 5]
    failures = [failure for result in results for failure in result.failures]
    assert [(row.draw, row.stage) for row in failures] == [(5, "worker")]


def test_a_job_that_cannot_be_prepared_ends_the_run():
    with pytest.raises(RuntimeError, match="no setting"):
        collect(Processes(FakeJob(broken=True), 2), 4)


def test_a_stop_ends_soon_and_keeps_rows_of_unfinished_chunks(tmp_path):
    job = FakeJob(seconds=0.05, marks=str(tmp_path))
    pool = Pool(Processes(job, 2), 1000)

    def ask():
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2, "two workers")
        pool.halt()

    asker = threading.Thread(target=ask)
    asker.start()
    pool.start()
    try:
        results = list(pool.results(rows(2000)))
    finally:
        pool.close()
    asker.join()
    assert 2 <= len(drawn(results)) < 1000


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_workers_leave_ctrl_c_to_the_parent(tmp_path):
    pool = Pool(Processes(FakeJob(seconds=0.01, marks=str(tmp_path)), 2), 2)
    workers, rows_after = set(), 0
    pool.start()
    try:
        for result in pool.results(rows(1_000_000)):
            if workers:
                rows_after += len(result.draws)
                if rows_after > 20:
                    pool.halt()
                continue
            simulating = {int(mark.name) for mark in tmp_path.iterdir()}
            if len(simulating) == 2:  # one that is not set up yet may die of it
                workers = simulating
                for worker in workers:
                    os.kill(worker, signal.SIGINT)
        assert rows_after > 20
        assert {worker.pid for worker in mp.active_children()} >= workers
    finally:
        pool.close()


def test_a_process_with_threads_is_not_forked():
    started, release = threading.Event(), threading.Event()

    def wait():
        started.set()
        release.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    started.wait()
    assert start_method() != "fork"
    release.set()
    thread.join()


def test_chunks_take_about_a_second_and_shrink_towards_the_end():
    none = np.empty(0, dtype=np.int64)
    pace = Pace(2)
    assert pace.size(1000) == 2
    pace.add(Result(np.arange(2), none, {}, {}, (), 0.2))
    assert pace.size(1000) == 10
    assert pace.size(8) == 2
    assert pace.size(1) == 1
    assert Pace(2, 7).size(1) == 7
