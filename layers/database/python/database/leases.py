"""The lease of a store, and of its seller: the running row of `sync_logs`.

A run says with each save how long it will be silent; a run silent for longer is dead (killed, aborted, timed out), and
the next run closes it and goes on from the cursor. Every save asks first whether its run still lives, in the same
transaction, so that a run that was taken over can write nothing more.
"""

from chatsync.contracts import Run
from chatsync.errors import LeaseLostError, StoreUnknownError
from database.connection import Database
from database.rate_limits import forget_waits, seconds_until_ready
from database.run_ends import SILENCE_SECONDS, close_dead_runs
from database.stretches import forget_tries
from database.turns import seconds_until_turn

# Clocks are corrected by less than this all the time.
DRIFT_SECONDS = 60

SKIPPED = (
    "Another run of this store was still going on; its row tells how it ended. A dead one is taken over 20 minutes "
    "after it should have reported, or at once after `./chats release`."
)


def open_run(database: Database, store_id: str, execution_id: str, full: bool) -> Run:
    """Take the lease for this execution, record that the store's is taken, or say when to ask for the seller's again.

    Who runs is decided by the unique indexes alone. Repeated by the same execution it returns the same run.
    A full run forgets the cursor and nothing else; a store's first run reads as much, and is shown as full too.
    Where the run before is in the future, the clock was set back: the waits that were kept are too long, and forgotten.

    Raises:
        StoreUnknownError: There is no such store.
    """
    stores = database.rows(
        """
        SELECT events_cursor, coalesce(seller_id, id) AS seller_key,
               (SELECT greatest(started_at, completed_at) > now() + make_interval(secs => :drift)
                FROM sync_logs WHERE store_id = :id AND execution_id <> :execution
                ORDER BY id DESC LIMIT 1) AS clock_was_set_back
        FROM stores WHERE id = :id FOR UPDATE
        """,
        id=store_id,
        execution=execution_id,
        drift=float(DRIFT_SECONDS),
    )
    if not stores:
        raise StoreUnknownError(f"No such store: {store_id}. Add it first.")
    close_dead_runs(database)
    seller_key = stores[0]["seller_key"]
    from_the_beginning = full or stores[0]["events_cursor"] is None
    if _take_lease(database, store_id, seller_key, execution_id, "full" if from_the_beginning else "incremental"):
        if full:
            database.run("UPDATE stores SET events_cursor = NULL WHERE id = :id", id=store_id)
            forget_tries(database, store_id)
        if stores[0]["clock_was_set_back"]:
            forget_waits(database, store_id)
        opened = _runs_of_execution(database, store_id, execution_id)[0]
        renew_lease(database, opened.id, opened.wait_seconds)
        return opened
    if runs := _runs_of_execution(database, store_id, execution_id):
        return runs[0]
    seconds = _seconds_behind_the_seller(database, store_id, seller_key)
    if seconds is not None:
        return Run(id=None, status="waiting", wait_seconds=seconds)
    _skip_run(database, store_id, seller_key, execution_id)
    return _runs_of_execution(database, store_id, execution_id)[0]


def renew_lease(database: Database, run_id: int | None, wait_seconds: int) -> None:
    """Extend the run's lease over an announced wait, and count it as waited; a run that ends earlier takes it back.

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
        raise LeaseLostError("This run was closed by another one, or by a person. Another run owns the store now.")


def _take_lease(database: Database, store_id: str, seller_key: str, execution_id: str, sync_type: str) -> bool:
    """Return whether the row was opened.

    Asked first: an insert that an index refuses would leave a gap in the run numbers.
    """
    return bool(
        database.run(
            """
            INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until)
            SELECT :store, :seller, :execution, :type, 'running', now() + make_interval(secs => :silence)
            WHERE NOT EXISTS (
                SELECT FROM sync_logs
                WHERE status = 'running' AND (store_id = :store OR seller_key = :seller)
                    OR execution_id = :execution AND store_id = :store
            )
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
    """Return how long to wait before asking for the lease again; None if the store itself has a live run."""
    rows = database.rows(
        """
        SELECT extract(epoch FROM now() - min(started_at))::float8 AS age
        FROM sync_logs
        WHERE status = 'running' AND (seller_key = :seller OR store_id = :store)
        HAVING bool_or(store_id = :store) IS NOT TRUE
        """,
        seller=seller_key,
        store=store_id,
    )
    return seconds_until_turn(rows[0]["age"]) if rows else None


def _skip_run(database: Database, store_id: str, seller_key: str, execution_id: str) -> None:
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


def _runs_of_execution(database: Database, store_id: str, execution_id: str) -> list[Run]:
    """Return the execution's run of the store, if it has one, as a list of at most one."""
    rows = database.rows(
        """
        SELECT sync_logs.id, status, events_cursor AS cursor, seller_id
        FROM sync_logs JOIN stores ON stores.id = store_id
        WHERE execution_id = :execution AND store_id = :store
        """,
        execution=execution_id,
        store=store_id,
    )
    return [Run(**row, wait_seconds=seconds_until_ready(database, row["id"])) for row in rows]
