from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import FailedRun, FailRun
from chatsync.errors import describe_failure
from chatsync.observability import logger, metrics, observed
from database import run_ends
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Close the store's run as `error`, with the error's type and a sentence that its owner can act on."""
    task = FailRun.parse(event)
    error_type, message = describe_failure(task.error, task.cause)
    with transaction() as database:
        run_ends.fail_run(database, task.store_id, task.execution_id, error_type, message)
    metrics.add_metric(error_type, MetricUnit.Count, 1)
    logger.warning("Run failed", extra={"store_id": task.store_id, "error_type": error_type, "sentence": message})
    return FailedRun(error_type, message).as_result()
