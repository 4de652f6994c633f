"""The table `quarantined_events`: what WB sent and could not be stored as a message, with the reason."""

from typing import Any

from chatsync.errors import DatabaseRefusedError
from database.connection import DATA_ERRORS, Database
from database.json_rows import json_rows

# As a text where it can stand in no column of type json, such as when it is nested deeper than Postgres reads.
KEEP = """
INSERT INTO quarantined_events AS kept (store_id, id, reason, raw, run_id)
SELECT :store, id, reason, {raw}, CAST(:run AS bigint)
FROM json_to_recordset(CAST(:rows AS json)) AS event(id text, reason text, raw text)
ON CONFLICT (store_id, id) DO UPDATE SET reason = excluded.reason, raw = excluded.raw, run_id = excluded.run_id
WHERE kept.raw::text <> excluded.raw::text
"""


def quarantine_events(database: Database, store_id: str, run_id: int, rows: list[dict[str, Any]]) -> None:
    """Keep the events, each once; of one that WB changed, what it sent last."""
    if not rows:
        return
    last = {row["id"]: row for row in rows}  # one statement cannot change a row twice
    values = {"store": store_id, "run": run_id, "rows": json_rows(list(last.values()))}
    try:
        with database.savepoint():
            database.run(KEEP.format(raw="raw::json"), **values)
    except DatabaseRefusedError as refusal:
        if refusal.sqlstate[:2] not in DATA_ERRORS:
            raise
        database.run(KEEP.format(raw="to_json(raw)"), **values)
