"""The pool's decisions, with workers that exist only in name."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.engine import pools
from local.engine.forking import CAN_FORK
from local.engine.pools import MAX_WORKERS, Pool, PoolClosedError
from local.engine.stack import load_stack
from local.engine.workers import InitFailedError, Worker
from tests.support.waiting import wait_until


class NamedWorker:
    """A worker whose start takes until `may_start` is set."""

    def __init__(self, may_start: threading.Event, failure: InitFailedError | None = None) -> None:
        self.alive = True
        self.computes = False
        self._may_start = may_start
        self._failure = failure

    def wait_until_ready(self) -> None:
        self._may_start.wait()
        if self._failure:
            raise self._failure

    def kill(self) -> None:
        self.alive = False
        self._may_start.set()


class Starts:
    """Starts workers, at once or when told, and remembers how many."""

    def __init__(self) -> None:
        self.may_start = threading.Event()
        self.may_start.set()
        self.begun = threading.Semaphore(0)
        self.failure: InitFailedError | None = None
        self.workers: list[NamedWorker] = []

    def __call__(self) -> Any:
        worker = NamedWorker(self.may_start, self.failure)
        self.workers.append(worker)
        self.begun.release()
        return worker


@pytest.fixture
def starts() -> Starts:
    return Starts()


@pytest.fixture
def pool(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr(pools, "PATIENCE", 0)
    return Pool(starts)


def in_thread(call: Callable[[], Any]) -> "Future[Any]":
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def test_an_idle_worker_is_used_again(pool: Pool, starts: Starts) -> None:
    for _ in range(10):
        pool.give_back(pool.take())
    assert len(starts.workers) == 1


def test_a_caller_takes_a_returned_worker_rather_than_wait_for_its_own(pool: Pool, starts: Starts) -> None:
    """Given a busy worker and a caller whose own one is starting, when the busy one returns, then the caller has it."""
    first = pool.take()
    starts.may_start.clear()
    caller = in_thread(pool.take)
    for _ in range(2):
        starts.begun.acquire()
    pool.give_back(first)
    assert caller.result(timeout=10) is first
    starts.may_start.set()


def test_a_busy_worker_that_is_soon_back_is_not_doubled(
    pool: Pool, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a caller with patience and a busy worker, when that is back in time, then no other was started."""
    monkeypatch.setattr(pools, "PATIENCE", 60)
    busy = pool.take()
    caller = in_thread(pool.take)
    wait_until(lambda: pool.waiting)
    pool.give_back(busy)
    assert caller.result(timeout=10) is busy
    assert len(starts.workers) == 1


def test_a_caller_is_as_patient_as_the_last_cold_start_was_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a first start that took a minute, when its worker is busy and soon back, then no other was started."""
    now = [0.0]
    monkeypatch.setattr(pools, "FIRST_COLD_START_SECONDS", 0)
    monkeypatch.setattr(pools, "time", SimpleNamespace(monotonic=lambda: now[0]))
    starts = Starts()

    def start_slowly() -> Any:
        now[0] += 60
        return starts()

    pool = Pool(start_slowly)
    busy = pool.take()
    caller = in_thread(pool.take)
    wait_until(lambda: pool.waiting)
    pool.give_back(busy)
    assert caller.result(timeout=10) is busy
    assert len(starts.workers) == 1


def test_a_first_worker_can_be_started_ahead_of_its_first_caller(pool: Pool, starts: Starts) -> None:
    pool.warm_up()
    pool.warm_up()
    assert len(starts.workers) == 1
    assert pool.take().alive
    assert len(starts.workers) == 1


def test_a_start_ahead_that_fails_is_left_to_the_first_caller(pool: Pool, starts: Starts) -> None:
    starts.failure = InitFailedError({"errorType": "Runtime.ImportModuleError"})
    pool.warm_up()
    with pytest.raises(InitFailedError):
        pool.take()


def test_a_dead_worker_is_never_handed_out(pool: Pool) -> None:
    worker = pool.take()
    pool.give_back(worker)
    worker.kill()
    assert pool.take() is not worker
    assert worker not in pool.workers


def test_a_start_that_fails_is_one_callers_failure(pool: Pool, starts: Starts) -> None:
    starts.failure = InitFailedError({"errorType": "Runtime.ImportModuleError"})
    with pytest.raises(InitFailedError):
        pool.take()
    starts.failure = None
    assert pool.take().alive
    assert len(starts.workers) == 2


def test_a_worker_that_cannot_even_be_launched_is_its_callers_failure() -> None:
    def start() -> Any:
        raise OSError("no more processes")

    with pytest.raises(OSError, match="no more processes"):
        Pool(start).take()


def test_callers_beyond_the_limit_wait_for_a_worker(pool: Pool) -> None:
    taken = [pool.take() for _ in range(MAX_WORKERS)]
    caller = in_thread(pool.take)
    assert not caller.done()
    pool.give_back(taken[0])
    assert caller.result(timeout=10) is taken[0]


def test_a_place_is_free_again_when_its_worker_died(pool: Pool) -> None:
    taken = [pool.take() for _ in range(MAX_WORKERS)]
    caller = in_thread(pool.take)
    taken[0].kill()
    pool.give_back(taken[0])
    assert caller.result(timeout=10).alive


def test_no_more_start_at_once_than_there_are_processors(
    pool: Pool, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given 25 callers at once, when none returns its worker, then all get one, two starting at a time."""
    monkeypatch.setattr(pools, "PROCESSORS", 2)
    starts.may_start.clear()
    with ThreadPoolExecutor(25) as callers:
        taken = [callers.submit(pool.take) for _ in range(25)]
        for _ in range(2):
            starts.begun.acquire()
        assert len(starts.workers) == 2
        starts.may_start.set()
        assert len({future.result(timeout=10) for future in taken}) == 25
    assert len(starts.workers) == 25


def test_none_is_started_while_the_workers_take_all_processors(
    pool: Pool, starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given as many workers that compute as there are processors, when one of them waits, then another is started."""
    monkeypatch.setattr(pools, "PROCESSORS", 2)
    busy = [pool.take(), pool.take()]
    for worker in starts.workers:
        worker.computes = True
    caller = in_thread(pool.take)
    wait_until(lambda: pool.waiting == 1)
    time.sleep(3 * pools.LOOK_AGAIN_SECONDS)
    assert len(starts.workers) == 2
    starts.workers[0].computes = False
    assert caller.result(timeout=10) not in busy


def test_closing_ends_workers_and_callers(pool: Pool, starts: Starts) -> None:
    idle = pool.take()
    pool.give_back(idle)
    busy = pool.take()
    starts.may_start.clear()
    caller = in_thread(pool.take)
    for _ in range(2):
        starts.begun.acquire()
    pool.close()
    with pytest.raises(PoolClosedError):
        caller.result(timeout=10)
    assert not busy.alive
    with pytest.raises(PoolClosedError):
        pool.take()


@pytest.mark.skipif(not CAN_FORK, reason="only Linux tells what a process does")
@pytest.mark.parametrize(("behaviour", "computes"), [("sleep", False), ("compute", True)])
def test_a_worker_tells_whether_it_computes_or_waits(toy: Path, behaviour: str, *, computes: bool) -> None:
    stack = load_stack(toy, {})
    spec = stack.functions["SyncStoreFunction"]
    worker = Worker(spec, stack.root, {"_HANDLER": spec.handler, "LAMBDA_TASK_ROOT": str(spec.folder)}, toy / "log")
    try:
        worker.wait_until_ready()
        before = worker.computes
        invocation = in_thread(lambda: worker.invoke("1", json.dumps({"behaviour": behaviour, "seconds": 1}).encode()))
        time.sleep(0.7)
        meanwhile = worker.computes
        invocation.result(timeout=10)
        assert (before, meanwhile, worker.computes) == (False, computes, False)
    finally:
        worker.kill()
