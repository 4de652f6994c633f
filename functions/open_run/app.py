from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import OpenRun
from chatsync.observability import logger, observed
from database import sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take the store's lease and open its row of sync_logs, or say `skipped` while another run holds it."""
    wanted = OpenRun.parse(event)
    with transaction() as database:
        run = sync_logs.open_run(database, wanted.store_id, wanted.execution_id, wanted.full)
    logger.info("Run opened", extra={"store_id": wanted.store_id, **asdict(run)})
    return asdict(run)
