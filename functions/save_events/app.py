from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import SavedEvents, SaveEvents
from chatsync.objects import read_object
from chatsync.observability import logger, metrics, observed
from database import leases, messages, rate_limits, stores, sync_logs
from database.connection import transaction
from database.rate_limits import EVENTS


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save one burst of events and move the store's cursor with it, in one transaction."""
    task = SaveEvents.parse(event)
    events = read_object(task.events_key) if task.events_key else []
    with transaction() as database:
        leases.renew_lease(database, task.run_id, 0 if task.caught_up else task.wait_seconds)
        rate_limits.save_wait(database, task.run_id, EVENTS, task.wait_seconds)
        added = messages.save_events(database, task.store_id, task.run_id, events)
        sync_logs.add_counts(database, task.run_id, task.requests, len(events), added)
        stores.move_cursor(database, task.store_id, task.cursor)
    metrics.add_metric("MessagesAdded", MetricUnit.Count, added)
    logger.info("Events saved", extra={"store_id": task.store_id, "events": len(events), "added": added})
    return SavedEvents(
        id=task.run_id,
        cursor=task.cursor,
        wait_seconds=task.wait_seconds,
        caught_up=task.caught_up,
        added=added,
    ).as_result()
