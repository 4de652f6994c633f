"""The provider that asks the tests' endpoint, and the two chats that it is mostly asked about."""

from functools import cache

from classifier.chats import Classified, Transcript
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.support.openai_server import OpenAIServer
from tests.support.talks import transcript

KEY = "sk-very-secret"
BROKEN, LATE = "Кружка разбита", "Где заказ?"
A, B = transcript(BROKEN, "1:a", 3), transcript(LATE, "1:b", 5)
RIGHT = {BROKEN: "defect", LATE: "delivery"}


@cache
def _made(url: str, timeout_seconds: float) -> OpenAIProvider:
    return OpenAIProvider(Settings("openai", "tiny", url, KEY, timeout_seconds))


def provider(url: str, timeout_seconds: float = 5) -> OpenAIProvider:
    """Return the provider of an address as a new container makes it; making another one would take 0.2 s."""
    made = _made(url, timeout_seconds)
    made.endpoint.forget()
    return made


def classify(server: OpenAIServer, *chats: Transcript) -> Classified:
    """Return what the provider makes of the chats."""
    return provider(server.url).classify(chats)


def tags(classified: Classified) -> dict[str, str]:
    """Return the tags by chat id."""
    return {label.chat_id: label.tag for label in classified.labels}
