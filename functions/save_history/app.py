from dataclasses import asdict, replace
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import SavedHistory, SaveHistory
from chatsync.objects import read_object, write_object
from chatsync.observability import logger, metrics, observed
from chatsync.settings import setting
from database import bursts, leases, reconciliation
from database.connection import Database, transaction
from database.labels.budgets import Budgets
from database.labels.reservations import NO_CHAT_PAGES, ReservedChatPages, reserve_chat_pages


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Save what was fetched, and the cursor with it; at the walk's end list the chats to label, or close the run."""
    task = SaveHistory.parse(event)
    content = read_object(task.history_key) if task.history_key else None
    with transaction() as database:
        saved = bursts.save_fetch(database, task, content)
    metrics.add_metric("MessagesAdded", MetricUnit.Count, saved.added)
    logger.info("History saved", extra={"store_id": task.store_id, "added": saved.added, "chats": saved.chats})
    if saved.caught_up and saved.status == "running":
        saved = _end_walk(task, saved, context.aws_request_id)
    return saved.as_result()


def _end_walk(task: SaveHistory, saved: SavedHistory, request_id: str) -> SavedHistory:
    """List the chats to label, or close the run. A transaction of its own: whatever fails here, what was read stays."""
    with transaction() as database:
        leases.renew_lease(database, task.run_id, 0)
        reserved = _reserve(database, task, request_id) if task.classify else NO_CHAT_PAGES
        closed = None if reserved.pages else reconciliation.close_run(database, task.store_id, task.run_id)
    for key, page in reserved.pages.items():
        write_object(key, page.transcripts)
    if reserved.left is not None:
        metrics.add_metric("ChatsOverBudget", MetricUnit.Count, reserved.left)
    if closed:
        metrics.add_metric("Gaps", MetricUnit.Count, closed.gaps)
        logger.info("Run closed", extra={"store_id": task.store_id, **asdict(closed)})
        return replace(saved, status=closed.status)
    logger.info("Chat pages listed", extra={"store_id": task.store_id, "chats": reserved.chats})
    return replace(saved, pages=reserved.as_pages(), to_label=reserved.chats)


def _reserve(database: Database, task: SaveHistory, request_id: str) -> ReservedChatPages:
    classifier, budgets = setting("CLASSIFIER"), Budgets.from_settings()
    return reserve_chat_pages(database, task, request_id, classifier, budgets)
