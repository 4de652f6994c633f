"""Whose turn it is, kept with each message: the same as the messages themselves say, whatever comes in which order."""

import random
from typing import Any

import pytest

from chatsync.errors import MigrationUnfinishedError
from database import fills
from database.connection import Database, transaction
from tests.support.given_rows import ABOUT_RETURNS, AT, AUTOMATIC, a_run, an_event, save

DAY_MS = 86_400_000
API = "seller-public-api"
# Whose turn it is, as all messages of the chats say.
TURNS = """
SELECT chat_id, waiting_since, threat, first_asked_at, person_answered_at, program_answered_at FROM chat_turns
ORDER BY chat_id
"""
TRUE_TURNS = """
SELECT chats.id AS chat_id, waiting_since,
       (SELECT threat_in(text) FROM people_messages WHERE chat_id = chats.id AND sender = 'client'
        AND sent_at >= waiting_since AND threat_in(text) IS NOT NULL ORDER BY sent_at DESC, id DESC LIMIT 1) AS threat,
       asked.sent_at AS first_asked_at,
       (SELECT min(sent_at) FROM chat_messages WHERE chat_id = chats.id AND sender = 'seller' AND NOT automatic
        AND source IS DISTINCT FROM 'seller-public-api'
        AND (sent_at, id) > (asked.sent_at, asked.id)) AS person_answered_at,
       (SELECT min(sent_at) FROM chat_messages WHERE chat_id = chats.id AND sender = 'seller'
        AND source = 'seller-public-api' AND (sent_at, id) > (asked.sent_at, asked.id)) AS program_answered_at
FROM chats JOIN chat_overview AS turns ON turns.chat_id = chats.id
LEFT JOIN LATERAL (SELECT sent_at, id FROM chat_messages WHERE chat_id = chats.id AND sender = 'client'
                   ORDER BY sent_at, id LIMIT 1) AS asked ON true
ORDER BY chats.id
"""
DAYS = (
    "SELECT day, buyers, people, programs, wb FROM message_days WHERE buyers + people + programs + wb > 0 ORDER BY day"
)
TRUE_DAYS = """
SELECT moscow_day(sent_at) AS day, count(*) FILTER (WHERE sender = 'client') AS buyers,
       count(*) FILTER (WHERE sender = 'seller' AND NOT automatic AND source IS DISTINCT FROM 'seller-public-api')
           AS people,
       count(*) FILTER (WHERE sender = 'seller' AND NOT automatic AND source = 'seller-public-api') AS programs,
       count(*) FILTER (WHERE automatic OR sender IS NULL OR sender NOT IN ('client', 'seller')) AS wb
FROM chat_messages GROUP BY 1 ORDER BY 1
"""


def an_odd_event(number: int, chance: random.Random, version: int = 0) -> Any:
    """Return a message of one of four chats, at one of sixty moments, by anybody."""
    return an_event(
        number,
        chatID=f"1:{chance.randrange(4)}",
        sender=chance.choice(["client", "client", "seller", "wb", None]),
        source=chance.choice([API, "seller-portal", None]),
        addTimestamp=AT + chance.randrange(60) * DAY_MS // 10 + version,
        message={"text": chance.choice(["слова", "подам в суд", AUTOMATIC, ABOUT_RETURNS, "претензия"])},
    )


def assert_kept_as_they_are(database: Database) -> None:
    assert database.rows(TURNS) == database.rows(TRUE_TURNS)
    assert database.rows(DAYS) == database.rows(TRUE_DAYS)


@pytest.mark.parametrize("seed", range(40))
def test_turns_and_days_are_what_the_messages_say_in_whatever_order_they_come(database: Database, seed: int) -> None:
    """Also when messages change, move to another chat, or go."""
    chance = random.Random(seed)
    run = a_run(database)
    events = [an_odd_event(number, chance) for number in range(30)]
    while events:
        part, events = events[: (size := chance.choice([1, 3, 9]))], events[size:]
        save(database, run, *part)
        assert_kept_as_they_are(database)
    save(database, run, *(an_odd_event(number, chance, version=1) for number in chance.sample(range(30), 8)))
    assert_kept_as_they_are(database)
    stored = database.rows("SELECT id FROM chat_messages ORDER BY id")
    gone = [row["id"] for row in chance.sample(stored, 6)]
    database.run("DELETE FROM message_versions WHERE message_id = ANY(CAST(:ids AS text[]))", ids=gone)
    database.run("DELETE FROM chat_messages WHERE id = ANY(CAST(:ids AS text[]))", ids=gone)
    assert_kept_as_they_are(database)


def test_every_message_has_its_chat(database: Database) -> None:
    """The constraint that said so is gone; what stores messages must make their chats."""
    chance = random.Random(7)
    save(database, a_run(database), *(an_odd_event(number, chance) for number in range(200)))
    save(database, a_run(database), *(an_odd_event(number, chance, version=1) for number in range(0, 200, 3)))
    orphans = "SELECT count(*) AS n FROM chat_messages AS m WHERE NOT EXISTS (SELECT FROM chats WHERE id = m.chat_id)"
    assert database.rows(orphans) == [{"n": 0}]


def test_older_messages_fill_the_tables_in_steps_that_can_be_broken_off(
    emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fills, "CHATS_AT_ONCE", 2)
    chance = random.Random(3)
    with transaction() as database:
        run = a_run(database)
        save(database, run, *(an_odd_event(number, chance) for number in range(60)))
        database.run("DELETE FROM chat_turns")
        database.run("UPDATE message_days SET buyers = 99")
        database.run("INSERT INTO unfinished_fills (name) VALUES ('chat_turns'), ('message_days')")
    with pytest.raises(MigrationUnfinishedError, match="not filled from all stored messages yet"):
        fills.fill_tables(ends_at=0)
    with transaction() as database:
        assert len(database.rows(TURNS)) == 2
        save(database, run, *(an_odd_event(number, chance) for number in range(60, 80)))
    fills.fill_tables()
    with transaction() as database:
        assert_kept_as_they_are(database)
        assert database.rows("SELECT * FROM unfinished_fills") == []
