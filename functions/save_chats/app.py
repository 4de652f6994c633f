from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import SaveChats, SavedChats
from chatsync.objects import read_object
from chatsync.observability import logger, observed
from database import chats, leases, problems, rate_limits, stores, sync_logs
from database.connection import transaction
from database.rate_limits import CHATS, EVENTS


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save WB's list of chats, what the store's token says of itself, and how long the run will now be silent."""
    task = SaveChats.parse(event)
    content = read_object(task.chats_key) if task.chats_key else None
    token = stores.StoreToken(task.seller_id, task.token_type, task.token_expires_at)
    with transaction() as database:
        wait = task.wait_seconds
        if content is not None:
            wait = rate_limits.seconds_until_ready(database, task.run_id, EVENTS)
        leases.renew_lease(database, task.run_id, wait)
        sync_logs.add_counts(
            database, task.run_id, requests=task.requests, damaged=content["damaged"] if content else 0
        )
        stores.save_token_facts(database, task.store_id, token)
        rate_limits.save_wait(database, task.run_id, CHATS, task.wait_seconds)
        if content is not None:
            listed = chats.save_list(database, task.store_id, task.run_id, content["chats"], content["unread"])
            problems.save_list_problem(database, task.store_id, task.run_id, listed.unchecked_sentence())
    saved = SavedChats(
        id=task.run_id,
        cursor=task.cursor,
        seller_id=task.seller_id,
        wait_seconds=wait,
        listed=content is not None,
        chats=len(content["chats"]) if content else 0,
    )
    logger.info("Chats saved", extra={"store_id": task.store_id, "chats": saved.chats})
    return saved.as_result()
