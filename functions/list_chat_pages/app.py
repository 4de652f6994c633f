from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import ListChatPages
from chatsync.observability import logger, observed
from chatsync.pages import page_key, write_page
from chatsync.settings import setting
from database import labels, sync_logs
from database.connection import transaction


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write the transcripts of the chats to label into pages, and return a list of their keys."""
    wanted = ListChatPages.parse(event)
    with transaction() as database:
        sync_logs.renew(database, wanted.run_id, 0)
        transcripts = labels.transcripts_to_label(
            database, wanted.store_id, setting("CLASSIFIER"), int(setting("LABEL_CHATS_A_RUN"))
        )
        labels.plan(database, wanted.run_id, len(transcripts))
    size = int(setting("LABEL_CHATS_A_PAGE"))
    pages = []
    for start in range(0, len(transcripts), size):
        key = page_key(wanted.store_id, wanted.run_id, f"transcripts-{start}-{context.aws_request_id}")
        write_page(key, transcripts[start : start + size])
        pages.append({"page_key": key})
    logger.info("Chat pages listed", extra={"store_id": wanted.store_id, "chats": len(transcripts)})
    return {"pages": pages, "chats": len(transcripts)}
