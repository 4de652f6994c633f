"""Every example of events/ goes through its function, in the machine's order, and the machine's through the machine."""

import gzip
import json
from dataclasses import fields
from typing import Any

from local.simulator.answers import chats as wb_list
from local.simulator.model import SimulatedStore
from local.simulator.stream import Stream
from tests.chatsync.results import RESULTS
from tests.support.given import a_chat, a_store, an_event
from tests.support.machine import Machine
from tests.support.project import ROOT
from tests.support.stored import rows

EVENTS = ROOT / "events"
STORE = a_store([an_event(number, chat=1) for number in range(4)])
TURGUNOV = SimulatedStore("turgunov", "ИП Тургунов Ф.Ф.", STORE.token, STORE.seller, (a_chat(1),), STORE.events)
MESSAGE = {"sender": "client", "text": "Где заказ?", "sent_at": "2026-02-02T02:40:00+00:00"}
CHAT = {"chat_id": "1:chat-1", "messages_total": 1, "content": "0f"}
LABEL = {"tag": "delivery", "confidence": 0.9, "reason": "слово: заказ", "model": "keywords/1", "abstained": False}
EVENT = {"eventID": "event-0", "chatID": "1:chat-1", "addTimestamp": 1769500800000, "message": {"text": "?"}}
LIST = {"chats": json.loads(wb_list(Stream(TURGUNOV)).body)["result"], "damaged": 0, "unread": 0}
PAGES: dict[str, Any] = {
    "history": {"fetched_at": "2026-03-01T00:00:00Z", "list": LIST, "events": [EVENT], "incomplete": [], "damaged": 0},
    "transcripts": [{**CHAT, "client_name": "Анна", "messages": [MESSAGE]}],
    "labels": [{"labels": [{**CHAT, **LABEL}], "tokens_in": 0, "tokens_out": 0, "stopped": ""}],
}
IN_ORDER: dict[str, dict[str, Any]] = {
    "list_stores": {"stores": 1, "full": False, "classify": True},
    "open_run": {"id": 1, "status": "running", "cursor": None},
    "fetch_history": {"listed": True, "caught_up": True, "requests": 4, "events_wait_seconds": 0},
    "save_history": {"id": 1, "status": "running", "caught_up": False, "wait_seconds": 4, "chats": 1, "added": 1},
    "classify_chats": {},
    "save_labels": {"labels": 1},
    "read_data": {"labelled_by": "keywords/4/taxonomy-2"},
    "close_run": {"status": "partial", "gaps": 1},
    "fail_run": {"error_type": "WildberriesRefusedError"},
    "report": {"partial": 1, "running": 0},
}
RUN_IN_THEIR_OWN_TESTS = {"prepare_database", "migrate_database", "viewer"}  # tests/deploy, tests/viewer


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def test_every_event_runs_through_its_function(machine: Machine) -> None:
    bucket = machine.engine.stack.buckets["PageBucket"]
    for name, page in PAGES.items():
        body = gzip.compress(json.dumps(page).encode())
        machine.engine.s3.put_object(Bucket=bucket, Key=f"pages/turgunov/1/{name}-example.json.gz", Body=body)
    with machine.wildberries(TURGUNOV):
        for function, expected in IN_ORDER.items():
            done = machine.engine.lambdas.invoke(function, event(function))
            assert not done.failed, (function, done.payload)
            assert isinstance(done.payload, dict)
            assert done.payload | expected == done.payload, function
            assert function not in RESULTS or {field.name for field in fields(RESULTS[function])} == set(done.payload)


def test_the_event_of_change_data_adds_its_store(machine: Machine) -> None:
    done = machine.engine.lambdas.invoke("change_data", event("change_data"))
    assert not done.failed, done.payload
    assert rows("SELECT id, active, token_type FROM stores") == [
        {"id": "chay-lipa", "active": True, "token_type": "personal"}
    ]


def test_the_machines_event_syncs_its_store(machine: Machine) -> None:
    with machine.wildberries(TURGUNOV):
        result = machine.engine.run(event("execution"))
    assert result.output == {"success": 1, "partial": 0, "error": 0, "skipped": 0, "running": 0}
    assert rows("SELECT count(*) AS n FROM chat_messages") == [{"n": 4}]


def test_each_function_has_an_event_and_each_event_a_function() -> None:
    functions = {folder.parent.name for folder in (ROOT / "functions").glob("*/app.py")}
    assert {file.stem for file in EVENTS.glob("*.json")} == functions | {"execution"}
    assert set(IN_ORDER) | {"change_data", *RUN_IN_THEIR_OWN_TESTS} == functions
