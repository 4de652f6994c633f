from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import FetchedEvents, FetchEvents
from chatsync.objects import object_key, write_object
from chatsync.observability import logger, metrics, observed
from wildberries import store_token
from wildberries.walk import walk_events


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Walk on over the seller's events as far as WB's bucket and the time budget allow, into one object."""
    task = FetchEvents.parse(event)
    client, token = store_token.connect(task.store_id, task.seller_id)
    burst = walk_events(client, task.cursor, token.kind, task.until)
    key = None
    if burst.events or burst.incomplete:
        # The request's id keeps a slow attempt that was given up from overwriting the object of its successor.
        key = object_key(task.store_id, task.run_id, f"events-{task.cursor or 0}-{context.aws_request_id}")
        write_object(key, burst.as_content(datetime.now(UTC)))
    metrics.add_metric("WbRequests", MetricUnit.Count, burst.requests)
    metrics.add_metric("WbWait", MetricUnit.Seconds, burst.wait_seconds)
    fetched = FetchedEvents(
        events_key=key,
        cursor=burst.cursor,
        caught_up=burst.caught_up,
        wait_seconds=burst.wait_seconds,
        requests=burst.requests,
    ).as_result()
    logger.info("Events fetched", extra={"store_id": task.store_id, "events": len(burst.events), **fetched})
    return fetched
