from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import describe_failure
from chatsync.events import FailRun
from chatsync.observability import logger, metrics, observed
from database import sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Close the store's run as `error`, with the error's type and a sentence that its owner can act on."""
    run = FailRun.parse(event)
    error_type, message = describe_failure(run.error, run.cause)
    with transaction() as database:
        sync_logs.fail(database, run.store_id, run.execution_id, error_type, message)
    metrics.add_metric(error_type, MetricUnit.Count, 1)
    logger.warning("Run failed", extra={"store_id": run.store_id, "error_type": error_type, "sentence": message})
    return {"error_type": error_type, "message": message}
