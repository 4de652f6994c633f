"""What of a chat leaves this machine: its last messages within a budget, masked, the buyer's and the seller's alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from chatsync.label_tokens import BUYER, CHARACTERS_PER_MESSAGE, SELLER, excerpt_within_budget
from classifier.chats import Transcript
from classifier.masking import mask

# Of a message, to mask before it is cut: more than anyone types. Words that no dictionary has take the longest, about
# a second for all of them on a slow processor.
CHARACTERS_READ = 10_000

SENDERS = {BUYER: "buyer", SELLER: "seller"}  # whose messages are sent, and how they are marked


@dataclass(frozen=True)
class Line:
    """One message as it is sent; `sender` is "buyer" or "seller"."""

    sender: str
    text: str


def excerpt(transcript: Transcript) -> tuple[Line, ...]:
    """Return the chat's last messages, oldest first: as many whole ones as TOKENS_PER_CHAT holds.

    The buyer's newest words are among them even where what the seller wrote since would fill the budget alone. Left
    out are WB's own words, in the seller's and in the buyer's name, and messages of senders nobody knows.
    """
    messages = excerpt_within_budget(_newest_first(transcript)).messages
    return tuple(Line(SENDERS[sender], text) for sender, text in messages)


def outgoing_text(text: str, client_name: str = "") -> str:
    """Return a text as it may be sent: what is invisible left out, personal data masked, and then its beginning."""
    return mask(_visible(text[:CHARACTERS_READ]), client_name)[:CHARACTERS_PER_MESSAGE]


def _newest_first(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """Yield the messages that may be sent, one by one: what the budget leaves out need not be masked."""
    for message in reversed(transcript.own_messages):
        if message.sender in SENDERS and message.text:
            yield message.sender, outgoing_text(message.text, transcript.client_name)


def _visible(text: str) -> str:
    """Return the text as people see it: orders to a model can be written in characters that are not shown."""
    shown = ("\n" if sign == "\n" else " " if sign.isspace() else sign for sign in text)
    return "".join(sign for sign in shown if sign.isprintable() or sign == "\n")
