"""What is stored of what WB sends: everything, exactly where Postgres can and visibly where it cannot."""

import gzip
import json

from local.simulator.model import ABSENT
from tests.support.given import START_MS, a_chat, a_store, an_event, events_of
from tests.support.machine import Machine
from tests.support.stored import rows


def test_unknown_values_and_fields_are_kept_and_missing_ones_are_no_error(machine: Machine) -> None:
    odd = {"eventType": "hologram", "sender": "robot", "source": "fridge", "colour": {"deep": [1, None]}}
    bare = {"message": ABSENT, "sender": ABSENT, "eventType": ABSENT, "clientName": ABSENT, "source": ABSENT}
    store = a_store([an_event(0, extra=odd), an_event(1, extra=bare)])
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert run["status"] == "success"
    first, second = rows("SELECT event_type, sender, source, text, raw FROM chat_messages ORDER BY sent_at")
    assert (first["event_type"], first["sender"], first["source"]) == ("hologram", "robot", "fridge")
    assert first["raw"]["colour"] == {"deep": [1, None]}
    assert (second["event_type"], second["sender"], second["source"], second["text"]) == (None, None, None, None)


def test_an_event_of_an_unlisted_chat_is_kept_with_a_chat_of_its_own(machine: Machine) -> None:
    store = a_store([an_event(0, chat=7)])
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert run["status"] == "success"
    assert rows("SELECT client_name, messages_total FROM chats WHERE id = '1:chat-7'") == [
        {"client_name": "Анна", "messages_total": 1}
    ]


def test_no_run_is_a_success_while_an_event_that_cannot_be_stored_is_missing(machine: Machine) -> None:
    no_time = {"addTimestamp": 99_999_999_999_999_999, "addTime": ABSENT}
    store = a_store([an_event(0), an_event(1, extra={"eventID": ABSENT}), an_event(2, extra=no_time), an_event(3)])
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
        again = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["quarantined"], run["messages_added"]) == ("partial", 2, 2)
    assert "2 events that could not be stored" in run["error_message"]
    reasons = {row["reason"] for row in rows("SELECT reason FROM quarantined_events")}
    assert reasons == {"the event has no eventID", "the event has no usable time (impossible moment)"}
    assert (again["status"], again["problems"]) == ("partial", 2)


def test_hostile_texts_are_stored_exactly_or_visibly(machine: Machine) -> None:
    texts = ["a\0b", "\ud800x", "\u202eсправа", "👩‍👩‍👧🏳️‍🌈", "я" * 100_000, "", "  край  ", "'; DROP TABLE chats; --"]
    events = [an_event(number, extra={"message": {"text": text}}) for number, text in enumerate(texts)]
    store = a_store(events)
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["messages_added"]) == ("success", len(texts))
    stored = rows("SELECT text, raw::text AS raw FROM chat_messages ORDER BY sent_at")
    visible = [text.replace("\0", "\ufffd").replace("\ud800", "\ufffd") for text in texts]
    assert [row["text"] for row in stored] == visible
    assert [json.loads(row["raw"])["message"]["text"] for row in stored] == texts


def test_a_page_of_ten_megabytes_is_stored(machine: Machine) -> None:
    store = a_store([an_event(number, text="ы" * 100_000) for number in range(50)])
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["messages_added"]) == ("success", 50)
    assert rows("SELECT sum(length(text)) AS n FROM chat_messages") == [{"n": 5_000_000}]


def test_times_of_every_kind_give_the_right_moment(machine: Machine) -> None:
    same = [START_MS, START_MS // 1000, str(START_MS), "2026-02-02T05:40:00+03:00", "2026-02-02T02:40:00Z"]
    events = [an_event(number, extra={"addTimestamp": value}) for number, value in enumerate(same)]
    store = a_store([*events, an_event(9, extra={"addTimestamp": ABSENT, "addTime": "2026-02-02T02:40:00Z"})])
    with machine.wildberries(store):
        run = machine.sync([store.id]).runs[store.id]
    assert run["messages_added"] == len(same) + 1
    found = rows("SELECT DISTINCT (extract(epoch FROM sent_at) * 1000)::bigint AS ms FROM chat_messages")
    assert found == [{"ms": START_MS}]


def test_attachments_data_is_stored_with_the_message(machine: Machine) -> None:
    file = {
        "downloadID": "d-1",
        "name": "чек.pdf",
        "contentType": "application/pdf",
        "size": 4096,
        "url": "https://x/1",
    }
    attachments = {"files": [file], "images": [{"url": "https://x/2", "date": "2026-02-02T02:40:00Z"}]}
    store = a_store([an_event(0, attachments=attachments)])
    with machine.wildberries(store):
        machine.sync([store.id])
    stored = rows("SELECT attachments FROM chat_messages")[0]["attachments"]
    assert [(item["kind"], item["download_id"], item["name"], item["size"]) for item in stored] == [
        ("file", "d-1", "чек.pdf", 4096),
        ("image", None, None, None),
    ]


def test_a_reply_sign_and_a_token_are_stored_nowhere(machine: Machine) -> None:
    store = a_store([an_event(0, reply_sign="reply-sign-of-an-event"), *events_of(5)[1:]])
    with machine.wildberries(store):
        synced = machine.sync([store.id])
    bucket = machine.engine.stack.buckets["PageBucket"]
    objects = machine.engine.s3.list_objects_v2(Bucket=bucket)["Contents"]
    pages = [machine.engine.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in objects]
    plain = b"".join(gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page for page in pages).decode()
    database = json.dumps(rows("SELECT raw::text FROM chats UNION ALL SELECT raw::text FROM chat_messages"))
    history = json.dumps([call.payload for call in synced.invocations] + [call.result for call in synced.invocations])
    logs = "".join(file.read_text() for file in (machine.engine.stack.root / ".local" / "logs").glob("*.log"))
    for place in (plain, database, history, logs):
        assert "reply-sign-of-an-event" not in place
        assert "sign-0" not in place
        assert store.token not in place
    assert "Где мой заказ" not in history + logs


def test_a_listed_message_that_wb_never_sent_is_a_gap_and_no_success(machine: Machine) -> None:
    newer = {"lastMessage": {"text": "новее", "addTimestamp": START_MS + 999_000}}
    store = a_store(events_of(6))
    with machine.wildberries(store) as wb:
        wb.set_chats(store.id, [a_chat(0, extra=newer), a_chat(1), a_chat(2)])
        run = machine.sync([store.id]).runs[store.id]
        assert (run["status"], run["gaps"], run["chats_synced"], run["chats_total"]) == ("partial", 1, 2, 3)
        assert rows("SELECT last_success_at IS NULL AS never FROM stores") == [
            {"never": False}
        ]  # it is read to its end
        wb.set_chats(store.id, store.chats)
        assert machine.sync([store.id]).runs[store.id]["status"] == "success"


def test_a_message_that_came_after_the_list_is_no_gap(machine: Machine) -> None:
    store = a_store(events_of(6))
    with machine.wildberries(store) as wb:
        machine.sync([store.id])
        listed = [
            a_chat(n, extra={"lastMessage": {"text": "?", "addTimestamp": START_MS + (3 + n) * 1000}}) for n in range(3)
        ]
        wb.set_chats(store.id, listed)
        wb.add_event(store.id, an_event(50))
        run = machine.sync([store.id]).runs[store.id]
    assert (run["status"], run["gaps"], run["messages_added"]) == ("success", 0, 1)
