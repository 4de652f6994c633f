"""Runs that end otherwise than by reconciliation: they failed, were stopped, or died."""

from collections.abc import Callable

from chatsync.errors import RunAbandonedError
from database import stores
from database.connection import Database
from database.rate_limits import forget_waits

# Longer than the longest time between two saves of a living run: four attempts of the slowest function with their
# time-outs and back-offs (a test adds them up from the state machine), besides the waits that it announces.
SILENCE_SECONDS = 1200

# On a row of sync_logs (without an alias): silent for longer than it announced. A running one is dead then.
IS_SILENT = "alive_until < now()"
# On a running row: the seconds of its announced wait that are still to come.
STILL_TO_WAIT = f"greatest(0, floor(extract(epoch FROM alive_until - now()) - {SILENCE_SECONDS}))::integer"
PART = (
    "This run read WB's history up to {date}, as much as one run may. Nothing is lost: the next run goes on from there."
)
NO_PART = (
    "WB's limits let this run read nothing. The next run tries again; if it repeats, check who else uses the token."
)
ABANDONED = (
    "This run stopped reporting (killed, aborted or timed out). Nothing is lost: the next run goes on from the cursor."
)


def close_dead_runs(database: Database) -> int:
    """Close the runs that have been silent for longer than they said; return how many."""
    return _abandon_runs(database, IS_SILENT)


def close_runs_of_dead_executions(database: Database, lives: Callable[[str], bool]) -> int:
    """Close what is running of executions that do not live; return how many runs.

    `lives` is asked of an execution's id. Only for a database in which it knows of every execution: it is asked after
    the runs were read, so that one that begins meanwhile is not taken for dead.
    """
    executions = database.rows("SELECT DISTINCT execution_id FROM sync_logs WHERE status = 'running'")
    dead = [row["execution_id"] for row in executions if not lives(row["execution_id"])]
    return sum(_abandon_runs(database, "execution_id = :execution", execution=execution) for execution in dead)


def release_store(database: Database, store_id: str) -> int:
    """Close the store's running run, whoever holds it, and forget its limits at WB. A person's decision.

    Returns how many runs there were, 0 or 1.
    """
    forget_waits(database, store_id)
    return _abandon_runs(database, "store_id = :store", store=store_id)


def _abandon_runs(database: Database, which: str, **parameters: str) -> int:
    return _stop_runs(database, which, RunAbandonedError.__name__, ABANDONED, **parameters)


def _stop_runs(database: Database, which: str, error_type: str, message: str, **parameters: str) -> int:
    return database.run(
        f"""
        UPDATE sync_logs SET status = 'error', completed_at = now(), error_type = :type, error_message = :message,
                             read_up_to = NULL, waited_seconds = waited_seconds - {STILL_TO_WAIT}
        WHERE status = 'running' AND {which}
        """,  # noqa: S608 - `which` is one of four conditions of this file
        type=error_type,
        message=message,
        **parameters,
    )


def close_runs_of_execution(database: Database, execution_id: str, error_type: str, message: str) -> int:
    """Close what is still running of an execution that was stopped; return how many runs."""
    return _stop_runs(database, "execution_id = :execution", error_type, message, execution=execution_id)


def mark_part(database: Database, run_id: int, cursor: int) -> None:
    """Keep on a run that may fetch no more though WB has more how far it came (ms). What it read is labelled next.

    A wait that was announced is the next run's.
    """
    database.run(
        f"""
        UPDATE sync_logs
        SET read_up_to = to_timestamp(CAST(:cursor AS bigint) / 1000.0),
            waited_seconds = waited_seconds - {STILL_TO_WAIT},
            alive_until = now() + make_interval(secs => {SILENCE_SECONDS})
        WHERE id = :id
        """,  # noqa: S608 - constants
        id=run_id,
        cursor=cursor,
    )


def end_part(database: Database, store_id: str, run_id: int) -> None:
    """Close a run that was marked, or that WB let read nothing; the next one goes on from the cursor.

    Whether what WB lists is stored is not asked: it cannot be yet.
    """
    database.run(
        f"""
        UPDATE sync_logs
        SET status = 'partial', completed_at = now(), waited_seconds = waited_seconds - {STILL_TO_WAIT},
            error_message = concat_ws(' ',
                coalesce(replace(:part, '{{date}}', to_char(read_up_to, 'YYYY-MM-DD')), :nothing), labels_stopped)
        WHERE id = :id
        """,  # noqa: S608 - a constant
        id=run_id,
        part=PART,
        nothing=NO_PART,
    )
    stores.refresh_statistics(database, store_id)


def fail_run(database: Database, store_id: str, execution_id: str, error_type: str, message: str) -> None:
    """Close the execution's run of the store as failed, opening its row if even that had not happened.

    A run that has already ended keeps its end.
    """
    about = {"store": store_id, "execution": execution_id, "type": error_type, "message": message}
    # Asked first: an insert that the index refuses would leave a gap in the run numbers.
    opened = database.run(
        """
        INSERT INTO sync_logs (store_id, seller_key, execution_id, sync_type, status, alive_until, completed_at,
                               error_type, error_message)
        SELECT id, coalesce(seller_id, id), :execution, 'incremental', 'error', now(), now(), :type, :message
        FROM stores
        WHERE id = :store AND NOT EXISTS (
            SELECT FROM sync_logs WHERE execution_id = :execution AND store_id = :store
        )
        ON CONFLICT (execution_id, store_id) DO NOTHING
        """,
        **about,
    )
    if not opened:
        database.run(
            """
            UPDATE sync_logs
            SET status = 'error', completed_at = now(), error_type = :type, error_message = :message,
                read_up_to = NULL
            WHERE execution_id = :execution AND store_id = :store AND status = 'running'
            """,
            **about,
        )
