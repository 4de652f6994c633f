"""What labels took: read by who reserves, and by who only asks what the next ones would take."""

from database.connection import Database
from database.labels.budgets import Spent


def spent_today(database: Database) -> Spent:
    """Return what the labels of this UTC day took so far, over all stores."""
    rows = database.rows(
        """
        SELECT coalesce(sum(chats), 0)::bigint AS chats,
               coalesce(sum(coalesce(tokens_in + tokens_out, tokens_reserved)), 0)::bigint AS tokens
        FROM label_pages JOIN sync_logs ON sync_logs.id = run_id
        WHERE day = (now() AT TIME ZONE 'UTC')::date AND (tokens_in IS NOT NULL OR status = 'running')
        """
    )
    return Spent(**rows[0])
