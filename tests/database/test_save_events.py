"""Bursts of events into the tables: each event once, whatever the order, repeats and poison among them."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatsync.errors import DatabaseRefusedError, DatabaseUnavailableError
from database import messages
from database.connection import Database
from database.wb_fields import LONGEST_ID
from reading.conversations import read_messages
from tests.support.given_rows import STORE, a_run, an_event, chat, column, row_versions, save

TABLES = ("chats", "chat_messages", "stores", "quarantined_events")


def refuse(database: Database, condition: str, sqlstate: str = "23514") -> None:
    """Let Postgres refuse messages by a rule of its own, with a text that quotes what it met."""
    database.run(
        f"""
        CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF {condition} THEN RAISE EXCEPTION 'secret %', NEW.text
           USING ERRCODE = '{sqlstate}'; END IF; RETURN NEW; END $$
        """
    )
    database.run("CREATE TRIGGER refused BEFORE INSERT ON chat_messages FOR EACH ROW EXECUTE FUNCTION refused()")


def stored(database: Database, store: str = STORE) -> list[str]:
    return column(database, "SELECT id FROM chat_messages WHERE store_id = :store ORDER BY id", store=store)


def test_a_burst_is_stored_with_its_chats(database: Database) -> None:
    run = a_run(database)
    added = save(database, run, an_event(1, chat=0), an_event(2, chat=1), an_event(3, chat=0, sender="seller"))
    assert added == 3
    row = chat(database, 0)
    assert (row["messages_total"], row["last_message_id"], row["last_message_sender"]) == (2, "event-3", "seller")
    assert (row["last_message_text"], row["client_name"]) == ("Сообщение 3", "Анна")
    assert row["last_message_at"] == datetime(2026, 2, 2, 2, 40, 3, tzinfo=UTC)


def test_a_replay_adds_no_row_and_changes_none(database: Database) -> None:
    run = a_run(database)
    burst = [an_event(number, chat=number % 3) for number in range(20)] + ["junk"]
    save(database, run, *burst)
    before = row_versions(database, *TABLES[:3])
    assert save(database, run, *burst) == 0
    assert row_versions(database, *TABLES[:3]) == before
    assert column(database, "SELECT count(*) FROM quarantined_events") == [1]


def test_only_the_new_events_of_an_overlapping_burst_count(database: Database) -> None:
    run = a_run(database)
    save(database, run, an_event(1), an_event(2))
    assert save(database, run, an_event(2), an_event(3)) == 1
    assert chat(database)["messages_total"] == 3


def test_other_words_of_the_same_time_and_fetch_are_not_newer(database: Database) -> None:
    run = a_run(database)
    save(database, run, an_event(1))
    assert save(database, run, an_event(1, message={"text": "другое"})) == 0
    assert column(database, "SELECT text FROM chat_messages") == ["Сообщение 1"]


def test_a_late_event_takes_its_place_in_the_chat_and_not_the_last(database: Database) -> None:
    run = a_run(database)
    save(database, run, an_event(5), an_event(7))
    assert save(database, run, an_event(6)) == 1
    row = chat(database)
    assert (row["messages_total"], row["last_message_id"]) == (3, "event-7")
    assert [said["id"] for said in read_messages(database, {"store_id": STORE, "id": "1:chat-0"})] == [
        "event-5",
        "event-6",
        "event-7",
    ]


def test_of_the_same_millisecond_the_greater_id_is_last_in_any_order(database: Database) -> None:
    run = a_run(database)
    for store, names in (("a", "xzy"), ("b", "zyx")):
        run = a_run(database, store)
        for name in names:
            save(database, run, an_event(1, eventID=name), store=store)
        assert chat(database, store=store)["last_message_id"] == "z"


EXAMPLES = itertools.count()  # All examples share one transaction: each has stores of its own.
EVENTS = [an_event(number, chat=number % 2, addTimestamp=1_770_000_000_000 + number // 2) for number in range(8)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bursts=st.lists(st.lists(st.sampled_from(EVENTS), max_size=6), max_size=5))
def test_any_order_of_bursts_with_any_repeats_ends_in_the_same_tables(
    database: Database, bursts: list[list[dict[str, Any]]]
) -> None:
    number = next(EXAMPLES)
    shuffled, plain = f"{number}-shuffled", f"{number}-plain"
    distinct = list({event["eventID"]: event for burst in bursts for event in burst}.values())
    run = a_run(database, shuffled)
    assert sum(save(database, run, *burst, store=shuffled) for burst in bursts) == len(distinct)
    save(database, a_run(database, plain), *sorted(distinct, key=lambda event: event["eventID"]), store=plain)
    assert tables_of(database, shuffled) == tables_of(database, plain)


def tables_of(database: Database, store: str) -> list[Any]:
    return [
        database.rows(
            "SELECT id, chat_id, text, sent_at, raw::text FROM chat_messages WHERE store_id = :s ORDER BY id", s=store
        ),
        database.rows(
            """SELECT id, messages_total, last_message_id, last_message_text, last_message_sender, last_message_at
            FROM chats WHERE store_id = :s ORDER BY id""",
            s=store,
        ),
    ]


def test_two_stores_of_one_seller_each_keep_the_same_events(database: Database) -> None:
    for store in ("first", "second"):
        assert save(database, a_run(database, store), an_event(1), store=store) == 1
    assert column(database, "SELECT store_id FROM chat_messages ORDER BY 1") == ["first", "second"]


def test_a_chat_nobody_listed_is_made_with_the_clients_name(database: Database) -> None:
    nameless: dict[str, Any] = {"sender": "seller", "clientName": None}
    save(database, a_run(database), an_event(1, **nameless), an_event(2, clientName="Олег"), an_event(3, **nameless))
    row = chat(database)
    assert (row["client_name"], row["raw"]) == ("Олег", None)


def test_nul_and_lone_surrogates_stay_to_the_letter_in_the_raw_event(database: Database) -> None:
    hostile = an_event(1, message={"text": "до\0после\ud800\0\udfff 👍 \u202e"}, clientName="\0", extra="\ud800")
    save(database, a_run(database), hostile)
    row = database.rows("SELECT text, client_name, raw::text AS raw FROM chat_messages")[0]
    assert json.loads(row["raw"]) == hostile
    assert row["text"].replace("\ufffd", "?") == "до?после??? 👍 \u202e"
    assert row["client_name"] == "\ufffd"


def test_a_text_of_100_000_characters_is_stored_whole(database: Database) -> None:
    text = "Жду ответа! " * 8334
    save(database, a_run(database), an_event(1, message={"text": text}))
    assert column(database, "SELECT text FROM chat_messages") == [text]


def test_a_text_that_reads_like_sql_or_a_placeholder_is_a_text(database: Database) -> None:
    text = "'); DROP TABLE chats; -- :store $1 %s {} \\ \\u0000 E'"
    save(database, a_run(database), an_event(1, message={"text": text}))
    assert column(database, "SELECT text FROM chat_messages") == [text]


def test_attachments_are_stored_as_objects(database: Database) -> None:
    images = {"images": [{"downloadID": "d\0", "url": "u"}]}
    save(database, a_run(database), an_event(1, message={"attachments": images}))
    assert column(database, "SELECT attachments -> 0 ->> 'download_id' FROM chat_messages") == ["d\ufffd"]


@pytest.mark.parametrize("poison", [0, 4, 8])
def test_one_event_postgres_refuses_is_isolated_and_the_rest_is_stored(database: Database, poison: int) -> None:
    refuse(database, f"NEW.id = 'event-{poison}'")
    run = a_run(database)
    assert save(database, run, *[an_event(number, chat=number) for number in range(9)]) == 8
    assert stored(database) == [f"event-{number}" for number in range(9) if number != poison]
    refused = database.rows("SELECT id, reason, raw::text AS raw, run_id FROM quarantined_events")
    assert [(row["id"], row["run_id"]) for row in refused] == [(f"event-{poison}", run)]
    assert json.loads(refused[0]["raw"]) == an_event(poison, chat=poison)
    assert "SQLSTATE" in refused[0]["reason"]
    assert "secret" not in refused[0]["reason"]


def test_a_burst_of_nothing_but_poison_is_quarantined_whole(database: Database) -> None:
    refuse(database, "true")
    assert save(database, a_run(database), *[an_event(number) for number in range(5)]) == 0
    assert column(database, "SELECT count(*) FROM quarantined_events") == [5]


@pytest.mark.parametrize(
    "event",
    [
        an_event(1, eventID="".join(f"{number:x}" for number in range(3000))),
        an_event(1, chatID="".join(f"{number:x}" for number in range(3000))),
        an_event(1, eventID="\0"),
        an_event(1, addTimestamp="--5"),
        {"no": ["id", "\0", "\ud800"]},
        "\0",
        None,
    ],
    ids=["endless id", "endless chat", "nul id", "odd time", "no id", "text", "null"],
)
def test_no_single_event_stops_its_burst(database: Database, event: Any) -> None:
    assert save(database, a_run(database), an_event(0), event, an_event(2)) == 2
    assert column(database, "SELECT count(*) FROM quarantined_events") == [1]


def test_an_id_of_the_greatest_length_still_fits_all_indexes(database: Database) -> None:
    endless = "".join(chr(0x10000 + number * 37) for number in range(LONGEST_ID))
    assert save(database, a_run(database), an_event(1, eventID=endless, chatID=endless[::-1])) == 1


def test_an_event_quarantined_again_changes_no_row(database: Database) -> None:
    first = a_run(database)
    save(database, first, "junk")
    database.run("UPDATE sync_logs SET status = 'success'")
    before = row_versions(database, "quarantined_events", "problems")
    save(database, a_run(database, execution="execution-2"), "junk")
    assert row_versions(database, "quarantined_events", "problems") == before
    assert column(database, "SELECT run_id FROM quarantined_events") == [first]


@pytest.mark.parametrize("sqlstate", ["42501", "42P01", "P0001", "0A000", "XX000"])
def test_what_is_not_the_events_fault_is_an_error_and_sets_nothing_aside(database: Database, sqlstate: str) -> None:
    run = a_run(database)
    refuse(database, "NEW.id = 'event-4'", sqlstate)
    with pytest.raises(DatabaseRefusedError, match=sqlstate):
        save(database, run, *[an_event(number) for number in range(9)])
    assert column(database, "SELECT (SELECT count(*) FROM problems) + (SELECT count(*) FROM chat_messages)") == [0]


@pytest.mark.parametrize(
    ("away", "sentence"),
    [
        ("ALTER TABLE message_versions RENAME TO elsewhere", "The table message_versions is missing"),
        ("ALTER TABLE chat_messages RENAME fetched_at TO gone", "The column fetched_at is missing"),
        (
            "CREATE ROLE guest; GRANT ALL ON ALL TABLES IN SCHEMA public TO guest; "
            "REVOKE INSERT ON chat_messages FROM guest; SET LOCAL ROLE guest",
            "lacks a right on chat_messages",
        ),
    ],
)
def test_what_is_missing_or_denied_is_named(database: Database, away: str, sentence: str) -> None:
    run = a_run(database)
    messages.save_events(database, STORE, run, [an_event(1)], "2026-02-28T00:00:00Z")
    database.run(away)
    with pytest.raises(DatabaseRefusedError, match=sentence):
        save(database, run, an_event(1, message={"text": "иначе"}), an_event(2))


@pytest.mark.parametrize("sqlstate", ["55P03", "40P01", "53100", "25006", "57014"])
def test_what_another_try_may_cure_sets_nothing_aside(database: Database, sqlstate: str) -> None:
    run = a_run(database)
    refuse(database, "NEW.id = 'event-4'", sqlstate)
    with pytest.raises(DatabaseUnavailableError, match=sqlstate):
        save(database, run, *[an_event(number) for number in range(9)])


def test_the_search_for_refused_events_has_an_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is over, what is left of a refused half is set aside as a whole; what was found good is stored."""
    monkeypatch.setattr(messages, "HALVING_SECONDS", -1)
    refuse(database, "NEW.id = 'event-8'")
    assert save(database, a_run(database), *[an_event(number) for number in range(9)]) == 0
    assert column(database, "SELECT count(*) FROM problems WHERE closed_at IS NULL") == [9]


def test_an_event_nested_too_deep_for_postgres_is_quarantined_as_text(database: Database) -> None:
    deep = "[" * 900 + "]" * 900
    database.run("SET LOCAL max_stack_depth = '100kB'")
    save(database, a_run(database), an_event(1), {"deep": json.loads(deep)})
    assert column(database, "SELECT count(*) FROM quarantined_events WHERE json_typeof(raw) = 'string'") == [1]
    assert stored(database) == ["event-1"]


def test_an_empty_burst_is_nothing(database: Database) -> None:
    assert save(database, a_run(database)) == 0
