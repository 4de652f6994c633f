"""The view `chat_overview`: who wrote last, who waits since when, and how fast the seller first answered."""

from datetime import UTC, datetime
from typing import Any

import pytest

from database.connection import Database
from tests.support.given_rows import ABOUT_RETURNS, AT, AUTOMATIC, PREFIX, a_run, an_event, save

BUYER, SELLER, WB = "client", "seller", "wb"

Said = tuple[str | None, int] | tuple[str | None, int, str | None]  # sender, milliseconds after AT, text


def seen(database: Database, *said: Said) -> dict[str, Any]:
    """Store one chat's messages, their ids in this order, and return its row of the view."""
    events = [
        an_event(number, sender=sender, addTimestamp=AT + at, message={"text": text[0] if text else "слова"})
        for number, (sender, at, *text) in enumerate(said)
    ]
    save(database, a_run(database), *events)
    return database.rows("SELECT * FROM chat_overview")[0]


def at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp((AT + milliseconds) / 1000, UTC)


def test_a_buyer_who_wrote_thrice_waits_since_the_first_of_them(database: Database) -> None:
    row = seen(database, (BUYER, 0), (SELLER, 5_000), (BUYER, 60_000), (BUYER, 70_000), (BUYER, 80_000))
    assert (row["last_writer"], row["waiting_since"]) == ("buyer", at(60_000))
    assert row["last_written_at"] == at(80_000)
    assert (row["buyer_messages"], row["seller_messages"], row["messages_total"]) == (4, 1, 5)


def test_an_answered_chat_waits_for_nobody(database: Database) -> None:
    row = seen(database, (BUYER, 0), (BUYER, 1_000), (SELLER, 62_000))
    assert (row["last_writer"], row["waiting_since"]) == ("seller", None)
    assert row["first_response_seconds"] == 62


def test_the_first_response_is_to_the_buyers_first_message_and_counts_once(database: Database) -> None:
    row = seen(database, (SELLER, 0), (BUYER, 10_000), (SELLER, 15_000), (BUYER, 20_000), (SELLER, 90_000))
    assert row["first_response_seconds"] == 5


def test_a_chat_of_the_sellers_alone_has_no_response(database: Database) -> None:
    row = seen(database, (SELLER, 0), (SELLER, 1_000))
    assert (row["last_writer"], row["waiting_since"], row["first_response_seconds"]) == ("seller", None, None)
    assert row["buyer_messages"] == 0


@pytest.mark.parametrize(
    "automatic",
    [(WB, AUTOMATIC), (SELLER, AUTOMATIC), (SELLER, ABOUT_RETURNS), (WB, None), (None, "слова"), ("бот", "а")],
)
def test_what_wb_writes_by_itself_answers_nobody(database: Database, automatic: tuple[str | None, str | None]) -> None:
    sender, text = automatic
    row = seen(database, (sender, 0, text), (BUYER, 1_000), (sender, 2_000, text))
    assert (row["last_writer"], row["waiting_since"], row["first_response_seconds"]) == ("buyer", at(1_000), None)
    assert (row["buyer_messages"], row["seller_messages"], row["messages_total"]) == (1, 0, 3)


def test_a_file_without_words_is_a_message_too(database: Database) -> None:
    row = seen(database, (BUYER, 0), (SELLER, 3_000, None))
    assert (row["last_writer"], row["first_response_seconds"]) == ("seller", 3)


def test_of_one_millisecond_the_id_decides_as_everywhere(database: Database) -> None:
    row = seen(database, (SELLER, 1_000), (BUYER, 1_000), (BUYER, 1_000))
    assert (row["last_writer"], row["waiting_since"], row["first_response_seconds"]) == ("buyer", at(1_000), None)


def test_an_answer_within_the_same_millisecond_took_no_time(database: Database) -> None:
    row = seen(database, (BUYER, 1_000), (SELLER, 1_000))
    assert (row["last_writer"], row["waiting_since"], row["first_response_seconds"]) == ("seller", None, 0)


def test_a_chat_without_messages_of_people_has_a_row_without_a_turn(database: Database) -> None:
    row = seen(database, (WB, 0))
    assert (row["last_writer"], row["waiting_since"], row["last_written_at"]) == (None, None, None)
    assert (row["buyer_messages"], row["seller_messages"], row["messages_total"]) == (0, 0, 1)


def test_each_store_has_its_own_chat_of_the_same_id(database: Database) -> None:
    for store in ("shop", "other"):
        save(database, a_run(database, store), an_event(1), store=store)
    save(database, a_run(database), an_event(2, sender=SELLER))
    turns = database.rows("SELECT store_id, last_writer FROM chat_overview ORDER BY store_id")
    assert [tuple(row.values()) for row in turns] == [("other", "buyer"), ("shop", "seller")]


def test_a_buyer_who_quotes_an_automatic_message_waits(database: Database) -> None:
    row = seen(database, (SELLER, 0), (BUYER, 1_000, ABOUT_RETURNS))
    assert (row["last_writer"], row["waiting_since"]) == ("buyer", at(1_000))


def test_a_buyer_whose_only_words_are_wbs_prefix_waits(database: Database) -> None:
    """He opened a question and expects an answer, though he has not said what it is."""
    row = seen(database, (BUYER, 0, PREFIX), (SELLER, 1_000, ABOUT_RETURNS), (SELLER, 60_000, "Слушаю вас"))
    assert (row["buyer_messages"], row["first_response_seconds"]) == (1, 60)
    said = database.rows("SELECT sender, text FROM people_messages ORDER BY sent_at")
    assert [tuple(each.values()) for each in said] == [(BUYER, ""), (SELLER, "Слушаю вас")]
