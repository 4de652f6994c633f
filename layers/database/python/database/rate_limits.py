"""The table `rate_limits`: when a seller's bucket at WB will have filled again, kept from one run to the next.

WB's headers say it while a run goes on; without this table the next run's first request could only be a 429.
"""

from database.connection import Database

CHATS, EVENTS = "chats", "events"


def save_wait(database: Database, run_id: int, method: str, seconds: int) -> None:
    """Keep until when the bucket of the run's seller is empty: for so many seconds from now; 0 says nothing new."""
    if not seconds:
        return
    database.run(
        """
        INSERT INTO rate_limits (seller_key, method, ready_at)
        SELECT seller_key, :method, now() + make_interval(secs => :seconds) FROM sync_logs WHERE id = :run
        ON CONFLICT (seller_key, method) DO UPDATE SET ready_at = excluded.ready_at
        """,
        run=run_id,
        method=method,
        seconds=float(seconds),
    )


def seconds_until_ready(database: Database, run_id: int, method: str) -> int:
    """Return the whole seconds until the bucket of the run's seller may be asked; 0 if nothing is known against it."""
    rows = database.rows(
        """
        SELECT ceil(extract(epoch FROM ready_at - now()))::integer AS seconds
        FROM rate_limits JOIN sync_logs USING (seller_key)
        WHERE sync_logs.id = :run AND method = :method AND ready_at > now()
        """,
        run=run_id,
        method=method,
    )
    return rows[0]["seconds"] if rows else 0
