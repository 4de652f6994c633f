"""A forked worker sees what a started one sees, and nothing of the process it was forked from.

What it shares with the other forks: the hash seed of its strings, and the memory of AWS's libraries and of the function
as they were imported. Nothing of what another worker did, not even of the same function.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.engine.forking import CAN_FORK
from local.engine.lambdas import LambdaService, shared_layers
from local.engine.stack import load_stack
from local.engine.worker_main import SHARED_MODULES
from local.engine.workers import import_path, libraries
from tests.support.project import ROOT

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="workers are forked on Linux only")
OWN = {"AWS_LAMBDA_RUNTIME_API"}  # differs from worker to worker, however it began


def service(toy: Path, *, fork_workers: bool) -> LambdaService:
    return LambdaService(load_stack(toy, {}), toy / ".local" / "logs", fork_workers=fork_workers)


@pytest.fixture
def forking(toy: Path) -> Iterator[LambdaService]:
    opened = service(toy, fork_workers=True)
    yield opened
    opened.close()


@pytest.fixture
def starting(toy: Path) -> Iterator[LambdaService]:
    opened = service(toy, fork_workers=False)
    yield opened
    opened.close()


def told(lambdas: LambdaService, **event: Any) -> dict[str, Any]:
    """Return what the function sees of its surroundings."""
    done = lambdas.invoke("isolation", event)
    assert isinstance(done.payload, dict), done
    assert not done.failed, done.payload
    return done.payload


def forker_of(lambdas: LambdaService) -> psutil.Process:
    """Return the process that the service's workers are forked from."""
    parent = psutil.Process(lambdas.pids("isolation")[0]).parent()
    assert parent is not None
    assert parent.pid != os.getpid()
    return parent


def test_a_forked_worker_sees_what_a_started_one_sees(forking: LambdaService, starting: LambdaService) -> None:
    forked, started = told(forking), told(starting)
    forker_of(forking)
    for seen in (forked, started):
        for name in OWN:
            del seen["environment"][name]
    assert forked["environment"] == started["environment"]
    assert forked["path"] == started["path"]
    assert forked["process"] == started["process"]


def test_a_forked_worker_has_no_modules_but_those_it_could_import(
    forking: LambdaService, starting: LambdaService, toy: Path
) -> None:
    forked, started = told(forking)["modules"], told(starting)["modules"]
    for seen in (forked, started):
        for name in ("__main__", "__mp_main__"):  # worker_main.py
            seen.pop(name, None)
    common = forked.keys() & started.keys()
    assert {name: forked[name] for name in common} == {name: started[name] for name in common}
    assert started.keys() <= forked.keys()
    standard, image = Path(os.__file__).parent, (toy / ".local" / "lambda-image").resolve()
    files = [Path(file) for name, file in forked.items() if file and name not in started]
    assert [file for file in files if not file.is_relative_to(standard) and not file.is_relative_to(image)] == []


@pytest.mark.parametrize("fork_workers", [True, False])
def test_what_python_treats_as_an_error_here_it_does_in_workers(
    toy: Path, monkeypatch: pytest.MonkeyPatch, fork_workers: bool
) -> None:
    monkeypatch.setattr(sys, "warnoptions", ["error::DeprecationWarning"])
    opened = service(toy, fork_workers=fork_workers)
    try:
        assert told(opened)["process"]["warnings"] == ["error::DeprecationWarning"]
    finally:
        opened.close()


def test_what_is_imported_before_a_fork_is_what_each_function_would_import_itself() -> None:
    """No folder that comes earlier on a function's path has a library of the same name."""
    stack = load_stack(ROOT, {})
    shared = libraries(shared_layers(stack), ROOT)
    names = {module.partition(".")[0] for module in SHARED_MODULES}
    for spec in stack.functions.values():
        path = import_path(spec, ROOT)
        assert [folder for folder in path if folder in shared] == shared
        others = [folder for folder in path if folder not in shared]
        assert [folder for folder in others if any((folder / name).exists() for name in names)] == []


def test_forked_workers_share_no_random_numbers(forking: LambdaService) -> None:
    first = told(forking)["random"]
    forking.kill_workers()
    assert told(forking)["random"] != first


def test_workers_of_a_function_share_nothing_of_what_they_did(forking: LambdaService) -> None:
    """Given a worker that has counted its calls, when another is forked from the same process, then it begins anew."""
    assert [told(forking)["calls"] for _ in range(2)] == [1, 2]
    forker = forker_of(forking)
    forking.kill_workers()
    assert told(forking)["calls"] == 1
    assert forker_of(forking) == forker


def test_without_the_process_they_are_forked_from_workers_are_started(forking: LambdaService) -> None:
    told(forking)
    forker = forker_of(forking)
    forker.send_signal(signal.SIGKILL)
    psutil.wait_procs([forker], timeout=10)
    forking.kill_workers()
    told(forking)
    assert psutil.Process(forking.pids("isolation")[0]).ppid() == os.getpid()


def test_the_process_and_its_workers_end_with_the_service(toy: Path) -> None:
    opened = service(toy, fork_workers=True)
    told(opened)
    processes = [forker_of(opened), psutil.Process(opened.pids("isolation")[0])]
    opened.close()
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
