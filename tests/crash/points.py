"""Every moment of an execution at which something can break, by name, and a plan of what is to break where."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

BEFORE, AFTER = "before", "after"
LOGIN, STATEMENT = "login", "statement"
WILDBERRIES, S3, SSM = "wildberries", "s3", "ssm"
ANSWER = "answer"
# A new worker logs in and reads its token; a warm one has done so.
ONLY_COLD = {LOGIN, SSM}


class CutError(Exception):
    """What passes through the proxy here is not passed on: both its connections are to be closed."""


@dataclass(frozen=True)
class Point:
    """One moment: before the `number`-th exchange of this kind is forwarded, or after its answer has come.

    The answer is not passed on, so that what was asked for has happened and nobody was told. A statement takes one
    exchange. ANSWER is the function's own, to the state machine. `invocation` is the function's n-th within the
    execution.
    """

    function: str
    invocation: int
    kind: str
    number: int
    side: str
    what: str = field(compare=False)

    def __str__(self) -> str:
        """Return the point as a failed test names it."""
        return f"{self.side} {self.kind} {self.number} of {self.function} #{self.invocation} ({self.what})"


Choose = Callable[[Point], bool]
Break = Callable[[Point], None]


class Points:
    """Counts the points as an execution reaches them, and breaks something at the next one that is chosen.

    Exchanges belong to the function that is being invoked: the executions here invoke one at a time.
    """

    def __init__(self) -> None:
        self.reached: list[Point] = []
        self.broken: list[Point] = []
        self._plans: list[tuple[Choose, Break]] = []
        self._function = ""
        self._invocations: Counter[str] = Counter()
        self._exchanges: Counter[str] = Counter()
        self._lock = threading.Lock()

    def plan(self, *plans: tuple[Choose, Break]) -> None:
        """Forget what was reached; break each of these once, one after the other."""
        with self._lock:
            self._plans = list(plans)
            self.reached, self.broken = [], []

    def execution_starts(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._invocations.clear()

    def invocation_starts(self, function: str) -> None:
        """Take what follows for this function's."""
        with self._lock:
            self._function = function
            self._invocations[function] += 1
            self._exchanges.clear()

    def reach(self, kind: str, side: str, what: str) -> None:
        """Take notice of a point. Raises CutError if something was broken at it."""
        with self._lock:
            self._exchanges[kind] += side == BEFORE
            invocation = self._invocations[self._function]
            point = Point(self._function, invocation, kind, self._exchanges[kind], side, what)
            self.reached.append(point)
            if not self._plans or not self._plans[0][0](point):
                return
            _, break_it = self._plans.pop(0)
            self.broken.append(point)
        break_it(point)
        raise CutError
