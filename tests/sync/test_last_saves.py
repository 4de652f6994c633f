"""The save behind WB's empty page: it closes a run with nothing to label, and never at the expense of what was read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from database.connection import transaction
from local.engine.lambdas import Invocation
from tests.support.given import a_store, an_event, events_of
from tests.support.machine import Machine
from tests.support.stored import rows


@contextmanager
def refused_ends() -> Iterator[None]:
    """Let Postgres refuse that a run ends as success or partial."""
    with transaction() as database:
        database.run("ALTER TABLE sync_logs ADD CONSTRAINT open_for_ever CHECK (status IN ('running', 'error'))")
    try:
        yield
    finally:
        with transaction() as database:
            database.run("ALTER TABLE sync_logs DROP CONSTRAINT open_for_ever")


def test_a_run_with_nothing_to_label_is_closed_by_its_last_save(machine: Machine) -> None:
    store = a_store(events_of(60))
    with machine.wildberries(store, limits=False):
        first, again = machine.sync([store.id]), machine.sync([store.id])
    assert len(first.called("close_run")) == 1
    assert (again.called("close_run"), again.called("classify_chats")) == ([], [])
    assert again.runs[store.id]["status"] == "success"
    assert again.runs[store.id]["chats_total"] == again.runs[store.id]["chats_synced"] == 3


def test_a_last_save_whose_answer_is_lost_is_repeated_and_the_run_ends_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(events_of(3))
    invoke: Callable[[str, object], Invocation] = machine.engine.lambdas.invoke

    def twice(function: str, payload: object) -> Invocation:
        invoke(function, payload)
        return invoke(function, payload)

    with machine.wildberries(store, limits=False) as wb:
        machine.sync([store.id])
        wb.add_event(store.id, an_event(10))
        with monkeypatch.context() as patch:
            patch.setattr(machine.engine.lambdas, "invoke", twice)
            synced = machine.sync([store.id], classify=False)
    run = synced.runs[store.id]
    assert (run["status"], run["messages_added"], run["wb_requests"]) == ("success", 1, 4)
    assert [call.function for call in synced.invocations if call.failed] == []
    assert [row["status"] for row in rows("SELECT status FROM sync_logs ORDER BY id")] == ["success", "success"]


def test_what_was_read_stays_where_the_run_cannot_be_closed(machine: Machine) -> None:
    """Given a database that refuses a run's end, when the last save meets it, then the next run reads nothing anew."""
    store = a_store(events_of(60))
    with machine.wildberries(store, limits=False) as wb:
        with refused_ends():
            run = machine.sync([store.id], classify=False).runs[store.id]
        assert (run["status"], run["error_type"]) == ("error", "DatabaseRefusedError")
        assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 60}]
        before = len(wb.requests)
        run = machine.sync([store.id], classify=False).runs[store.id]
        assert (run["status"], run["messages_added"]) == ("success", 0)
        assert [request.method for request in wb.requests[before:]] == ["chats", "events"]
