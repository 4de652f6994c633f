"""What of the stored messages is WB's own words: marked anew when the list of automatic messages changes.

A message is marked while it is stored. Those that a release without marks stored, and all of them after a change of
the list, are read again here once; which list they go by stands in `automatic_marks`.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from chatsync.automatic import automatic_messages
from chatsync.errors import MigrationUnfinishedError
from database.chats import save_spoken_of
from database.connection import Address, Database, transaction
from database.json_rows import json_rows
from database.wb_cards import CARD, CARD_TYPES
from database.wb_events import marks
from database.wb_fields import as_object

MESSAGES_AT_ONCE = 5000  # a transaction: what a sync waits for, and what memory holds
BEFORE_ALL = {"chat_id": "", "store_id": "", "sent_at": "-infinity", "id": ""}
MARKS = ("automatic", "prefix_characters", *CARD)
SENT, KNOWN = (", ".join(f"{row}.{mark}" for mark in MARKS) for row in ("sent", "known"))

# A chat's in order of time: of two products in a chat, the one named first is the chat's.
NEXT_MESSAGES = """
SELECT store_id, id, chat_id, sender, text, sent_at::text AS sent_at,
       automatic IS NOT FALSE OR prefix_characters > 0 AS to_write,
       CASE WHEN raw::text LIKE '%"goodCard"%' THEN raw::text END AS raw
FROM chat_messages
WHERE (chat_id, store_id, sent_at, id) > (:chat_id, :store_id, CAST(:sent_at AS timestamptz), :id) AND {which}
ORDER BY chat_id, store_id, sent_at, id LIMIT :most
"""
ALL, UNMARKED = "true", "automatic IS NULL"
# While the marking was broken off, the functions of before went on storing by their list. An hour for pages that were
# fetched before it began, and stored after.
STORED_SINCE = "fetched_at >= (SELECT next_since - interval '1 hour' FROM automatic_marks)"
BEGIN_LIST = """
INSERT INTO automatic_marks (digest, next_digest, next_since) VALUES (NULL, :digest, now())
ON CONFLICT (one) DO UPDATE SET next_digest = excluded.next_digest, next_since = now(), next_after = NULL
WHERE automatic_marks.next_digest IS DISTINCT FROM excluded.next_digest
"""
END_LIST = """
UPDATE automatic_marks SET digest = :digest, marked_at = now(), next_digest = NULL, next_after = NULL, next_since = NULL
"""
# A chat whose words are others now has its label checked by the next run.
MARK_MESSAGES = f"""
WITH sent AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS sent(
        store_id text, id text, automatic boolean, prefix_characters integer, {CARD_TYPES})
), changed AS MATERIALIZED (
    SELECT sent.*, known.chat_id,
           (sent.automatic, sent.prefix_characters) <> (coalesce(known.automatic, false), known.prefix_characters)
               AS has_other_words
    FROM sent JOIN chat_messages AS known USING (store_id, id)
    WHERE ({SENT}) IS DISTINCT FROM ({KNOWN})
), marked AS (
    UPDATE chat_messages AS known SET {", ".join(f"{mark} = changed.{mark}" for mark in MARKS)}
    FROM changed WHERE known.store_id = changed.store_id AND known.id = changed.id
)
UPDATE chats
SET labelled_messages = NULL,
    last_message_automatic = CASE WHEN last_message_id = ANY(other.ids)
                                  THEN coalesce(last_message_id = ANY(other.automatic_ids), false)
                                  ELSE last_message_automatic END
FROM (SELECT store_id, chat_id, array_agg(id) AS ids, array_agg(id) FILTER (WHERE automatic) AS automatic_ids
      FROM changed WHERE has_other_words GROUP BY store_id, chat_id) AS other
WHERE chats.store_id = other.store_id AND chats.id = other.chat_id
"""  # noqa: S608 - constants


def mark_messages(login: Address | None = None, ends_at: float = math.inf) -> bool:
    """Mark the stored messages by the list in use; return whether it is another list than theirs.

    With an unchanged list only what an older release stored is left to do. Broken off, also after `ends_at` (of
    time.monotonic), it goes on from there the next time.

    Raises:
        AutomaticListInvalidError: The owner's list cannot be used; nothing is marked by it.
        DatabaseUnavailableError: Postgres is not reached.
        MigrationUnfinishedError: The time has come.
    """
    digest = automatic_messages().digest
    progress = _read_progress(login)
    if progress.get("digest") == digest and progress["next_digest"] is None:
        _mark(login, UNMARKED, BEFORE_ALL, ends_at)
        return False
    with transaction(login) as database:
        database.run(BEGIN_LIST, digest=digest)
    begun = _read_progress(login)["next_after"]
    _mark(login, ALL, begun or BEFORE_ALL, ends_at, keep=True)
    if begun:
        _mark(login, STORED_SINCE, BEFORE_ALL, ends_at)
    with transaction(login) as database:
        database.run(END_LIST, digest=digest)
    return True


def _mark(login: Address | None, which: str, after: Mapping[str, Any], ends_at: float, *, keep: bool = False) -> None:
    """Mark these messages behind this one; `keep` how far that came."""
    last: Mapping[str, Any] | None = after
    while last:
        if time.monotonic() > ends_at:
            raise MigrationUnfinishedError(
                "Not all stored messages are marked by the list of automatic messages yet. Those that are stay so. Do "
                "the same again: it goes on."
            )
        with transaction(login) as database:
            last = _mark_next(database, last, which)
            if last and keep:
                key = json.dumps({name: last[name] for name in BEFORE_ALL})
                database.run("UPDATE automatic_marks SET next_after = CAST(:key AS jsonb)", key=key)


def mark_if_never_marked() -> None:
    """Mark the messages of a release that knew no marks. For who only reads: a new list is whose who syncs.

    Raises as mark_messages.
    """
    if not _read_progress(None).get("digest"):
        mark_messages()


def _read_progress(login: Address | None) -> dict[str, Any]:
    """Return the row of `automatic_marks`; nothing where no list was marked by yet."""
    with transaction(login) as database:
        rows = database.rows("SELECT digest, next_digest, next_after FROM automatic_marks")
    return rows[0] if rows else {}


def _mark_next(database: Database, after: Mapping[str, Any], which: str) -> Mapping[str, Any] | None:
    """Mark the messages behind this one; return the last of them, None where there are no more."""
    key = {name: after[name] for name in BEFORE_ALL}
    rows = database.rows(NEXT_MESSAGES.format(which=which), most=MESSAGES_AT_ONCE, **key)
    found = [row | marks(row["sender"], row["text"], _good_card(row["raw"])) for row in rows]
    told = [row for row in found if row["to_write"] or row["automatic"] or row["prefix_characters"] or _names_card(row)]
    if told:
        database.run(MARK_MESSAGES, rows=json_rows([_sent(row) for row in told]))
        _fill_chats(database, [row for row in told if _names_card(row)])
    return rows[-1] if rows else None


def _sent(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("store_id", "id", *MARKS) if name in row}


def _fill_chats(database: Database, messages: Sequence[Mapping[str, Any]]) -> None:
    for store_id, of_store in groupby(sorted(messages, key=_store_of), _store_of):  # sorted keeps the order of time
        save_spoken_of(database, store_id, list(of_store))


def _store_of(row: Mapping[str, Any]) -> str:
    return str(row["store_id"])


def _names_card(row: Mapping[str, Any]) -> bool:
    return any(column in row for column in CARD)


def _good_card(raw: str | None) -> object:
    """Return the goodCard of a message's own JSON; none of one that is nested too deeply to be read."""
    try:
        event = as_object(json.loads(raw)) if raw else {}
    except RecursionError:
        return None
    return as_object(as_object(event.get("message")).get("attachments")).get("goodCard")
