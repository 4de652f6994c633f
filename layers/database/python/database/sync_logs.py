"""The table `sync_logs`, a row a run: what it counted. Its lease is in leases.py, its ends in run_ends.py and
reconciliation.py.
"""

from database.connection import Database


def add_counts(
    database: Database, run_id: int, *, requests: int, events: int = 0, added: int = 0, damaged: int = 0
) -> tuple[int, int]:
    """Add a fetch to the run's row, and its requests to WB, events, new messages and damaged values.

    Returns how many fetches the run has saved by now, and how long it waited for WB (s), with the wait that follows.
    """
    rows = database.rows(
        """
        UPDATE sync_logs
        SET fetches = fetches + 1, wb_requests = wb_requests + :requests, events_read = events_read + :events,
            messages_added = messages_added + :added, damaged_values = damaged_values + :damaged
        WHERE id = :id
        RETURNING fetches, waited_seconds
        """,
        id=run_id,
        requests=requests,
        events=events,
        added=added,
        damaged=damaged,
    )
    return int(rows[0]["fetches"]), int(rows[0]["waited_seconds"])


def statuses(database: Database, execution_id: str) -> dict[str, int]:
    """Return how many runs of the execution ended in each status."""
    rows = database.rows(
        "SELECT status, count(*) AS runs FROM sync_logs WHERE execution_id = :execution GROUP BY status",
        execution=execution_id,
    )
    return {row["status"]: int(row["runs"]) for row in rows}
