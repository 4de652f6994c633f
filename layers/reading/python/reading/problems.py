"""Problems: what is known to be missing or damaged, and is still open."""

from collections.abc import Sequence
from typing import Any

from database.connection import Database


def list_problems(
    database: Database, store_ids: Sequence[str] | None = None, most: int | None = None
) -> list[dict[str, Any]]:
    """Return the open problems by store, oldest first, of these stores or of all; all without `most`.

    `details` has what database.problems put there: a reason, a sentence, or counts with cursors (ms).
    """
    return database.rows(
        """
        SELECT problems.id, store_id, stores.name AS store_name, kind, subject, details, run_id, tries, opened_at,
               now() AS read_at
        FROM problems JOIN stores ON stores.id = store_id
        WHERE closed_at IS NULL AND (CAST(:stores AS text[]) IS NULL OR store_id = ANY(CAST(:stores AS text[])))
        ORDER BY stores.name, store_id, problems.id LIMIT CAST(:most AS bigint)
        """,
        stores=list(store_ids) if store_ids else None,
        most=most,
    )
