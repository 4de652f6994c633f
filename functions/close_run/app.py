from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import ClosedRun, CloseRun
from chatsync.observability import logger, metrics, observed
from database import reconciliation
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reconcile the store with WB's list, refresh its statistics, and close its run as success or partial."""
    task = CloseRun.parse(event)
    with transaction() as database:
        closed = reconciliation.close_run(database, task.store_id, task.run_id)
    metrics.add_metric("Gaps", MetricUnit.Count, closed.gaps)
    logger.info("Run closed", extra={"store_id": task.store_id, **asdict(closed)})
    return ClosedRun(closed.status, closed.gaps).as_result()
