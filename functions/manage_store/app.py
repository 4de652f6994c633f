from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import ManagedStore, ManageStore
from chatsync.observability import logger, observed
from database import stores
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Add, pause, resume or remove a store, or note its new token's facts. What is stored of it always stays."""
    task = ManageStore.parse(event)
    with transaction() as database:
        stores.change_store(database, task)
    managed = ManagedStore(task.store_id, task.action).as_result()
    logger.info("Store changed", extra=managed)
    return managed
