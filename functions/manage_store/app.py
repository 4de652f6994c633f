from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import EventInvalidError, StoreUnknownError
from chatsync.events import ManageStore
from chatsync.observability import logger, observed
from database import stores
from database.connection import Database, transaction
from database.stores import StoreToken

ACTIVE = {"add": True, "resume": True, "pause": False, "remove": False}


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Add, pause, resume or remove a store, or note its new token's facts. What is stored of it always stays."""
    wanted = ManageStore.parse(event)
    if wanted.action not in {*ACTIVE, "token"}:
        raise EventInvalidError("The action must be add, token, pause, resume or remove.")
    with transaction() as database:
        _change(database, wanted)
        if not database.rows("SELECT FROM stores WHERE id = :id", id=wanted.store_id):
            raise StoreUnknownError(f"No such store: {wanted.store_id}. Add it first.")
    logger.info("Store changed", extra={"store_id": wanted.store_id, "action": wanted.action})
    return {"store_id": wanted.store_id, "action": wanted.action}


def _change(database: Database, wanted: ManageStore) -> None:
    if wanted.action == "add":
        stores.register(database, wanted.store_id, wanted.name or wanted.store_id, active=True)
    if wanted.action in ACTIVE:
        stores.set_active(database, wanted.store_id, ACTIVE[wanted.action])
    if wanted.token_type is not None:
        token = StoreToken(wanted.seller_id, wanted.token_type, wanted.token_expires_at)
        stores.remember_token(database, wanted.store_id, token)
