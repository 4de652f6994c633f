from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import CloseRun
from chatsync.observability import logger, metrics, observed
from database import reconciliation
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reconcile the store with WB's list, refresh its statistics, and close its run as success or partial."""
    run = CloseRun.parse(event)
    with transaction() as database:
        found = reconciliation.close_run(database, run.store_id, run.run_id)
    metrics.add_metric("Gaps", MetricUnit.Count, found.gaps)
    metrics.add_metric("QuarantinedEvents", MetricUnit.Count, found.quarantined)
    logger.info("Run closed", extra={"store_id": run.store_id, **asdict(found)})
    return asdict(found)
