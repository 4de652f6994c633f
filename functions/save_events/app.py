from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import SaveEvents
from chatsync.observability import logger, metrics, observed
from chatsync.pages import read_page
from database import messages, rate_limits, stores, sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save one burst of events and move the store's cursor with it, in one transaction."""
    page = SaveEvents.parse(event)
    events = read_page(page.page_key) if page.page_key else []
    with transaction() as database:
        sync_logs.renew(database, page.run_id, 0 if page.caught_up else page.wait_seconds)
        rate_limits.remember(database, page.run_id, rate_limits.EVENTS, page.wait_seconds)
        added = messages.save_events(database, page.store_id, page.run_id, events)
        sync_logs.count(database, page.run_id, page.requests, len(events), added)
        stores.move_cursor(database, page.store_id, page.cursor)
    metrics.add_metric("MessagesAdded", MetricUnit.Count, added)
    logger.info("Events saved", extra={"store_id": page.store_id, "events": len(events), "added": added})
    return {
        "id": page.run_id,
        "status": "running",
        "cursor": page.cursor,
        "caught_up": page.caught_up,
        "wait_seconds": page.wait_seconds,
        "added": added,
    }
