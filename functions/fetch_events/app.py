from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import FetchEvents
from chatsync.observability import logger, metrics, observed
from chatsync.pages import page_key, write_page
from wildberries import store_token
from wildberries.walk import walk_events


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Walk on over the seller's events as far as WB's bucket and the time budget allow, into one page."""
    wanted = FetchEvents.parse(event)
    client, token = store_token.connect(wanted.store_id)
    burst = walk_events(client, wanted.cursor, token.kind)
    key = None
    if burst.events:
        # The request's id keeps a slow attempt that was given up from overwriting the page of its successor.
        key = page_key(wanted.store_id, wanted.run_id, f"events-{wanted.cursor or 0}-{context.aws_request_id}")
        write_page(key, burst.events)
    metrics.add_metric("WbRequests", MetricUnit.Count, burst.requests)
    metrics.add_metric("WbWait", MetricUnit.Seconds, burst.wait_seconds)
    result = {
        "page_key": key,
        "cursor": burst.cursor,
        "caught_up": burst.caught_up,
        "wait_seconds": burst.wait_seconds,
        "requests": burst.requests,
    }
    logger.info("Events fetched", extra={"store_id": wanted.store_id, "events": len(burst.events), **result})
    return result
