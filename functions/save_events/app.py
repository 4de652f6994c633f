from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import SaveEvents
from chatsync.objects import read_object
from chatsync.observability import logger, metrics, observed
from database import bursts
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save one burst of events and move the store's cursor with it, in one transaction."""
    task = SaveEvents.parse(event)
    content = read_object(task.events_key) if task.events_key else None
    with transaction() as database:
        saved = bursts.save_burst(database, task, content)
    metrics.add_metric("MessagesAdded", MetricUnit.Count, saved.added)
    logger.info("Events saved", extra={"store_id": task.store_id, "added": saved.added})
    return saved.as_result()
