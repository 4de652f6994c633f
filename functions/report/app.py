from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import Report
from chatsync.observability import logger, metrics, observed
from database import sync_logs
from database.connection import transaction

METRIC_OF_STATUS = {
    "success": "StoresSucceeded",
    "partial": "StoresPartial",
    "error": "StoresFailed",
    "skipped": "StoresSkipped",
    "running": "StoresUnfinished",
}


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Count how the execution's stores ended, as metrics and as the execution's output."""
    execution = Report.parse(event)
    with transaction() as database:
        found = sync_logs.statuses(database, execution.execution_id)
    counts = {status: found.get(status, 0) for status in METRIC_OF_STATUS}
    for status, metric in METRIC_OF_STATUS.items():
        metrics.add_metric(metric, MetricUnit.Count, counts[status])
    logger.info("Execution ended", extra=counts)
    return counts
