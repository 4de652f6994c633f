"""Problems: what is known to be missing or damaged, and is still open."""

from collections.abc import Sequence
from typing import Any

from database.connection import Database

IS_CHOSEN = "closed_at IS NULL AND (CAST(:stores AS text[]) IS NULL OR store_id = ANY(CAST(:stores AS text[])))"


def list_problems(database: Database, store_ids: Sequence[str] | None, most: int) -> list[dict[str, Any]]:
    """Return at most this number of the open problems of these stores, or of all (None), newest first.

    `details` has what database.problems put there: a reason, a sentence, or counts with cursors (ms).
    """
    return database.rows(
        f"""
        SELECT problems.id, store_id, stores.name AS store_name, kind, subject, details, run_id, tries, opened_at,
               now() AS read_at
        FROM problems JOIN stores ON stores.id = store_id
        WHERE {IS_CHOSEN} ORDER BY problems.id DESC LIMIT :most
        """,  # noqa: S608 - a constant
        stores=_as_array(store_ids),
        most=most,
    )


def count_problems(database: Database, store_ids: Sequence[str] | None) -> int:
    """Return how many problems of these stores, or of all (None), are open."""
    sql = f"SELECT count(*)::integer AS problems FROM problems WHERE {IS_CHOSEN}"  # noqa: S608 - a constant
    count: int = database.rows(sql, stores=_as_array(store_ids))[0]["problems"]
    return count


def _as_array(store_ids: Sequence[str] | None) -> list[str] | None:
    return None if store_ids is None else list(store_ids)
