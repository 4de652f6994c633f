"""Runs and their leases: one live run a store and a seller, dead ones taken over, ended ones left alone."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatsync.errors import DatabaseRefusedError, LeaseLostError, StoreUnknownError
from database import leases, rate_limits, run_ends, stores, sync_logs
from database.connection import Database, connect, read_address, transaction
from database.leases import open_run
from database.run_ends import SILENCE_SECONDS
from reading.runs import list_runs, list_runs_of_execution
from tests.support.given_rows import STORE, a_run, an_event, column, save

CURSOR = 1_770_000_000_000
STOPS: dict[str, Callable[[Database], object]] = {
    "released": lambda database: run_ends.release_store(database, STORE),
    "execution stopped": lambda database: run_ends.close_runs_of_execution(
        database, "execution-1", "Stopped", "Ctrl-C"
    ),
}
UNIQUE_VIOLATION = "23505"
BACK = "20 hours"  # less than a day: a longer wait would not be believed of WB anyway
LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def run_row(database: Database, execution: str = "execution-1", store: str = STORE) -> dict[str, Any]:
    """Return the row of an execution's run of the store."""
    rows = list_runs_of_execution(database, execution)
    return next(row for row in rows if row["store_id"] == store)


def go_silent(database: Database, seconds: int = SILENCE_SECONDS + 1) -> None:
    """Let so many seconds pass for every run."""
    database.run(
        """UPDATE sync_logs SET alive_until = alive_until - make_interval(secs => :seconds),
        started_at = started_at - make_interval(secs => :seconds)""",
        seconds=float(seconds),
    )


def end(database: Database, status: str = "success") -> None:
    database.run("UPDATE sync_logs SET status = :status WHERE status = 'running'", status=status)


def test_the_first_execution_gets_the_store_and_its_cursor(database: Database) -> None:
    stores.register(database, STORE, "ИП Проба", active=True)
    stores.move_cursor(database, STORE, CURSOR)
    opened = open_run(database, STORE, "execution-1", full=False)
    assert (opened.status, opened.cursor, opened.wait_seconds) == ("running", CURSOR, 0)
    assert run_row(database)["sync_type"] == "incremental"


def test_no_run_number_is_left_out(database: Database) -> None:
    """Whether runs are opened twice, skipped, kept waiting behind their seller's other store, or fail."""
    first = a_run(database)
    open_run(database, STORE, "execution-1", full=False)
    open_run(database, STORE, "execution-2", full=False)
    database.run("UPDATE stores SET seller_id = 'seller' WHERE id = :id", id=STORE)
    database.run("UPDATE sync_logs SET seller_key = 'seller'")
    database.run("INSERT INTO stores (id, name, seller_id) VALUES ('other', 'ИП Проба', 'seller')")
    assert open_run(database, "other", "execution-3", full=False).status == "waiting"
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Killed.")
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Killed.")
    run_ends.fail_run(database, "other", "execution-4", "States.Timeout", "Killed.")
    open_run(database, "other", "execution-5", full=False)
    assert sorted(column(database, "SELECT id FROM sync_logs")) == list(range(first, first + 4))


def test_the_second_execution_is_skipped_and_says_so(database: Database) -> None:
    a_run(database)
    opened = open_run(database, STORE, "execution-2", full=False)
    row = run_row(database, "execution-2")
    assert (opened.status, row["status"]) == ("skipped", "skipped")
    assert row["completed_at"] is not None
    assert "Another run" in row["error_message"]
    assert run_row(database)["status"] == "running"


@pytest.mark.parametrize("full", [False, True])
def test_the_same_execution_gets_the_same_run_again(database: Database, full: bool) -> None:
    run = a_run(database, full=full)
    again = open_run(database, STORE, "execution-1", full)
    assert (again.id, again.status) == (run, "running")
    assert column(database, "SELECT count(*) FROM sync_logs") == [1]


def test_a_skipped_execution_stays_skipped_when_it_asks_again(database: Database) -> None:
    a_run(database)
    open_run(database, STORE, "execution-2", full=False)
    end(database)
    assert open_run(database, STORE, "execution-2", full=False).status == "skipped"


def test_after_an_end_the_next_execution_gets_the_store(database: Database) -> None:
    a_run(database)
    end(database)
    assert open_run(database, STORE, "execution-2", full=False).status == "running"


def test_a_dead_run_is_closed_and_taken_over_at_its_cursor(database: Database) -> None:
    a_run(database)
    stores.move_cursor(database, STORE, CURSOR)
    go_silent(database)
    opened = open_run(database, STORE, "execution-2", full=False)
    dead = run_row(database)
    assert (opened.status, opened.cursor) == ("running", CURSOR)
    assert (dead["status"], dead["error_type"]) == ("error", "RunAbandonedError")
    assert dead["completed_at"] is not None
    assert "Nothing is lost" in dead["error_message"]


def test_a_run_that_announced_a_wait_is_alive_until_after_it(database: Database) -> None:
    leases.renew_lease(database, a_run(database), 3600)
    go_silent(database, SILENCE_SECONDS + 3590)
    assert open_run(database, STORE, "execution-2", full=False).status == "skipped"
    go_silent(database, 20)
    assert open_run(database, STORE, "execution-3", full=False).status == "running"


def test_announced_waits_add_up(database: Database) -> None:
    run = a_run(database)
    for seconds in (0, 9, 3600):
        leases.renew_lease(database, run, seconds)
    assert column(database, "SELECT waited_seconds FROM sync_logs") == [3609]
    assert run_row(database)["waited_seconds"] == 9  # The hour has only begun.


@pytest.mark.parametrize("stop", STOPS)
def test_a_run_that_is_stopped_in_its_wait_has_waited_only_so_long(database: Database, stop: str) -> None:
    leases.renew_lease(database, a_run(database), 3600)
    go_silent(database, 600)
    assert 595 <= list_runs(database, 1)[0]["waited_seconds"] <= 600
    STOPS[stop](database)
    assert 595 <= run_row(database)["waited_seconds"] <= 600


def test_a_wait_that_is_over_counts_whole(database: Database) -> None:
    leases.renew_lease(database, a_run(database), 3600)
    go_silent(database, 4000)
    assert list_runs(database, 1)[0]["waited_seconds"] == 3600
    run_ends.close_runs_of_dead_executions(database, lambda execution: False)
    assert run_row(database)["waited_seconds"] == 3600


def test_a_stores_first_run_is_shown_as_reading_the_whole_history(database: Database) -> None:
    a_run(database)
    assert run_row(database)["sync_type"] == "full"


def test_a_run_that_was_taken_over_can_write_nothing_more(emptied: str) -> None:
    with transaction() as database:
        run = a_run(database)
        go_silent(database)
        open_run(database, STORE, "execution-2", full=False)
    with pytest.raises(LeaseLostError), transaction() as database:
        save(database, run, an_event(1))
        leases.renew_lease(database, run, 0)
    with transaction() as database:
        assert column(database, "SELECT count(*) FROM chat_messages") == [0]


@pytest.mark.parametrize("status", ["success", "partial", "error", "skipped"])
def test_an_ended_run_has_no_lease_to_renew(database: Database, status: str) -> None:
    run = a_run(database)
    end(database, status)
    with pytest.raises(LeaseLostError, match="owns the store now"):
        leases.renew_lease(database, run, 0)


def test_full_forgets_the_cursor_once_and_not_again_when_repeated(database: Database) -> None:
    stores.register(database, STORE, "ИП Проба", active=True)
    stores.move_cursor(database, STORE, CURSOR)
    assert open_run(database, STORE, "execution-1", full=True).cursor is None
    stores.move_cursor(database, STORE, CURSOR + 5)
    assert open_run(database, STORE, "execution-1", full=True).cursor == CURSOR + 5
    assert run_row(database)["sync_type"] == "full"


def test_full_leaves_the_cursor_of_a_run_that_is_going_on(database: Database) -> None:
    a_run(database)
    stores.move_cursor(database, STORE, CURSOR)
    assert open_run(database, STORE, "execution-2", full=True).status == "skipped"
    assert column(database, "SELECT events_cursor FROM stores") == [CURSOR]


def test_a_store_nobody_registered_is_named(database: Database) -> None:
    with pytest.raises(StoreUnknownError, match="No such store: nobody"):
        open_run(database, "nobody", "execution-1", full=False)


def test_a_failure_closes_its_run_once(database: Database) -> None:
    run = a_run(database)
    run_ends.fail_run(database, STORE, "execution-1", "TokenUnusableError", "Replace it.")
    run_ends.fail_run(database, STORE, "execution-1", "OtherError", "Another reason.")
    row = run_row(database)
    assert (row["id"], row["status"], row["error_type"]) == (run, "error", "TokenUnusableError")
    assert (row["error_message"], row["completed_at"] is None) == ("Replace it.", False)
    assert column(database, "SELECT count(*) FROM sync_logs") == [1]


def test_a_failure_before_the_run_was_opened_is_written_too(database: Database) -> None:
    stores.register(database, STORE, "ИП Проба", active=True)
    run_ends.fail_run(database, STORE, "execution-1", "DatabaseUnavailableError", "Gone.")
    row = run_row(database)
    assert (row["status"], row["error_message"]) == ("error", "Gone.")
    assert open_run(database, STORE, "execution-2", full=False).status == "running"


@pytest.mark.parametrize("status", ["success", "partial", "skipped"])
def test_a_failure_after_the_end_leaves_the_end(database: Database, status: str) -> None:
    a_run(database)
    end(database, status)
    run_ends.fail_run(database, STORE, "execution-1", "States.Timeout", "Late.")
    assert (run_row(database)["status"], run_row(database)["error_type"]) == (status, None)


def test_a_failure_of_an_unknown_store_writes_nothing(database: Database) -> None:
    run_ends.fail_run(database, "nobody", "execution-1", "StoreUnknownError", "No such store.")
    assert list_runs_of_execution(database, "execution-1") == []


def test_a_stopped_execution_closes_its_own_runs_only(database: Database) -> None:
    a_run(database, "a", "execution-1")
    a_run(database, "b", "execution-2")
    assert run_ends.close_runs_of_execution(database, "execution-1", "States.Aborted", "Stopped.") == 1
    assert run_row(database, "execution-1", "a")["error_message"] == "Stopped."
    assert run_row(database, "execution-2", "b")["status"] == "running"


def test_a_person_can_release_one_store_whoever_holds_it(database: Database) -> None:
    a_run(database, "a")
    a_run(database, "b")
    assert run_ends.release_store(database, "a") == 1
    assert run_ends.release_store(database, "a") == 0
    assert sync_logs.statuses(database, "execution-1") == {"error": 1, "running": 1}
    assert open_run(database, "a", "execution-2", full=False).status == "running"


def test_only_silent_runs_are_dead_and_all_running_ones_can_be_closed(database: Database) -> None:
    a_run(database, "a")
    go_silent(database)
    a_run(database, "b")
    assert column(database, "SELECT status FROM sync_logs ORDER BY id") == ["error", "running"]
    assert run_ends.close_dead_runs(database) == 0
    assert run_ends.close_runs_of_dead_executions(database, lambda execution: False) == 1
    assert sync_logs.statuses(database, "execution-1") == {"error": 2}


def test_counts_add_up_over_the_saves_of_a_run(database: Database) -> None:
    run = a_run(database)
    sync_logs.add_counts(database, run, requests=1)
    sync_logs.add_counts(database, run, requests=10, events=500, added=450)
    row = run_row(database)
    assert (row["wb_requests"], row["events_read"], row["messages_added"]) == (11, 500, 450)


def test_the_latest_runs_come_newest_first(database: Database) -> None:
    for number in range(3):
        a_run(database, f"store-{number}")
    assert [row["store_id"] for row in list_runs(database, 2)] == ["store-2", "store-1"]


@pytest.fixture
def two_stores_of_a_seller(database: Database) -> Database:
    """A database with the stores "a" and "b" of one seller; "a" has a live run."""
    for store in ("a", "b"):
        stores.register(database, store, "ИП Проба", active=True)
        stores.save_token_facts(database, store, stores.StoreToken("seller", "personal", None))
    a_run(database, "a")
    return database


@pytest.mark.parametrize(("age", "seconds"), [(0, 10), (600, 60), (864_000, 3600)])
def test_a_sellers_other_store_waits_a_tenth_of_the_runs_age(
    two_stores_of_a_seller: Database, age: int, seconds: int
) -> None:
    two_stores_of_a_seller.run("UPDATE sync_logs SET started_at = now() - make_interval(secs => :s)", s=float(age))
    opened = open_run(two_stores_of_a_seller, "b", "execution-1", full=False)
    assert (opened.id, opened.status, opened.wait_seconds) == (None, "waiting", seconds)
    assert column(two_stores_of_a_seller, "SELECT count(*) FROM sync_logs") == [1]


def test_a_sellers_other_store_has_its_turn_after_the_end(two_stores_of_a_seller: Database) -> None:
    end(two_stores_of_a_seller)
    assert open_run(two_stores_of_a_seller, "b", "execution-1", full=False).status == "running"


def test_a_sellers_dead_run_holds_up_no_other_store(two_stores_of_a_seller: Database) -> None:
    go_silent(two_stores_of_a_seller)
    assert open_run(two_stores_of_a_seller, "b", "execution-1", full=False).status == "running"


def test_a_store_is_skipped_for_its_own_run_though_its_seller_is_busy_too(two_stores_of_a_seller: Database) -> None:
    assert open_run(two_stores_of_a_seller, "a", "execution-2", full=False).status == "skipped"


@pytest.mark.parametrize("store", ["a", "b"])
def test_who_asked_at_the_same_moment_is_refused_by_the_table_itself(
    two_stores_of_a_seller: Database, store: str
) -> None:
    """Given two transactions that both saw no live run, then only one row can be `running`."""
    with pytest.raises(DatabaseRefusedError) as refused, two_stores_of_a_seller.savepoint():
        two_stores_of_a_seller.run(
            "INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until)"
            " VALUES (:store, 'seller', 'execution-2', 'full', 'running', now())",
            store=store,
        )
    assert refused.value.sqlstate == UNIQUE_VIOLATION


def test_a_store_whose_seller_became_known_meanwhile_still_has_one_run(database: Database) -> None:
    a_run(database)
    stores.save_token_facts(database, STORE, stores.StoreToken("seller", "personal", None))
    assert open_run(database, STORE, "execution-2", full=False).status == "skipped"


def test_an_empty_bucket_is_known_to_the_sellers_next_run(two_stores_of_a_seller: Database) -> None:
    database = two_stores_of_a_seller
    run = column(database, "SELECT id FROM sync_logs")[0]
    rate_limits.save_wait(database, run, rate_limits.CHATS, 3600)
    rate_limits.save_wait(database, run, rate_limits.EVENTS, 0)
    assert column(database, "SELECT method FROM rate_limits") == ["chats"]
    end(database)
    opened = open_run(database, "b", "execution-1", full=False)
    assert opened.id is not None
    assert opened.wait_seconds == 3600
    rate_limits.save_wait(database, opened.id, rate_limits.EVENTS, 7200)
    assert rate_limits.seconds_until_ready(database, opened.id) == 7200
    database.run("UPDATE rate_limits SET ready_at = ready_at - interval '3 hours'")
    assert rate_limits.seconds_until_ready(database, opened.id) == 0


def test_after_the_clock_was_set_back_a_store_waits_for_nothing_that_was_kept_before(database: Database) -> None:
    run = a_run(database)
    rate_limits.save_wait(database, run, rate_limits.CHATS, 3600)
    end(database)
    later = "CAST(:back AS interval)"
    database.run(f"UPDATE sync_logs SET started_at = started_at + {later}, completed_at = now() + {later}", back=BACK)
    database.run("UPDATE rate_limits SET ready_at = ready_at + CAST(:back AS interval)", back=BACK)
    # The first run of that time forgets it for those that follow, which see no run of the future before them.
    for execution in ("execution-2", "execution-3"):
        opened = open_run(database, STORE, execution, full=False)
        assert (opened.status, opened.wait_seconds) == ("running", 0)
        end(database)


def test_a_correction_of_the_clock_is_no_reason_to_forget(database: Database) -> None:
    run = a_run(database)
    rate_limits.save_wait(database, run, rate_limits.CHATS, 3600)
    end(database)
    database.run("UPDATE sync_logs SET completed_at = now() + interval '2 seconds'")
    assert open_run(database, STORE, "execution-2", full=False).wait_seconds == 3600


def test_a_run_whose_computer_slept_for_days_goes_on_where_nobody_took_over(database: Database) -> None:
    run = a_run(database)
    go_silent(database, 3 * 86_400)
    leases.renew_lease(database, run, 0)
    assert run_ends.close_dead_runs(database) == 0


@pytest.fixture
def two_connections(emptied: str) -> Iterator[tuple[Database, Database]]:
    """Two executions' connections to the same database."""
    raw = [connect(read_address(emptied)) for _ in range(2)]
    yield Database(raw[0]), Database(raw[1])
    for connection in raw:
        connection.close()


def test_of_two_executions_at_the_same_moment_one_is_skipped(two_connections: tuple[Database, Database]) -> None:
    first, second = two_connections
    stores.register(first, STORE, "ИП Проба", active=True)
    opened: list[str] = []
    first.run("BEGIN")
    open_run(first, STORE, "execution-1", full=False)
    other = threading.Thread(target=lambda: opened.append(open_run(second, STORE, "execution-2", full=False).status))
    other.start()
    while column(first, LOCKED) != [1]:
        assert other.is_alive(), "the second execution did not wait"
    first.run("COMMIT")
    other.join()
    assert opened == ["skipped"]
