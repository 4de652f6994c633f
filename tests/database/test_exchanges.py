"""How often a statement waits for Postgres, and how often its text is read."""

from collections.abc import Callable, Iterator
from typing import Any

import pg8000.native
import pytest

from database.connection import Database, connect, read_address
from tests.support.given_rows import a_run, an_event, save

ADD_STORE = "INSERT INTO stores (id, name) VALUES (:id, 'ИП Проба')"


@pytest.fixture
def connection(emptied: str) -> Iterator[Any]:
    raw = connect(read_address(emptied))
    raw.run("BEGIN")
    yield raw
    raw.close()


@pytest.fixture
def count_exchanges(connection: Any) -> Callable[[Callable[[], object]], int]:
    """Counts how often the connection waits until Postgres is ready for the next exchange."""
    counted = 0
    wait = connection.handle_messages

    def counting(context: object) -> None:
        nonlocal counted
        counted += 1
        wait(context)

    def count(work: Callable[[], object]) -> int:
        before = counted
        work()
        return counted - before

    connection.handle_messages = counting

    return count


def test_a_statement_with_values_takes_one_exchange(
    connection: Any, count_exchanges: Callable[[Callable[[], object]], int]
) -> None:
    database = Database(connection)
    assert count_exchanges(lambda: database.run(ADD_STORE, id="a")) == 1
    assert count_exchanges(lambda: database.rows("SELECT name FROM stores WHERE id = :id", id="a")) == 1
    assert database.rows("SELECT id, name FROM stores WHERE id = :id", id="a") == [{"id": "a", "name": "ИП Проба"}]


def test_after_a_refused_statement_the_next_one_gets_its_own_answer(
    connection: Any, count_exchanges: Callable[[Callable[[], object]], int]
) -> None:
    database = Database(connection)
    refused = ("SELECT CAST(:id AS integer)", "SELECT unknown FROM stores WHERE id = :id", "SELECT (:id")
    for wrong in refused:
        database.run("SAVEPOINT attempt")
        with pytest.raises(Exception, match="SQLSTATE"):
            database.rows(wrong, id="a")
        assert count_exchanges(lambda: database.run("ROLLBACK TO SAVEPOINT attempt")) == 1
        assert database.rows("SELECT :n AS n", n="7") == [{"n": "7"}]


@pytest.mark.parametrize("events", [1, 50, 2000])
def test_a_burst_takes_as_many_exchanges_as_a_single_event(
    connection: Any, count_exchanges: Callable[[Callable[[], object]], int], events: int
) -> None:
    database = Database(connection)
    run = a_run(database)
    burst = [an_event(number, chat=number // 3) for number in range(events)]
    # A savepoint, the messages with their chats, its release, and whether an event's problem is open.
    assert count_exchanges(lambda: save(database, run, *burst)) == 4


def test_a_statements_text_is_read_once(connection: Any) -> None:
    database = Database(connection)
    database.run(ADD_STORE, id="a")
    before = pg8000.native.to_statement.cache_info()
    database.run(ADD_STORE, id="b")
    after = pg8000.native.to_statement.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (0, 1)
