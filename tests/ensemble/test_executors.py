import multiprocessing as mp
import os
import signal
import sys
import threading

import numpy as np
import pytest

from bvsim.ensemble import executors, pools
from bvsim.ensemble.work import Chunk, Result, simulate_chunk

from .fake import FakeJob


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


def test_a_stop_ends_soon_and_keeps_rows_of_unfinished_chunks():
    executor, stop = pools.Processes(FakeJob(seconds=0.05), 2, 1000), executors.Stop()
    threading.Timer(1.5, lambda: setattr(stop, "requested", True)).start()
    results = collect(executor, 2000, stop)
    assert 2 <= len(drawn(results)) < 1000


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_workers_leave_ctrl_c_to_the_parent():
    executor = pools.Processes(FakeJob(seconds=0.01), 2, 2)
    executor.start()
    workers = []
    for result in executor.results(Rows(40), executors.Stop()):
        assert len(result.draws)
        workers = workers or mp.active_children()
        for worker in workers:
            os.kill(worker.pid, signal.SIGINT)
    assert {worker.pid for worker in mp.active_children()} >= {worker.pid for worker in workers}
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
