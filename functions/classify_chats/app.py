from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.events import ClassifyChats
from chatsync.observability import logger, metrics, observed
from chatsync.pages import page_key, read_page, write_page
from chatsync.settings import setting
from classifier.chats import Classified, Transcript
from classifier.choice import choose_provider
from classifier.provider import Provider, Settings


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Label one page of transcripts into a page of labels."""
    page = ClassifyChats.parse(event)
    rows = read_page(page.page_key)
    classified = provider().classify([Transcript.from_row(row) for row in rows], page.tokens)
    key = page_key(page.store_id, page.run_id, f"labels-{context.aws_request_id}")
    write_page(key, [_page_of_labels(classified, rows)])
    metrics.add_metric("LabelTokens", MetricUnit.Count, classified.tokens_in + classified.tokens_out)
    done = {"store_id": page.store_id, "chats": len(rows), "labelled": len(classified.labels)}
    logger.info("Chats classified", extra={**done, "stopped": classified.stopped})
    return {"labels_key": key, "tokens_in": classified.tokens_in, "tokens_out": classified.tokens_out}


def _page_of_labels(classified: Classified, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what Save labels needs: the labels, each with the digest of the words it is for, and what they took."""
    content = {row["chat_id"]: row["content"] for row in rows}
    labels = [label.as_row() | {"content": content[label.chat_id]} for label in classified.labels]
    return asdict(classified) | {"labels": labels}


@cache
def provider() -> Provider:
    """Return the classifier that the setting CLASSIFIER names, made once a container."""
    name, _, model = setting("CLASSIFIER").partition("/")
    if name == "keywords":
        return choose_provider(Settings(name))
    key = parameters.get_secret(setting("OPENAI_KEY_SECRET"))
    return choose_provider(Settings(name, model, setting("OPENAI_BASE_URL"), str(key)))
