from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import EstimatedLabels, EstimateLabels
from chatsync.label_version import label_version
from chatsync.observability import logger, observed
from chatsync.settings import setting
from database import stores
from database.connection import transaction
from database.labels.budgets import Budgets
from database.labels.estimate import estimate_labels


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Estimate what the next run would label, store by store. No state of the machine: invoked by hand."""
    task = EstimateLabels.parse(event)
    classifier = setting("CLASSIFIER")
    with transaction() as database:
        store_ids = stores.ids_to_sync(database, task.store_ids)
        estimates = estimate_labels(database, store_ids, classifier, Budgets.from_settings())
    logger.info("Labels estimated", extra={"stores": len(estimates), "chats": sum(each.chats for each in estimates)})
    return EstimatedLabels(label_version(classifier), estimates).as_result()
