"""What one fetch brought, and where its run goes on: WB's list, a burst of events, and the store's cursor with them."""

from collections.abc import Mapping
from typing import Any

from chatsync.contracts import SavedHistory, SaveHistory
from chatsync.errors import LeaseLostError
from database import (
    chats,
    leases,
    messages,
    problems,
    rate_limits,
    reconciliation,
    run_ends,
    stores,
    stretches,
    sync_logs,
)
from database.connection import Database
from database.rate_limits import CHATS, EVENTS
from database.wb_events import count_unread

# Saved fetches of one run. Each takes 14 events of its execution's history (Fetch history, Save history, Caught up? and
# Wait for rate limit), retries take more; Step Functions ends an execution at 25,000:
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_FETCHES = 500
# Of one run, in all. A Base token's first run would otherwise read for days before anybody sees a label.
LONGEST_WAITS_SECONDS = 12 * 3600
NOTHING: Mapping[str, Any] = {"fetched_at": "-infinity", "list": None, "events": [], "incomplete": [], "damaged": 0}


def save_fetch(database: Database, task: SaveHistory, content: Mapping[str, Any] | None) -> SavedHistory:
    """Save what was fetched, and return where the run goes on: at WB's next page, at a stretch, or nowhere.

    Nowhere (`caught_up`) is also where a run ends as a part of a long history: what it read is labelled then.

    Of a run that the same function has closed already, only its end is returned.

    Raises:
        LeaseLostError: The run is no longer the store's live run.
        DatabaseRefusedError: Postgres refused for another reason than what is in the rows.
    """
    fetched = content or NOTHING
    try:
        leases.renew_lease(database, task.run_id, 0 if task.caught_up else task.wait_seconds)
    except LeaseLostError:
        if closed := reconciliation.read_end(database, task.run_id):
            return SavedHistory(id=task.run_id, status=closed.status, listed=True, caught_up=True)
        raise
    listed = _save_list(database, task, fetched["list"])
    added, is_long = _save_events(database, task, fetched)
    stretch = stretches.take_stretch(database, task.store_id, task.run_id) if task.caught_up else None
    if stretch:  # only now it is known that the run goes on, after a wait that was thought to be the next one's
        leases.renew_lease(database, task.run_id, task.wait_seconds)
    cursor, until = stretch or (task.cursor, None if task.caught_up else task.until)
    caught_up = task.caught_up and stretch is None
    ends = is_long and not caught_up
    if ends and task.cursor is not None:
        run_ends.mark_part(database, task.run_id, task.cursor)
    elif ends:
        run_ends.end_part(database, task.store_id, task.run_id)
    return SavedHistory(
        id=task.run_id,
        status="partial" if ends and task.cursor is None else "running",
        cursor=cursor,
        until=until,
        stream_end=task.stream_end,
        seller_id=task.seller_id,
        wait_seconds=task.wait_seconds,
        listed=task.listed,
        caught_up=caught_up or ends,
        chats=listed,
        added=added,
    )


def _save_list(database: Database, task: SaveHistory, content: Mapping[str, Any] | None) -> int | None:
    """Save WB's list, if it was fetched, and with each try to fetch it what the store's token says of itself.

    Returns how many chats are listed, None without a list.
    """
    if task.listed and content is None:
        return None
    token = stores.StoreToken(task.seller_id, task.token_type, task.token_expires_at)
    stores.save_token_facts(database, task.store_id, token)
    rate_limits.save_wait(database, task.run_id, CHATS, task.list_wait_seconds)
    if content is None:
        return None
    listed = chats.save_list(database, task.store_id, task.run_id, content["chats"], content["unread"])
    problems.save_list_problem(database, task.store_id, task.run_id, listed.unchecked_sentence())
    return len(content["chats"])


def _save_events(database: Database, task: SaveHistory, fetched: Mapping[str, Any]) -> tuple[int, bool]:
    """Save the events and what the run counted, and move the cursor.

    Returns how many messages were new, and whether the run has fetched, or waited for WB, as much as one may.
    """
    events, run_id = fetched["events"], task.run_id
    rate_limits.save_wait(database, run_id, EVENTS, task.events_wait_seconds)
    added = messages.save_events(database, task.store_id, run_id, events, fetched["fetched_at"])
    stretches.open_stretches(database, task.store_id, run_id, fetched["incomplete"])
    damaged = fetched["damaged"] + count_unread(events) + (fetched["list"]["damaged"] if fetched["list"] else 0)
    fetches, waited_seconds = sync_logs.add_counts(
        database, run_id, requests=task.requests, events=len(events), added=added, damaged=damaged
    )
    if task.until is None:
        stores.move_cursor(database, task.store_id, task.cursor)
    elif task.caught_up and not fetched["incomplete"]:
        stretches.close_stretch(database, task.store_id, task.until)
    return added, fetches >= MOST_FETCHES or waited_seconds > LONGEST_WAITS_SECONDS
