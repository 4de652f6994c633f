"""What one measured run came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# With many stores at once the machine's processors are used up, not WB's bucket. In seconds (s) of wall time; None: no
# goal, as the 200 stores are there for their unchanged run.
MANY_STORES_GOALS = {"50 x 600": 20.0, "200 x 20": None, "200 x 20, unchanged": 10.0}


@dataclass(frozen=True)
class FunctionFigures:
    """One function's share of a run."""

    invocations: int
    cold_starts: int
    billed_ms: int
    peak_memory_mb: int


@dataclass(frozen=True)
class Figures:
    """A run of `stores` stores with `events` events in all. Seconds are wall time, except `loader_s` (see loader.py).

    `bucket_s` is what WB's bucket alone needs for the same requests; None where limits were lifted.
    """

    scenario: str
    stores: int
    events: int
    wall_s: float
    start_s: float
    bucket_s: float | None
    wb_requests: int
    refused: int
    transitions: int
    invocations: int
    billed_ms: int
    longest_history: int
    largest_payload: int
    rows_written: bool
    functions: Mapping[str, FunctionFigures] = field(default_factory=dict)
    loader_s: float | None = None

    @property
    def goal_s(self) -> float | None:
        """The bucket's own time and 5 %, and 10 s of start; for some numbers of stores a goal of their own."""
        if self.bucket_s is None:
            return None
        return MANY_STORES_GOALS.get(self.scenario, self.bucket_s * 1.05 + 10)

    @property
    def peak_memory_mb(self) -> int:
        """The most that a worker of any function ever held."""
        return max((used.peak_memory_mb for used in self.functions.values()), default=0)
