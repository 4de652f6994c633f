"""What older messages say of newer tables: filled in steps after the migration that made them.

A row of `unfinished_fills` names a table that is not filled to its end yet, and how far it came.
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from chatsync.errors import MigrationUnfinishedError
from database.connection import Address, Database, transaction

CHATS_AT_ONCE = 2000  # a transaction: what a sync waits for
Key = Mapping[str, Any]

KEEP_KEY = "UPDATE unfinished_fills SET after = CAST(:key AS jsonb) WHERE name = :name"
NEXT_CHATS = """
SELECT store_id, id FROM chats WHERE (store_id, id) > (:store_id, :id) ORDER BY store_id, id LIMIT :most
"""
REFRESH = """
SELECT refresh_chat_turns(CAST(:stores AS text[]), CAST(:chats AS text[]),
                          array_fill(CAST('-infinity' AS timestamptz), ARRAY[cardinality(CAST(:chats AS text[]))]))
"""
NEXT_STORE = "SELECT id FROM stores WHERE id > :store_id ORDER BY id LIMIT 1"
# Whoever stores messages meanwhile waits with its counts: they are seen here, or added afterwards.
LOCK_DAYS = "LOCK TABLE message_days IN SHARE ROW EXCLUSIVE MODE"
FORGET_DAYS = "DELETE FROM message_days WHERE store_id = :store"
COUNT_DAYS = """
INSERT INTO message_days (store_id, day, buyers, people, programs, wb)
SELECT store_id, day, count(*) FILTER (WHERE writer = 'buyer'), count(*) FILTER (WHERE writer = 'person'),
       count(*) FILTER (WHERE writer = 'program'), count(*) FILTER (WHERE writer = 'wb')
FROM (SELECT store_id, moscow_day(sent_at) AS day, writer_of(sender, automatic, source) AS writer
      FROM chat_messages WHERE store_id = :store) AS said
GROUP BY store_id, day
"""


def fill_tables(login: Address | None = None, ends_at: float = math.inf) -> None:
    """Fill what is not filled yet. Broken off, also after `ends_at` (of time.monotonic), the next call goes on there.

    Raises:
        DatabaseUnavailableError: Postgres is not reached.
        MigrationUnfinishedError: The time has come.
    """
    with transaction(login) as database:
        names = [row["name"] for row in database.rows("SELECT name FROM unfinished_fills ORDER BY name")]
    for name in names:
        while _fill_next(name, login):
            if time.monotonic() > ends_at:
                raise MigrationUnfinishedError(
                    f"The table {name} is not filled from all stored messages yet. What is filled stays so. Do the "
                    "same again: it goes on."
                )


def _fill_next(name: str, login: Address | None) -> bool:
    """Fill the next part of a table, in one transaction; return whether there may be more."""
    with transaction(login) as database:
        unfinished = database.rows("SELECT after FROM unfinished_fills WHERE name = :name FOR UPDATE", name=name)
        if not unfinished:
            return False
        after = FILLS[name](database, unfinished[0]["after"] or {"store_id": "", "id": ""})
        if after:
            database.run(KEEP_KEY, name=name, key=json.dumps(after))
        else:
            database.run("DELETE FROM unfinished_fills WHERE name = :name", name=name)
        return bool(after)


def _fill_chat_turns(database: Database, after: Key) -> Key | None:
    chats = database.rows(NEXT_CHATS, most=CHATS_AT_ONCE, **after)
    database.rows(REFRESH, stores=[chat["store_id"] for chat in chats], chats=[chat["id"] for chat in chats])
    return chats[-1] if chats else None


def _fill_message_days(database: Database, after: Key) -> Key | None:
    stores = database.rows(NEXT_STORE, store_id=after["store_id"])
    if not stores:
        return None
    database.run(LOCK_DAYS)
    for statement in (FORGET_DAYS, COUNT_DAYS):
        database.run(statement, store=stores[0]["id"])
    return {"store_id": stores[0]["id"]}


FILLS: dict[str, Callable[[Database, Key], Key | None]] = {
    "chat_turns": _fill_chat_turns,
    "message_days": _fill_message_days,
}
