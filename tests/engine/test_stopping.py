"""Stopping a run, wherever it is: in a Wait, in a Retry's pause, in a function."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.engine import engine as engine_module
from local.engine.clock import WallClock
from local.engine.engine import Engine
from local.engine.observation import ExecutionResult, InvocationStarted, Observation, Waiting
from tests.support.waiting import wait_until


@dataclass
class Stopper:
    """Stops the engine at the first observation of a kind."""

    at: type[Observation] | None = None
    function: str | None = None
    engine: Engine | None = None
    by_signal: bool = False
    seen: list[Observation] = field(default_factory=list)

    def observe(self, observation: Observation) -> None:
        self.seen.append(observation)
        if self.at is None or not isinstance(observation, self.at) or self.engine is None:
            return
        if self.function not in {None, getattr(observation, "function", None)}:
            return
        if self.by_signal:
            os.kill(os.getpid(), signal.SIGUSR1)
        else:
            self.engine.stop()


@pytest.fixture(scope="module")
def stopper() -> Stopper:
    return Stopper()


@pytest.fixture(scope="module")
def engine(toy: Path, stopper: Stopper) -> Iterator[Engine]:
    with Engine(toy, WallClock(), observe=stopper.observe) as engine:
        stopper.engine = engine
        yield engine


def stopped_at(
    stopper: Stopper, at: type[Observation], function: str | None, list_seconds: float = 0, **store: object
) -> ExecutionResult:
    assert stopper.engine
    stopper.at, stopper.function, stopper.seen = at, function, []
    stores = [{"store_id": "a", **store}, {"store_id": "b", **store}]
    return stopper.engine.run({"stores": stores, "sleep_seconds": list_seconds})


def started(stopper: Stopper) -> list[str]:
    return [one.function for one in stopper.seen if isinstance(one, InvocationStarted)]


def test_a_wait_of_a_store_is_interrupted(engine: Engine, stopper: Stopper) -> None:
    result = stopped_at(stopper, Waiting, None, wait_seconds=3600)
    assert (result.status, result.output, result.error) == ("ABORTED", None, None)
    assert "report" not in started(stopper)


def test_a_wait_of_the_execution_is_interrupted(engine: Engine, stopper: Stopper) -> None:
    result = stopped_at(stopper, Waiting, None)
    assert (result.status, [wait.seconds for wait in result.waits]) == ("ABORTED", [3600])


def test_a_signal_handler_may_stop_a_run(engine: Engine, stopper: Stopper, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGUSR1, lambda number, frame: engine.stop())
    monkeypatch.setattr(stopper, "by_signal", True)
    try:
        result = stopped_at(stopper, Waiting, None, wait_seconds=3600)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert result.status == "ABORTED"


def test_a_retry_is_not_tried_again(engine: Engine, stopper: Stopper) -> None:
    result = stopped_at(stopper, Waiting, None, behaviour="transient")
    assert result.status == "ABORTED"
    assert started(stopper).count("sync_store") <= 2
    assert "fail_run" not in started(stopper)


def test_a_running_invocation_may_end_and_nothing_follows(engine: Engine, stopper: Stopper) -> None:
    result = stopped_at(stopper, InvocationStarted, "sync_store", behaviour="sleep", seconds=3)
    assert result.status == "ABORTED"
    assert not {"fail_run", "report"} & set(started(stopper))


def test_a_task_of_the_outermost_level_is_stopped(engine: Engine, stopper: Stopper) -> None:
    """Given a task that is longer than the engine needs to notice a stop, when it is stopped, then nothing follows."""
    result = stopped_at(stopper, InvocationStarted, "list_stores", list_seconds=1)
    assert (result.status, started(stopper)) == ("ABORTED", ["list_stores"])


def test_a_task_that_fails_because_of_the_stop_does_not_make_the_run_failed(
    engine: Engine, stopper: Stopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "STOP_GRACE_SECONDS", 0.0)
    stopper.at, stopper.function = InvocationStarted, "list_stores"
    result = engine.run({"stores": [], "sleep_seconds": 1})
    assert (result.status, result.error, result.cause) == ("ABORTED", None, None)


def test_an_invocation_that_does_not_end_is_killed(
    engine: Engine, stopper: Stopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "STOP_GRACE_SECONDS", 0.0)
    result = stopped_at(stopper, InvocationStarted, "sync_store", behaviour="hang")
    assert result.status == "ABORTED"


def test_a_stop_right_at_the_start_is_not_lost(engine: Engine, stopper: Stopper) -> None:
    """Given a run in another thread, when it is stopped as soon as it is known, then it ends as aborted."""
    stopper.at, results = None, []
    run = threading.Thread(
        target=lambda: results.append(engine.run({"stores": [{"store_id": "a"}]}, name="stopped-early"))
    )
    run.start()
    wait_until(lambda: engine.running)
    engine.stop()
    run.join()
    assert results[0].status == "ABORTED"


def test_an_exception_in_run_stops_the_execution(
    engine: Engine, stopper: Stopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given Ctrl-C without a handler, when run() is left by KeyboardInterrupt, then no task starts any more."""
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    monkeypatch.setattr(stopper, "by_signal", True)
    try:
        with pytest.raises(KeyboardInterrupt):
            stopped_at(stopper, InvocationStarted, "list_stores", list_seconds=1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert "report" not in started(stopper)
