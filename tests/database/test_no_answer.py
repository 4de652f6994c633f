"""«Needs no answer» and a message that comes at the same moment: the message is not hidden, whoever is first."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from chatsync.errors import ChatChangedError
from database import fills
from database.connection import Address, Database, read_address, transaction
from database.no_answer import mark_no_answer
from tests.support.given_rows import STORE, a_run, an_event, save

BLOCKED = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def login(emptied: str) -> Address:
    """Who stores at the same moment, on a connection of their own; a chat with one message is there."""
    with transaction() as database:
        save(database, a_run(database), an_event(0))
    return read_address(emptied)


def mark(database: Database) -> None:
    mark_no_answer(database, STORE, "1:chat-0", "спасибо", seen=1, by=None)


def beside(login: Address, act: Callable[[Database], Any]) -> tuple[threading.Thread, list[Exception]]:
    """Start something in a transaction of its own that has to wait; return once it does."""
    failures: list[Exception] = []

    def run() -> None:
        try:
            with transaction(login) as database:
                act(database)
        except ChatChangedError as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


def wait_for_a_block(login: Address, thread: threading.Thread) -> None:
    while thread.is_alive():
        with transaction(login) as watching:
            if watching.rows(BLOCKED)[0]["n"]:
                return
    raise AssertionError("It did not wait.")


def waiting() -> list[Any]:
    with transaction() as database:
        return [row["since"] for row in database.rows("SELECT waiting_since IS NOT NULL AS since FROM chat_turns")]


def test_a_message_that_is_stored_right_after_the_mark_ends_it(login: Address) -> None:
    with transaction() as database:
        mark(database)
        thread, _ = beside(login, lambda other: save(other, 1, an_event(1)))
        wait_for_a_block(login, thread)
    thread.join()
    assert waiting() == [True]


def test_a_chat_whose_message_is_just_being_stored_is_not_marked(login: Address) -> None:
    with transaction() as database:
        save(database, 1, an_event(1))
        thread, failures = beside(login, mark)
        wait_for_a_block(login, thread)
    thread.join()
    assert [type(failure) for failure in failures] == [ChatChangedError]
    assert waiting() == [True]


def test_messages_that_are_stored_while_days_are_counted_count_once(login: Address) -> None:
    """Whoever counts waits for whoever has stored, and the other way round."""
    with transaction(login) as database:
        database.run("DELETE FROM message_days")
        database.run("INSERT INTO unfinished_fills (name) VALUES ('message_days')")
    with transaction(login) as storing:
        save(storing, 1, an_event(1))
        thread = threading.Thread(target=fills.fill_tables)
        thread.start()
        wait_for_a_block(login, thread)
    thread.join()
    with transaction() as database:
        assert database.rows("SELECT sum(buyers) AS said FROM message_days") == [{"said": 2}]
