"""Runs through the real engine: the state machine file, the handlers in their workers, an embedded Postgres."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from bench.figures import Figures, FunctionFigures
from bench.world import ANSWER_SECONDS, bucket_seconds
from database import migrations
from database import stores as stores_table
from database.connection import transaction
from local.engine.clock import WallClock
from local.engine.engine import Engine
from local.engine.lambdas import Usage
from local.engine.observation import ExecutionResult, InvocationEnded, Observation
from local.engine.postgres import Postgres
from local.paths import MIGRATIONS, ROOT
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator

CONTENT = """
SELECT md5(string_agg(row, ',' ORDER BY row)) AS content FROM (
    SELECT xmin::text || id FROM chats UNION ALL SELECT xmin::text || id FROM chat_messages
    UNION ALL SELECT xmin::text || id::text FROM chat_labels
) AS written (row)
"""


@contextmanager
def empty_postgres() -> Iterator[str]:
    """Yield the address of a fresh and durable Postgres without tables."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)  # as root, Postgres runs as another user
        with Postgres(Path(folder) / "postgres", durable=True) as postgres:
            yield postgres.url


@contextmanager
def database() -> Iterator[None]:
    """Let DATABASE_URL name a fresh and durable Postgres with all tables."""
    with empty_postgres() as url:
        os.environ["DATABASE_URL"] = url
        migrations.migrate(MIGRATIONS)
        yield


@contextmanager
def running(
    stores: Sequence[SimulatedStore],
    observe: Callable[[Observation], None],
    limits: bool = True,
    *,
    fork_workers: bool = True,
    **parameters: str,
) -> Iterator[tuple[Engine, Simulator]]:
    """Yield an engine that knows the stores and their tokens, a fresh database, and the Wildberries they sell at."""
    answer_seconds = ANSWER_SECONDS if limits else 0.0
    started = {"warm_up": True, "fork_workers": fork_workers}
    with database(), Simulator(World(tuple(stores)), WallClock(), answer_seconds=answer_seconds, limits=limits) as wb:
        environment = {"DATABASE_URL": os.environ["DATABASE_URL"]}
        with Engine(ROOT, WallClock(), {"WbApiUrl": wb.url, **parameters}, environment, observe, **started) as engine:
            _know(engine, stores)
            yield engine, wb


def first_and_unchanged_run(name: str, stores: Sequence[SimulatedStore], limits: bool = True) -> list[Figures]:
    """Return the figures of a first run, start of the engine and its database included, and of a second one."""
    begun = time.perf_counter()
    seen: list[Observation] = []
    with running(stores, seen.append, limits) as (engine, wb):
        bench = _Bench(stores, limits, engine, wb, seen)
        start_s = time.perf_counter() - begun
        return [bench.measured(name, start_s), bench.measured(f"{name}, unchanged", 0.0)]


def _know(engine: Engine, stores: Sequence[SimulatedStore]) -> None:
    prefix = engine.stack.functions["FetchHistoryFunction"].environment["TOKEN_PARAMETER_PREFIX"]
    with transaction() as open_database:
        for store in stores:
            stores_table.register(open_database, store.id, store.name, active=True)
            engine.put_secret_parameter(f"{prefix}/{store.id}/token", store.token)


@dataclass(frozen=True)
class _Bench:
    """A running engine and the Wildberries that it syncs."""

    stores: Sequence[SimulatedStore]
    limits: bool
    engine: Engine
    wb: Simulator
    seen: list[Observation]

    def measured(self, scenario: str, start_s: float) -> Figures:
        """Run one execution and return its figures; `start_s` is what came before it."""
        usage, asked, before = dict(self.engine.lambdas.invocations), len(self.wb.requests), _content()
        self.seen.clear()
        begun = time.perf_counter()
        result = self.engine.run({})
        wall_s = time.perf_counter() - begun + start_s
        requests = self.wb.requests[asked:]
        functions = _functions(usage, self.engine.lambdas.invocations)
        _require_success(scenario, result, len(self.stores))
        return Figures(
            scenario=scenario,
            stores=len(self.stores),
            events=sum(len(store.events) for store in self.stores),
            wall_s=wall_s,
            start_s=start_s,
            bucket_s=bucket_seconds(requests) if self.limits else None,
            wb_requests=len(requests),
            refused=sum(request.status == HTTPStatus.TOO_MANY_REQUESTS for request in requests),
            transitions=result.transitions,
            invocations=sum(used.invocations for used in functions.values()),
            billed_ms=sum(used.billed_ms for used in functions.values()),
            longest_history=max(len(result.history), *(child.events for child in result.children)),
            largest_payload=max(_size(call) for call in self.seen if isinstance(call, InvocationEnded)),
            rows_written=_content() != before,
            functions=functions,
        )


def _require_success(name: str, result: ExecutionResult, stores: int) -> None:
    with transaction() as open_database:
        rows = open_database.rows(
            "SELECT count(*) AS runs FROM sync_logs WHERE execution_id = :execution AND status = 'success'",
            execution=result.arn,
        )
    if result.status != "SUCCEEDED" or rows[0]["runs"] != stores:
        raise RuntimeError(f"{name}: {rows[0]['runs']} of {stores} stores ended as success; nothing was measured.")


def _functions(before: Mapping[str, Usage], after: Mapping[str, Usage]) -> dict[str, FunctionFigures]:
    return {
        name: FunctionFigures(
            used.invocations - before[name].invocations,
            used.cold_starts - before[name].cold_starts,
            used.billed_ms - before[name].billed_ms,
            used.peak_memory_mb,
        )
        for name, used in after.items()
        if used.invocations > before[name].invocations
    }


def _size(call: InvocationEnded) -> int:
    return max(len(json.dumps(call.payload)), len(json.dumps(call.result)))


def _content() -> str | None:
    with transaction() as open_database:
        content: str | None = open_database.rows(CONTENT)[0]["content"]
    return content
