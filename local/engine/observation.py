"""What an engine lets its user see while it runs, and how one execution ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

WaitReason = Literal["wait", "retry"]
Status = Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class EngineBrokenError(Exception):
    """The engine cannot do its work with the libraries, or in the state, it finds."""


@dataclass(frozen=True)
class InvocationStarted:
    """A Task state invokes a function."""

    function: str
    payload: object


@dataclass(frozen=True)
class InvocationEnded:
    """A function has answered; `result` is Lambda's error object when `failed`."""

    function: str
    payload: object
    result: object
    failed: bool
    billed_ms: int


@dataclass(frozen=True)
class Waiting:
    """A Wait state, or the pause before a Retry, begins; it ends at `until` (unix seconds of the engine's clock).

    `state` is the state's name, of a Retry the failed task's; `state_input` is what was passed to that state.
    """

    seconds: float
    until: float
    reason: WaitReason
    state_input: object
    state: str = ""


Observation = InvocationStarted | InvocationEnded | Waiting


@dataclass(frozen=True)
class ChildExecution:
    """One item of a Distributed Map: on AWS an execution with a history of its own (at most 25,000 events)."""

    index: int
    transitions: int
    events: int


@dataclass(frozen=True)
class ExecutionResult:
    """How an execution ended, as DescribeExecution and GetExecutionHistory would tell it.

    `output` is None unless `status` is SUCCEEDED. `transitions` counts the states entered, children's included (AWS
    also bills each retry: see `waits`).
    """

    name: str
    arn: str
    status: Status
    output: Any
    error: str | None
    cause: str | None
    history: tuple[Mapping[str, Any], ...]
    children: tuple[ChildExecution, ...]
    waits: tuple[Waiting, ...]
    transitions: int


def is_transition(event_type: str) -> bool:
    """Return whether a history event is a state being entered, which is what AWS bills."""
    return event_type.endswith("StateEntered")
