from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import ListedStores, ListStores
from chatsync.objects import write_stores_to_sync
from chatsync.observability import logger, metrics, observed
from database import run_ends, stores
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """List the stores to sync as a JSON object in S3, for the Distributed Map; close runs that died meanwhile."""
    task = ListStores.parse(event)
    with transaction() as database:
        dead = run_ends.close_dead_runs(database)
        store_ids = stores.ids_to_sync(database, task.store_ids)
        fresh = stores.freshness(database)
    # Here and not in Report: a store that waits for days would keep them from the alarms that watch them.
    metrics.add_metric("ActiveStores", MetricUnit.Count, fresh["stores"])
    metrics.add_metric("OldestSuccessHours", MetricUnit.NoUnit, fresh["oldest_success_hours"])
    metrics.add_metric("OpenProblems", MetricUnit.Count, fresh["open_problems"])
    if fresh["token_days_left"] is not None:
        metrics.add_metric("TokenDaysLeft", MetricUnit.Count, fresh["token_days_left"])
    logger.info("Stores listed", extra={"stores": len(store_ids), "dead_runs_closed": dead})
    key = write_stores_to_sync(task.execution_name, store_ids)
    return ListedStores(key, len(store_ids), task.full, task.classify).as_result()
