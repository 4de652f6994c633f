"""Labels: which chats need one, and whose label stands."""

from typing import Any

import pytest

from database.connection import Database
from database.labels import history
from database.labels.content import MESSAGES_A_CHAT
from database.labels.stale_chats import read_stale_chats
from tests.support.given_rows import AT, AUTOMATIC, STORE, a_chat, a_run, an_event, chat, column, save, save_list

VERSION = "keywords/1/taxonomy-1"


@pytest.fixture
def run(database: Database) -> int:
    """A run that stored two chats of two messages each; chat 1 spoke last."""
    opened = a_run(database)
    save(database, opened, *[an_event(number, chat=number % 2) for number in range(4)])
    return opened


def a_label(number: int = 0, **changes: Any) -> dict[str, Any]:
    label = {"chat_id": f"1:chat-{number}", "messages_total": 2, "tag": "delivery", "confidence": 0.5}
    return label | {"reason": "спрашивает, где заказ", "model": VERSION, "content": None, "abstained": False} | changes


def put(database: Database, run: int, *rows: dict[str, Any]) -> int:
    return history.save_labels(database, STORE, run, rows)


def label_all(database: Database, run: int, version: str = VERSION) -> None:
    """Label the stale chats as they are now."""
    found = read_stale_chats(database, STORE, version, 100).transcripts
    facts = ("chat_id", "messages_total", "content")
    put(database, run, *[a_label(model=version, **{name: row[name] for name in facts}) for row in found])


def stale(database: Database, version: str = VERSION, limit: int = 100) -> list[str]:
    """Return the chats that need a label."""
    return [row["chat_id"] for row in read_stale_chats(database, STORE, version, limit).transcripts]


def next_run(database: Database) -> int:
    database.run("UPDATE sync_logs SET status = 'success'")
    return a_run(database, execution="execution-2")


def test_a_chat_without_a_label_needs_one_the_latest_first(database: Database, run: int) -> None:
    assert stale(database) == ["1:chat-1", "1:chat-0"]
    assert stale(database, limit=1) == ["1:chat-1"]
    assert [read_stale_chats(database, STORE, VERSION, limit).total for limit in (0, 1, 5)] == [2, 2, 2]


def test_a_transcript_holds_what_was_said_oldest_first(database: Database, run: int) -> None:
    transcript = read_stale_chats(database, STORE, VERSION, 1).transcripts[0]
    assert (transcript["chat_id"], transcript["messages_total"]) == ("1:chat-1", 2)
    assert [said["text"] for said in transcript["messages"]] == ["Сообщение 1", "Сообщение 3"]
    assert transcript["messages"][0] == {
        "sender": "client",
        "text": "Сообщение 1",
        "sent_at": "2026-02-02T02:40:01+00:00",
    }


def test_a_transcript_knows_every_name_of_its_buyer(database: Database, run: int) -> None:
    save(database, run, an_event(9, chat=7, clientName="Зоя"), an_event(10, chat=7, clientName=None))
    save_list(database, a_chat(7, clientName="Зоя П."))
    assert read_stale_chats(database, STORE, VERSION, 1).transcripts[0]["client_name"] == "Зоя Зоя П."


def test_of_a_long_chat_only_the_newest_messages_are_read(database: Database, run: int) -> None:
    save(database, run, *[an_event(number, chat=5) for number in range(100, 150)])
    transcript = read_stale_chats(database, STORE, VERSION, 1).transcripts[0]
    assert transcript["messages_total"] == 50
    assert len(transcript["messages"]) == MESSAGES_A_CHAT
    assert transcript["messages"][-1]["text"] == "Сообщение 149"


def test_a_chat_without_messages_has_nothing_to_label(database: Database, run: int) -> None:
    database.run("INSERT INTO chats (store_id, id) VALUES (:store, 'empty')", store=STORE)
    assert "empty" not in stale(database)


def test_a_label_becomes_the_chats_own_and_its_history(database: Database, run: int) -> None:
    assert put(database, run, a_label()) == 1
    row = chat(database)
    assert (row["tag"], row["tag_source"], row["labelled_by"]) == ("delivery", "model", VERSION)
    kept = database.rows("SELECT chat_id, run_id, tag, source, confidence, reason, labelled_by FROM chat_labels")
    assert list(kept[0].values()) == [
        "1:chat-0",
        run,
        "delivery",
        "model",
        0.5,
        "спрашивает, где заказ",
        VERSION,
    ]
    assert column(database, "SELECT chat_tag_counts FROM stores") == [{"delivery": 1}]


def test_a_cause_stands_on_the_chat_in_the_history_and_in_the_stores_counts(database: Database, run: int) -> None:
    put(database, run, a_label(0, cause="late"), a_label(1, cause=None))
    assert [chat(database, number)["cause"] for number in (0, 1)] == ["late", None]
    assert column(database, "SELECT cause FROM chat_labels ORDER BY chat_id") == ["late", None]
    assert column(database, "SELECT chat_cause_counts FROM stores") == [{"late": 1}]
    assert column(database, "SELECT chat_tag_counts FROM stores") == [{"delivery": 2}]


def test_a_label_that_judges_no_cause_leaves_none(database: Database, run: int) -> None:
    put(database, run, a_label(0, cause="late"))
    put(database, next_run(database), a_label(0))
    assert chat(database)["cause"] is None
    assert column(database, "SELECT cause FROM chat_labels ORDER BY id") == ["late", None]


def test_a_labelled_chat_that_did_not_change_needs_none(database: Database, run: int) -> None:
    label_all(database, run)
    assert stale(database) == []
    assert read_stale_chats(database, STORE, VERSION, 0).total == 0


@pytest.mark.parametrize("sender", ["client", "seller"])
def test_new_words_make_the_label_stale(database: Database, run: int, sender: str) -> None:
    label_all(database, run)
    save(database, run, an_event(9, chat=0, sender=sender))
    assert stale(database) == ["1:chat-0"]


@pytest.mark.parametrize(
    ("sender", "text"),
    [("wb", "Заявка одобрена"), ("seller", AUTOMATIC), ("client", None), ("client", " \n"), ("бот", "а")],
)
def test_what_no_classifier_reads_makes_no_label_stale(
    database: Database, run: int, sender: str, text: str | None
) -> None:
    label_all(database, run)
    save(database, run, an_event(9, chat=0, sender=sender, message={"text": text}))
    assert stale(database) == []
    assert stale(database, version="keywords/2/taxonomy-1") == ["1:chat-0", "1:chat-1"]


def test_words_that_slip_in_before_the_newest_make_it_stale(database: Database, run: int) -> None:
    label_all(database, run)
    save(database, run, an_event(9, chat=0, addTimestamp=AT + 1))
    assert stale(database) == ["1:chat-0"]


def test_a_chat_without_words_is_labelled_once(database: Database, run: int) -> None:
    save(database, run, an_event(9, chat=7, sender="wb"))
    assert read_stale_chats(database, STORE, VERSION, 1).transcripts[0]["messages"] == []
    label_all(database, run)
    save(database, run, an_event(10, chat=7, sender="wb"))
    assert stale(database) == []


def test_words_that_came_while_the_chat_was_labelled_make_it_stale(database: Database, run: int) -> None:
    listed = read_stale_chats(database, STORE, VERSION, 100).transcripts
    save(database, run, an_event(9, chat=0))
    put(database, run, *[a_label(chat_id=row["chat_id"], content=row["content"]) for row in listed])
    assert stale(database) == ["1:chat-0"]


def test_a_label_of_another_version_is_stale(database: Database, run: int) -> None:
    label_all(database, run)
    assert stale(database, version="openai/gpt-5-mini/prompt-1/taxonomy-1") == ["1:chat-1", "1:chat-0"]


def test_a_chat_with_new_words_comes_before_one_whose_label_is_only_of_another_version(
    database: Database, run: int
) -> None:
    label_all(database, run, "openai/a/prompt-1/taxonomy-1")
    assert read_stale_chats(database, STORE, VERSION, 0).outdated == 2
    save(database, run, an_event(-9, chat=0))  # an old message came late: chat 1 stays the one that spoke last
    found = read_stale_chats(database, STORE, VERSION, 1)
    assert [(row["chat_id"], row["outdated"]) for row in found.transcripts] == [("1:chat-0", False)]
    assert (found.total, found.outdated) == (2, 1)
    database.run("UPDATE chats SET labelled_messages = NULL")  # as when an update judges anew whose words they are
    assert read_stale_chats(database, STORE, VERSION, 1).outdated == 2


def test_the_digest_is_the_same_in_every_session(database: Database, run: int) -> None:
    def content() -> str:
        return str(read_stale_chats(database, STORE, VERSION, 1).transcripts[0]["content"])

    here = content()
    database.run("SET LOCAL TimeZone = 'Asia/Vladivostok'")
    assert content() == here


def test_a_repeated_save_counts_once(database: Database, run: int) -> None:
    assert put(database, run, a_label(0), a_label(1)) == 2
    assert put(database, run, a_label(0, tag="spam"), a_label(1)) == 0
    assert column(database, "SELECT chats_classified FROM sync_logs") == [2]
    assert column(database, "SELECT tag FROM chat_labels") == ["delivery", "delivery"]
    assert chat(database)["tag"] == "delivery"


def test_a_chat_labelled_twice_in_one_page_counts_once(database: Database, run: int) -> None:
    assert put(database, run, a_label(0), a_label(0, tag="spam")) == 1
    assert chat(database)["tag"] == "delivery"


def test_the_next_runs_label_replaces_the_current_and_joins_the_history(database: Database, run: int) -> None:
    put(database, run, a_label(0))
    put(database, next_run(database), a_label(0, tag="thanks"))
    assert chat(database)["tag"] == "thanks"
    assert column(database, "SELECT tag FROM chat_labels ORDER BY id") == ["delivery", "thanks"]


def test_a_persons_label_is_never_asked_for_nor_overwritten(database: Database, run: int) -> None:
    database.run("UPDATE chats SET tag = 'defect', tag_source = 'person' WHERE id = '1:chat-0'")
    save(database, run, an_event(9, chat=0))
    assert stale(database) == ["1:chat-1"]
    put(database, run, a_label(0))
    assert (chat(database)["tag"], chat(database)["tag_source"]) == ("defect", "person")
    assert column(database, "SELECT tag FROM chat_labels") == ["delivery"]


def test_a_models_reason_with_characters_postgres_lacks_is_shown(database: Database, run: int) -> None:
    put(database, run, a_label(0, reason="а\0б\ud800"))
    assert column(database, "SELECT reason FROM chat_labels") == ["а\ufffdб\ufffd"]


def test_an_unsure_model_may_leave_the_confidence_out(database: Database, run: int) -> None:
    put(database, run, a_label(0, confidence=None))
    assert column(database, "SELECT confidence FROM chat_labels") == [None]


def test_another_stores_chat_of_the_same_id_keeps_its_label(database: Database, run: int) -> None:
    other = a_run(database, "other")
    save(database, other, an_event(1, chat=0), store="other")
    put(database, run, a_label(0))
    assert chat(database, store="other")["tag"] is None


def test_no_labels_are_nothing(database: Database, run: int) -> None:
    assert put(database, run) == 0
