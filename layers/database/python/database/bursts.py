"""One burst of the walk over a store's events: its rows and the store's cursor together, and where the run goes on."""

from collections.abc import Mapping
from typing import Any

from chatsync.contracts import SavedEvents, SaveEvents
from database import leases, messages, rate_limits, stores, stretches, sync_logs
from database.connection import Database
from database.rate_limits import EVENTS
from database.wb_events import count_unread

NOTHING: Mapping[str, Any] = {"fetched_at": "-infinity", "events": [], "incomplete": [], "damaged": 0}


def save_burst(database: Database, task: SaveEvents, content: Mapping[str, Any] | None) -> SavedEvents:
    """Save a burst, and return where the run goes on: at WB's next page, at a stretch to be read again, or nowhere.

    Raises:
        LeaseLostError: The run is no longer the store's live run.
        DatabaseRefusedError: Postgres refused for another reason than what is in the events.
    """
    burst = content or NOTHING
    leases.renew_lease(database, task.run_id, 0 if task.caught_up else task.wait_seconds)
    rate_limits.save_wait(database, task.run_id, EVENTS, task.wait_seconds)
    added = messages.save_events(database, task.store_id, task.run_id, burst["events"], burst["fetched_at"])
    stretches.open_stretches(database, task.store_id, task.run_id, burst["incomplete"])
    read, damaged = len(burst["events"]), burst["damaged"] + count_unread(burst["events"])
    sync_logs.add_counts(database, task.run_id, requests=task.requests, events=read, added=added, damaged=damaged)
    if task.until is None:
        stores.move_cursor(database, task.store_id, task.cursor)
    elif task.caught_up and not burst["incomplete"]:
        stretches.close_stretch(database, task.store_id, task.until)
    return _where_to_go_on(database, task, added)


def _where_to_go_on(database: Database, task: SaveEvents, added: int) -> SavedEvents:
    """A repeated save takes the next stretch again; the one left out is a later run's."""
    stretch = stretches.take_stretch(database, task.store_id, task.run_id) if task.caught_up else None
    cursor, until = stretch or (task.cursor, None if task.caught_up else task.until)
    return SavedEvents(
        id=task.run_id,
        cursor=cursor,
        until=until,
        seller_id=task.seller_id,
        wait_seconds=task.wait_seconds,
        caught_up=task.caught_up and stretch is None,
        added=added,
    )
