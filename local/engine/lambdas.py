"""The Lambda service of one machine: invokes the stack's functions in their pools of workers."""

import json
import os
import sys
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from local.engine.forking import CAN_FORK, Forker
from local.engine.pools import Pool
from local.engine.stack import FunctionSpec, Stack
from local.engine.workers import InitFailedError, Invocation, Worker, libraries, open_log, sandbox

__all__ = ["Invocation", "LambdaService", "LambdaServiceError", "Usage"]

LOG_FOLDER_MODE = 0o700

# A home that there is not, as on Lambda.
NO_FOLDER = "/nonexistent"

# A log longer than this when an engine starts becomes the one older log that is kept.
LOG_BYTES = 10_000_000


class LambdaServiceError(Exception):
    """The service refuses an invocation; `code` is Lambda's own name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Usage:
    """What a function cost so far."""

    invocations: int = 0
    failures: int = 0
    cold_starts: int = 0
    billed_ms: int = 0
    peak_memory_mb: int = 0

    def plus(self, one: Invocation) -> "Usage":
        """Return the usage with one invocation more."""
        return Usage(
            invocations=self.invocations + 1,
            failures=self.failures + one.failed,
            cold_starts=self.cold_starts + one.cold,
            billed_ms=self.billed_ms + one.billed_ms,
            peak_memory_mb=max(self.peak_memory_mb, one.peak_memory_mb or 0),
        )


class LambdaService:
    """Invokes functions by name or ARN, from any number of threads. Close it, or its workers stay.

    Workers are forked where that is safe, unless `fork_workers` is False, as for measuring a cold start.
    """

    def __init__(self, stack: Stack, log_path: Path, *, fork_workers: bool = True) -> None:
        log_path.mkdir(mode=LOG_FOLDER_MODE, parents=True, exist_ok=True)
        _put_long_logs_aside(log_path)
        self._forker = None
        if fork_workers and CAN_FORK:
            self._forker = Forker.start(libraries(shared_layers(stack), stack.root), _shared_environment(stack.region))
        functions = stack.functions.values()
        self._functions = {spec.name: _Function(spec, stack, log_path, self._forker) for spec in functions}
        named = (spec for spec in stack.functions.values() if spec.arn in stack.definition)
        self._steps = [spec.name for spec in sorted(named, key=lambda spec: stack.definition.index(spec.arn))]

    @property
    def invocations(self) -> Mapping[str, Usage]:
        """What each function cost so far, by name."""
        return {name: function.usage for name, function in self._functions.items()}

    def invoke(self, arn_or_name: str, payload: object, request_id: str | None = None) -> Invocation:
        """Run a function once and return how it ended; a failed handler is not an exception here.

        Raises LambdaServiceError for an unknown function (ResourceNotFoundException) and above its reserved
        concurrency (TooManyRequestsException).
        """
        return self._function(arn_or_name).invoke(payload, request_id or str(uuid.uuid4()))

    def warm_up(self, names: Iterable[str] | None = None) -> threading.Thread:
        """Start a worker of each of these functions, so that their cold starts overlap with what else is to be done.

        Without names, of the state machine's, in the order of its states. In the background, one at a time. The thread
        that is returned ends when all are ready.
        """
        functions = [self._functions[name] for name in (self._steps if names is None else names)]
        thread = threading.Thread(target=_warm_up, args=[functions], name="warm-up", daemon=True)
        thread.start()
        return thread

    def pids(self, name: str) -> list[int]:
        """Return the process ids of a function's workers."""
        return [worker.pid for worker in self._function(name).pool.workers]

    def kill_workers(self, names: Iterable[str] | None = None) -> None:
        """Kill the workers of these functions, or of all, busy or idle; running invocations end with Runtime.ExitError.

        The next invocation is a cold start.
        """
        for name in self._functions if names is None else names:
            for worker in self._functions[name].pool.workers:
                worker.kill()

    @contextmanager
    def changed_environment(self, names: Iterable[str], environment: Mapping[str, str]) -> Iterator[None]:
        """Run these functions with other variables meanwhile, in workers of their own: those of before stay warm."""
        usual = {name: self._functions[name] for name in names}
        changed = {name: function.with_environment(environment) for name, function in usual.items()}
        self._functions.update(changed)
        try:
            yield
        finally:
            self._functions.update(usual)
            for function in changed.values():
                function.close()

    def close(self) -> None:
        """End all workers. Nothing can be invoked any more."""
        for function in self._functions.values():
            function.close()
        if self._forker:
            self._forker.close()

    def _function(self, arn_or_name: str) -> "_Function":
        name = arn_or_name.rpartition(":")[2]
        if name not in self._functions:
            raise LambdaServiceError("ResourceNotFoundException", f"Function not found: {arn_or_name}")
        return self._functions[name]


class _Function:
    """One function: its workers, how many run, and what they cost."""

    def __init__(self, spec: FunctionSpec, stack: Stack, log_path: Path, forker: Forker | None) -> None:
        self._spec, self._stack, self._log_path, self._forker = spec, stack, log_path, forker
        self._log_file = log_path / f"{spec.name}.log"
        self._environment = _environment(spec, stack.region)
        self._own_forker: Forker | None = None
        self._lock, self._forking = threading.Lock(), threading.Lock()
        reserved = spec.reserved_concurrency
        self._places = None if reserved is None else threading.Semaphore(reserved)
        self.usage = Usage()
        self.pool = Pool(self._worker)

    def with_environment(self, changes: Mapping[str, str]) -> "_Function":
        """Return the same function with these variables more, or other values of them."""
        spec = replace(self._spec, environment={**self._spec.environment, **changes})
        return _Function(spec, self._stack, self._log_path, self._forker)

    def invoke(self, payload: object, request_id: str) -> Invocation:
        """Run the handler once."""
        event = json.dumps(payload, ensure_ascii=False).encode()
        if self._places and not self._places.acquire(blocking=False):
            raise LambdaServiceError("TooManyRequestsException", "Rate Exceeded.")
        try:
            invocation = self._run(event, request_id)
        finally:
            if self._places:
                self._places.release()
        with self._lock:
            self.usage = self.usage.plus(invocation)
        return invocation

    def close(self) -> None:
        """End its workers, and the process that they are forked from."""
        self.pool.close()
        with self._forking:
            self._forker = None
            if self._own_forker:
                self._own_forker.close()

    def _worker(self) -> Worker:
        return Worker(self._spec, self._stack.root, self._environment, self._log_file, self._prepared_forker())

    def _prepared_forker(self) -> Forker | None:
        """Return the process that the function's workers are forked from, None where they are started."""
        with self._forking:
            if self._forker and not self._own_forker:
                log = open_log(self._log_file)
                with suppress(OSError):  # The process that all are forked from has ended.
                    own = sandbox(self._spec, self._stack.root, self._environment)
                    self._own_forker = self._forker.fork_forker(own, log)
                os.close(log)
            return self._own_forker

    def _run(self, event: bytes, request_id: str) -> Invocation:
        try:
            worker = self.pool.take()
        except InitFailedError as error:
            return Invocation(error.payload, failed=True, billed_ms=0, cold=True, peak_memory_mb=None)
        try:
            return worker.invoke(request_id, event)
        finally:
            self.pool.give_back(worker)


def _warm_up(functions: Iterable[_Function]) -> None:
    for function in functions:
        function.pool.warm_up()


def _put_long_logs_aside(folder: Path) -> None:
    for log in folder.glob("*.log"):
        with suppress(FileNotFoundError):  # Another engine has put it aside at this moment.
            if log.stat().st_size > LOG_BYTES:
                log.replace(log.with_suffix(".log.old"))


def shared_layers(stack: Stack) -> list[str]:
    """Return the layers that all functions have, in their order."""
    layers = [spec.layers for spec in stack.functions.values()]
    return [layer for layer in layers[0] if all(layer in others for others in layers)]


def _environment(spec: FunctionSpec, region: str) -> dict[str, str]:
    """Return a worker's whole environment: what Lambda sets, and the template's variables; nothing of ours.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        **_shared_environment(region),
        "_HANDLER": spec.handler,
        "LAMBDA_TASK_ROOT": str(spec.folder),
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        **spec.environment,
    }


def _shared_environment(region: str) -> dict[str, str]:
    """Return what every function has."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # Fake, and no way to anybody's real ones: no metadata service, no ~/.aws, whose models botocore would take too.
        "HOME": NO_FOLDER,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
