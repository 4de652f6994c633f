"""The one-machine AWS: runs the stack of template.yaml, its state machine and its functions, on this computer."""

import json
import secrets
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from local.engine.clock import Clock
from local.engine.lambdas import Invocation, LambdaService
from local.engine.loopback import HOST, SECRET_BYTES, listening_socket
from local.engine.observation import (
    ChildExecution,
    EngineBrokenError,
    ExecutionResult,
    InvocationEnded,
    InvocationStarted,
    Observation,
    Status,
    Waiting,
    WaitReason,
    is_transition,
)
from local.engine.sealed import seal_process
from local.engine.stack import ACCOUNT_ID, REGION, StackInvalidError, load_stack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

# A process has one moto, and so one set of seams.
ONE_ENGINE = threading.Lock()

# Below .local: the state machine as it was parsed last.
PARSED = "state-machine.parsed"

# How soon a running execution notices stop(). A signal handler may call that, so it only sets a flag.
STOP_POLL_SECONDS = 0.05

# How long invocations that run when an execution is stopped may take to end by themselves.
STOP_GRACE_SECONDS = 10.0


@dataclass
class _Run:
    """What the engine knows of one execution; `over` ends its waits, `ended` says that the interpreter left it."""

    stop_asked: bool = False
    aborted: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None
    children: list[ChildExecution] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)


class Engine:
    """Runs a stack from `root`/template.yaml (a context manager, one at a time in a process).

    `parameters` are values for the template's parameters; `environment` is merged over every function's own;
    `observe` is called from the interpreter's threads and must neither block nor raise. With `warm_up` the state
    machine's functions start at once; `fork_workers` is LambdaService's. While entered, `stack`,
    `lambdas` and the clients `s3`, `ssm` and `secrets` are there for whoever must see or change what is in them.
    Raises StackInvalidError for a template it cannot run, EngineBrokenError when moto is not as expected.
    """

    def __init__(
        self,
        root: Path,
        clock: Clock,
        parameters: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        observe: Callable[[Observation], None] | None = None,
        *,
        warm_up: bool = False,
        fork_workers: bool = True,
    ) -> None:
        self._root = root
        self._clock = clock
        self._parameters = parameters or {}
        self._environment = dict(environment or {})
        self._observe = observe or (lambda observation: None)
        self._warm_up, self._fork_workers = warm_up, fork_workers
        self._runs: dict[str, _Run] = {}
        self._undo = ExitStack()

    def __enter__(self) -> "Engine":
        """Start AWS, create the stack's buckets and state machine."""
        if not ONE_ENGINE.acquire(blocking=False):
            raise EngineBrokenError("Another engine runs in this process")
        with ExitStack() as undo:
            undo.callback(ONE_ENGINE.release)
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """End all workers and forget everything but the log files."""
        self._undo.close()

    def _start(self, undo: ExitStack) -> None:
        seal_process()
        listener = undo.enter_context(listening_socket())
        session_token = secrets.token_urlsafe(SECRET_BYTES)
        way_to_aws = {
            "AWS_ENDPOINT_URL": f"http://{HOST}:{listener.getsockname()[1]}",
            "AWS_SESSION_TOKEN": session_token,
        }
        self.stack = load_stack(self._root, self._parameters, way_to_aws | self._environment)
        self.lambdas = LambdaService(self.stack, self._root / ".local" / "logs", fork_workers=self._fork_workers)
        undo.callback(self.lambdas.close)
        if self._warm_up:
            self.lambdas.warm_up()
        self._start_aws(undo, listener, session_token)

    def _start_aws(self, undo: ExitStack, listener: socket.socket, session_token: str) -> None:
        """Import moto, which takes longest, now that the workers are starting beside it."""
        from local.engine.moto_without_ec2 import import_moto  # noqa: PLC0415

        import_moto()
        from local.engine.aws import local_aws  # noqa: PLC0415
        from local.engine.interpreter import interpreter  # noqa: PLC0415

        aws = undo.enter_context(local_aws(REGION, listener, session_token))
        undo.enter_context(interpreter(self, self._root / ".local" / PARSED))
        self.s3: S3Client = aws.client("s3")
        self.ssm: SSMClient = aws.client("ssm")
        self.secrets: SecretsManagerClient = aws.client("secretsmanager")
        self._machines: SFNClient = aws.client("stepfunctions")
        for bucket in self.stack.buckets.values():
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._machine_arn = self._create_machine()

    def _create_machine(self) -> str:
        try:
            created = self._machines.create_state_machine(
                name=self.stack.machine_name,
                definition=self.stack.definition,
                roleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/local",
            )
        except ClientError as error:
            raise StackInvalidError(f"The state machine file is not valid: {error}") from error
        return created["stateMachineArn"]

    def put_secret_parameter(self, name: str, value: str) -> None:
        """Store a SecureString in the parameter store, over any older one."""
        self.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)

    def put_secret(self, name: str, value: str) -> None:
        """Store a secret in Secrets Manager, over any older one."""
        try:
            self.secrets.create_secret(Name=name, SecretString=value)
        except self.secrets.exceptions.ResourceExistsException:
            self.secrets.put_secret_value(SecretId=name, SecretString=value)

    def run(self, execution_input: Mapping[str, Any], name: str | None = None) -> ExecutionResult:
        """Start an execution, wait for its end and return how it ended; also from several threads at once.

        `name` must be new to this engine, as on AWS (else ValueError). Raises EngineBrokenError when moto fails.
        """
        name = name or f"local-{uuid.uuid4()}"
        if name in self._runs:
            raise ValueError(f"An execution named {name} exists")
        run = self._runs[name] = _Run()
        arn = self._machines.start_execution(
            stateMachineArn=self._machine_arn, name=name, input=json.dumps(execution_input)
        )["executionArn"]
        try:
            self._await(run)
        finally:
            if not run.ended.is_set():  # stopped, or interrupted by an exception
                self._abort(run, arn)
        if run.failure is not None:
            raise EngineBrokenError(f"The interpreter failed: {type(run.failure).__name__}") from run.failure
        return self._result(run, name, arn)

    @property
    def running(self) -> list[str]:
        """Return the names of the executions that have begun and not ended, for whoever stops them."""
        return [name for name, run in tuple(self._runs.items()) if not run.ended.is_set()]

    def stop(self) -> None:
        """Stop every running execution: waits end, no new task starts, running invocations get some seconds to end.

        Returns at once; run() then returns with the status ABORTED. Safe to call from a signal handler.
        """
        for run in tuple(self._runs.values()):
            run.stop_asked = True

    def invoke(self, function: str, payload: object) -> Invocation:
        """Run the function of a Task state (see interpreter.Host)."""
        name = function.rpartition(":")[2]
        self._observe(InvocationStarted(name, payload))
        done = self.lambdas.invoke(name, payload)
        self._observe(InvocationEnded(name, payload, done.payload, failed=done.failed, billed_ms=done.billed_ms))
        return done

    def wait(self, execution: str, seconds: float, reason: WaitReason, state_input: object, state: str) -> None:
        """Let a Wait state's or a Retry's time pass (see interpreter.Host)."""
        run = self._runs[execution]
        until = self._clock.now() + seconds
        waiting = Waiting(seconds=seconds, until=until, reason=reason, state_input=state_input, state=state)
        run.waits.append(waiting)
        self._observe(waiting)
        self._clock.wait(seconds, run.over)

    def child_ended(self, execution: str, child: ChildExecution) -> None:
        """Keep the counts of a Distributed Map's item (see interpreter.Host)."""
        self._runs[execution].children.append(child)

    def execution_ended(self, execution: str, error: Exception | None) -> None:
        """Let run() go on (see interpreter.Host)."""
        run = self._runs[execution]
        run.failure = error
        run.over.set()
        run.ended.set()

    def _await(self, run: _Run) -> None:
        while not run.stop_asked and not run.ended.wait(STOP_POLL_SECONDS):
            pass

    def _abort(self, run: _Run, arn: str) -> None:
        """Stop an execution and return once nothing of it runs any more."""
        while not self._begun(arn) and not run.ended.wait(STOP_POLL_SECONDS):
            pass
        if run.ended.is_set():
            return
        self._machines.stop_execution(executionArn=arn)
        run.aborted = True
        run.over.set()
        if not run.ended.wait(STOP_GRACE_SECONDS):
            self.lambdas.kill_workers()
            run.ended.wait()

    def _begun(self, arn: str) -> bool:
        """Return whether the first state was entered; moto cannot, or silently does not, stop an execution before."""
        events = self._machines.get_execution_history(executionArn=arn)["events"]
        return any(is_transition(event["type"]) for event in events)

    def _result(self, run: _Run, name: str, arn: str) -> ExecutionResult:
        described = self._machines.describe_execution(executionArn=arn)
        history = tuple(self._machines.get_execution_history(executionArn=arn)["events"])
        output = described.get("output")
        transitions = sum(is_transition(event["type"]) for event in history)
        return ExecutionResult(
            name=name,
            arn=arn,
            status=_status(described["status"], run),
            output=None if output is None else json.loads(output),
            error=None if run.aborted else described.get("error"),
            cause=None if run.aborted else described.get("cause"),
            history=history,
            children=tuple(sorted(run.children, key=lambda child: child.index)),
            waits=tuple(run.waits),
            transitions=transitions + sum(child.transitions for child in run.children),
        )


def _status(described: str, run: _Run) -> Status:
    """Return AWS's status; moto calls an execution FAILED when the stop hit a task of its outermost level."""
    if run.aborted and described != "SUCCEEDED":
        return "ABORTED"
    return cast(Status, described)
