from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import OpenRun
from chatsync.observability import logger, observed
from database import leases
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take the store's lease and open its row of sync_logs, or say `skipped` while another run holds it."""
    task = OpenRun.parse(event)
    with transaction() as database:
        run = leases.open_run(database, task.store_id, task.execution_id, task.full).as_result()
    logger.info("Run opened", extra={"store_id": task.store_id, **run})
    return run
