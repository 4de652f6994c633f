"""The tags a chat can get, read from taxonomy.json."""

import json
from dataclasses import dataclass
from importlib.resources import files

from classifier.chats import Label, Transcript


@dataclass(frozen=True)
class Tag:
    """One tag: its key in the database, its titles for people, its description for people and models."""

    key: str
    title_ru: str
    title_en: str
    description: str


TAGS = tuple(Tag(**tag) for tag in json.loads(files("classifier").joinpath("taxonomy.json").read_text("utf-8")))
KEYS = tuple(tag.key for tag in TAGS)

THANKS = "thanks"
UNDEFINED = "undefined"  # the tag of a chat whose classifier abstained


def abstain(transcript: Transcript, reason: str, model: str) -> Label:
    """Return the label of a chat nothing can be said about; `reason` is a short Russian sentence for the seller."""
    return Label(transcript.chat_id, transcript.messages_total, UNDEFINED, None, reason, model, abstained=True)
