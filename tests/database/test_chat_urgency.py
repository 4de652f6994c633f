"""The view `chat_urgency`: how near a waiting buyer's ten days are to their end, and what he threatens with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.connection import Database
from tests.support.given_rows import AUTOMATIC, PREFIX, a_run, an_event, column, save

BUYER, SELLER = "client", "seller"
NONE, SOON, URGENT, OVERDUE = range(4)
NOW = datetime.now(UTC)

Said = tuple[str, float] | tuple[str, float, str]  # sender, days ago, text


def seen(database: Database, *said: Said) -> list[dict[str, Any]]:
    """Store one chat's messages, and return its rows of the view."""
    events = [
        an_event(
            number,
            sender=sender,
            addTimestamp=int((NOW - timedelta(days=days)).timestamp() * 1000),
            message={"text": text[0] if text else "слова"},
        )
        for number, (sender, days, *text) in enumerate(said)
    ]
    save(database, a_run(database), *events, fetched_at=NOW.isoformat())
    return database.rows("SELECT * FROM chat_urgency")


@pytest.mark.parametrize(
    ("days", "urgency"),
    [(0, NONE), (4.9, NONE), (5.1, SOON), (6.9, SOON), (7.1, URGENT), (9.9, URGENT), (10.1, OVERDUE), (29.9, OVERDUE)],
)
def test_the_nearer_the_tenth_day_the_more_urgent(database: Database, days: float, urgency: int) -> None:
    (row,) = seen(database, (SELLER, 31), (BUYER, days))
    assert (row["urgency"], row["threat"]) == (urgency, None)
    assert abs(row["answer_by"] - (NOW + timedelta(days=10 - days))) < timedelta(seconds=1)


def test_the_first_message_without_an_answer_counts_and_wbs_own_words_answer_nobody(database: Database) -> None:
    (row,) = seen(database, (BUYER, 20), (SELLER, 15), (BUYER, 8), (BUYER, 1), (SELLER, 0.5, AUTOMATIC))
    assert row["urgency"] == URGENT
    assert abs(row["waiting_since"] - (NOW - timedelta(days=8))) < timedelta(seconds=1)


def test_who_got_an_answer_waits_for_nobody(database: Database) -> None:
    assert seen(database, (BUYER, 8, "Подам в суд!"), (SELLER, 1)) == []


@pytest.mark.parametrize("tag", ["thanks", "spam"])
def test_thanks_and_spam_ask_for_no_answer_unless_they_threaten(database: Database, tag: str) -> None:
    seen(database, (BUYER, 9, "Хорошо, спасибо"))
    database.run("UPDATE chats SET tag = :tag", tag=tag)
    assert database.rows("SELECT * FROM chat_urgency") == []
    (row,) = seen(database, (BUYER, 9, "Хорошо, спасибо"), (BUYER, 8, "Увидимся в суде"))
    assert (row["urgency"], row["threat"]) == (URGENT, "суде")


def test_after_a_month_of_silence_nothing_is_urgent_but_somebody_who_writes_on_is(database: Database) -> None:
    assert seen(database, (BUYER, 30.1)) == []
    (row,) = seen(database, (BUYER, 40), (BUYER, 29))
    assert row["urgency"] == OVERDUE


@pytest.mark.parametrize(
    ("text", "threat"),
    [
        ("Завтра пишу в РОСПОТРЕБНАДЗОР.", "роспотребнадзор"),
        ("обращусь в прокуратуру,", "прокуратуру"),
        ("Я подам в суд", "суд"),
        ("жду до пятницы,потом суд", "суд"),
        ("Направлю досудебную претензию", "досудебную"),
        ("Это уже претензия!", "претензия"),
        ("проведём независимую экспертизу", "экспертизу"),
        ("Напишу жалобу на вас", "жалобу"),
        ("по закону о защите прав потребителей", "прав потребителей"),
        ("ст. 18 ЗоЗПП", "зозпп"),
        ("мой юрист свяжется", "юрист"),
        ("подаю исковое", "исковое"),
        ("судя по фото, другой цвет", None),
        ("отправили не на то судно", None),
        ("претензий нет, всё хорошо", None),
        ("без жалоб", None),
        ("пожалуйста, ответьте", None),
        ("исковеркали упаковку", None),
        ("рассудите сами", None),
        ("суд1", None),
    ],
)
def test_words_of_threat_and_claim_make_a_waiting_chat_urgent(
    database: Database, text: str, threat: str | None
) -> None:
    (row,) = seen(database, (BUYER, 0.1, text))
    assert (row["threat"], row["urgency"]) == (threat, URGENT if threat else NONE)


def test_only_the_buyers_own_words_count_and_only_those_without_an_answer(database: Database) -> None:
    (row,) = seen(
        database,
        (BUYER, 9, "Подам в суд"),
        (SELLER, 8, "Зачем же сразу суд?"),
        (BUYER, 0.1, PREFIX.replace("Клей", "Игра «Суд» Клей") + " где он"),
    )
    assert (row["threat"], row["urgency"]) == (None, NONE)


def test_the_newest_threat_is_named_and_ten_days_outweigh_it(database: Database) -> None:
    (row,) = seen(database, (BUYER, 12, "напишу жалобу"), (BUYER, 2, "иду в суд"), (BUYER, 1, "жду"))
    assert (row["threat"], row["urgency"]) == ("суд", OVERDUE)


def test_a_database_that_knows_no_cyrillic_finds_them_too(database: Database) -> None:
    assert column(database, "SELECT threat_in('ИДУ В СУД' COLLATE \"C\")") == ["суд"]
