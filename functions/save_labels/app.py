from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import SaveLabels
from chatsync.observability import logger, metrics, observed
from chatsync.pages import read_page
from chatsync.settings import setting
from database import labels, sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save one page of labels and the store's counts of tags with it, in one transaction."""
    page = SaveLabels.parse(event)
    rows = read_page(page.labels_key)
    with transaction() as database:
        sync_logs.renew(database, page.run_id, 0)
        added = labels.save(database, page.store_id, page.run_id, setting("CLASSIFIER"), rows)
    metrics.add_metric("ChatsLabelled", MetricUnit.Count, added)
    logger.info("Labels saved", extra={"store_id": page.store_id, "labels": added})
    return {"labels": added}
