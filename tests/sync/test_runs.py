"""A store's run: its lease, its end in every case, and that it troubles no other store."""

import dataclasses
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from database import leases, run_ends
from database.connection import connect, read_address, transaction
from local.engine.lambdas import Invocation
from local.simulator.faults import hang
from local.simulator.model import SimulatedStore
from local.simulator.server import Simulator
from tests.support.given import a_store, an_event, events_of
from tests.support.machine import Machine
from tests.support.snapshot import content
from tests.support.stored import rows
from tests.support.waiting import wait_until


def expire_leases() -> None:
    with transaction() as database:
        database.run("UPDATE sync_logs SET alive_until = now() - interval '1 second' WHERE status = 'running'")


def open_run_of_another_execution(store_id: str) -> None:
    with transaction() as database:
        leases.open_run(database, store_id, "another-execution", full=False)


@contextmanager
def sync_that_hangs(machine: Machine, wb: Simulator, store: SimulatedStore, method: str) -> Iterator[threading.Thread]:
    """Sync a store beside the test, from when its first request of a method hangs to the sync's end."""
    wb.faults.add(store.id, method, hang())
    syncing = threading.Thread(target=machine.engine.run, args=({"store_ids": [store.id]},))
    syncing.start()
    wait_until(lambda: any(request.method == method for request in wb.requests))
    yield syncing
    syncing.join()


def test_a_store_with_a_live_run_is_skipped(machine: Machine) -> None:
    store, other = a_store(events_of(3)), a_store(events_of(3))
    with machine.wildberries(store, other) as wb:
        open_run_of_another_execution(store.id)
        synced = machine.sync([store.id, other.id])
    assert {run["store_id"]: run["status"] for run in synced.runs.values()} == {
        store.id: "skipped",
        other.id: "success",
    }
    assert [request for request in wb.requests if request.store_id == store.id] == []


def test_a_dead_run_is_closed_as_error_and_taken_over(machine: Machine) -> None:
    store = a_store(events_of(3))
    with machine.wildberries(store):
        open_run_of_another_execution(store.id)
        expire_leases()
        run = machine.sync([store.id]).runs[store.id]
    assert run["status"] == "success"
    dead = rows("SELECT status, error_type, error_message, completed_at FROM sync_logs ORDER BY id LIMIT 1")[0]
    assert (dead["status"], dead["error_type"]) == ("error", "RunAbandonedError")
    assert "next run goes on from the cursor" in dead["error_message"]
    assert dead["completed_at"] is not None


def test_a_run_that_lost_its_lease_writes_nothing_more(machine: Machine) -> None:
    store = a_store(events_of(200))
    with machine.wildberries(store, limits=False) as wb, sync_that_hangs(machine, wb, store, "events"):
        with transaction() as database:
            assert run_ends.release_store(database, store.id) == 1
        for pid in machine.engine.lambdas.pids("fetch_history"):
            os.kill(pid, signal.SIGKILL)
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 0}]
    assert [row["status"] for row in rows("SELECT status FROM sync_logs")] == ["error"]
    assert rows("SELECT events_cursor FROM stores") == [{"events_cursor": None}]


def test_a_killed_function_is_tried_again(machine: Machine) -> None:
    store = a_store(events_of(100))
    with machine.wildberries(store, limits=False) as wb, sync_that_hangs(machine, wb, store, "events"):
        machine.engine.lambdas.kill_workers()
    assert [row["status"] for row in rows("SELECT status FROM sync_logs")] == ["success"]
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 100}]


def test_a_stopped_execution_goes_on_from_its_cursor(machine: Machine) -> None:
    store = a_store(events_of(300))
    with machine.wildberries(store, page_size=10) as wb:
        with sync_that_hangs(machine, wb, store, "chats"):
            machine.engine.stop()
            machine.engine.lambdas.kill_workers()  # which the engine gives ten seconds to end by themselves
        expire_leases()
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["messages_added"]) == ("success", 300)
    assert [row["status"] for row in rows("SELECT status FROM sync_logs ORDER BY id")] == ["error", "success"]


def test_a_database_that_goes_away_in_mid_run_loses_nothing(machine: Machine, postgres_url: str) -> None:
    store = a_store(events_of(200))
    with machine.wildberries(store, page_size=10) as wb:
        admin = connect(read_address(postgres_url.rpartition("/")[0] + "/postgres"))
        name = postgres_url.rpartition("/")[2]
        with sync_that_hangs(machine, wb, store, "events") as syncing:
            admin.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            machine.engine.lambdas.kill_workers()
            syncing.join(60)
            admin.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            admin.close()
        left = rows("SELECT status FROM sync_logs")
        cursor = rows("SELECT events_cursor FROM stores")
        expire_leases()
        run = machine.sync([store.id]).runs[store.id]
    assert left == [{"status": "running"}]
    assert cursor == [{"events_cursor": None}]
    assert (run["status"], run["messages_added"]) == ("success", 200)


def test_a_database_that_is_away_during_one_save_only_is_asked_again(
    machine: Machine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a database that is back soon, when a save meets it away, then the save is repeated and not passed over."""
    store, address = a_store(events_of(60)), read_address(postgres_url)
    admin = connect(dataclasses.replace(address, database="postgres"))
    invoke: Callable[[str, object], Invocation] = machine.engine.lambdas.invoke
    failed: list[bool] = []

    def away_once(function: str, payload: object) -> Invocation:
        if function != "save_history" or failed:
            return invoke(function, payload)
        admin.run(f"ALTER DATABASE {address.database} ALLOW_CONNECTIONS false")
        admin.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name", name=address.database)
        done = invoke(function, payload)
        admin.run(f"ALTER DATABASE {address.database} ALLOW_CONNECTIONS true")
        failed.append(done.failed)
        return done

    with machine.wildberries(store), monkeypatch.context() as patch:
        patch.setattr(machine.engine.lambdas, "invoke", away_once)
        run = machine.sync([store.id]).runs[store.id]
    admin.close()
    assert failed == [True]
    assert (run["status"], run["messages_added"]) == ("success", 60)


def test_every_function_carried_out_twice_changes_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on AWS when an answer is lost on its way back: the state machine invokes the function again."""
    store = a_store([*events_of(60), an_event(70, extra={"eventID": 5})])
    invoke: Callable[[str, object], object] = machine.engine.lambdas.invoke

    def twice(function: str, payload: object) -> object:
        invoke(function, payload)
        return invoke(function, payload)

    with machine.wildberries(store, limits=False):
        machine.sync([store.id])
        before = content()
        with transaction() as database:
            for table in (
                "chat_labels",
                "chat_messages",
                "quarantined_events",
                "problems",
                "rate_limits",
                "label_pages",
            ):
                database.run(f"DELETE FROM {table}")
            database.run("DELETE FROM sync_logs")
            database.run("DELETE FROM chats")
            database.run("UPDATE stores SET events_cursor = NULL")
        with monkeypatch.context() as patch:
            patch.setattr(machine.engine.lambdas, "invoke", twice)
            run = machine.sync([store.id]).runs[store.id]
    assert content() == before
    assert (run["status"], run["messages_added"], run["quarantined"], run["chats_classified"]) == ("partial", 60, 1, 3)
    assert rows("SELECT count(*) AS n FROM sync_logs") == [{"n": 1}]
    assert rows("SELECT count(*) AS n FROM chat_labels") == [{"n": 3}]
