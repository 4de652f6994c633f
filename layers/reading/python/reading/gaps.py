"""Gaps: the chats of which WB lists a newer message than is stored."""

from typing import Any

from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED


def list_gaps(database: Database, most: int) -> list[dict[str, Any]]:
    """Return at most this number of the chats with a gap, newest first."""
    return database.rows(
        f"""
        SELECT store_id, id, listed_message_at, last_message_at
        FROM chats WHERE {IS_LISTED} AND {IS_GAP}
        ORDER BY listed_message_at DESC, store_id, id LIMIT :most
        """,  # noqa: S608 - constants
        most=most,
    )


def count_gaps(database: Database) -> int:
    """Return how many chats have a gap."""
    sql = f"SELECT count(*)::integer AS gaps FROM chats WHERE {IS_LISTED} AND {IS_GAP}"  # noqa: S608 - constants
    count: int = database.rows(sql)[0]["gaps"]
    return count
