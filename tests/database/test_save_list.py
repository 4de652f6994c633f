"""WB's list of chats into the table: what is new, changed, unchanged, gone and back."""

from typing import Any

import pytest

from database import chats, wb_fields
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


def test_a_chat_gone_from_the_lists_of_two_runs_is_marked_once_and_kept(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1), run=1)
    for _ in range(2):  # a repeated save is the same run's word
        save_list(listing, a_chat(1), run=2)
        assert column(listing, MISSING) == []
    save_list(listing, a_chat(1), run=3)
    assert column(listing, MISSING) == ["1:chat-0"]
    before = row_versions(listing, "chats")
    save_list(listing, a_chat(1), run=4)
    assert row_versions(listing, "chats") == before


def test_a_list_with_an_entry_that_cannot_be_read_marks_nothing(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1), run=1)
    for run in (2, 3, 4):
        assert save_list(listing, a_chat(1), {"chatID": 0}, run=run).unchecked == 1
    assert column(listing, MISSING) == []


@pytest.mark.parametrize("runs_without_it", [1, 2])
def test_a_chat_that_is_back_is_unmarked_though_nothing_else_changed(listing: Database, runs_without_it: int) -> None:
    save_list(listing, a_chat(0), a_chat(1), run=1)
    for later in range(runs_without_it):
        save_list(listing, a_chat(1), run=2 + later)
    save_list(listing, a_chat(0), a_chat(1), run=9)
    assert column(listing, "SELECT id FROM chats WHERE missing_since IS NOT NULL OR unlisted_by_run IS NOT NULL") == []


def test_a_chat_the_list_never_showed_is_not_gone_from_it(listing: Database) -> None:
    run = a_run(listing, "other")
    save(listing, run, an_event(1), store="other")
    save_list(listing, a_chat(5), store="other")
    assert column(listing, MISSING) == []
    assert chat(listing, store="other")["messages_total"] == 1


def test_an_empty_list_marks_all_and_removes_none(listing: Database) -> None:
    save_list(listing, a_chat(0), a_chat(1), run=1)
    for run in (2, 3):
        save_list(listing, run=run)
    assert column(listing, MISSING) == ["1:chat-0", "1:chat-1"]


@pytest.mark.parametrize(("length", "marked"), [(4, ["1:chat-9"]), (5, []), (6, [])])
def test_a_list_as_long_as_wbs_cap_proves_nothing_about_the_rest(
    listing: Database, monkeypatch: pytest.MonkeyPatch, length: int, marked: list[str]
) -> None:
    monkeypatch.setattr(chats, "LIST_CAP", 5)
    save_list(listing, a_chat(9), run=1)
    for run in (2, 3):
        save_list(listing, *[a_chat(number) for number in range(length)], run=run)
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


def test_a_value_that_its_column_cannot_hold_costs_that_column_alone(listing: Database) -> None:
    save_list(listing, a_chat(0, goodCard=CARD | {"rid": "r" * 4000}), a_chat(1, goodCard=CARD))
    row = chat(listing)
    assert (row["rid"], row["raw"]["goodCard"]["rid"], row["nm_id"]) == (None, "r" * 4000, 12345678)
    assert chat(listing, 1)["rid"] == "r.1"


@pytest.mark.parametrize(("written", "price"), [("41000", 41000), (41000.0, 41000), ("NaN", None), ("much", None)])
def test_a_column_never_keeps_an_older_value_beside_a_newer_raw(listing: Database, written: Any, price: Any) -> None:
    save_list(listing, a_chat(0, goodCard={"price": 39800}))
    save_list(listing, a_chat(0, goodCard={"price": written}))
    row = chat(listing)
    assert (row["raw"]["goodCard"]["price"], row["price_kopecks"]) == (written, price)


def test_an_entry_that_postgres_refuses_costs_itself_alone(listing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wb_fields, "LONGEST_WORD", 100_000)
    incompressible = "".join(f"{number:x}" for number in range(2000))
    saved = save_list(listing, a_chat(0), a_chat(1, goodCard={"rid": incompressible}), a_chat(2))
    assert (saved.unchecked, column(listing, "SELECT id FROM chats ORDER BY id")) == (1, ["1:chat-0", "1:chat-2"])
