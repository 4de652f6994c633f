from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import describe_failure
from chatsync.events import SaveLabels
from chatsync.label_tokens import Tokens
from chatsync.observability import logger, metrics, observed
from chatsync.pages import read_page
from chatsync.settings import setting
from database import label_costs, labels, sync_logs
from database.connection import transaction
from database.label_costs import Taken

NOTHING: dict[str, Any] = {"labels": [], "tokens_in": 0, "tokens_out": 0}


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save one page of labels, what they took, and the store's counts of tags with it, in one transaction.

    Where the page could not be classified, save why.
    """
    page = SaveLabels.parse(event)
    found = _found(page)
    taken = Taken.by(setting("CLASSIFIER"), Tokens(found["tokens_in"], found["tokens_out"]), found["stopped"])
    with transaction() as database:
        sync_logs.renew(database, page.run_id, 0)
        added = labels.save(database, page.store_id, page.run_id, found["labels"])
        label_costs.settle(database, page.run_id, page.page_key, taken)
    metrics.add_metric("ChatsLabelled", MetricUnit.Count, added)
    logger.info("Labels saved", extra={"store_id": page.store_id, "labels": added, "stopped": found["stopped"]})
    return {"labels": added}


def _found(page: SaveLabels) -> dict[str, Any]:
    """Return the page of labels, or an empty one that was stopped by the classifier's error."""
    if "key" not in page.labels:
        error, cause = (str(page.labels.get(name, "")) for name in ("Error", "Cause"))
        return NOTHING | {"stopped": describe_failure(error, cause)[1]}
    found: dict[str, Any] = read_page(page.labels["key"])[0]
    return found
