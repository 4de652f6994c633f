from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import Report, ReportedRuns
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
    task = Report.parse(event)
    with transaction() as database:
        runs = sync_logs.statuses(database, task.execution_id)
    counts = ReportedRuns(**{status: runs.get(status, 0) for status in METRIC_OF_STATUS}).as_result()
    for status, metric in METRIC_OF_STATUS.items():
        metrics.add_metric(metric, MetricUnit.Count, counts[status])
    logger.info("Execution ended", extra=counts)
    return counts
