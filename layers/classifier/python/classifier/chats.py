"""The shapes that go in and out of a classifier: transcripts of chats, and their labels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

from chatsync.automatic import is_automatic
from chatsync.label_tokens import BUYER, says_something
from chatsync.question_prefix import without_prefix
from chatsync.taxonomy import UNDEFINED

NO_WORDS = "нет слов покупателя"  # why a chat's classifier abstains without asking anybody


@dataclass(frozen=True)
class Message:
    """One message of a chat; `text` is None where only files were sent, `sent_at` is an ISO time."""

    sender: str
    text: str | None
    sent_at: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the message a transcript row holds; raises KeyError where a field is missing."""
        return cls(sender=row["sender"], text=row["text"], sent_at=row["sent_at"])


@dataclass(frozen=True)
class Transcript:
    """The last messages of one chat, oldest first; `messages_total` counts all the chat has.

    The client's name is here to be masked: it is no part of what a classifier reads.
    """

    chat_id: str
    messages_total: int
    messages: tuple[Message, ...]
    client_name: str = ""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the transcript of one row of a chat page; raises KeyError where a field is missing."""
        return cls(
            chat_id=row["chat_id"],
            messages_total=row["messages_total"],
            messages=tuple(Message.from_row(message) for message in row["messages"]),
            client_name=row["client_name"] or "",
        )

    @cached_property
    def own_messages(self) -> tuple[Message, ...]:
        """Return the messages without WB's own words: the automatic ones, and the prefix of a buyer's first message.

        The database leaves both out of what it hands over; golden chats and an owner's own come as they are.
        """
        return tuple(
            replace(message, text=without_prefix(message.sender, message.text) if message.text else None)
            for message in self.messages
            if not is_automatic(message.sender, message.text)
        )

    def buyer_turns(self) -> list[str]:
        """Return the buyer's words, newest first: what was written without an answer in between is one turn.

        Only the buyer's own messages are words to label by.
        """
        turns: list[list[str]] = [[]]
        for message in reversed(self.own_messages):
            if message.sender != BUYER:
                turns.append([])
            elif says_something(message.text):
                turns[-1].insert(0, message.text or "")
        return ["\n".join(turn) for turn in turns if turn]


@dataclass(frozen=True)
class Label:
    """What one chat needs answered, and what went wrong; `confidence` is 0 to 1, or None where there is none to give.

    `cause` is one of the taxonomy's, or None where the classifier could not judge it: "nothing" says that nothing went
    wrong. `messages_total` echoes the transcript's, so that a label can be told from one of a longer, newer chat.
    """

    chat_id: str
    messages_total: int
    tag: str
    confidence: float | None
    reason: str
    model: str
    abstained: bool
    cause: str | None = None

    @classmethod
    def from_transcript(
        cls,
        transcript: Transcript,
        model: str,
        reason: str,
        tag: str = UNDEFINED,
        confidence: float | None = None,
        *,
        cause: str | None = None,
    ) -> Self:
        """Return a transcript's label; with UNDEFINED the classifier abstains, and is not confident of anything.

        `reason` is a short Russian sentence for the seller. A cause may be known where the tag is not.
        """
        abstained = tag == UNDEFINED
        return cls(
            chat_id=transcript.chat_id,
            messages_total=transcript.messages_total,
            tag=tag,
            confidence=None if abstained else confidence,
            reason=reason,
            model=model,
            abstained=abstained,
            cause=cause,
        )

    def as_row(self) -> dict[str, Any]:
        """Return the label as a page of labels holds it."""
        return asdict(self)


@dataclass(frozen=True)
class Classified:
    """One label for each transcript, in their order, and the language model's tokens that all requests took.

    A provider that has to stop in the middle returns what it has, for that is paid for: chats without a label are the
    next run's, and `stopped` is the sentence that says why.
    """

    labels: tuple[Label, ...]
    tokens_in: int
    tokens_out: int
    stopped: str = ""
