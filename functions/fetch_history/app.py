from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import FetchedHistory, FetchHistory
from chatsync.objects import object_key, write_object
from chatsync.observability import logger, metrics, observed
from chatsync.token_expiry import ends_soon
from wildberries import history, store_token
from wildberries.token import TokenFacts


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fetch WB's list of chats, unless the run has it, and walk on over the events, into one object."""
    task = FetchHistory.parse(event)
    client, token = store_token.connect(task.store_id, task.seller_id)
    fetched = history.fetch_history(client, token.kind, task)
    key = None
    if not fetched.is_empty:
        # The request's id keeps a slow attempt that was given up from overwriting the object of its successor.
        key = object_key(task.store_id, task.run_id, f"history-{task.cursor or 0}-{context.aws_request_id}")
        write_object(key, fetched.as_content(datetime.now(UTC)))
    result = FetchedHistory(
        history_key=key,
        listed=fetched.listed,
        list_wait_seconds=fetched.list_wait_seconds,
        cursor=fetched.burst.cursor,
        stream_end=fetched.stream_end,
        caught_up=fetched.burst.caught_up,
        events_wait_seconds=fetched.burst.wait_seconds,
        requests=fetched.requests,
        seller_id=token.seller_id or task.seller_id,  # a token that does not name its seller changes nothing
        token_type=token.kind,
        token_expires_at=token.expires_at.isoformat() if token.expires_at else None,
    )
    _tell(task.store_id, token, result, len(fetched.burst.events))
    return result.as_result()


def _tell(store_id: str, token: TokenFacts, result: FetchedHistory, events: int) -> None:
    metrics.add_metric("WbRequests", MetricUnit.Count, result.requests)
    metrics.add_metric("WbWait", MetricUnit.Seconds, result.wait_seconds)
    days_left = token.days_left(datetime.now(UTC))
    if days_left is not None and ends_soon(days_left):
        logger.warning("Token expires soon", extra={"store_id": store_id, "days_left": days_left})
    logger.info("History fetched", extra={"store_id": store_id, "events": events, **result.as_result()})
