from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import FetchChats, FetchedChats
from chatsync.objects import object_key, write_object
from chatsync.observability import logger, metrics, observed
from chatsync.token_expiry import ends_soon
from wildberries import chats, store_token


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fetch WB's list of the store's chats into an object, or say how long WB makes us wait for it."""
    task = FetchChats.parse(event)
    client, token = store_token.connect(task.store_id, task.seller_id)
    listed = chats.fetch_chats(client, token.kind)
    key = None
    if listed.chats is not None:
        # The request's id keeps a slow attempt that was given up from overwriting the object of its successor.
        key = object_key(task.store_id, task.run_id, f"chats-{context.aws_request_id}")
        write_object(key, {"chats": listed.chats, "damaged": listed.damaged, "unread": listed.unread})
    metrics.add_metric("WbRequests", MetricUnit.Count, listed.requests)
    metrics.add_metric("WbWait", MetricUnit.Seconds, listed.wait_seconds)
    days_left = token.days_left(datetime.now(UTC))
    if days_left is not None and ends_soon(days_left):
        logger.warning("Token expires soon", extra={"store_id": task.store_id, "days_left": days_left})
    logger.info("Chats fetched", extra={"store_id": task.store_id, "wait_seconds": listed.wait_seconds})
    return FetchedChats(
        chats_key=key,
        wait_seconds=listed.wait_seconds,
        requests=listed.requests,
        seller_id=token.seller_id or task.seller_id,  # a token that does not name its seller changes nothing
        token_type=token.kind,
        token_expires_at=token.expires_at.isoformat() if token.expires_at else None,
    ).as_result()
