"""The table `sync_logs`: a row a run. The running row is the store's lease.

A run says with each save how long it will be silent; a run silent for longer is dead (killed, aborted, timed out), and
the next run closes it and goes on from the cursor. Every save asks first whether its run still lives, in the same
transaction, so that a run that was taken over can write nothing more.
"""

from dataclasses import dataclass
from typing import Any

from chatsync.errors import LeaseLostError, RunAbandonedError, StoreUnknownError
from database.connection import Database

# Longer than the longest time between two saves of a living run: four attempts of the slowest function with their
# time-outs and back-offs (a test adds them up from the state machine), besides the waits that it announces.
SILENCE_SECONDS = 2400

SHOWN = """id, store_id, execution_id, sync_type, status, chats_total, chats_synced, messages_added, chats_to_classify,
    chats_classified, events_read, wb_requests, waited_seconds, gaps, quarantined, error_type, error_message,
    started_at, completed_at"""
ABANDONED = (
    "This run stopped reporting (killed, aborted or timed out). Nothing is lost: the next run goes on from the cursor."
)
SKIPPED = "Another run of this store was still going on. Its row tells how it ended."


@dataclass(frozen=True)
class OpenedRun:
    """A run as the state machine needs it; `cursor` is the `next` (ms) of the first request, None = the beginning."""

    id: int
    status: str
    cursor: int | None


def open_run(database: Database, store_id: str, execution_id: str, full: bool) -> OpenedRun:
    """Take the store's lease for this execution, or record that it is taken.

    Repeated by the same execution it returns the same run. A full run forgets the cursor and nothing else.

    Raises:
        StoreUnknownError: There is no such store.
    """
    stores = database.rows("SELECT events_cursor FROM stores WHERE id = :id FOR UPDATE", id=store_id)
    if not stores:
        raise StoreUnknownError(f"No such store: {store_id}. Add it first.")
    close_dead_runs(database, store_id)
    inserted = _insert(database, store_id, execution_id, "full" if full else "incremental")
    if inserted and full:
        database.run("UPDATE stores SET events_cursor = NULL WHERE id = :id", id=store_id)
    rows = database.rows(
        "SELECT id, status FROM sync_logs WHERE execution_id = :execution AND store_id = :store",
        execution=execution_id,
        store=store_id,
    )
    cursor = None if inserted and full else stores[0]["events_cursor"]
    return OpenedRun(rows[0]["id"], rows[0]["status"], cursor)


def _insert(database: Database, store_id: str, execution_id: str, sync_type: str) -> bool:
    inserted = database.rows(
        """
        INSERT INTO sync_logs (store_id, execution_id, sync_type, status, alive_until, completed_at, error_message)
        SELECT :store, :execution, :type,
               CASE WHEN busy THEN 'skipped' ELSE 'running' END,
               now() + make_interval(secs => :silence),
               CASE WHEN busy THEN now() END,
               CASE WHEN busy THEN :skipped END
        FROM (SELECT EXISTS (SELECT FROM sync_logs WHERE store_id = :store AND status = 'running') AS busy) AS lease
        ON CONFLICT (execution_id, store_id) DO NOTHING
        RETURNING status
        """,
        store=store_id,
        execution=execution_id,
        type=sync_type,
        silence=float(SILENCE_SECONDS),
        skipped=SKIPPED,
    )
    return [row["status"] for row in inserted] == ["running"]


def renew(database: Database, run_id: int, wait_seconds: int) -> None:
    """Extend the run's lease over an announced wait.

    First in each transaction of a save: it locks the run's row until the commit.

    Raises:
        LeaseLostError: The run is no longer running.
    """
    renewed = database.run(
        """
        UPDATE sync_logs
        SET alive_until = now() + make_interval(secs => :silence), waited_seconds = waited_seconds + :wait
        WHERE id = :id AND status = 'running'
        """,
        id=run_id,
        silence=float(SILENCE_SECONDS + wait_seconds),
        wait=wait_seconds,
    )
    if not renewed:
        raise LeaseLostError("This run was closed by another one, or by a person. Its store is in other hands.")


def count(database: Database, run_id: int, requests: int, events: int = 0, added: int = 0) -> None:
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


def close_dead_runs(database: Database, store_id: str | None = None) -> int:
    """Close runs that have been silent for longer than they said, of one store or of all; return how many."""
    return database.run(
        """
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message
        WHERE status = 'running' AND alive_until < now() AND store_id = coalesce(:store, store_id)
        """,
        type=RunAbandonedError.__name__,
        message=ABANDONED,
        store=store_id,
    )


def close_all_runs(database: Database) -> int:
    """Close every running run; return how many. Only for a database that nobody else can be syncing into."""
    return database.run(
        """
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message
        WHERE status = 'running'
        """,
        type=RunAbandonedError.__name__,
        message=ABANDONED,
    )


def close_runs_of(database: Database, execution_id: str, error_type: str, message: str) -> int:
    """Close what is still running of an execution that was stopped; return how many runs."""
    return database.run(
        """
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message
        WHERE status = 'running' AND execution_id = :execution
        """,
        execution=execution_id,
        type=error_type,
        message=message,
    )


def fail(database: Database, store_id: str, execution_id: str, error_type: str, message: str) -> None:
    """Close the execution's run of the store as failed, opening its row if even that had not happened.

    A run that has already ended keeps its end.
    """
    database.run(
        """
        INSERT INTO sync_logs AS run (store_id, execution_id, sync_type, status, alive_until, completed_at,
                                      error_type, error_message)
        SELECT id, :execution, 'incremental', 'error', now(), now(), :type, :message FROM stores WHERE id = :store
        ON CONFLICT (execution_id, store_id) DO UPDATE
        SET status = 'error', completed_at = now(), error_type = excluded.error_type,
            error_message = excluded.error_message
        WHERE run.status = 'running'
        """,
        store=store_id,
        execution=execution_id,
        type=error_type,
        message=message,
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
