"""A machine whose workers reach everything through proxies, so that it can be broken at any point and repaired."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from moto.server import ThreadedMotoServer

from database.connection import transaction
from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.lambdas import Invocation
from local.engine.observation import InvocationStarted, Observation
from local.simulator.faults import status
from local.simulator.model import ABSENT, SimulatedStore
from tests.crash.http_proxy import HttpProxy
from tests.crash.points import AFTER, ANSWER, ONLY_COLD, Choose, CutError, Point, Points
from tests.crash.postgres_proxy import PostgresProxy
from tests.support.given import START_MS, a_store, an_event
from tests.support.machine import Machine, Synced
from tests.support.project import TABLES, free_port, own_copy
from tests.support.snapshot import content
from tests.support.stored import rows

PAGE_SIZE = 10
LABELS = "SELECT store_id, chat_id, tag, source, confidence, reason, labelled_by, messages_total FROM chat_labels"
SETTINGS = {"LabelChatsAPage": "2", "LabelPagesAtOnce": "1"}  # Two pages, one after the other.
POISON = {"eventID": ABSENT}
MOST_EXECUTIONS = 5

KILL = "kill"  # The worker is killed, and nothing of its execution goes on: the rest is the next execution's.
RETRY = "retry"  # The worker is killed, and the state machine tries again.
DROP = "drop"  # The connection is cut, and the worker has to cope.
MODES = (KILL, RETRY, DROP)


def small_store() -> SimulatedStore:
    """Return a store with all that matters: three pages, twins at a page's edge, a poison event, an unlisted chat."""
    events = [an_event(number, chat=number % 3) for number in range(25)]
    events[10] = an_event(10, chat=1, at=START_MS + 9000)  # the first of the second page, in the first one's last ms
    events[13] = an_event(13, extra=POISON)
    events[17] = an_event(17, chat=7)
    return a_store(events)


class FreezingClock(VirtualClock):
    """A virtual clock that stands still once frozen: who then waits, waits until the execution is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen = threading.Event()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Let the time pass, or none of it."""
        if self.frozen.is_set():
            stop.wait()
        super().wait(seconds, stop)


@dataclass(frozen=True)
class Ended:
    """What is left in the database once a run came to its end, however often it was broken.

    `failed` are the functions of the last execution that failed and did not succeed when they were tried again.
    """

    tables: str
    statuses: tuple[str, ...]
    added: int
    labelled: int
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Undisturbed:
    """An execution that nothing disturbs: how it ends, and the points it reaches with cold workers."""

    ended: Ended
    points: list[Point]

    @property
    def warm(self) -> list[Point]:
        """The points that it reaches with warm workers."""
        return [point for point in self.points if point.kind not in ONLY_COLD]


class CrashingMachine(Machine):
    """The machine of the other tests, with a proxy before each server and one store that it syncs again and again."""

    def __init__(self, database_url: str, undo: ExitStack) -> None:
        self.points = Points()
        self.first: dict[bool, Undisturbed] = {}
        self.classify = True
        self.clock: FreezingClock = FreezingClock()
        self.store = small_store()
        self._port = free_port()
        self._seen: list[Observation] = []
        self._wildberries = _served(HttpProxy(self.points, self._port), undo)
        self._postgres = _served(PostgresProxy(self.points, *_host_and_port(database_url)), undo)
        aws = _served(HttpProxy(self.points, _moto_port(undo)), undo)
        url = urlsplit(database_url)._replace(netloc=f"postgres@127.0.0.1:{self._postgres.port}").geturl()
        self.engine = Engine(
            own_copy(),
            self.clock,
            parameters={"WbApiUrl": self._wildberries.url, **SETTINGS},
            environment={"DATABASE_URL": url, "AWS_ENDPOINT_URL": aws.url},
            observe=self._observe,
        )
        undo.enter_context(self.engine)
        self._invoke: Callable[[str, object], Invocation] = self.engine.lambdas.invoke
        self.engine.lambdas.invoke = self._invoke_with_answer  # type: ignore[method-assign, assignment]

    @contextmanager
    def served(self) -> Iterator[None]:
        """Begin with empty tables and a Wildberries that breaks off the first walk after a page."""
        with transaction() as database:
            database.run(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
        with self.wildberries(self.store, limits=False, page_size=PAGE_SIZE) as wb:
            for code in (200, 500):
                wb.faults.add(self.store.id, "events", status(code))
            yield

    def sync_once(self) -> Synced:
        """Run one execution; everything is counted anew."""
        self.points.execution_starts()
        return self.sync([self.store.id], classify=self.classify)

    def crash(self, *crashes: tuple[str, Choose]) -> Ended:
        """Sync the store from nothing, broken in these ways at these points, and return how it ended at last."""
        self.points.plan(*((choose, partial(self.break_at, mode)) for mode, choose in crashes))
        with self.served():
            return self.sync_to_the_end()

    def sync_to_the_end(self) -> Ended:
        """Run executions until one is not stopped, each after the lease of the one before has run out."""
        for _ in range(MOST_EXECUTIONS):
            synced = self.sync_once()
            self.clock.frozen.clear()
            if synced.result.status != "ABORTED":
                assert synced.result.status == "SUCCEEDED", synced.result
                return ended(synced)
            with transaction() as database:
                database.run("UPDATE sync_logs SET alive_until = now() - interval '1 s' WHERE status = 'running'")
        raise AssertionError("The executions do not end.")

    def cool(self, function: str) -> None:
        """Let the function's next invocation be a cold start."""
        self.engine.lambdas.kill_workers([function])

    def break_at(self, mode: str, point: Point) -> None:
        """Break what the mode says; the proxy cuts the connections off in any case."""
        if mode == KILL:
            self.clock.frozen.set()  # The worker's death is a failure like others: its Retry must not begin.
            self.engine.stop()
        if mode in {KILL, RETRY}:
            self.cool(point.function)

    def _observe(self, seen: Observation) -> None:
        if isinstance(seen, InvocationStarted):
            self.points.invocation_starts(seen.function)
        self._seen.append(seen)

    def _invoke_with_answer(self, function: str, payload: object) -> Invocation:
        """Invoke a function whose answer may get lost after all was done."""
        done = self._invoke(function, payload)
        if done.failed:
            return done
        try:
            self.points.reach(ANSWER, AFTER, "of the function")
        except CutError:
            lost = {"errorType": "Runtime.ExitError", "errorMessage": "the answer was lost"}
            return Invocation(lost, failed=True, billed_ms=0, cold=False, peak_memory_mb=None)
        return done


def ended(synced: Synced) -> Ended:
    """Return what the database holds after its last execution."""
    runs = rows("SELECT status, messages_added, chats_classified FROM sync_logs ORDER BY id")
    labels = "\n".join(str(row["line"]) for row in rows(f"SELECT line::text FROM ({LABELS}) AS line ORDER BY 1"))
    whole = [(call.function, call.payload) for call in synced.invocations if not call.failed]
    failed = [call.function for call in synced.invocations if (call.function, call.payload) not in whole]
    return Ended(
        tables=f"{content()}\n{labels}",
        statuses=tuple(run["status"] for run in runs),
        added=sum(run["messages_added"] for run in runs),
        labelled=sum(run["chats_classified"] for run in runs),
        failed=tuple(failed),
    )


def _served(server: Any, undo: ExitStack) -> Any:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    undo.callback(server.server_close)
    undo.callback(server.shutdown)
    return server


def _moto_port(undo: ExitStack) -> int:
    """Return the port of a second door to the engine's AWS: moto is one for a process."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    undo.callback(server.stop)
    return int(server.get_host_and_port()[1])


def _host_and_port(url: str) -> tuple[str, int]:
    address = urlsplit(url)
    return str(address.hostname), int(address.port or 5432)
