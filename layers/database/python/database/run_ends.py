"""Runs that end otherwise than by reconciliation: they failed, were stopped, or died."""

from chatsync.errors import RunAbandonedError
from database.connection import Database
from database.rate_limits import forget_waits

# On a row of sync_logs (without an alias): silent for longer than it announced. A running one is dead then.
IS_SILENT = "alive_until < now()"
ABANDONED = (
    "This run stopped reporting (killed, aborted or timed out). Nothing is lost: the next run goes on from the cursor."
)


def close_dead_runs(database: Database) -> int:
    """Close the runs that have been silent for longer than they said; return how many."""
    return _abandon_runs(database, IS_SILENT)


def close_all_runs(database: Database) -> int:
    """Close every running run; return how many. Only for a database that nobody else can be syncing into."""
    return _abandon_runs(database, "true")


def release_store(database: Database, store_id: str) -> int:
    """Close the store's running run, whoever holds it, and forget its limits at WB. A person's decision.

    Returns how many runs there were, 0 or 1.
    """
    forget_waits(database, store_id)
    return _abandon_runs(database, "store_id = :store", store=store_id)


def _abandon_runs(database: Database, which: str, **parameters: str) -> int:
    return database.run(
        f"""
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message
        WHERE status = 'running' AND {which}
        """,  # noqa: S608 - `which` is one of the three conditions above
        type=RunAbandonedError.__name__,
        message=ABANDONED,
        **parameters,
    )


def close_runs_of_execution(database: Database, execution_id: str, error_type: str, message: str) -> int:
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


def fail_run(database: Database, store_id: str, execution_id: str, error_type: str, message: str) -> None:
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
