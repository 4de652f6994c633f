"""Gaps: the chats of which WB lists a newer message than is stored."""

from typing import Any

from database.connection import Database
from database.gaps import IS_GAP, IS_LISTED


def list_gaps(database: Database, most: int | None = None) -> list[dict[str, Any]]:
    """Return the chats with a gap, newest first; all without `most`."""
    return database.rows(
        f"""
        SELECT store_id, id, client_name, listed_message_at, last_message_at
        FROM chats WHERE {IS_LISTED} AND {IS_GAP}
        ORDER BY listed_message_at DESC, store_id, id LIMIT CAST(:most AS bigint)
        """,  # noqa: S608 - constants
        most=most,
    )
