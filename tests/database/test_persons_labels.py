"""A person's label: set, kept against every run, released."""

from typing import Any

import pytest

from chatsync.errors import CauseUnknownError, ChatUnknownError, TagUnknownError
from database.connection import Database
from database.labels.history import release_persons_label, set_persons_label
from tests.support.given_rows import STORE, a_run, an_event, chat, column, save

CHAT = "1:chat-0"


@pytest.fixture
def run(database: Database) -> int:
    """A run that stored two chats."""
    opened = a_run(database)
    save(database, opened, *[an_event(number, chat=number % 2) for number in range(4)])
    return opened


def history(database: Database) -> list[tuple[Any, ...]]:
    rows = database.rows("SELECT tag, source, run_id, released_at IS NOT NULL AS ended FROM chat_labels ORDER BY id")
    return [tuple(row.values()) for row in rows]


def counts(database: Database) -> dict[str, int]:
    return dict(column(database, "SELECT chat_tag_counts FROM stores")[0])


def test_a_persons_label_stands_on_the_chat_in_the_history_and_in_the_stores_counts(
    database: Database, run: int
) -> None:
    set_persons_label(database, STORE, CHAT, "defect")
    row = chat(database)
    assert (row["tag"], row["tag_source"], row["labelled_messages"]) == ("defect", "person", 2)
    assert history(database) == [("defect", "person", None, False)]
    assert counts(database) == {"defect": 1}


def test_a_second_label_replaces_the_first_which_stays_in_the_history(database: Database, run: int) -> None:
    set_persons_label(database, STORE, CHAT, "defect")
    set_persons_label(database, STORE, CHAT, "spam")
    assert chat(database)["tag"] == "spam"
    assert history(database) == [("defect", "person", None, True), ("spam", "person", None, False)]
    assert counts(database) == {"spam": 1}


def test_a_released_chat_has_no_label_until_the_next_run(database: Database, run: int) -> None:
    set_persons_label(database, STORE, CHAT, "defect")
    assert release_persons_label(database, STORE, CHAT) is True
    row = chat(database)
    assert (row["tag"], row["tag_source"], row["labelled_by"], row["labelled_messages"]) == (None, None, None, None)
    assert history(database) == [("defect", "person", None, True)]
    assert counts(database) == {}


def test_there_is_nothing_to_release_where_no_person_labelled(database: Database, run: int) -> None:
    database.run("UPDATE chats SET tag = 'thanks', tag_source = 'model' WHERE id = :id", id=CHAT)
    assert release_persons_label(database, STORE, CHAT) is False
    assert chat(database)["tag"] == "thanks"


def test_a_person_may_set_the_cause_too_and_without_one_the_models_stays(database: Database, run: int) -> None:
    database.run("UPDATE chats SET tag = 'thanks', cause = 'late', tag_source = 'model'")
    set_persons_label(database, STORE, CHAT, "defect")
    assert chat(database)["cause"] == "late"
    set_persons_label(database, STORE, CHAT, "defect", "broken")
    assert chat(database)["cause"] == "broken"
    assert column(database, "SELECT cause FROM chat_labels ORDER BY id") == [None, "broken"]
    assert column(database, "SELECT chat_cause_counts FROM stores") == [{"broken": 1, "late": 1}]
    release_persons_label(database, STORE, CHAT)
    assert chat(database)["cause"] is None


def test_an_unknown_cause_is_refused_with_the_choices(database: Database, run: int) -> None:
    with pytest.raises(CauseUnknownError, match=r"No such cause: brak\. Take one of: broken, .*nothing\."):
        set_persons_label(database, STORE, CHAT, "defect", "brak")
    assert chat(database)["tag"] is None


def test_an_unknown_tag_is_refused_with_the_choices(database: Database, run: int) -> None:
    with pytest.raises(TagUnknownError, match=r"No such tag: brak\. Take one of: delivery, defect, .*undefined\."):
        set_persons_label(database, STORE, CHAT, "brak")
    assert chat(database)["tag"] is None


@pytest.mark.parametrize(("store", "chat_id"), [(STORE, "1:none"), ("none", CHAT)])
def test_an_unknown_chat_is_refused(database: Database, run: int, store: str, chat_id: str) -> None:
    with pytest.raises(ChatUnknownError, match=f"The store {store} has no chat {chat_id}"):
        set_persons_label(database, store, chat_id, "defect")
    with pytest.raises(ChatUnknownError):
        release_persons_label(database, store, chat_id)
    assert history(database) == []
