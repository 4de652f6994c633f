"""The one connection of a container: transactions, breaks, and errors that quote nothing."""

import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chatsync.errors import ChatSyncError, DatabaseRefusedError, DatabaseUnavailableError, SettingMissingError
from database import connection
from database.connection import Address, Database, connect, read_address, transaction
from tests.database.silent_front import front
from tests.support.given_rows import column

BACKEND = "SELECT pg_backend_pid()"
IN_TRANSACTION = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)
STORES = "SELECT id FROM stores ORDER BY id"
SECRET = "secret-value"
SOON = 0.5  # seconds; here Postgres answers within milliseconds
ADD_STORE = "INSERT INTO stores (id, name) VALUES (:id, 'ИП Проба')"


@pytest.fixture
def container(emptied: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A container of its own, whose first transaction connects."""
    own = connection.Container()
    monkeypatch.setattr(connection, "CONTAINER", own)
    yield
    own.discard()


@pytest.fixture
def outside(emptied: str) -> Iterator[Database]:
    """Another connection, which commits each statement."""
    raw = connect(read_address(emptied))
    yield Database(raw)
    raw.close()


def backend() -> int:
    """Return the server process that serves the container."""
    with transaction() as database:
        return int(column(database, BACKEND)[0])


def test_a_transaction_commits_all_of_it(container: None, outside: Database) -> None:
    with transaction() as database:
        database.run(ADD_STORE, id="a")
        assert column(outside, STORES) == []
        database.run(ADD_STORE, id="b")
    assert column(outside, STORES) == ["a", "b"]


@pytest.mark.parametrize("error", [ChatSyncError, RuntimeError, KeyboardInterrupt])
def test_an_error_inside_leaves_nothing(container: None, outside: Database, error: type[BaseException]) -> None:
    with pytest.raises(error), transaction() as database:
        database.run(ADD_STORE, id="a")
        raise error
    with transaction() as database:
        assert column(database, STORES) == []


def test_a_refused_statement_undoes_those_before_it(container: None, outside: Database) -> None:
    with pytest.raises(DatabaseRefusedError), transaction() as database:
        database.run(ADD_STORE, id="a")
        database.run(ADD_STORE, id="a")
    assert column(outside, STORES) == []


def test_a_warm_container_keeps_its_connection(container: None) -> None:
    assert backend() == backend()


def test_an_expected_error_keeps_the_connection(container: None) -> None:
    kept = backend()
    with pytest.raises(ChatSyncError), transaction():
        raise ChatSyncError
    assert backend() == kept


def test_an_old_connection_is_made_anew(container: None, monkeypatch: pytest.MonkeyPatch) -> None:
    old = backend()
    monkeypatch.setattr(connection, "KEEP_SECONDS", 0)
    assert backend() != old


def test_a_connection_that_broke_between_two_invocations_is_replaced(container: None, outside: Database) -> None:
    broken = backend()
    outside.rows("SELECT pg_terminate_backend(:pid, 5000)", pid=broken)
    assert backend() != broken


def test_a_connection_that_breaks_inside_a_transaction_commits_nothing(container: None, outside: Database) -> None:
    with pytest.raises(DatabaseUnavailableError), transaction() as database:
        database.run(ADD_STORE, id="a")
        outside.rows("SELECT pg_terminate_backend(:pid, 5000)", pid=column(database, BACKEND)[0])
        database.run(ADD_STORE, id="b")
    assert column(outside, STORES) == []
    assert backend()


def test_a_connection_that_breaks_before_the_commit_commits_nothing(container: None, outside: Database) -> None:
    with pytest.raises(DatabaseUnavailableError), transaction() as database:
        database.run(ADD_STORE, id="a")
        outside.rows("SELECT pg_terminate_backend(:pid, 5000)", pid=column(database, BACKEND)[0])
    assert column(outside, STORES) == []


def test_a_statement_broken_off_does_not_answer_the_next_one(container: None) -> None:
    with pytest.raises(UnicodeEncodeError), transaction() as database:
        database.rows("SELECT CAST(:text AS text)", text="\ud800")
    with transaction() as database:
        assert column(database, "SELECT 7") == [7]


def test_a_database_that_does_not_answer_is_given_up(container: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a statement that takes too long, when it is given up, then its answer is not taken for a later one's."""
    with monkeypatch.context() as patch, pytest.raises(DatabaseUnavailableError):
        patch.setattr(connection, "ANSWER_SECONDS", 0.1)
        with transaction() as database:
            database.rows("SELECT pg_sleep(2)")
    with transaction() as database:
        assert column(database, "SELECT 7") == [7]


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(
    emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with front(emptied) as (server, url):
        server.silence(1)
        monkeypatch.setattr(connection, "CONNECT_SECONDS", SOON)
        with pytest.raises(DatabaseUnavailableError, match=r"could not be reached .*\(TimeoutError\)"):
            connect(read_address(url))


def test_connecting_is_given_up_long_before_a_statement(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A security group drops what it refuses, so nothing answers at all; no address here is sure to do that."""
    asked: list[float] = []

    def dropped(address: Any, timeout: float) -> Any:
        asked.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", dropped)
    with pytest.raises(DatabaseUnavailableError, match="TimeoutError"):
        connect(replace(read_address(emptied), answer_seconds=540))
    assert asked == [connection.CONNECT_SECONDS]


def test_a_kept_connection_whose_server_is_gone_without_a_word_is_replaced(
    container: None, emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with front(emptied) as (server, url):
        monkeypatch.setenv("DATABASE_URL", url)
        kept = backend()
        server.silence(1)
        monkeypatch.setattr(connection, "CONNECT_SECONDS", SOON)
        assert backend() != kept


def test_a_statement_may_take_longer_than_connecting(container: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", SOON)
    with transaction() as database:
        assert database.rows("SELECT 7 AS answer FROM pg_sleep(:seconds)", seconds=3 * SOON) == [{"answer": 7}]


def test_what_fails_inside_a_savepoint_is_undone_and_the_rest_goes_on(container: None, outside: Database) -> None:
    with transaction() as database:
        database.run(ADD_STORE, id="a")
        with pytest.raises(DatabaseRefusedError), database.savepoint():
            database.run(ADD_STORE, id="b")
            database.run(ADD_STORE, id="a")
        with database.savepoint():
            database.run(ADD_STORE, id="c")
    assert column(outside, STORES) == ["a", "c"]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO stores (id, name) SELECT 'x', :value FROM generate_series(1, 2)",
        "SELECT CAST(:value AS integer)",
        "SELECT CAST(:value AS json)",
        "INSERT INTO stores (id, name, events_cursor) VALUES (:value, NULL, 1)",
    ],
)
def test_a_refusal_quotes_no_value(container: None, sql: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="SQLSTATE") as refused, transaction() as database:
        database.run(sql, value=SECRET)
    assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_what_another_try_may_cure_is_unavailable_and_not_refused(container: None) -> None:
    with pytest.raises(DatabaseUnavailableError, match="57014"), transaction() as database:
        database.run("SET LOCAL statement_timeout = 1")
        database.rows("SELECT pg_sleep(2)")
    with transaction() as database:
        assert column(database, "SELECT 7") == [7]


def test_a_transaction_that_failed_is_left_by_nobody(container: None, outside: Database) -> None:
    """A warm container may sleep for an hour; until it wakes, its session would stay in the failed transaction."""
    with pytest.raises(DatabaseUnavailableError), transaction() as database:
        database.run("SET LOCAL statement_timeout = 1")
        database.rows("SELECT pg_sleep(2)")
    for _ in range(100):  # Postgres ends a closed session at its own time.
        if column(outside, IN_TRANSACTION) == [0]:
            return
        outside.rows("SELECT pg_sleep(0.05)")
    raise AssertionError("The session is still in its failed transaction.")


def test_rows_are_dicts_and_a_statement_counts_what_it_touched(database: Database) -> None:
    assert database.rows("SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, 'x'") == [
        {"a": 1, "b": None},
        {"a": 2, "b": "x"},
    ]
    assert database.run(ADD_STORE, id="a") == 1
    assert database.run("UPDATE stores SET active = false WHERE id = 'b'") == 0
    assert database.run("BEGIN") == 0


def test_statements_leave_without_delay(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sockets, create = [], socket.create_connection

    def kept(*address: Any, **options: Any) -> socket.socket:
        sockets.append(create(*address, **options))
        return sockets[-1]

    monkeypatch.setattr(socket, "create_connection", kept)
    raw = connect(read_address(emptied))
    assert sockets[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    raw.close()


def test_nobody_listening_is_unavailable(container: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("DATABASE_URL", f"postgresql://user:{SECRET}@127.0.0.1:{port}/x")
    with pytest.raises(DatabaseUnavailableError, match="ConnectionRefusedError") as failed, transaction():
        pass
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_a_refused_login_is_unavailable_and_names_no_password(emptied: str) -> None:
    known = read_address(emptied)
    with pytest.raises(DatabaseUnavailableError, match="3D000") as failed:
        connect(Address(known.host, known.port, "no_such_database", known.user, SECRET, tls=False))
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_without_an_address_the_setting_is_named(container: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(SettingMissingError, match="DATABASE_URL"), transaction():
        pass
