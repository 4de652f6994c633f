"""Functions in real worker processes, with AWS's own runtime client."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.engine import lambdas as lambdas_module
from local.engine.lambdas import LambdaService, LambdaServiceError
from local.engine.stack import load_stack

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lambdas(toy: Path) -> Iterator[LambdaService]:
    service = LambdaService(load_stack(toy, {}), toy / ".local" / "logs")
    yield service
    service.close()


def ask(lambdas: LambdaService, function: str, payload: object) -> Any:
    """Returns the answer of an invocation that must succeed."""
    done = lambdas.invoke(function, payload)
    assert not done.failed, done.payload
    return done.payload


def test_a_handler_answers_by_name_and_by_arn(lambdas: LambdaService, toy: Path) -> None:
    arn = load_stack(toy, {}).functions["SyncStoreFunction"].arn
    assert ask(lambdas, "sync_store", {})["result"] == "synced"
    assert ask(lambdas, arn, {})["result"] == "synced"


def test_a_warm_worker_keeps_its_globals(lambdas: LambdaService) -> None:
    calls = [ask(lambdas, "isolation", {})["calls"] for _ in range(3)]
    assert calls == [calls[0], calls[0] + 1, calls[0] + 2]
    assert len(lambdas.pids("isolation")) == 1


def test_ahead_of_time_start_only_the_functions_of_the_state_machine(toy: Path) -> None:
    stack = load_stack(toy, {})
    service = LambdaService(stack, toy / ".local" / "logs")
    try:
        service.warm_up().join()
        started = {spec.name for spec in stack.functions.values() if service.pids(spec.name)}
    finally:
        service.close()
    assert started == {"list_stores", "sync_store", "fail_run", "report"}


def test_the_context_is_lambdas(lambdas: LambdaService) -> None:
    seen = lambdas.invoke("isolation", {}, request_id="8b7c4f1e-0000-4000-8000-000000000001").payload
    assert isinstance(seen, dict)
    assert seen["request_id"] == "8b7c4f1e-0000-4000-8000-000000000001"
    assert seen["memory_mb"] == "256"
    assert seen["arn"].endswith(":function:isolation")
    assert 0 < seen["remaining_ms"] <= 5000


def test_a_failed_handler_is_named_by_its_exceptions_class(lambdas: LambdaService) -> None:
    done = lambdas.invoke("sync_store", {"behaviour": "transient"})
    assert done.failed
    assert isinstance(done.payload, dict)
    assert (done.payload["errorType"], done.payload["errorMessage"]) == ("TransientError", "try again")


def test_nothing_of_the_engines_environment_reaches_a_function(
    lambdas: LambdaService, toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WB_TOKEN", "secret")
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    service = LambdaService(load_stack(toy, {}), toy / ".local" / "logs")
    try:
        environment = ask(service, "isolation", {})["environment"]
    finally:
        service.close()
    assert not environment.keys() & {"WB_TOKEN", "AWS_PROFILE", "PYTHONPATH", "VIRTUAL_ENV"}
    assert not Path(environment["HOME"]).exists()  # without it, botocore would look into the user's own for ~/.aws
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "isolation"
    assert environment["AWS_ACCESS_KEY_ID"] == "local"


def test_only_code_layers_image_and_standard_library_are_importable(lambdas: LambdaService, toy: Path) -> None:
    path = ask(lambdas, "isolation", {})["path"]
    assert path[0] == str((toy / "functions" / "isolation").resolve())
    assert path[1] == str((toy / ".local" / "lambda-image").resolve())
    assert not [entry for entry in path if "site-packages" in entry or entry in {"", str(ROOT)}]


def test_a_layer_the_template_does_not_give_cannot_be_imported(lambdas: LambdaService) -> None:
    done = lambdas.invoke("locked_out", {})
    assert done.failed
    assert isinstance(done.payload, dict)
    assert done.payload["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'words'" in done.payload["errorMessage"]
    assert lambdas.pids("locked_out") == []


def test_a_time_out_kills_the_worker(lambdas: LambdaService) -> None:
    done = lambdas.invoke("sync_store", {"behaviour": "hang"}, request_id="r-1")
    assert done.failed
    assert done.payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: r-1 Error: Task timed out after 1.00 seconds",
    }
    assert done.billed_ms >= 1000
    assert ask(lambdas, "sync_store", {})["result"] == "synced"


def test_a_handler_that_ends_its_process(lambdas: LambdaService) -> None:
    done = lambdas.invoke("sync_store", {"behaviour": "die"}, request_id="r-2")
    assert done.failed
    assert done.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: r-2 Error: Runtime exited with error: exit status 3",
    }


def test_a_worker_killed_in_mid_invocation(lambdas: LambdaService) -> None:
    done = lambdas.invoke("sync_store", {"behaviour": "killed"}, request_id="r-3")
    assert done.failed
    assert done.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: r-3 Error: Runtime exited with error: signal: killed",
    }


def test_an_answer_above_six_megabytes_is_refused(lambdas: LambdaService) -> None:
    done = lambdas.invoke("sync_store", {"behaviour": "flood"})
    assert done.failed
    assert isinstance(done.payload, dict)
    assert done.payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_reserved_concurrency_throttles(lambdas: LambdaService) -> None:
    """Given a function that reserves one, when two run at once, then the second is refused as on Lambda."""
    refused = threading.Event()

    def call() -> None:
        try:
            lambdas.invoke("isolation", {"sleep_seconds": 0.2})
        except LambdaServiceError as error:
            assert error.code == "TooManyRequestsException"
            refused.set()

    with ThreadPoolExecutor(2) as callers:
        for _ in range(2):
            callers.submit(call)
    assert refused.is_set()


def test_an_unknown_function(lambdas: LambdaService) -> None:
    with pytest.raises(LambdaServiceError) as refusal:
        lambdas.invoke("nobody", {})
    assert refusal.value.code == "ResourceNotFoundException"


def test_usage_is_counted(toy: Path) -> None:
    service = LambdaService(load_stack(toy, {}), toy / ".local" / "logs")
    try:
        service.invoke("sync_store", {})
        service.invoke("sync_store", {"behaviour": "broken"})
        usage = service.invocations["sync_store"]
    finally:
        service.close()
    assert (usage.invocations, usage.failures, usage.cold_starts) == (2, 1, 1)
    assert usage.billed_ms >= 2
    assert service.invocations["report"].invocations == 0


def test_a_long_log_is_put_aside_and_a_short_one_goes_on(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas_module, "LOG_BYTES", 3)
    for name, text in {"a.log": "long", "b.log": "bit", "a.log.old": "older"}.items():
        (tmp_path / name).write_text(text)
    LambdaService(load_stack(toy, {}), tmp_path).close()
    assert {log.name: log.read_text() for log in tmp_path.iterdir()} == {"a.log.old": "long", "b.log": "bit"}


def test_logs_are_the_owners_only(lambdas: LambdaService, toy: Path) -> None:
    lambdas.invoke("sync_store", {"behaviour": "broken"})
    log = toy / ".local" / "logs" / "sync_store.log"
    assert "[ERROR] ValueError: a bug" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_closing_ends_the_workers(toy: Path) -> None:
    service = LambdaService(load_stack(toy, {}), toy / ".local" / "logs")
    service.invoke("sync_store", {})
    workers = [psutil.Process(pid) for pid in service.pids("sync_store")]
    service.close()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert gone
    assert not alive


def test_workers_do_not_outlive_a_killed_engine(toy: Path) -> None:
    """Given an engine with an idle worker and one in a handler that hangs, when it is killed, then both end."""
    script = f"""
import os, signal, sys, threading
from pathlib import Path
from local.engine.lambdas import LambdaService
from local.engine.stack import load_stack
root = Path({str(toy)!r})
lambdas = LambdaService(load_stack(root, {{}}), root / ".local" / "logs")
lambdas.invoke("sync_store", {{}})
lambdas.invoke("isolation", {{}})
threading.Thread(target=lambdas.invoke, args=("isolation", {{"sleep_seconds": 60}}), daemon=True).start()
print(*lambdas.pids("sync_store"), *lambdas.pids("isolation"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    workers = [psutil.Process(int(pid)) for pid in killed.stdout.split() if psutil.pid_exists(int(pid))]
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert len(killed.stdout.split()) == 2
    assert not alive
