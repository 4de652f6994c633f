from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import ListStores
from chatsync.observability import logger, metrics, observed
from chatsync.pages import write_stores_to_sync
from database import stores, sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """List the stores to sync as a JSON object in S3, for the Distributed Map; close runs that died meanwhile."""
    wanted = ListStores.parse(event)
    with transaction() as database:
        dead = sync_logs.close_dead_runs(database)
        store_ids = stores.to_sync(database, wanted.store_ids)
        fresh = stores.freshness(database)
    # Here and not in Report: a store that waits for days would keep them from the alarms that watch them.
    metrics.add_metric("ActiveStores", MetricUnit.Count, fresh["stores"])
    metrics.add_metric("OldestSuccessHours", MetricUnit.NoUnit, fresh["oldest_success_hours"])
    if fresh["token_days_left"] is not None:
        metrics.add_metric("TokenDaysLeft", MetricUnit.Count, fresh["token_days_left"])
    logger.info("Stores listed", extra={"stores": len(store_ids), "dead_runs_closed": dead})
    return {
        "stores": len(store_ids),
        "stores_key": write_stores_to_sync(wanted.execution_name, store_ids),
        "full": wanted.full,
        "classify": wanted.classify,
    }
