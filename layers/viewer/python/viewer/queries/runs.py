"""Runs: rows of sync_logs, newest first, and what one run did when."""

from typing import Any

from database.connection import Database
from viewer.filters import RunFilters
from viewer.paging import ROWS_A_PAGE, cut
from viewer.queries.stores import WAITS_UNTIL

MOST_LABEL_PAGES = 200
COLUMNS = f"""
    runs.id, store_id, stores.name AS store_name, execution_id, sync_type, status, chats_total, chats_synced,
    messages_added, chats_to_classify, chats_classified, events_read, wb_requests, waited_seconds, gaps, quarantined,
    error_type, error_message, started_at, completed_at, now() AS seen_at, alive_until < now() AS is_dead,
    CASE WHEN status = 'running' AND {WAITS_UNTIL} > now() THEN {WAITS_UNTIL} END AS waits_until
"""


def page(database: Database, asked: RunFilters) -> tuple[list[dict[str, Any]], bool]:
    """Return a page of runs, and whether more follow."""
    values: dict[str, Any] = {"store": asked.store_id, "status": asked.status, "before": asked.before}
    given = {name: value for name, value in values.items() if value}
    conditions = {"store": "store_id = :store", "status": "status = :status", "before": "runs.id < :before"}
    where = " AND ".join(conditions[name] for name in given) or "true"
    rows = database.rows(
        f"""
        SELECT {COLUMNS} FROM sync_logs AS runs JOIN stores ON stores.id = store_id
        WHERE {where} ORDER BY runs.id DESC LIMIT {ROWS_A_PAGE + 1}
        """,  # noqa: S608 - constants
        **given,
    )
    return cut(rows)


def run(database: Database, run_id: int) -> dict[str, Any] | None:
    """Return a run, or None."""
    rows = database.rows(
        f"""
        SELECT {COLUMNS} FROM sync_logs AS runs JOIN stores ON stores.id = store_id WHERE runs.id = :id LIMIT 1
        """,  # noqa: S608 - constants
        id=run_id,
    )
    return rows[0] if rows else None


def of_execution(database: Database, execution_id: str) -> list[dict[str, Any]]:
    """Return the runs of one execution, which synced several stores at once."""
    return database.rows(
        f"""
        SELECT {COLUMNS} FROM sync_logs AS runs JOIN stores ON stores.id = store_id
        WHERE execution_id = :execution ORDER BY runs.id LIMIT {ROWS_A_PAGE}
        """,  # noqa: S608 - constants
        execution=execution_id,
    )


def labelled(database: Database, run_id: int, store_id: str) -> list[dict[str, Any]]:
    """Return when the run stored labels, and how many at once."""
    return database.rows(
        f"""
        SELECT labelled_at, count(*) AS labels FROM chat_labels
        WHERE run_id = :run AND store_id = :store GROUP BY labelled_at ORDER BY labelled_at LIMIT {MOST_LABEL_PAGES}
        """,  # noqa: S608 - a constant
        run=run_id,
        store=store_id,
    )
