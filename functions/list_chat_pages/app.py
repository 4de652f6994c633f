from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import ClassifierRefusedError, PricesInvalidError
from chatsync.events import ListChatPages
from chatsync.observability import logger, metrics, observed
from chatsync.pages import page_key, write_page
from chatsync.prices import price_of
from chatsync.settings import setting
from database import label_budgets, label_plan, sync_logs
from database.connection import Database, transaction
from database.label_budgets import Budgets, PlannedPage


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the transcripts of the chats to label into pages, within the budgets; return each one's key and tokens."""
    wanted = ListChatPages.parse(event)
    with transaction() as database:
        sync_logs.renew(database, wanted.run_id, 0)
        pages = _reserved(database, wanted, context.aws_request_id)
    for key, page in pages:
        write_page(key, page.transcripts)
    chats = sum(len(page.transcripts) for _, page in pages)
    logger.info("Chat pages listed", extra={"store_id": wanted.store_id, "chats": chats})
    return {"pages": [{"page_key": key, "tokens": page.tokens.total} for key, page in pages], "chats": chats}


def _reserved(database: Database, wanted: ListChatPages, request_id: str) -> list[tuple[str, PlannedPage]]:
    """Return the pages with their keys. A taxonomy or price list that cannot be read stops the labels, not the sync."""
    classifier, budgets = setting("CLASSIFIER"), Budgets.from_settings()
    try:
        price_of(classifier)  # a price list that cannot be read shows before anything is paid for
        stale = label_plan.look(database, wanted.store_id, classifier, budgets)
    except (ClassifierRefusedError, PricesInvalidError) as error:
        sync_logs.note_stopped_labels(database, wanted.run_id, str(error))
        return []
    label_budgets.lock(database, wanted.run_id)
    spent = label_budgets.spent_today(database)
    plan = label_plan.plan(stale, classifier, budgets, spent, int(setting("LABEL_CHATS_A_PAGE")))
    pages = [(_key(wanted, number, request_id), page) for number, page in enumerate(plan.pages)]
    label_budgets.reserve(database, wanted.run_id, pages)
    label_plan.note(database, wanted.run_id, plan)
    metrics.add_metric("ChatsOverBudget", MetricUnit.Count, plan.left)
    return pages


def _key(wanted: ListChatPages, number: int, request_id: str) -> str:
    return page_key(wanted.store_id, wanted.run_id, f"transcripts-{number}-{request_id}")
