"""The table `sync_logs`: a row a run. The running row is the lease of its store, and of its seller.

A run says with each save how long it will be silent; a run silent for longer is dead (killed, aborted, timed out), and
the next run closes it and goes on from the cursor. Every save asks first whether its run still lives, in the same
transaction, so that a run that was taken over can write nothing more.
"""

from dataclasses import dataclass
from typing import Any

from chatsync.errors import LeaseLostError, RunAbandonedError, StoreUnknownError
from database import rate_limits
from database.connection import Database
from database.rate_limits import CHATS

# Longer than the longest time between two saves of a living run: four attempts of the slowest function with their
# time-outs and back-offs (a test adds them up from the state machine), besides the waits that it announces.
SILENCE_SECONDS = 1200

SHOWN = """id, store_id, execution_id, sync_type, status, chats_total, chats_synced, messages_added, chats_to_classify,
    chats_classified, chats_over_budget, budget_reached, label_tokens_in, label_tokens_out, label_cost_microusd,
    events_read, wb_requests, waited_seconds, gaps, quarantined, error_type, error_message,
    started_at, completed_at"""
# How often a store asks whether its seller's other store is done.
SHORTEST_TURN_SECONDS, LONGEST_TURN_SECONDS = 10, 3600

ABANDONED = (
    "This run stopped reporting (killed, aborted or timed out). Nothing is lost: the next run goes on from the cursor."
)
SKIPPED = (
    "Another run of this store was still going on; its row tells how it ended. A dead one is taken over 20 minutes "
    "after it should have reported, or at once after `./chats release`."
)


@dataclass(frozen=True)
class OpenedRun:
    """A run as the state machine needs it.

    `status` is "running", "skipped" (the store has another live run) or "waiting" (its seller has, in another store).
    `cursor` is the `next` (ms) of the first request, None = the beginning. `wait_seconds` come before what is next.
    """

    id: int | None
    status: str
    cursor: int | None = None
    wait_seconds: int = 0


def open_run(database: Database, store_id: str, execution_id: str, full: bool) -> OpenedRun:
    """Take the lease for this execution, record that the store's is taken, or say when to ask for the seller's again.

    Who runs is decided by the unique indexes alone. Repeated by the same execution it returns the same run.
    A full run forgets the cursor and nothing else.

    Raises:
        StoreUnknownError: There is no such store.
    """
    stores = database.rows(
        "SELECT events_cursor, coalesce(seller_id, id) AS seller_key FROM stores WHERE id = :id FOR UPDATE", id=store_id
    )
    if not stores:
        raise StoreUnknownError(f"No such store: {store_id}. Add it first.")
    close_dead_runs(database)
    seller_key = stores[0]["seller_key"]
    if _take_lease(database, store_id, seller_key, execution_id, "full" if full else "incremental"):
        if full:
            database.run("UPDATE stores SET events_cursor = NULL WHERE id = :id", id=store_id)
        opened = _of(database, store_id, execution_id)[0]
        renew(database, opened.id, opened.wait_seconds)
        return opened
    if found := _of(database, store_id, execution_id):
        return found[0]
    wait = _seconds_behind_the_seller(database, store_id, seller_key)
    if wait is not None:
        return OpenedRun(None, "waiting", wait_seconds=wait)
    _skip(database, store_id, seller_key, execution_id)
    return _of(database, store_id, execution_id)[0]


def _take_lease(database: Database, store_id: str, seller_key: str, execution_id: str, sync_type: str) -> bool:
    return bool(
        database.run(
            """
            INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until)
            VALUES (:store, :seller, :execution, :type, 'running', now() + make_interval(secs => :silence))
            ON CONFLICT DO NOTHING
            """,
            store=store_id,
            seller=seller_key,
            execution=execution_id,
            type=sync_type,
            silence=float(SILENCE_SECONDS),
        )
    )


def _seconds_behind_the_seller(database: Database, store_id: str, seller_key: str) -> int | None:
    """Return how long to wait before asking for the lease again; None if the store itself has a live run.

    A tenth of the age of the seller's other run: a run of seconds delays this one by seconds, one of days is asked
    after rarely. Had that run ended just now, the shortest time.
    """
    rows = database.rows(
        """
        SELECT least(greatest(extract(epoch FROM now() - min(started_at)) / 10, :shortest), :longest)::integer
               AS seconds
        FROM sync_logs
        WHERE status = 'running' AND (seller_key = :seller OR store_id = :store)
        HAVING bool_or(store_id = :store) IS NOT TRUE
        """,
        seller=seller_key,
        store=store_id,
        shortest=float(SHORTEST_TURN_SECONDS),
        longest=float(LONGEST_TURN_SECONDS),
    )
    return rows[0]["seconds"] if rows else None


def _skip(database: Database, store_id: str, seller_key: str, execution_id: str) -> None:
    database.run(
        """
        INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until, completed_at,
                               error_message)
        VALUES (:store, :seller, :execution, 'incremental', 'skipped', now(), now(), :message)
        """,
        store=store_id,
        seller=seller_key,
        execution=execution_id,
        message=SKIPPED,
    )


def _of(database: Database, store_id: str, execution_id: str) -> list[OpenedRun]:
    """Return the execution's run of the store, if it has one."""
    rows = database.rows(
        """
        SELECT sync_logs.id, status, events_cursor AS cursor
        FROM sync_logs JOIN stores ON stores.id = store_id
        WHERE execution_id = :execution AND store_id = :store
        """,
        execution=execution_id,
        store=store_id,
    )
    return [OpenedRun(**row, wait_seconds=rate_limits.seconds_until_ready(database, row["id"], CHATS)) for row in rows]


def renew(database: Database, run_id: int | None, wait_seconds: int) -> None:
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


def note_stopped_labels(database: Database, run_id: int, reason: str) -> None:
    """Note on the run why its chats are not labelled; that makes it partial at its end."""
    database.run("UPDATE sync_logs SET labels_stopped = :reason WHERE id = :id", id=run_id, reason=reason)


def close_dead_runs(database: Database) -> int:
    """Close the runs that have been silent for longer than they said; return how many."""
    return _abandon(database, "alive_until < now()")


def close_all_runs(database: Database) -> int:
    """Close every running run; return how many. Only for a database that nobody else can be syncing into."""
    return _abandon(database, "true")


def release(database: Database, store_id: str) -> int:
    """Close the store's running run, whoever holds it; return how many there were, 0 or 1. A person's decision."""
    return _abandon(database, "store_id = :store", store=store_id)


def _abandon(database: Database, which: str, **parameters: str) -> int:
    return database.run(
        f"""
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message
        WHERE status = 'running' AND {which}
        """,  # noqa: S608 - `which` is one of the three conditions above
        type=RunAbandonedError.__name__,
        message=ABANDONED,
        **parameters,
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
        INSERT INTO sync_logs AS run (store_id, seller_key, execution_id, sync_type, status, alive_until, completed_at,
                                      error_type, error_message)
        SELECT id, coalesce(seller_id, id), :execution, 'incremental', 'error', now(), now(), :type, :message
        FROM stores WHERE id = :store
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
