"""The table `rate_limits`: when a seller's bucket at WB will have filled again, kept from one run to the next.

WB's headers say it while a run goes on; without this table the next run's first request could only be a 429.
"""

from database.connection import Database

# As the longest wait that is believed of WB (wildberries/limits.py): a row that says more is of an older version.
LONGEST_SECONDS = 86_400
CHATS, EVENTS = "chats", "events"


def save_wait(database: Database, run_id: int, method: str, seconds: int) -> None:
    """Keep until when the bucket of the run's seller is empty: for so many seconds from now; 0 says nothing new."""
    if not seconds:
        return
    database.run(
        """
        INSERT INTO rate_limits (seller_key, method, ready_at, token_type)
        SELECT seller_key, :method, now() + make_interval(secs => :seconds), token_type
        FROM sync_logs JOIN stores ON stores.id = store_id WHERE sync_logs.id = :run
        ON CONFLICT (seller_key, method) DO UPDATE SET ready_at = excluded.ready_at, token_type = excluded.token_type
        """,
        run=run_id,
        method=method,
        seconds=float(seconds),
    )


def seconds_until_ready(database: Database, run_id: int) -> int:
    """Return the whole seconds until the buckets of the run's seller may be asked; 0 if nothing is known against it.

    A run needs both, one right after the other. A limit that was met with another kind of token says nothing: each kind
    has a bucket of its own size.
    """
    rows = database.rows(
        """
        SELECT ceil(extract(epoch FROM max(ready_at) - now()))::integer AS seconds
        FROM rate_limits JOIN sync_logs USING (seller_key) JOIN stores ON stores.id = store_id
        WHERE sync_logs.id = :run AND method = ANY(CAST(:methods AS text[]))
          AND ready_at > now() AND ready_at <= now() + make_interval(secs => :longest)
          AND (rate_limits.token_type IS NULL OR rate_limits.token_type IS NOT DISTINCT FROM stores.token_type)
        """,
        run=run_id,
        methods=[CHATS, EVENTS],
        longest=float(LONGEST_SECONDS),
    )
    return rows[0]["seconds"] or 0


def forget_waits(database: Database, store_id: str) -> int:
    """Forget what is known of the buckets of the store's seller; return of how many that still had to be waited for.

    A person's decision: the next run asks WB at once.
    """
    return database.run(
        """
        UPDATE rate_limits SET ready_at = now()
        WHERE ready_at > now() AND seller_key IN (SELECT coalesce(seller_id, id) FROM stores WHERE id = :store)
        """,
        store=store_id,
    )
