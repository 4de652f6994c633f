"""A change of the list of automatic messages marks the stored ones anew, once."""

import math
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatsync.automatic import automatic_messages
from chatsync.errors import AutomaticListInvalidError, MigrationUnfinishedError
from database import marks, wb_events
from database.connection import transaction
from database.labels.stale_chats import read_stale_chats
from tests.support.given_rows import AUTOMATIC, PREFIX, STORE, a_run, an_event, save
from tests.support.snapshot import versions
from tests.support.stored import rows

AWAY = "Наш магазин закрыт до понедельника, ответим позже"
VERSION = "keywords/1"


@pytest.fixture
def list_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The file that an owner's setting names; nothing stands in it yet."""
    file = tmp_path / "mine.toml"
    file.write_text("", "utf-8")
    monkeypatch.setenv("AUTOMATIC_FILE", str(file))
    automatic_messages.cache_clear()
    yield file
    automatic_messages.cache_clear()


@pytest.fixture
def stored(emptied: str, list_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chat 0 asked and got the away note, chat 1 a person's answer; both are labelled. A few at once are marked."""
    monkeypatch.setattr(marks, "MESSAGES_AT_ONCE", 2)
    with transaction() as database:
        run = a_run(database)
        save(
            database,
            run,
            an_event(1, message={"text": AUTOMATIC}, sender="seller"),
            an_event(2, message={"text": f"{PREFIX} где?"}),
            an_event(3, message={"text": f"{AWAY}."}, sender="seller"),
            an_event(4, chat=1),
            an_event(5, chat=1, sender="seller"),
        )
        for chat in read_stale_chats(database, STORE, VERSION, 10).transcripts:
            database.run(
                "UPDATE chats SET labelled_messages = messages_total, labelled_by = :by, labelled_content = :content,"
                " tag = 'other', tag_source = 'model' WHERE id = :id",
                by=VERSION,
                content=chat["content"],
                id=chat["chat_id"],
            )
        database.run("DELETE FROM automatic_marks")
    marks.mark_messages()


def change_list(file: Path, *beginnings: str) -> None:
    file.write_text(f"beginnings = {list(beginnings)}".replace("'", '"'), "utf-8")
    automatic_messages.cache_clear()


def automatic() -> list[str]:
    return [row["id"] for row in rows("SELECT id FROM chat_messages WHERE automatic ORDER BY id")]


def waiting() -> list[str]:
    return [row["chat_id"] for row in rows("SELECT chat_id FROM chat_overview WHERE waiting_since IS NOT NULL")]


def stale() -> list[str]:
    with transaction() as database:
        return [chat["chat_id"] for chat in read_stale_chats(database, STORE, VERSION, 10).transcripts]


def test_an_added_pattern_marks_what_is_stored_and_its_label_is_given_anew(stored: None, list_file: Path) -> None:
    assert (automatic(), waiting(), stale()) == (["event-1"], [], [])
    change_list(list_file, AWAY)
    assert marks.mark_messages()
    assert (automatic(), waiting(), stale()) == (["event-1", "event-3"], ["1:chat-0"], ["1:chat-0"])
    assert rows("SELECT id FROM chats WHERE last_message_automatic") == [{"id": "1:chat-0"}]


def test_a_pattern_taken_away_unmarks(stored: None, list_file: Path) -> None:
    change_list(list_file, AWAY)
    marks.mark_messages()
    change_list(list_file)
    assert marks.mark_messages()
    assert (automatic(), waiting()) == (["event-1"], [])
    assert rows("SELECT id FROM chats WHERE last_message_automatic") == []


def test_an_unchanged_list_writes_and_reads_nothing(
    stored: None, list_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = versions("chats", "chat_messages", "automatic_marks")
    looked_at: list[object] = []
    monkeypatch.setattr(marks, "marks", lambda *message: looked_at.append(message))
    assert not marks.mark_messages()
    assert looked_at == []
    assert versions("chats", "chat_messages", "automatic_marks") == before


def test_a_change_writes_only_what_is_marked_otherwise(stored: None, list_file: Path) -> None:
    before = versions("chat_messages").splitlines()
    change_list(list_file, AWAY)
    marks.mark_messages()
    assert len(set(versions("chat_messages").splitlines()) - set(before)) == 1


def test_who_only_reads_does_not_change_the_marks_of_who_syncs(stored: None, list_file: Path) -> None:
    change_list(list_file, AWAY)
    marks.mark_if_never_marked()
    assert automatic() == ["event-1"]
    with transaction() as database:
        database.run("DELETE FROM automatic_marks")
    marks.mark_if_never_marked()
    assert automatic() == ["event-1", "event-3"]


def test_a_list_that_cannot_be_used_leaves_the_marks(stored: None, list_file: Path) -> None:
    change_list(list_file, "Здравствуйте")
    with pytest.raises(AutomaticListInvalidError, match="number 1 of beginnings"):
        marks.mark_messages()
    assert automatic() == ["event-1"]


def test_a_marking_that_broke_off_begins_anew(stored: None, list_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change_list(list_file, AWAY)
    with monkeypatch.context() as broken:
        broken.setattr(marks, "marks", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            marks.mark_messages()
    assert automatic() == ["event-1"]
    marks.mark_messages()
    assert automatic() == ["event-1", "event-3"]


def test_what_a_message_says_of_its_order_is_read_from_what_is_stored(stored: None, list_file: Path) -> None:
    with transaction() as database:
        database.run("UPDATE chat_messages SET prefix_characters = 0, nm_id = NULL, product_title = NULL")
        database.run("UPDATE chats SET nm_id = NULL, ordered_at = NULL; DELETE FROM automatic_marks")
    marks.mark_messages()
    [message] = rows("SELECT prefix_characters, nm_id FROM chat_messages WHERE id = 'event-2'")
    assert message == {"prefix_characters": len(PREFIX) + 1, "nm_id": 174902332}
    [chat] = rows("SELECT nm_id, ordered_at IS NOT NULL AS ordered FROM chats WHERE id = '1:chat-0'")
    assert chat == {"nm_id": 174902332, "ordered": True}


def break_off_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Let the time come after so many batches."""
    times = iter([*range(batches), math.inf])
    monkeypatch.setattr("database.marks.time", SimpleNamespace(monotonic=lambda: next(times)))


def test_marking_that_was_broken_off_goes_on_from_there(
    stored: None, list_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_list(list_file, AWAY)
    with pytest.raises(MigrationUnfinishedError, match="it goes on"), monkeypatch.context() as patch:
        break_off_after(patch, 1)
        marks.mark_messages(ends_at=1000)
    assert automatic() == ["event-1"]
    looked_at: list[str | None] = []

    def mark(sender: str | None, text: str | None, card: object) -> dict[str, Any]:
        looked_at.append(text)
        return wb_events.marks(sender, text, card)

    monkeypatch.setattr("database.marks.marks", mark)
    assert marks.mark_messages(ends_at=math.inf)
    assert automatic() == ["event-1", "event-3"]
    assert len(looked_at) == 3  # of five two were marked before
    assert not marks.mark_messages()


def test_what_was_stored_by_the_other_list_meanwhile_is_marked_too(
    stored: None, list_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_list(list_file, AWAY)
    with pytest.raises(MigrationUnfinishedError), monkeypatch.context() as patch:
        break_off_after(patch, 1)
        marks.mark_messages(ends_at=1000)
    with transaction() as database:
        database.run(
            "INSERT INTO chat_messages (store_id, id, chat_id, sender, text, sent_at, raw, automatic, fetched_at) "
            "SELECT store_id, 'older', chat_id, 'seller', :away, sent_at - interval '1 day', '{}', false, now() "
            "FROM chat_messages WHERE id = 'event-1'",
            away=AWAY,
        )
    marks.mark_messages()
    assert automatic() == ["event-1", "event-3", "older"]


def test_a_list_that_comes_back_in_mid_marking_marks_by_itself_again(
    stored: None, list_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_list(list_file, AWAY)
    with pytest.raises(MigrationUnfinishedError), monkeypatch.context() as patch:
        break_off_after(patch, 2)
        marks.mark_messages(ends_at=1000)
    assert automatic() == ["event-1", "event-3"]
    change_list(list_file)
    assert marks.mark_messages()
    assert automatic() == ["event-1"]
