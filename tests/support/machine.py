"""The real state machine, functions and database, against a simulated Wildberries, under a clock that does not wait."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from database import stores as stores_table
from database.connection import transaction
from database.stores import StoreToken
from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.observation import ExecutionResult, InvocationEnded, Observation
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator
from local.sync.observed import observed_store
from reading.runs import list_runs_of_execution
from tests.support.project import free_port, own_copy

TOKENS = "/chat-history-sync/stores"
LABELLING = ("save_history", "classify_chats", "save_labels")


@dataclass(frozen=True)
class Synced:
    """How one execution ended: its result, and its rows of sync_logs by store."""

    result: ExecutionResult
    runs: dict[str, dict[str, Any]]
    invocations: list[InvocationEnded]

    def called(self, function: str, store_id: str | None = None) -> list[InvocationEnded]:
        """Return the invocations of a function, of one store or of all."""
        calls = [call for call in self.invocations if call.function == function]
        return [call for call in calls if store_id in {None, observed_store(call)}]

    def waits(self, store_id: str) -> list[float]:
        """Return the waits of a store, in seconds."""
        return [wait.seconds for wait in self.result.waits if observed_store(wait) == store_id]


class Machine:
    """One engine for all tests (its workers stay warm); a simulator for each test on the same port."""

    def __init__(self, database_url: str) -> None:
        self.clock = VirtualClock()
        self._port = free_port()
        self._seen: list[Observation] = []
        self.engine = Engine(
            own_copy(),
            self.clock,
            parameters={"WbApiUrl": f"http://127.0.0.1:{self._port}"},
            environment={"DATABASE_URL": database_url},
            observe=self._seen.append,
        )

    @contextmanager
    def wildberries(self, *stores: SimulatedStore, limits: bool = True, page_size: int = 50) -> Iterator[Simulator]:
        """Serve these stores, and know their tokens."""
        for store in stores:
            self.know(store)
        world, port = World(tuple(stores)), self._port
        with Simulator(world, self.clock, limits=limits, events_page_size=page_size, port=port) as simulator:
            yield simulator

    def know(self, store: SimulatedStore) -> None:
        """Register a store and keep its token where the functions look for it."""
        with transaction() as database:
            stores_table.register(database, store.id, store.name, active=True)
            stores_table.save_token_facts(database, store.id, StoreToken(store.seller, "unknown", None))
        self.engine.put_secret_parameter(f"{TOKENS}/{store.id}/token", store.token)

    @contextmanager
    def settings(self, **changed: str) -> Iterator[None]:
        """Run the functions that label with other settings, in workers of their own."""
        with self.engine.lambdas.changed_environment(LABELLING, changed):
            yield

    def sync(self, stores: Sequence[str] | None = None, **options: bool) -> Synced:
        """Run one execution to its end."""
        self._seen.clear()
        result = self.engine.run({**({"store_ids": list(stores)} if stores is not None else {}), **options})
        with transaction() as database:
            rows = list_runs_of_execution(database, result.arn)
        ended = [seen for seen in self._seen if isinstance(seen, InvocationEnded)]
        return Synced(result, {row["store_id"]: row for row in rows}, ended)
