"""What a classifier is, its settings, and the choice between the two there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatsync.errors import ClassifierRefusedError
from classifier.chats import Classified, Transcript


@dataclass(frozen=True)
class Settings:
    """Which classifier labels the chats: "keywords" needs nothing else, "openai" the rest.

    `base_url` names any OpenAI-compatible endpoint, up to its `/v1`; None is OpenAI's own. An empty `api_key` is for
    endpoints that ask for none.
    """

    classifier: str
    model: str = ""
    base_url: str | None = None
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 60.0


class Provider(Protocol):
    """Something that labels chats; `name` tells the provider and its version or model, as labels do."""

    @property
    def name(self) -> str:
        """Return the provider's name, such as "keywords/1" or "openai/gpt-5-mini"."""
        ...

    def classify(self, transcripts: Sequence[Transcript]) -> Classified:
        """Return one label for each transcript, in order; raises ClassifierUnavailableError or ...RefusedError."""
        ...


def make(settings: Settings) -> Provider:
    """Return the provider the settings name; raises ClassifierRefusedError where they cannot work.

    Each is imported only when chosen: openai alone takes about a second.
    """
    if settings.classifier == "keywords":
        from classifier.keywords import KeywordsProvider  # noqa: PLC0415

        return KeywordsProvider()
    if settings.classifier == "openai":
        from classifier.openai_provider import OpenAIProvider  # noqa: PLC0415

        return OpenAIProvider(settings)
    raise ClassifierRefusedError('The classifier must be "keywords" or "openai".')
