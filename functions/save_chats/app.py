from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import SaveChats
from chatsync.observability import logger, observed
from chatsync.pages import read_page
from database import chats, rate_limits, stores, sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save WB's list of chats, what the store's token says of itself, and how long the run will now be silent."""
    page = SaveChats.parse(event)
    listed = read_page(page.page_key) if page.page_key else None
    token = stores.StoreToken(page.seller_id, page.token_type, page.token_expires_at)
    with transaction() as database:
        wait = (
            rate_limits.seconds_until_ready(database, page.run_id, rate_limits.EVENTS)
            if page.page_key
            else page.wait_seconds
        )
        sync_logs.renew(database, page.run_id, wait)
        sync_logs.count(database, page.run_id, page.requests)
        rate_limits.remember(database, page.run_id, rate_limits.CHATS, page.wait_seconds)
        stores.remember_token(database, page.store_id, token)
        if listed is not None:
            chats.save_list(database, page.store_id, listed)
    logger.info("Chats saved", extra={"store_id": page.store_id, "chats": len(listed or [])})
    return {
        "id": page.run_id,
        "status": "running",
        "cursor": page.cursor,
        "listed": listed is not None,
        "chats": len(listed or []),
        "wait_seconds": wait,
    }
