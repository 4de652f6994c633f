from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import ChatPageLabels, SavedLabels, SaveLabels
from chatsync.errors import describe_failure
from chatsync.objects import read_object
from chatsync.observability import logger, metrics, observed
from chatsync.settings import setting
from database.connection import transaction
from database.labels.history import save_chat_page_labels
from database.leases import renew_lease


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save the labels of one chat page, what they took, and the store's counts of tags with it, in one transaction.

    Where the page could not be classified, save why.
    """
    task = SaveLabels.parse(event)
    page = _page_labels(task)
    with transaction() as database:
        renew_lease(database, task.run_id, 0)
        added = save_chat_page_labels(database, task, page, setting("CLASSIFIER"))
    metrics.add_metric("ChatsLabelled", MetricUnit.Count, added)
    logger.info("Labels saved", extra={"store_id": task.store_id, "labels": added, "stopped": page.stopped})
    return SavedLabels(added).as_result()


def _page_labels(task: SaveLabels) -> ChatPageLabels:
    """Return the page's labels, or none and the classifier's error as what stopped them."""
    if "labels_key" in task.labels:
        return ChatPageLabels(**read_object(task.labels["labels_key"])[0])
    error, cause = (str(task.labels.get(name, "")) for name in ("Error", "Cause"))
    return ChatPageLabels(labels=[], tokens_in=0, tokens_out=0, stopped=describe_failure(error, cause)[1])
