import multiprocessing as mp
import os
import signal
import sys
import threading

import numpy as np
import pytest

from bvsim.ensemble.work import Chunk, Result, simulate_chunk
from bvsim.ensemble.workers import executors, pools
from fake import FakeJob, wait_for


class Rows:
    """A feed of rows of one figure."""

    def __init__(self, count):
        self.count, self.next = count, 0

    @property
    def remaining(self):
        return self.count - self.next

    def take(self, rows):
        draws = np.arange(self.next, min(self.next + rows, self.count))
        self.next += len(draws)
        return Chunk(1, draws, np.zeros_like(draws), draws[:, None] / 7.0) if len(draws) else None


def collect(executor, rows, stop=None):
    executor.start()
    try:
        return list(executor.results(Rows(rows), stop or executors.Stop()))
    finally:
        executor.close()


def drawn(results):
    return sorted(np.concatenate([result.draws for result in results]).tolist())


@pytest.mark.parametrize("method", mp.get_all_start_methods())
def test_every_row_is_simulated_once_however_workers_start(method):
    results = collect(pools.Processes(FakeJob(), 2, 3, method), 10)
    assert drawn(results) == list(range(10))
    (alone,) = [result for result in results if 4 in result.draws]
    same = simulate_chunk(FakeJob().prepare(), Rows(10).take(10), lambda: False)
    i = alone.draws.tolist().index(4)
    np.testing.assert_array_equal(alone.tables["yearly"][i], same.tables["yearly"][4])


def test_chunks_handed_out_early_are_simulated_once_and_before_the_rest(tmp_path):
    executor, feed = pools.Processes(FakeJob(marks=str(tmp_path)), 2, 3), Rows(20)
    executor.start()
    try:
        executor.begin(feed)
        assert feed.next == 12
        wait_for(lambda: list(tmp_path.iterdir()), "a row simulated while nobody asks for it")
        assert drawn(executor.results(feed, executors.Stop())) == list(range(20))
    finally:
        executor.close()


def test_failures_are_recorded_with_the_place_and_do_not_stop_the_rest():
    (result,) = collect(executors.InProcess(FakeJob(fails=frozenset({2})), 5), 5)
    assert drawn([result]) == [0, 1, 3, 4]
    (failure,) = result.failures
    assert (failure.draw, failure.replication, failure.stage) == (2, 0, "simulate")
    assert failure.message.startswith("ArithmeticError: the balance is off (fake.py:")


def test_a_row_with_other_labels_is_a_failure():
    (result,) = collect(executors.InProcess(FakeJob(odd=frozenset({3})), 5), 5)
    assert drawn([result]) == [0, 1, 2, 4]
    assert [(row.draw, row.stage) for row in result.failures] == [(3, "record")]
    assert "yearly" in result.failures[0].message


def test_a_row_that_kills_its_worker_is_found_and_all_others_are_kept():
    results = collect(pools.Processes(FakeJob(kills=frozenset({5})), 2, 3), 14)
    assert drawn(results) == [i for i in range(14) if i != 5]
    failures = [failure for result in results for failure in result.failures]
    assert [(row.draw, row.stage) for row in failures] == [(5, "worker")]


def test_a_job_that_cannot_be_prepared_ends_the_run():
    with pytest.raises(RuntimeError, match="no setting"):
        collect(pools.Processes(FakeJob(broken=True), 2), 4)


def test_a_stop_ends_soon_and_keeps_rows_of_unfinished_chunks(tmp_path):
    job = FakeJob(seconds=0.05, marks=str(tmp_path))
    executor, stop = pools.Processes(job, 2, 1000), executors.Stop()

    def ask():
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2, "two workers")
        stop.requested = True

    asker = threading.Thread(target=ask)
    asker.start()
    results = collect(executor, 2000, stop)
    asker.join()
    assert 2 <= len(drawn(results)) < 1000


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_workers_leave_ctrl_c_to_the_parent(tmp_path):
    executor = pools.Processes(FakeJob(seconds=0.01, marks=str(tmp_path)), 2, 2)
    stop, workers, rows_after = executors.Stop(), set(), 0
    executor.start()
    try:
        for result in executor.results(Rows(1_000_000), stop):
            if workers:
                rows_after += len(result.draws)
                stop.requested = rows_after > 20
                continue
            simulating = {int(mark.name) for mark in tmp_path.iterdir()}
            if len(simulating) == 2:  # one that is not set up yet may die of it
                workers = simulating
                for worker in workers:
                    os.kill(worker, signal.SIGINT)
        assert rows_after > 20
        assert {worker.pid for worker in mp.active_children()} >= workers
    finally:
        executor.close()


def test_a_process_with_threads_is_not_forked():
    started, release = threading.Event(), threading.Event()

    def wait():
        started.set()
        release.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    started.wait()
    assert pools.start_method() != "fork"
    release.set()
    thread.join()


def test_chunks_take_about_a_second_and_shrink_towards_the_end():
    none = np.empty(0, dtype=np.int64)
    pace = executors.Pace(2)
    assert pace.size(1000) == 2
    pace.add(Result(np.arange(2), none, {}, {}, (), 0.2))
    assert pace.size(1000) == 10
    assert pace.size(8) == 2
    assert pace.size(1) == 1
    assert executors.Pace(2, 7).size(1) == 7
