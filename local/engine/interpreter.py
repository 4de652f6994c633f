"""The seams between moto's Step Functions interpreter and the engine.

moto runs the state machine as AWS would; what is ours are its Lambda tasks, its time, and its counting. The seams are
moto's internals (its version is pinned), so each is checked before it is replaced: a moto that has changed there makes
the engine refuse to start, instead of quietly sleeping through real hours.
"""

import functools
import inspect
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import moto
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
    DistributedItemProcessorWorker as DistributedWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import IterationWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.utils import TMP_THREADS

from local.engine.lambdas import Invocation, LambdaServiceError
from local.engine.observation import ChildExecution, EngineBrokenError, WaitReason, is_transition
from local.engine.programs import parsed_once


class Host(Protocol):
    """Who runs the tasks and keeps the time. Called from the interpreter's threads; executions go by name."""

    def invoke(self, function: str, payload: object) -> Invocation:
        """Run a Lambda function."""

    def wait(self, execution: str, seconds: float, reason: WaitReason, state_input: object, state: str) -> None:
        """Let time pass, or return early when the execution is stopped."""

    def child_ended(self, execution: str, child: ChildExecution) -> None:
        """Take the counts of one item of a Distributed Map."""

    def execution_ended(self, execution: str, error: Exception | None) -> None:
        """Take notice that an execution is over; `error` is the interpreter's own failure."""


_Method = Callable[..., Any]
_Make = Callable[[_Method], _Method]


@contextmanager
def interpreter(host: Host, parsed: Path | None = None) -> Iterator[None]:
    """Let moto's interpreter work for `host`. Raises EngineBrokenError when a seam is not as expected.

    The file `parsed` keeps the last parsed definition, for the next process that runs the same one.
    """
    retry = _RetryTime(host)
    with ExitStack() as undo, _silence():
        put = _Patcher(undo)
        invoke = ("parameters", "region", "state_credentials")
        put.function(lambda_eval_utils, "_invoke_lambda_function", invoke, lambda _: _invoke_seam(host))
        put.function(WaitFunction, "_wait_interval", ("self", "env", "wait_seconds"), lambda _: _wait_seam(host))
        put.function(RetrierDecl, "_eval_body", ("self", "env"), retry.seam)
        put.module(retrier_decl, "time", time, retry)
        put.function(IterationWorker, "_eval_pool", ("self", "job", "worker_frame"), _loop_seam)
        put.function(DistributedWorker, "_eval_pool", ("self", "job", "worker_frame"), _loop_seam)
        put.function(DistributedWorker, "_eval_job", ("self", "env", "job"), lambda old: _child_seam(host, old))
        # moto builds a parser for every path it evaluates: half of all its time. The paths are those of one file.
        put.function(json_path, "parse", ("path", "debug"), functools.cache)
        put.function(result_path, "parse", ("string",), functools.cache)
        put.function(AmazonStateLanguageParser, "parse", ("definition",), lambda old: parsed_once(old, parsed))
        put.function(ExecutionWorker, "_execution_logic", ("self",), lambda old: _end_seam(host, old))
        put.function(EvalComponent, "_log_exception", ("self", "exception"), _quiet)
        put.function(EvalComponent, "_log_failure_event_exception", ("self", "failure_event_exception"), _quiet)
        yield


class _Patcher:
    """Replaces functions of moto, each after a look at what is there, and puts them back in the end."""

    def __init__(self, undo: ExitStack) -> None:
        self._undo = undo

    def function(self, owner: Any, name: str, parameters: tuple[str, ...], make: _Make) -> None:
        """Replace a function or (static) method by what `make` makes of it."""
        found = vars(owner).get(name)
        original = found.__func__ if isinstance(found, staticmethod) else found
        where = f"{getattr(owner, '__module__', owner.__name__)}.{name}"
        if not inspect.isfunction(original):
            raise EngineBrokenError(
                f"moto {moto.__version__} has no {where}: the engine needs the version it is pinned to"
            )
        present = tuple(inspect.signature(original).parameters)
        if present != parameters:
            raise EngineBrokenError(f"moto {moto.__version__} has {where}{present}: the engine needs {parameters}")
        made = make(original)
        self._set(owner, name, staticmethod(made) if isinstance(found, staticmethod) else made)

    def module(self, owner: Any, name: str, module: Any, replacement: Any) -> None:
        """Replace a module that `owner` has imported."""
        if getattr(owner, name, None) is not module:
            raise EngineBrokenError(f"moto {moto.__version__} does not use {name} in {owner.__name__} any more")
        self._set(owner, name, replacement)

    def _set(self, owner: Any, name: str, value: Any) -> None:
        self._undo.callback(setattr, owner, name, vars(owner)[name])
        setattr(owner, name, value)


@contextmanager
def _silence() -> Iterator[None]:
    logger = logging.getLogger("moto")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _quiet(original: _Method) -> _Method:
    """Do not even compose the log line: it holds a repr of the whole program, at every level of every failure."""
    return lambda *args, **kwargs: None


def _execution(env: Any) -> str:
    return str(env.states.context_object.context_object_data["Execution"]["Name"])


def _state(env: Any) -> str:
    return str(env.states.context_object.context_object_data["State"]["Name"])


def _invoke_seam(host: Host) -> _Method:
    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        try:
            done = host.invoke(parameters["FunctionName"], json.loads(parameters.get("Payload", b"{}")))
        except LambdaServiceError as error:
            raise _client_error(error) from error
        failure = {"FunctionError": "Unhandled"} if done.failed else {}
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": done.payload, **failure}

    return invoke


def _client_error(error: LambdaServiceError) -> ClientError:
    """Return what boto3 would raise; the state machine sees it as `Lambda.<code>`."""
    metadata = {"HTTPStatusCode": 400, "RequestId": "local"}
    return ClientError({"Error": {"Code": error.code, "Message": str(error)}, "ResponseMetadata": metadata}, "Invoke")  # type: ignore[typeddict-item]


def _wait_seam(host: Host) -> _Method:
    def wait_interval(self: Any, env: Any, wait_seconds: int) -> None:
        if wait_seconds > 0:
            host.wait(_execution(env), wait_seconds, "wait", env.states.get_input(), _state(env))

    return wait_interval


class _RetryTime:
    """Stands for the `time` module in moto's Retry, whose only use of it is one sleep."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._current = threading.local()

    def seam(self, original: _Method) -> _Method:
        """Remember for which execution a thread is about to sleep."""

        def eval_body(retrier: Any, env: Any) -> None:
            self._current.env = env
            original(retrier, env)

        return eval_body

    def sleep(self, seconds: float) -> None:
        """Wait by the host's clock."""
        env = self._current.env
        self._host.wait(_execution(env), seconds, "retry", env.states.get_input(), _state(env))


def _loop_seam(original: _Method) -> _Method:
    """Turn a worker's call of itself for the next item into a loop: Python ends it at about 985 items otherwise."""

    def eval_pool(self: Any, job: Any, worker_frame: Any) -> None:
        if hasattr(self, "_next_call"):
            self._next_call = (job, worker_frame)
            return
        self._next_call = (job, worker_frame)
        while self._next_call is not None:
            call, self._next_call = self._next_call, None
            original(self, *call)
        del self._next_call

    return eval_pool


class _CountingHistory(EventManager):
    """A child execution's history, of which only the size is kept: nobody ever asks moto for its events."""

    def __init__(self) -> None:
        super().__init__()
        self.events = 0
        self.transitions = 0

    def _publish_history_event(
        self, event_id: int, source_event_id: int, event_type: str, timestamp: Any, event_details: Any
    ) -> None:
        self.events += 1
        self.transitions += is_transition(event_type)


def _child_seam(host: Host, original: _Method) -> _Method:
    """Give each item of a Distributed Map a history of its own, as on AWS; moto lets them share one."""

    def eval_job(self: Any, env: Any, job: Any) -> None:
        history = env.event_manager = _CountingHistory()
        try:
            original(self, env, job)
        finally:
            host.child_ended(_execution(env), ChildExecution(job.job_index, history.transitions, history.events))

    return eval_job


def _end_seam(host: Host, original: _Method) -> _Method:
    def execution_logic(self: Any) -> None:
        failure: Exception | None = None
        try:
            original(self)
        except Exception as error:
            failure = error
        finally:
            TMP_THREADS.clear()  # moto remembers every thread it ever started, for its own tests
            host.execution_ended(self._evaluation_details.execution_details.name, failure)

    return execution_logic
