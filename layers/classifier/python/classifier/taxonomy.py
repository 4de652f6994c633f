"""The taxonomy in use, and the label of a chat that no tag of it can be given to."""

from chatsync.taxonomy import UNDEFINED, taxonomy
from classifier.chats import Label, Transcript

THANKS = "thanks"
REVIEW_CHANGE = "review_change"

TAXONOMY = taxonomy()
TAGS = TAXONOMY.tags
KEYS = TAXONOMY.keys


def abstain(transcript: Transcript, reason: str, model: str) -> Label:
    """Return the label of a chat nothing can be said about; `reason` is a short Russian sentence for the seller."""
    return Label(transcript.chat_id, transcript.messages_total, UNDEFINED, None, reason, model, abstained=True)
