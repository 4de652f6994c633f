from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import EstimateLabels
from chatsync.label_version import label_version
from chatsync.observability import logger, observed
from chatsync.settings import setting
from database import label_estimate, stores
from database.connection import transaction
from database.label_budgets import Budgets


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Estimate what the next run would label, store by store. No state of the machine: invoked by hand."""
    wanted = EstimateLabels.parse(event)
    classifier, size = setting("CLASSIFIER"), int(setting("LABEL_CHATS_A_PAGE"))
    with transaction() as database:
        store_ids = stores.to_sync(database, wanted.store_ids)
        found = label_estimate.estimate(database, store_ids, classifier, Budgets.from_settings(), size)
    logger.info("Labels estimated", extra={"stores": len(found), "chats": sum(store.chats for store in found)})
    return {"labelled_by": label_version(classifier), "stores": [asdict(store) for store in found]}
