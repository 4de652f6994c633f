"""The local engine, whose functions a scenario plays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chatsync.contracts import Result
from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.lambdas import Invocation, LambdaServiceError
from local.engine.observation import Observation, Waiting
from tests.interpreters.scenarios import STORES_KEY, Call, Failure, Scenario
from tests.support.project import own_copy

# One store and one chat page after the other, so that there is one order.
ONE_AT_A_TIME = {"StoresAtOnce": "1", "LabelPagesAtOnce": "1"}


@dataclass
class Played:
    """How an interpreter played a scenario: calls with their payloads and pauses in seconds, in their order.

    `children` has the number of states that each store's execution entered.
    """

    name: str
    trace: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    output: Any = None
    children: list[int] = field(default_factory=list)


class ScriptedEngine(Engine):
    """The engine, with answers from a list instead of functions."""

    def __init__(self) -> None:
        super().__init__(own_copy(), VirtualClock(), ONE_AT_A_TIME, observe=self._keep_pause, fork_workers=False)
        self._calls: Iterator[Call] = iter(())
        self._trace: list[dict[str, Any]] = []

    def play(self, scenario: Scenario) -> Played:
        """Run the scenario as an execution of its name."""
        self._calls, self._trace = iter(scenario.calls), []
        stores = [{"store_id": store} for store in scenario.stores]
        self.s3.put_object(Bucket=self.stack.buckets["PageBucket"], Key=STORES_KEY, Body=json.dumps(stores).encode())
        result = self.run(scenario.execution_input or {}, scenario.name)
        children = [child.transitions for child in result.children]
        return Played(scenario.name, self._trace, result.error, result.output, children)

    def invoke(self, function: str, payload: object) -> Invocation:
        """Give the next answer, if it is this function's (see interpreter.Host)."""
        name = function.rpartition(":")[2]
        self._trace.append({"call": name, "payload": payload})
        call = next(self._calls, None)
        answer = call.answer if call and call.function == name else Failure("NotInTheScenario")
        if not isinstance(answer, Failure):
            payload = answer.as_result() if isinstance(answer, Result) else answer
            return Invocation(payload, failed=False, billed_ms=1, cold=False, peak_memory_mb=None)
        if answer.error.startswith("Lambda."):
            raise LambdaServiceError(answer.error.removeprefix("Lambda."), answer.cause)
        failed = {"errorType": answer.error, "errorMessage": answer.cause}
        return Invocation(failed, failed=True, billed_ms=1, cold=False, peak_memory_mb=None)

    def _keep_pause(self, seen: Observation) -> None:
        if isinstance(seen, Waiting):
            self._trace.append({"seconds": seen.seconds})
