"""Runs: rows of sync_logs, and what one run did when."""

from typing import Any

from database.connection import Database
from database.run_ends import IS_SILENT, SILENCE_SECONDS, STILL_TO_WAIT
from reading.filters import RunFilters

STATUSES = ("running", "success", "partial", "error", "skipped")
MOST_LABEL_MOMENTS = 200
# On a row of sync_logs named `run`.
IS_DEAD = f"run.status = 'running' AND {IS_SILENT}"
# A running run says with each save how long it will be silent; what exceeds the usual silence is a wait for WB.
WAIT_END = f"run.alive_until - make_interval(secs => {SILENCE_SECONDS})"
WAITS_UNTIL = f"CASE WHEN run.status = 'running' AND {WAIT_END} > now() THEN {WAIT_END} END"
WAITED = f"waited_seconds - CASE WHEN run.status = 'running' THEN {STILL_TO_WAIT} ELSE 0 END"
COMPUTED = ("store_name", "read_at", "is_dead", "waits_until")  # what RUNS adds to the columns of sync_logs
RUNS = f"""
    SELECT run.id, store_id, execution_id, sync_type, status, chats_total, chats_synced, messages_added,
           chats_to_classify, chats_classified, chats_over_budget, budget_reached, outdated_labels, relabelling,
           label_tokens_in, label_tokens_out, label_cost_microusd, labels_stopped, chats_unanswered, events_read,
           wb_requests, {WAITED} AS waited_seconds, gaps, quarantined, stretches, problems, damaged_values,
           list_unchecked, read_up_to, error_type, error_message, started_at, completed_at,
           stores.name AS store_name, now() AS read_at, {IS_DEAD} AS is_dead, {WAITS_UNTIL} AS waits_until
    FROM sync_logs AS run JOIN stores ON stores.id = run.store_id
"""  # noqa: S608 - constants
CONDITIONS = {"store": "run.store_id = :store", "status": "run.status = :status", "before": "run.id < :before"}


def list_runs(database: Database, most: int, filters: RunFilters | None = None) -> list[dict[str, Any]]:
    """Return at most this number of runs, newest first."""
    values: dict[str, Any] = {}
    if filters:
        values = {"store": filters.store_id, "status": filters.status, "before": filters.before}
    given = {name: value for name, value in values.items() if value}
    where = " AND ".join(CONDITIONS[name] for name in given) or "true"
    return database.rows(f"{RUNS} WHERE {where} ORDER BY run.id DESC LIMIT :most", most=most, **given)


def read_run(database: Database, run_id: int) -> dict[str, Any] | None:
    """Return a run, or None."""
    rows = database.rows(f"{RUNS} WHERE run.id = :id LIMIT 1", id=run_id)
    return rows[0] if rows else None


def list_runs_of_execution(database: Database, execution_id: str, most: int | None = None) -> list[dict[str, Any]]:
    """Return the runs of one execution, which syncs several stores at once, by store; all without `most`."""
    return database.rows(
        f"{RUNS} WHERE execution_id = :execution ORDER BY store_id LIMIT CAST(:most AS bigint)",
        execution=execution_id,
        most=most,
    )


def list_saved_labels(database: Database, run: dict[str, Any]) -> list[dict[str, Any]]:
    """Return when a run stored labels, and how many at once."""
    return database.rows(
        f"""
        SELECT labelled_at, count(*) AS labels FROM chat_labels
        WHERE run_id = :run AND store_id = :store GROUP BY labelled_at ORDER BY labelled_at LIMIT {MOST_LABEL_MOMENTS}
        """,  # noqa: S608 - a constant
        run=run["id"],
        store=run["store_id"],
    )
