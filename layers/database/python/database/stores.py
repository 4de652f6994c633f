"""The table `stores`: which stores there are, how far each has been read, and what it holds."""

from dataclasses import dataclass
from typing import Any

from chatsync.errors import SellerChangedError, StoreUnknownError
from chatsync.people_tasks import ChangeStore
from database.connection import Database

# What a person can do to a store, and whether schedules sync it afterwards (None: as before).
ACTIVE_AFTER = {"add": True, "resume": True, "pause": False, "remove": False, "token": None}


@dataclass(frozen=True)
class StoreToken:
    """What a store's token says of itself; kept so that its owner is warned before it expires."""

    seller_id: str | None
    token_type: str
    expires_at: str | None


def register(database: Database, store_id: str, name: str, active: bool) -> None:
    """Add the store, or rename it; whether a known store is active stays as it is."""
    database.run(
        """
        INSERT INTO stores (id, name, active) VALUES (:id, :name, :active)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE stores.name <> excluded.name
        """,
        id=store_id,
        name=name,
        active=active,
    )


def was_read_to_end(database: Database, store_id: str) -> bool:
    """Return whether a run of the store ever came to the end of WB's stream."""
    return bool(database.rows("SELECT FROM stores WHERE id = :id AND last_success_at IS NOT NULL", id=store_id))


def count_messages(database: Database, store_id: str) -> int:
    """Return how many messages of the store are stored."""
    rows = database.rows("SELECT count(*) AS messages FROM chat_messages WHERE store_id = :id", id=store_id)
    return int(rows[0]["messages"])


def change_store(database: Database, task: ChangeStore) -> None:
    """Add, rename, pause or resume a store, or keep its new token's facts. A run that is going on ends by itself.

    Raises:
        StoreUnknownError: There is no such store.
        SellerChangedError: The token is of another seller than the store's history, and that was not allowed.
    """
    active = ACTIVE_AFTER[task.word]
    if task.word == "add":
        register(database, task.store_id, task.name or task.store_id, active=True)
    sql = "UPDATE stores SET active = coalesce(CAST(:active AS boolean), active) WHERE id = :id"
    if not database.run(sql, id=task.store_id, active=active):
        raise StoreUnknownError(f"No such store: {task.store_id}. Add it first.")
    if task.token_type is not None:
        token = StoreToken(task.seller_id, task.token_type, task.token_expires_at)
        if not accept_seller(database, task.store_id, token.seller_id, same_store=task.same_store):
            raise SellerChangedError(
                f"The token is of another seller than the history of the store {task.store_id}, so nothing was "
                "changed. Add that seller as a store with an id of its own; or, if WB gave the same seller a new id, "
                "repeat the command with --same-store."
            )
        save_token_facts(database, task.store_id, token)


def freshness(database: Database) -> dict[str, Any]:
    """Return of the active stores: their number, the hours since one was last read to its end, the fewest days of a
    token, and how many problems are open.

    A store that was never read to its end counts from the moment it was added. `token_days_left` is None if no token
    says it.
    """
    return database.rows(
        """
        SELECT count(*)::integer AS stores,
               coalesce(extract(epoch FROM now() - min(coalesce(last_success_at, created_at))) / 3600, 0)::float8
                   AS oldest_success_hours,
               floor(extract(epoch FROM min(token_expires_at) - now()) / 86400)::integer AS token_days_left,
               (SELECT count(*) FROM problems JOIN stores ON stores.id = store_id
                WHERE active AND closed_at IS NULL)::integer AS open_problems
        FROM stores WHERE active
        """
    )[0]


def ids_to_sync(database: Database, store_ids: list[str] | None) -> list[str]:
    """Return the ids of the active stores, or of those named (paused ones too).

    Raises:
        StoreUnknownError: One of those named is not in the table.
    """
    if store_ids is None:
        return [row["id"] for row in database.rows("SELECT id FROM stores WHERE active ORDER BY id")]
    return require_stores(database, store_ids)


def require_stores(database: Database, store_ids: list[str]) -> list[str]:
    """Return these ids, each once, in order.

    Raises:
        StoreUnknownError: One of them is not in the table.
    """
    rows = database.rows("SELECT id FROM stores WHERE id = ANY(:ids) ORDER BY id", ids=store_ids)
    known = [row["id"] for row in rows]
    if missing := sorted(set(store_ids) - set(known)):
        raise StoreUnknownError(f"No such store: {', '.join(missing)}. Add it first, or correct `store_ids`.")
    return known


def accept_seller(database: Database, store_id: str, seller_id: str | None, *, same_store: bool = False) -> bool:
    """Return whether a token of this seller is one for the store's history; another seller is kept if a person allows.

    A store that holds nothing yet takes the token of any seller: the first one may have been entered by mistake.
    """
    rows = database.rows(
        """
        SELECT coalesce(seller_id = CAST(:seller AS text), true) AS is_same,
               events_cursor IS NOT NULL OR EXISTS (SELECT FROM chats WHERE store_id = stores.id) AS has_history
        FROM stores WHERE id = :id
        """,
        id=store_id,
        seller=seller_id,
    )
    if not rows or rows[0]["is_same"]:
        return True
    if rows[0]["has_history"] and not same_store:
        return False
    database.run("UPDATE stores SET seller_id = :seller WHERE id = :id", id=store_id, seller=seller_id)
    return True


def save_token_facts(database: Database, store_id: str, token: StoreToken) -> None:
    """Keep what the token says of itself, if it says something new. A known seller stays: see accept_seller."""
    database.run(
        """
        UPDATE stores SET seller_id = coalesce(seller_id, CAST(:seller AS text)), token_type = :type,
                          token_expires_at = CAST(:expires AS timestamptz)
        WHERE id = :id
          AND (seller_id, token_type, token_expires_at) IS DISTINCT FROM
              (coalesce(seller_id, CAST(:seller AS text)), CAST(:type AS text), CAST(:expires AS timestamptz))
        """,
        id=store_id,
        seller=token.seller_id,
        type=token.token_type,
        expires=token.expires_at,
    )


def move_cursor(database: Database, store_id: str, cursor: int | None) -> None:
    """Set the `next` (ms) of the next request; None = from the beginning. Only beside the rows it stands for."""
    database.run(
        "UPDATE stores SET events_cursor = :cursor WHERE id = :id AND events_cursor IS DISTINCT FROM :cursor",
        id=store_id,
        cursor=cursor,
    )


def refresh_statistics(database: Database, store_id: str) -> None:
    """Count the store's chats, their tags and their causes anew."""
    database.run(
        """
        UPDATE stores
        SET total_chats = counted.total, chat_tag_counts = counted.tags, chat_cause_counts = counted.causes
        FROM (
            SELECT coalesce(sum(chats) FILTER (WHERE by_tag), 0)::integer AS total,
                   coalesce(jsonb_object_agg(tag, chats) FILTER (WHERE tag IS NOT NULL), '{}') AS tags,
                   coalesce(jsonb_object_agg(cause, chats) FILTER (WHERE cause IS NOT NULL), '{}') AS causes
            FROM (SELECT tag, cause, GROUPING(tag) = 0 AS by_tag, count(*) AS chats
                  FROM chats WHERE store_id = :id GROUP BY GROUPING SETS (tag, cause)) AS grouped
        ) AS counted
        WHERE id = :id AND (total_chats, chat_tag_counts, chat_cause_counts)
                           IS DISTINCT FROM (counted.total, counted.tags, counted.causes)
        """,
        id=store_id,
    )
