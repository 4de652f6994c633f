"""What one fetch brought is saved, and the run says how long it will be silent."""

from typing import Any

from chatsync.contracts import SaveHistory
from database import run_ends
from database.bursts import save_fetch
from database.connection import Database
from database.stretches import open_stretches
from tests.support.given_rows import AT, STORE, a_run, column

HOUR = 3600


def saved_fetch(run: int, **changes: Any) -> SaveHistory:
    """Return the end of a walk, after which WB's bucket is empty for an hour."""
    fetched: dict[str, Any] = {
        "store_id": STORE,
        "run_id": run,
        "until": None,
        "classify": False,
        "history_key": None,
        "listed": True,
        "list_wait_seconds": 0,
        "cursor": AT,
        "stream_end": None,
        "caught_up": True,
        "events_wait_seconds": HOUR,
        "requests": 1,
        "seller_id": None,
        "token_type": "base",
        "token_expires_at": None,
    }
    return SaveHistory(**(fetched | changes))


def test_the_wait_before_a_stretch_is_read_again_is_announced(database: Database) -> None:
    """Given a stretch of the run before, when the walk has ended, then the hour before it is no sign of death."""
    before = a_run(database)
    open_stretches(
        database, STORE, before, [{"after": AT, "until": AT + 9, "announced": 2, "held": 1, "fragments": []}]
    )
    run_ends.close_runs_of_dead_executions(database, lambda execution: False)
    run = a_run(database, execution="execution-2")
    saved = save_fetch(database, saved_fetch(run), None)
    assert (saved.caught_up, saved.until, saved.wait_seconds) == (False, AT + 9, HOUR)
    alive = "SELECT alive_until > now() + interval '1 hour' FROM sync_logs WHERE id = :run"
    assert column(database, alive, run=run) == [True]
    assert column(database, "SELECT waited_seconds FROM sync_logs WHERE id = :run", run=run) == [HOUR]


def test_the_wait_behind_the_last_page_is_the_next_runs(database: Database) -> None:
    run = a_run(database)
    assert save_fetch(database, saved_fetch(run), None).caught_up
    assert column(database, "SELECT waited_seconds FROM sync_logs WHERE id = :run", run=run) == [0]
