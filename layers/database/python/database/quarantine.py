"""The table `quarantined_events`: what WB sent and could not be stored as a message, with the reason."""

from typing import Any

from database.connection import Database
from database.json_rows import json_rows


def quarantine_events(database: Database, store_id: str, run_id: int, rows: list[dict[str, Any]]) -> None:
    """Keep the events; one met again is kept once, under the last run that met it."""
    if not rows:
        return
    database.run(
        """
        INSERT INTO quarantined_events (store_id, id, reason, raw, run_id)
        SELECT :store, id, reason, raw::json, CAST(:run AS bigint)
        FROM json_to_recordset(CAST(:rows AS json)) AS event(id text, reason text, raw text)
        ON CONFLICT (store_id, id) DO UPDATE SET run_id = excluded.run_id
        """,
        store=store_id,
        run=run_id,
        rows=json_rows(rows),
    )


def count_since_last_finished_run(database: Database, store_id: str) -> int:
    """Return how many events were quarantined since the store's last run that ended success or partial.

    Not only by the present run: an earlier one may have met them, moved the cursor, and been killed.
    """
    rows = database.rows(
        """
        SELECT count(*) AS events FROM quarantined_events
        WHERE store_id = :store
          AND run_id > coalesce((SELECT max(id) FROM sync_logs
                                 WHERE store_id = :store AND status IN ('success', 'partial')), 0)
        """,
        store=store_id,
    )
    return int(rows[0]["events"])
