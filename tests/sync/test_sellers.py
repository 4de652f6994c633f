"""One bucket a seller: stores that share one take turns, and a run begins where the one before left the bucket."""

import threading

from local.simulator.server import Request
from local.simulator.tokens import TokenKind
from tests.support.given import a_store, events_of
from tests.support.machine import Machine, Synced
from tests.support.stored import rows


def refused(requests: list[Request]) -> list[Request]:
    return [request for request in requests if request.status == 429]


def test_two_stores_of_one_seller_never_exceed_its_bucket(machine: Machine) -> None:
    first = a_store(events_of(1200))
    second = a_store(first.events, seller=first.seller)
    with machine.wildberries(first, second) as wb:
        synced = machine.sync([first.id, second.id])
    assert {run["status"] for run in synced.runs.values()} == {"success"}
    assert {run["messages_added"] for run in synced.runs.values()} == {1200}
    assert refused(wb.requests) == []


def test_a_second_run_starts_where_the_first_left_the_bucket(machine: Machine) -> None:
    store = a_store(events_of(100), kind=TokenKind.BASE)
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        machine.clock.wait(60, threading.Event())  # the database's clock goes on by itself, WB's here does not
        again = machine.sync([store.id])
    assert again.runs[store.id]["status"] == "success"
    assert refused(wb.requests) == []
    assert again.runs[store.id]["waited_seconds"] > 3500


def test_two_executions_at_once_sync_each_store_once(machine: Machine) -> None:
    stores = [a_store(events_of(600)) for _ in range(4)]
    ids = [store.id for store in stores]
    with machine.wildberries(*stores) as wb:
        results: list[Synced] = []
        both = [threading.Thread(target=lambda: results.append(machine.sync(ids))) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    statuses = sorted(run["status"] for result in results for run in result.runs.values())
    assert statuses == ["skipped"] * 4 + ["success"] * 4 or statuses.count("success") > 4  # one may have begun later
    assert rows("SELECT store_id, count(*) AS n FROM chat_messages GROUP BY 1 ORDER BY 1") == [
        {"store_id": store_id, "n": 600} for store_id in sorted(ids)
    ]
    assert refused(wb.requests) == []
