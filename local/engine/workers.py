"""One warm container of a Lambda function: a process of its own, running AWS's runtime client.

A handler run inside the engine would share globals, environment and imports with all others, which Lambda never does.
"""

import json
import math
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.engine.forking import ForkedProcess, Forker, Sandbox, python_command
from local.engine.runtime_api import Answered, Event, Exited, InitFailed, Ready, Report, RuntimeApi
from local.engine.stack import FunctionSpec

# Lambda gives a cold start 10 s; a laptop that starts a dozen at once may need longer.
INIT_TIMEOUT_SECONDS = 60.0

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB of response, plus its envelope
MAX_RESPONSE_BYTES = 6_291_556

LOG_FILE_MODE = 0o600


class InitFailedError(Exception):
    """A worker ended before it could take an event; `payload` is Lambda's error object."""

    def __init__(self, payload: object) -> None:
        super().__init__("a worker could not start")
        self.payload = payload


@dataclass(frozen=True)
class Invocation:
    """How one invocation ended: `payload` is the answer, or Lambda's error object when `failed`.

    `billed_ms` is the handler's time in whole ms, rounded up; a cold start's own time is not in it.
    `peak_memory_mb` is the most the worker ever held, None where the system does not tell.
    """

    payload: object
    failed: bool
    billed_ms: int
    cold: bool
    peak_memory_mb: int | None


class Worker:
    """A worker process. One invocation at a time; dead after a time-out or a crash, and then never used again."""

    def __init__(
        self,
        spec: FunctionSpec,
        root: Path,
        environment: Mapping[str, str],
        log_file: Path,
        forker: Forker | None = None,
    ) -> None:
        """Let the forker fork the process, or start it where there is none any more."""
        self._spec = spec
        self._log_file = log_file
        self._api = RuntimeApi()
        self._cold = True
        self._killed = False
        self._invoked_at, self._busy_before = math.inf, 0.0
        environment = {**environment, "AWS_LAMBDA_RUNTIME_API": self._api.secret_address}
        self._process = self._launch(sandbox(spec, root, environment), forker)
        threading.Thread(target=self._watch, name=f"worker-{spec.name}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return the id of the worker's process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Return False once the process has ended or was told to."""
        return not self._killed and self._process.returncode is None

    @property
    def computes(self) -> bool:
        """Return whether most of the present invocation went on a processor or in the queue for one.

        False between invocations, and where the system does not tell.
        """
        elapsed = time.perf_counter() - self._invoked_at
        return 0 < elapsed < 2 * (self._busy_seconds() - self._busy_before)

    def wait_until_ready(self) -> None:
        """Return once the handler is imported. Raises InitFailedError when it cannot be."""
        report = self._report(INIT_TIMEOUT_SECONDS)
        if isinstance(report, Ready):
            return
        self.kill()
        match report:
            case InitFailed(payload):
                raise InitFailedError(json.loads(payload))
            case Exited(code):
                raise InitFailedError(_exit_error("", code))
            case _:
                raise InitFailedError(_timeout_error("", INIT_TIMEOUT_SECONDS))

    def invoke(self, request_id: str, payload: bytes) -> Invocation:
        """Run the handler once. A failure is an outcome too; a time-out kills the worker, as on Lambda."""
        timeout = self._spec.timeout_seconds
        self._busy_before, self._invoked_at = self._busy_seconds(), time.perf_counter()
        deadline_ms = int((time.time() + timeout) * 1000)
        event = Event(request_id, function_arn=self._spec.arn, deadline_ms=deadline_ms, payload=payload)
        self._api.events.put(event)
        report = self._report(timeout)
        billed_ms = math.ceil((time.perf_counter() - self._invoked_at) * 1000)
        self._invoked_at = math.inf
        peak_memory_mb = self._peak_memory_mb()
        result, failed = self._read(report, request_id)
        cold, self._cold = self._cold, False
        return Invocation(result, failed=failed, billed_ms=billed_ms, cold=cold, peak_memory_mb=peak_memory_mb)

    def kill(self) -> None:
        """End the process at once."""
        self._killed = True
        self._process.kill()

    def _launch(self, sandbox: Sandbox, forker: Forker | None) -> "subprocess.Popen[bytes] | ForkedProcess":
        log = open_log(self._log_file)
        try:
            if forker:
                with suppress(OSError):  # It has ended.
                    return forker.fork_worker(sandbox, log)
            return subprocess.Popen(
                [*python_command(), sandbox.handler, *map(str, sandbox.folders)],
                cwd=sandbox.folder,
                env=sandbox.environment,
                stdin=subprocess.PIPE,  # open as long as this process lives, see worker_main.py
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal is the engine's to handle
            )
        except OSError:
            self._api.close()
            raise
        finally:
            os.close(log)

    def _report(self, timeout: float) -> Report | None:
        try:
            return self._api.reports.get(timeout=timeout)
        except queue.Empty:
            return None

    def _read(self, report: Report | None, request_id: str) -> tuple[object, bool]:
        """Return the payload and whether it is an error, whatever became of the invocation."""
        match report:
            case Answered(_, payload, failed) if len(payload) <= MAX_RESPONSE_BYTES:
                return json.loads(payload), failed
            case Answered():
                error = _size_error()
            case Exited(code):
                error = _exit_error(request_id, code)
            case _:
                self.kill()
                error = _timeout_error(request_id, self._spec.timeout_seconds)
        self._log(error)
        return error, True

    def _log(self, error: Mapping[str, str]) -> None:
        """Add the line that Lambda adds when the function could not tell it itself."""
        # A full disk must not end the whole execution.
        with suppress(OSError), self._log_file.open("a", encoding="utf-8") as log:
            log.write(f"{error['errorType']} {error['errorMessage']}\n")

    def _busy_seconds(self) -> float:
        """Return the seconds (s) that the handler's thread spent on a processor or in the queue for one."""
        try:
            schedstat = Path(f"/proc/{self.pid}/schedstat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        # Both in ns: https://docs.kernel.org/scheduler/sched-stats.html
        return sum(map(int, schedstat.split()[:2])) / 1e9

    def _peak_memory_mb(self) -> int | None:
        try:
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
        return None if peak is None else int(peak.split()[1]) // 1024

    def _watch(self) -> None:
        """Wait for the process to end, whoever ended it."""
        code = self._process.wait()
        self._api.reports.put(Exited(code))
        self._api.close()
        if self._process.stdin:
            self._process.stdin.close()


def open_log(file: Path) -> int:
    """Return a descriptor of a function's log, which processes write at its end."""
    return os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, LOG_FILE_MODE)


def sandbox(spec: FunctionSpec, root: Path, environment: Mapping[str, str]) -> Sandbox:
    """Return what a process of the function sees."""
    return Sandbox(spec.handler, import_path(spec, root), spec.folder, environment)


def import_path(spec: FunctionSpec, root: Path) -> list[Path]:
    """Return the folders a function may import from, in Lambda's order: its code, its layers, the image."""
    own = [root / "layers" / layer / "python" for layer in spec.layers]
    return [path.resolve() for path in (spec.folder, *own)] + libraries(spec.layers, root)


def libraries(layers: Iterable[str], root: Path) -> list[Path]:
    """Return the folders of other people's code that functions with these layers import from, in Lambda's order."""
    installed = root / ".local"
    return [
        path.resolve() for path in (*(installed / "layers" / layer for layer in layers), installed / "lambda-image")
    ]


def _exit_error(request_id: str, code: int) -> dict[str, str]:
    ending = f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
    message = f"RequestId: {request_id} Error: Runtime exited with error: {ending}"
    return {"errorType": "Runtime.ExitError", "errorMessage": message}


def _timeout_error(request_id: str, seconds: float) -> dict[str, str]:
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return {"errorType": "Sandbox.Timedout", "errorMessage": message}


def _size_error() -> dict[str, str]:
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    return {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
