from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.aws_clients import make_client
from chatsync.contracts import ChatPageLabels, ClassifiedChats, ClassifyChats
from chatsync.objects import object_key, read_object, write_object
from chatsync.observability import logger, metrics, observed
from chatsync.settings import setting
from classifier.chats import Classified, Transcript
from classifier.choice import choose_provider
from classifier.provider import Provider, Settings


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Label the transcripts of one chat page; write the labels into an object."""
    task = ClassifyChats.parse(event)
    rows = read_object(task.transcripts_key)
    classified = provider().classify([Transcript.from_row(row) for row in rows], task.tokens)
    key = object_key(task.store_id, task.run_id, f"labels-{context.aws_request_id}")
    write_object(key, [asdict(_page_labels(classified, rows))])
    metrics.add_metric("LabelTokens", MetricUnit.Count, classified.tokens_in + classified.tokens_out)
    done = {"store_id": task.store_id, "chats": len(rows), "labelled": len(classified.labels)}
    done |= {"unanswered": len(classified.unanswered)}
    logger.info("Chats classified", extra={**done, "stopped": classified.stopped})
    return ClassifiedChats(key).as_result()


def _page_labels(classified: Classified, rows: list[dict[str, Any]]) -> ChatPageLabels:
    """Return what Save labels needs: labels, and chats that got none, each with the digest of its words; the cost."""
    content = {row["chat_id"]: row["content"] for row in rows}
    name = provider().name
    return ChatPageLabels(
        labels=[label.as_row() | {"content": content[label.chat_id]} for label in classified.labels],
        tokens_in=classified.tokens_in,
        tokens_out=classified.tokens_out,
        stopped=classified.stopped,
        tokens_cached=classified.tokens_cached,
        unanswered=[{"chat_id": id_, "content": content[id_], "model": name} for id_ in classified.unanswered],
    )


@cache
def provider() -> Provider:
    """Return the classifier that the setting CLASSIFIER names, made once a container."""
    name, _, model = setting("CLASSIFIER").partition("/")
    if name == "keywords":
        return choose_provider(Settings(name))
    key = make_client("secretsmanager").get_secret_value(SecretId=setting("OPENAI_KEY_SECRET"))["SecretString"]
    effort = setting("OPENAI_REASONING_EFFORT")
    return choose_provider(Settings(name, model, setting("OPENAI_BASE_URL"), str(key), effort=effort))
