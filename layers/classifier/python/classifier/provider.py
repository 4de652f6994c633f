"""What a classifier is, and the settings it is made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from classifier.chats import Classified, Transcript


@dataclass(frozen=True)
class Settings:
    """Which classifier labels the chats: "keywords" needs nothing else, "openai" the rest.

    `base_url` names any OpenAI-compatible endpoint, up to its `/v1`; None is OpenAI's own. An empty `api_key` is for
    endpoints that ask for none. `timeout_seconds` is one request's; none begins later than `seconds_a_page` after the
    first of a page. Both together stay below the function's own time-out of 120 s, so that what was paid for is kept.
    """

    classifier: str
    model: str = ""
    base_url: str | None = None
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 40.0
    seconds_a_page: float = 70.0


class Provider(Protocol):
    """Something that labels chats; `name` is on its labels, and another one once those are stale."""

    @property
    def name(self) -> str:
        """Return the name, such as "openai/gpt-5-mini/prompt-1/taxonomy-2"."""
        ...

    def classify(self, transcripts: Sequence[Transcript], most_tokens: int | None = None) -> Classified:
        """Return the transcripts' labels, in their order; raises ClassifierUnavailableError or ...RefusedError.

        Each has one, unless the provider had to stop in the middle: see Classified. After the first request, none
        begins once `most_tokens` are taken.
        """
        ...
