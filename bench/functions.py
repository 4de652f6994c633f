"""What each function takes cold and warm, and what an invocation would be billed at Lambda's sizes of memory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from bench.machine import running
from bench.world import stores_of
from local.engine.lambdas import LambdaService
from local.engine.observation import InvocationEnded, InvocationStarted, Observation
from local.engine.stack import FunctionSpec

# A function of so many MB has one processor, a smaller one its share of it.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
PROCESSOR_MB = 1769
EVENTS = 3000  # of the one store: five bursts, and a few pages of labels


@dataclass(frozen=True)
class FunctionCost:
    """One function on a whole processor of this machine. All times in ms; None where it was not invoked.

    `import_ms`, `first_ms` and `warm_ms` are processor time: of the cold start, of the first invocation, and of each
    later one on average; `wait_ms` is what a later one waits for WB, S3 or Postgres.
    """

    name: str
    memory_mb: int
    import_ms: float
    first_ms: float | None
    warm_ms: float | None
    wait_ms: float | None
    peak_memory_mb: int | None

    def billed_ms(self, memory_mb: int) -> float | None:
        """Return what a warm invocation would take with the processor's share of so much memory."""
        if self.warm_ms is None or self.wait_ms is None:
            return None
        return self.wait_ms + self.warm_ms * max(1.0, PROCESSOR_MB / memory_mb)


def function_costs() -> list[FunctionCost]:
    """Return what each function took in a first run of one store and in an unchanged one. Needs Linux' /proc."""
    meters: list[_Meter] = []

    def observe(seen: Observation) -> None:
        for meter in meters:
            meter.see(seen)

    # One page of labels at once: two invocations of one function at the same time could not be told apart.
    with running(stores_of(1, EVENTS), observe, fork_workers=False, LabelPagesAtOnce="1") as (engine, _):
        engine.lambdas.warm_up().join()
        functions = [spec for spec in engine.stack.functions.values() if engine.lambdas.pids(spec.name)]
        meters.append(_Meter(engine.lambdas, functions))
        engine.run({})
        engine.run({})
        return [meters[0].cost(spec) for spec in functions]


class _Meter:
    """Reads the processor time of the functions' workers, each with one that is ready now, around each invocation."""

    def __init__(self, lambdas: LambdaService, functions: Iterable[FunctionSpec]) -> None:
        self._lambdas = lambdas
        self._imported = {spec.name: self._processor_ms(spec.name) for spec in functions}
        self._before: dict[str, float] = {}
        self._used: defaultdict[str, list[float]] = defaultdict(list)
        self._billed: defaultdict[str, list[int]] = defaultdict(list)

    def see(self, seen: Observation) -> None:
        """Meter an invocation's begin or end."""
        if isinstance(seen, InvocationStarted):
            self._before[seen.function] = self._processor_ms(seen.function)
        elif isinstance(seen, InvocationEnded):
            self._used[seen.function].append(self._processor_ms(seen.function) - self._before[seen.function])
            self._billed[seen.function].append(seen.billed_ms)

    def cost(self, spec: FunctionSpec) -> FunctionCost:
        """Return what was metered of a function."""
        used, billed = self._used[spec.name], self._billed[spec.name]
        waits = [max(0.0, all_ms - used_ms) for all_ms, used_ms in zip(billed, used, strict=True)]
        return FunctionCost(
            name=spec.name,
            memory_mb=spec.memory_mb,
            import_ms=self._imported[spec.name],
            first_ms=used[0] if used else None,
            warm_ms=_mean(used[1:]),
            wait_ms=_mean(waits[1:]),
            peak_memory_mb=self._lambdas.invocations[spec.name].peak_memory_mb or None,
        )

    def _processor_ms(self, name: str) -> float:
        tasks = (task for pid in self._lambdas.pids(name) for task in Path(f"/proc/{pid}/task").iterdir())
        # The first number is the thread's time on a processor in ns: https://docs.kernel.org/scheduler/sched-stats.html
        return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1e6 for task in tasks)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
