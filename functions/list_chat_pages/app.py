from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.contracts import ListChatPages, ListedChatPages
from chatsync.objects import write_object
from chatsync.observability import logger, metrics, observed
from chatsync.settings import setting
from database.connection import transaction
from database.labels.budgets import Budgets
from database.labels.reservations import reserve_chat_pages
from database.leases import renew_lease


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the transcripts of the chats to label, a chat page an object, within the budgets; name its tokens."""
    task = ListChatPages.parse(event)
    with transaction() as database:
        renew_lease(database, task.run_id, 0)
        classifier, budgets = setting("CLASSIFIER"), Budgets.from_settings()
        reserved = reserve_chat_pages(database, task, context.aws_request_id, classifier, budgets)
    for key, page in reserved.pages.items():
        write_object(key, page.transcripts)
    if reserved.left is not None:
        metrics.add_metric("ChatsOverBudget", MetricUnit.Count, reserved.left)
    pages = [{"transcripts_key": key, "tokens": page.tokens.total} for key, page in reserved.pages.items()]
    chats = sum(len(page.transcripts) for page in reserved.pages.values())
    logger.info("Chat pages listed", extra={"store_id": task.store_id, "chats": chats})
    return ListedChatPages(pages, chats).as_result()
