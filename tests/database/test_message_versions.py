"""An id says which message, not what it says: the newest version is stored, each older one beside it."""

from typing import Any

import pytest

from database import messages
from database.connection import Database
from tests.support.given_rows import AT, STORE, a_run, an_event, chat, column, row_versions

EARLIER, LATER = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"
OLD = an_event(1)
NEW = an_event(1, addTimestamp=AT + 60_000, message={"text": "иначе"})
VERSIONS = "SELECT text FROM message_versions ORDER BY sent_at, fetched_at"


@pytest.fixture
def run(database: Database) -> int:
    return a_run(database)


def save(database: Database, run: int, *events: Any, at: str = EARLIER) -> int:
    return messages.save_events(database, STORE, run, list(events), at)


def texts(database: Database) -> list[Any]:
    return column(database, "SELECT text FROM chat_messages ORDER BY sent_at, id")


def test_a_later_version_is_stored_and_the_older_one_kept(database: Database, run: int) -> None:
    save(database, run, OLD, an_event(2))
    assert save(database, run, NEW, at=LATER) == 0
    assert (texts(database), column(database, VERSIONS)) == (["Сообщение 2", "иначе"], ["Сообщение 1"])


def test_the_chat_follows_its_newest_message_and_its_label_is_to_be_checked(database: Database, run: int) -> None:
    save(database, run, OLD, an_event(2))
    database.run("UPDATE chats SET tag = 'thanks', tag_source = 'model', labelled_messages = 2")
    save(database, run, NEW, at=LATER)
    row = chat(database)
    assert (row["messages_total"], row["last_message_id"], row["last_message_text"]) == (2, "event-1", "иначе")
    assert (row["tag"], row["labelled_messages"]) == ("thanks", None)


def test_the_same_words_at_a_later_time_are_newer_too(database: Database, run: int) -> None:
    save(database, run, OLD)
    save(database, run, OLD | {"addTimestamp": AT + 9_000}, at=LATER)
    assert column(
        database,
        "SELECT last_message_at = sent_at AND extract(epoch FROM sent_at) = :at FROM chats "
        "JOIN chat_messages ON chat_id = chats.id",
        at=AT // 1000 + 9,
    ) == [True]


def test_other_words_of_the_same_time_are_newer_where_they_were_fetched_later(database: Database, run: int) -> None:
    save(database, run, OLD)
    save(database, run, OLD | {"message": {"text": "иначе"}}, at=LATER)
    assert (texts(database), column(database, VERSIONS)) == (["иначе"], ["Сообщение 1"])


@pytest.mark.parametrize("at", [EARLIER, LATER])
def test_an_older_version_never_comes_back(database: Database, run: int, at: str) -> None:
    save(database, run, OLD)
    save(database, run, NEW, at=LATER)
    before = row_versions(database, "chat_messages", "message_versions", "chats")
    save(database, run, OLD, at=at)
    assert row_versions(database, "chat_messages", "message_versions", "chats") == before


def test_an_older_version_that_comes_late_is_kept_beside_the_newer(database: Database, run: int) -> None:
    save(database, run, NEW)
    save(database, run, OLD, at=LATER)
    assert (texts(database), column(database, VERSIONS)) == (["иначе"], ["Сообщение 1"])


def test_both_versions_in_one_burst(database: Database, run: int) -> None:
    assert save(database, run, NEW, an_event(2), OLD) == 2
    assert (texts(database), column(database, VERSIONS)) == (["Сообщение 2", "иначе"], ["Сообщение 1"])
    assert chat(database)["messages_total"] == 2


def test_equal_content_is_no_version_however_late_it_is_fetched(database: Database, run: int) -> None:
    save(database, run, OLD)
    before = row_versions(database, "chat_messages", "chats")
    save(database, run, OLD, at=LATER)
    assert row_versions(database, "chat_messages", "chats") == before
    assert column(database, VERSIONS) == []


def test_a_message_that_moved_to_another_chat_is_counted_there(database: Database, run: int) -> None:
    save(database, run, OLD, an_event(2))
    save(database, run, NEW | {"chatID": "1:chat-5"}, at=LATER)
    assert (chat(database, 0)["messages_total"], chat(database, 0)["last_message_id"]) == (1, "event-2")
    assert (chat(database, 5)["messages_total"], chat(database, 5)["last_message_id"]) == (1, "event-1")
