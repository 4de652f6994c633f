"""A store of nine events over three listed chats, synced while WB answers oddly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from local.simulator import named_faults
from local.simulator.model import SimulatedStore
from local.simulator.server import Simulator
from tests.support.given import a_chat, a_store, events_of
from tests.support.machine import Machine
from tests.support.stored import rows

EVENTS = 9
CARD = {"nmID": 174902332, "price": 39800, "priceCurrency": "RUB", "rid": "r-1", "size": "46"}
Row = dict[str, Any]


def given_store(**changes: Any) -> SimulatedStore:
    """Nine events, a second apart, over three listed chats."""
    store = a_store(events_of(EVENTS), **changes)
    return replace(store, chats=tuple(a_chat(number, good_card=CARD) for number in range(3)))


@contextmanager
def odd(
    machine: Machine, *names: str, store: SimulatedStore | None = None, page_size: int = 50
) -> Iterator[tuple[Simulator, str]]:
    """Serve a store with these named faults ordered."""
    store = store or given_store()
    with machine.wildberries(store, page_size=page_size) as wb:
        for name in names:
            named_faults.order(wb, name, store.id)
        yield wb, store.id


def run_of(machine: Machine, store_id: str, **options: bool) -> Row:
    """Sync the store once; return its row of sync_logs."""
    return machine.sync([store_id], **options).runs[store_id]


def heal(wb: Simulator, store_id: str) -> None:
    """End the faults that stand."""
    for method in ("chats", "events"):
        wb.faults.let_stand(store_id, method, None)


def stored() -> int:
    """Return how many messages are stored."""
    return int(rows("SELECT count(*) AS n FROM chat_messages")[0]["n"])


def problems(state: str = "closed_at IS NULL") -> list[str]:
    """Return the kinds of the problems in this state, in the order they were opened."""
    return [row["kind"] for row in rows(f"SELECT kind FROM problems WHERE {state} ORDER BY id")]


def missing() -> int:
    """Return how many chats are marked as missing from WB's list."""
    return int(rows("SELECT count(*) AS n FROM chats WHERE missing_since IS NOT NULL")[0]["n"])


def requested(wb: Simulator, method: str) -> int:
    """Return how many requests this method had."""
    return sum(request.method == method for request in wb.requests)
