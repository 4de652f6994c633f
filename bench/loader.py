"""The reference: a plain sequential loader, as scripts for this job are usually written.

One store after another, a pause after each page, each row with a statement and a commit of its own. Its pauses and
WB's answer times are added up rather than waited for; what it computes and stores is measured.
"""

import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import pg8000.native
import requests

from bench.world import ANSWER_SECONDS
from database.connection import connect, read_address
from local.engine.clock import VirtualClock
from local.simulator.model import SimulatedStore, World
from local.simulator.server import Simulator

PAUSE_AFTER_PAGE_SECONDS = 1.5
PAUSE_AFTER_STORE_SECONDS = 5
NEVER = threading.Event()
TABLES = """
DROP TABLE IF EXISTS loader_messages; DROP TABLE IF EXISTS loader_chats;
CREATE TABLE loader_chats (store text, id text, client_name text, PRIMARY KEY (store, id));
CREATE TABLE loader_messages (store text, id text, chat_id text, sender text, text text, sent_at bigint,
                              PRIMARY KEY (store, id));
"""
SAVE_CHAT = """
INSERT INTO loader_chats VALUES (:store, :id, :name)
ON CONFLICT (store, id) DO UPDATE SET client_name = excluded.client_name
"""
SAVE_MESSAGE = """
INSERT INTO loader_messages VALUES (:store, :id, :chat, :sender, :text, :at)
ON CONFLICT (store, id) DO UPDATE SET text = excluded.text
"""


def loader_seconds(stores: Sequence[SimulatedStore]) -> float:
    """Return the seconds (s) that the loader takes for the stores' whole history, in the database of DATABASE_URL."""
    connection = connect(read_address(os.environ["DATABASE_URL"]))
    for statement in TABLES.split(";")[:-1]:
        connection.run(statement)
    pauses = VirtualClock()
    begun = time.perf_counter()
    with Simulator(World(tuple(stores)), pauses) as wb, requests.Session() as session:
        for store in stores:
            _load(store, wb.url, session, connection, pauses)
            pauses.wait(PAUSE_AFTER_STORE_SECONDS, NEVER)
    connection.close()
    return time.perf_counter() - begun + sum(pauses.waits)


def _load(
    store: SimulatedStore,
    url: str,
    session: requests.Session,
    connection: pg8000.native.Connection,
    pauses: VirtualClock,
) -> None:
    session.headers["Authorization"] = store.token
    for chat in _get(session, f"{url}/api/v1/seller/chats", {}, pauses):
        connection.run(SAVE_CHAT, store=store.id, id=chat["chatID"], name=chat.get("clientName"))
    cursor = None
    while True:
        page = _get(session, f"{url}/api/v1/seller/events", {"next": cursor} if cursor else {}, pauses)
        if not page["totalEvents"]:
            return
        for event in page["events"]:
            text = (event.get("message") or {}).get("text")
            connection.run(
                SAVE_MESSAGE,
                store=store.id,
                id=event["eventID"],
                chat=event["chatID"],
                sender=event.get("sender"),
                text=text,
                at=event["addTimestamp"],
            )
        cursor = page["next"]
        pauses.wait(PAUSE_AFTER_PAGE_SECONDS, NEVER)


def _get(session: requests.Session, url: str, parameters: dict[str, int], pauses: VirtualClock) -> Any:
    pauses.wait(ANSWER_SECONDS, NEVER)
    answer = session.get(url, params=parameters, timeout=60)
    answer.raise_for_status()
    return answer.json()["result"]
