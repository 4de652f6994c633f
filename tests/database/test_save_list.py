"""WB's list of chats into the table: what is new, changed, unchanged, gone and back."""

from typing import Any

import pytest

from database import chats
from database.connection import Database
from tests.support.given_rows import STORE, a_chat, a_run, an_event, chat, column, row_versions, save, save_list

CARD = {"nmID": 12345678, "price": 149900, "priceCurrency": "RUB", "rid": "r.1", "size": "42"}
MISSING = "SELECT id FROM chats WHERE missing_since IS NOT NULL ORDER BY id"


@pytest.fixture
def listing(database: Database) -> Database:
    """A database with a store in it."""
    a_run(database)
    return database


def test_an_unchanged_list_writes_no_row(listing: Database) -> None:
    listed = [a_chat(number, newest=number, goodCard=CARD) for number in range(10)]
    save_list(listing, *listed)
    before = row_versions(listing, "chats")
    save_list(listing, *reversed(listed))
    assert row_versions(listing, "chats") == before


def test_only_the_changed_chat_is_written(listing: Database) -> None:
    save_list(listing, a_chat(0, newest=0), a_chat(1, newest=1))
    before = row_versions(listing, "chats")["chats"]
    save_list(listing, a_chat(0, newest=0), a_chat(1, newest=2))
    assert len(set(row_versions(listing, "chats")["chats"]) - set(before)) == 1
    assert chat(listing, 1)["listed_message_text"] == "Сообщение 2"


@pytest.mark.parametrize("emptied", [{"clientName": ""}, {"clientName": None, "goodCard": {"nmID": 0, "rid": ""}}, {}])
def test_what_the_list_no_longer_says_is_kept(listing: Database, emptied: dict[str, Any]) -> None:
    save_list(listing, a_chat(0, goodCard=CARD))
    save_list(listing, {"chatID": "1:chat-0", "changed": 1, **emptied})
    row = chat(listing)
    assert (row["client_name"], row["nm_id"], row["rid"]) == ("Анна", 12345678, "r.1")
    assert (row["product_size"], row["price_kopecks"], row["price_currency"]) == ("42", 149900, "RUB")


def test_a_new_name_replaces_the_old_one(listing: Database) -> None:
    save_list(listing, a_chat(0))
    save_list(listing, a_chat(0, clientName="Анна Петрова"))
    assert chat(listing)["client_name"] == "Анна Петрова"


def test_a_chat_gone_from_the_list_is_marked_once_and_kept(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1))
    save_list(listing, a_chat(1))
    assert column(listing, MISSING) == ["1:chat-0"]
    before = row_versions(listing, "chats")
    save_list(listing, a_chat(1))
    assert row_versions(listing, "chats") == before


def test_a_chat_that_is_back_is_unmarked_though_nothing_else_changed(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1))
    save_list(listing, a_chat(1))
    save_list(listing, a_chat(0), a_chat(1))
    assert column(listing, MISSING) == []


def test_a_chat_the_list_never_showed_is_not_gone_from_it(listing: Database) -> None:
    run = a_run(listing, "other")
    save(listing, run, an_event(1), store="other")
    save_list(listing, a_chat(5), store="other")
    assert column(listing, MISSING) == []
    assert chat(listing, store="other")["messages_total"] == 1


def test_an_empty_list_marks_all_and_removes_none(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1))
    save_list(listing)
    assert column(listing, MISSING) == ["1:chat-0", "1:chat-1"]


@pytest.mark.parametrize(("length", "marked"), [(4, ["1:chat-9"]), (5, []), (6, [])])
def test_a_list_as_long_as_wbs_cap_proves_nothing_about_the_rest(
    listing: Database, monkeypatch: pytest.MonkeyPatch, length: int, marked: list[str]
) -> None:
    monkeypatch.setattr(chats, "LIST_CAP", 5)
    save_list(listing, a_chat(9))
    save_list(listing, *[a_chat(number) for number in range(length)])
    assert column(listing, MISSING) == marked


def test_one_stores_list_says_nothing_of_anothers_chats(listing: Database) -> None:
    a_run(listing, "other")
    save_list(listing, a_chat(0), store="other")
    save_list(listing, a_chat(1), store=STORE)
    assert column(listing, MISSING) == []


def test_the_list_leaves_messages_and_labels_alone(listing: Database) -> None:
    save(listing, a_run(listing), an_event(3))
    listing.run("UPDATE chats SET tag = 'thanks', tag_source = 'person'")
    save_list(listing, a_chat(0, newest=9))
    row = chat(listing)
    assert (row["messages_total"], row["last_message_id"], row["tag"]) == (1, "event-3", "thanks")


def test_hostile_texts_of_the_list_are_stored_to_the_letter(listing: Database) -> None:
    hostile = a_chat(0, clientName="\0Анна\ud800", lastMessage={"text": "'\0", "addTimestamp": 1_770_000_000_000})
    save_list(listing, hostile)
    assert chat(listing)["client_name"] == "\ufffdАнна\ufffd"
    assert column(listing, "SELECT raw::text LIKE '%\\\\u0000%' FROM chats") == [True]


def test_an_id_too_long_for_an_index_does_not_stop_the_list(listing: Database) -> None:
    save_list(listing, a_chat(0, chatID="".join(f"{number:x}" for number in range(3000))), a_chat(1))
    assert column(listing, "SELECT id FROM chats") == ["1:chat-1"]
