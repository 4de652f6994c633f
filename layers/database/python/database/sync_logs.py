"""The table `sync_logs`, a row a run: what it counted. Its lease is in leases.py, its ends in run_ends.py and
reconciliation.py.
"""

from typing import Any

from database.connection import Database

SHOWN = """id, store_id, execution_id, sync_type, status, chats_total, chats_synced, messages_added, chats_to_classify,
    chats_classified, chats_over_budget, budget_reached, label_tokens_in, label_tokens_out, label_cost_microusd,
    events_read, wb_requests, waited_seconds, gaps, quarantined, error_type, error_message,
    started_at, completed_at"""


def add_counts(database: Database, run_id: int, requests: int, events: int = 0, added: int = 0) -> None:
    """Add to the run's row: requests sent to WB, events it answered with, and messages that were new."""
    database.run(
        """
        UPDATE sync_logs
        SET wb_requests = wb_requests + :requests, events_read = events_read + :events,
            messages_added = messages_added + :added
        WHERE id = :id
        """,
        id=run_id,
        requests=requests,
        events=events,
        added=added,
    )


def statuses(database: Database, execution_id: str) -> dict[str, int]:
    """Return how many runs of the execution ended in each status."""
    rows = database.rows(
        "SELECT status, count(*) AS runs FROM sync_logs WHERE execution_id = :execution GROUP BY status",
        execution=execution_id,
    )
    return {row["status"]: int(row["runs"]) for row in rows}


def of_execution(database: Database, execution_id: str) -> list[dict[str, Any]]:
    """Return the execution's rows, by store."""
    return database.rows(
        f"SELECT {SHOWN} FROM sync_logs WHERE execution_id = :execution ORDER BY store_id",  # noqa: S608 - a constant
        execution=execution_id,
    )


def latest(database: Database, limit: int) -> list[dict[str, Any]]:
    """Return the last rows, newest first."""
    return database.rows(f"SELECT {SHOWN} FROM sync_logs ORDER BY id DESC LIMIT :limit", limit=limit)  # noqa: S608
