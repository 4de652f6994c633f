from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import SaveChats, SavedChats
from chatsync.objects import read_object
from chatsync.observability import logger, observed
from database import chats, leases, rate_limits, stores, sync_logs
from database.connection import transaction
from database.rate_limits import CHATS, EVENTS


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save WB's list of chats, what the store's token says of itself, and how long the run will now be silent."""
    task = SaveChats.parse(event)
    listed = read_object(task.chats_key) if task.chats_key else None
    token = stores.StoreToken(task.seller_id, task.token_type, task.token_expires_at)
    with transaction() as database:
        wait = task.wait_seconds
        if listed is not None:
            wait = rate_limits.seconds_until_ready(database, task.run_id, EVENTS)
        leases.renew_lease(database, task.run_id, wait)
        sync_logs.add_counts(database, task.run_id, task.requests)
        rate_limits.save_wait(database, task.run_id, CHATS, task.wait_seconds)
        stores.save_token_facts(database, task.store_id, token)
        if listed is not None:
            chats.save_list(database, task.store_id, listed)
    saved = SavedChats(
        id=task.run_id,
        cursor=task.cursor,
        wait_seconds=wait,
        listed=listed is not None,
        chats=len(listed or []),
    )
    logger.info("Chats saved", extra={"store_id": task.store_id, "chats": saved.chats})
    return saved.as_result()
