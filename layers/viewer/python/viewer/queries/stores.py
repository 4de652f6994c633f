"""Stores at a glance: how the last run ended, what the token and the data are, and what is waited for."""

from typing import Any

from database.connection import Database
from database.leases import SILENCE_SECONDS
from viewer.queries.chats import IS_WAITING

MOST_STORES = 1000
# A running run says with each save how long it will be silent; what exceeds the usual silence is a wait for WB.
WAITS_UNTIL = f"alive_until - make_interval(secs => {SILENCE_SECONDS})"


def stores(database: Database) -> list[dict[str, Any]]:
    """Return the stores with their last run (run_* is None before the first)."""
    return database.rows(
        f"""
        SELECT stores.id, name, active, token_type, token_expires_at, last_success_at, total_chats,
               chat_tag_counts, now() AS seen_at, messages, coalesce(waiting, 0) AS waiting, run.id AS run_id,
               run.status AS run_status, run.gaps, run.quarantined, run.error_type,
               run.error_message, run.started_at, run.alive_until < now() AS run_dead,
               CASE WHEN run.status = 'running' AND {WAITS_UNTIL} > now() THEN {WAITS_UNTIL} END AS waits_until
        FROM stores
        LEFT JOIN LATERAL (
            SELECT sum(messages_total)::bigint AS messages FROM chats WHERE store_id = stores.id
        ) AS counted ON true
        LEFT JOIN (
            SELECT store_id, count(*) AS waiting FROM chats WHERE {IS_WAITING} GROUP BY store_id
        ) AS unanswered ON unanswered.store_id = stores.id
        LEFT JOIN LATERAL (SELECT * FROM sync_logs WHERE store_id = stores.id ORDER BY id DESC LIMIT 1) AS run ON true
        ORDER BY name, stores.id LIMIT {MOST_STORES}
        """  # noqa: S608 - constants
    )
