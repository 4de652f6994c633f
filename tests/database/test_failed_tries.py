"""Chats for which a model's server gives no answer: asked again in a few runs, and then no more."""

from typing import Any

import pytest

from chatsync.contracts import ChatPageLabels, SaveLabels
from database.connection import Database
from database.labels.failed_tries import MOST_TRIES
from database.labels.history import save_chat_page_labels
from database.labels.reservations import save_unanswered
from database.labels.stale_chats import count_unanswered_chats, read_stale_chats
from tests.support.given_rows import STORE, a_run, an_event, chat, column, save

VERSION = "openai/tiny/prompt-1/taxonomy-1"
LATER = "openai/tiny/prompt-2/taxonomy-1"


@pytest.fixture
def run(database: Database) -> int:
    """A run that stored two chats; chat 1 spoke last."""
    opened = a_run(database)
    save(database, opened, an_event(0, chat=0), an_event(1, chat=1))
    return opened


def stale(database: Database, version: str = VERSION) -> dict[str, dict[str, Any]]:
    return {row["chat_id"]: row for row in read_stale_chats(database, STORE, version, 100).transcripts}


def fail(database: Database, run: int) -> None:
    """Save that chat 0, as it is now, got no answer in a run."""
    content = stale(database)["1:chat-0"]["content"]
    unanswered = [{"chat_id": "1:chat-0", "content": content, "model": VERSION}]
    page = ChatPageLabels(labels=[], tokens_in=100, tokens_out=20, stopped="", unanswered=unanswered)
    save_chat_page_labels(database, SaveLabels(STORE, run, "page", {}), page, "openai/tiny")


def next_run(database: Database, number: int) -> int:
    database.run("UPDATE sync_logs SET status = 'success'")
    return a_run(database, execution=f"execution-{number}")


def give_up(database: Database, run: int) -> int:
    """Let all tries of chat 0 fail, each in a run of its own; return the last run."""
    fail(database, run)
    for number in range(2, MOST_TRIES + 1):
        run = next_run(database, number)
        fail(database, run)
    return run


def test_a_chat_is_asked_about_until_its_tries_are_used_up(database: Database, run: int) -> None:
    fail(database, run)
    for number in range(2, MOST_TRIES + 1):
        assert set(stale(database)) == {"1:chat-0", "1:chat-1"}
        assert count_unanswered_chats(database, STORE, VERSION) == 0
        fail(database, next_run(database, number))
    assert set(stale(database)) == {"1:chat-1"}
    assert read_stale_chats(database, STORE, VERSION, 100).total == 1
    assert read_stale_chats(database, STORE, VERSION, 0).total == 1
    assert count_unanswered_chats(database, STORE, VERSION) == 1
    assert (chat(database)["tag"], column(database, "SELECT count(*) FROM chat_labels")) == (None, [0])


def test_the_same_page_saved_twice_counts_one_try(database: Database, run: int) -> None:
    for _ in range(MOST_TRIES + 1):
        fail(database, run)
    assert chat(database)["label_tries"] == 1


def test_new_words_are_asked_about_and_have_tries_of_their_own(database: Database, run: int) -> None:
    last = give_up(database, run)
    save(database, last, an_event(9, chat=0))
    assert set(stale(database)) == {"1:chat-0", "1:chat-1"}
    fail(database, next_run(database, 9))
    assert chat(database)["label_tries"] == 1


def test_what_changes_no_words_gives_no_new_tries(database: Database, run: int) -> None:
    last = give_up(database, run)
    save(database, last, an_event(9, chat=0, sender="wb"))
    assert set(stale(database)) == {"1:chat-1"}


def test_another_version_of_the_classifier_asks_again(database: Database, run: int) -> None:
    give_up(database, run)
    assert set(stale(database, LATER)) == {"1:chat-0", "1:chat-1"}
    assert count_unanswered_chats(database, STORE, LATER) == 0


def test_a_chat_that_a_person_labelled_is_not_unanswered(database: Database, run: int) -> None:
    give_up(database, run)
    database.run("UPDATE chats SET tag = 'spam', tag_source = 'person' WHERE id = '1:chat-0'")
    assert count_unanswered_chats(database, STORE, VERSION) == 0


def test_a_run_says_how_many_chats_are_not_sent_again(database: Database, run: int) -> None:
    give_up(database, run)
    last = next_run(database, 50)
    save_unanswered(database, STORE, last, VERSION)
    assert column(database, "SELECT chats_unanswered FROM sync_logs WHERE id = :id", id=last) == [1]


def test_what_a_page_of_the_release_before_holds_can_be_saved(database: Database, run: int) -> None:
    old: dict[str, Any] = {"labels": [], "tokens_in": 5, "tokens_out": 1, "stopped": ""}
    save_chat_page_labels(database, SaveLabels(STORE, run, "page", {}), ChatPageLabels(**old), "openai/tiny")
    assert column(database, "SELECT tokens_cached FROM label_pages") == [0]
