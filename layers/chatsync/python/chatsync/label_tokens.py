"""About how many tokens a language model takes for chats, told from their length before anything is sent.

Rather too many than too few: a budget is reserved by it. No tokenizer is known for every model; Russian takes 2
characters a token with the older ones, and 3 to 4 with the newer. Measured on the golden set and the simulator's chats,
it is 1.4 times of what OpenAI's cl100k counts in, and 1.6 to 1.75 times of what o200k does; the answers 1.0 and 1.3
times, without what reasoning models think. The bounds are those of what is sent, and lie here
because the database's functions, which plan what may be sent, cannot import the classifier.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatsync.taxonomy import taxonomy

BUYER, SELLER = "client", "seller"  # the `sender` WB gives to the messages of the two

CHARACTERS_PER_TOKEN = 2

# Our own bounds. What a buyer needs stands in the last messages; a thousand tokens hold about ten usual ones. Ten chats
# a request keep it within the context of small local models, and the answer short enough to come before the time-out.
TOKENS_PER_CHAT = 1_000
CHARACTERS_PER_MESSAGE = 1_000
CHATS_PER_REQUEST = 10

# Of the JSON around the words, in characters: a chat's id and brackets, a message's keys and brackets.
CHAT_FRAME, MESSAGE_FRAME = 36, 32
# Of a request, in characters, besides the taxonomy: the other words of the prompt, the schema, two control chats.
PROMPT_FRAME = 2_200
TAG_FRAME = 20  # how a tag is set off from the others there
ANSWER_TOKENS = 70  # of one chat: alias, tag, confidence, and a reason of ten Russian words


@dataclass(frozen=True)
class Tokens:
    """Tokens into a model and out of it; `cached` are those of the ones in that its server had read before."""

    into: int = 0
    out: int = 0
    cached: int = 0

    @property
    def total(self) -> int:
        """Return both together."""
        return self.into + self.out

    def __add__(self, other: "Tokens") -> "Tokens":
        """Return both together, each kind by itself."""
        return Tokens(self.into + other.into, self.out + other.out, self.cached + other.cached)


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text takes, rather too many than too few."""
    return _tokens(len(text))


def says_something(text: str | None) -> bool:
    """Tell whether a text holds words, and not just signs or pictures."""
    return text is not None and any(character.isalnum() for character in text)


@dataclass(frozen=True)
class Excerpt:
    """The messages of a chat (sender, text) that fit into TOKENS_PER_CHAT, oldest first, and their `tokens` at most.

    `heard`: the buyer's words are among them. Where the budget cuts, `tokens` are all of it, and what the buyer's words
    take beyond it: masked, other messages may fit than unmasked.
    """

    messages: tuple[tuple[str, str], ...]
    tokens: int
    heard: bool


def excerpt_within_budget(newest_first: Iterable[tuple[str, str]]) -> Excerpt:
    """Return as many whole messages (sender, text), the newest, as TOKENS_PER_CHAT holds.

    The buyer's newest words are among them even where what the seller wrote since would fill the budget alone. No more
    messages are read than decide it.
    """
    kept: list[tuple[str, str]] = []
    left, beyond, heard = TOKENS_PER_CHAT, 0, False
    for sender, text in newest_first:
        tokens = estimated_tokens(text)
        left -= tokens
        speaks = sender == BUYER and says_something(text)
        if left >= 0 or (speaks and not heard):
            kept.append((sender, text))
            beyond += tokens if left < 0 else 0
        heard = heard or speaks
        if left < 0 and heard:
            break
    return Excerpt(tuple(reversed(kept)), TOKENS_PER_CHAT - max(left, 0) + beyond, heard)


def chat_tokens(messages: Sequence[Mapping[str, Any]]) -> int:
    """Return about how many tokens a chat takes, 0 where no word is the buyer's: such a chat is sent to nobody.

    `messages` are its last ones, oldest first, each with `sender` and `text`; masking changes their length a little.
    """
    said = ((message["sender"], (message["text"] or "")[:CHARACTERS_PER_MESSAGE]) for message in reversed(messages))
    excerpt = excerpt_within_budget(said)
    more = excerpt.tokens >= TOKENS_PER_CHAT  # Masked, the next older message may fit.
    frames = MESSAGE_FRAME * (len(excerpt.messages) + more) + CHAT_FRAME
    return excerpt.tokens + _tokens(frames) if excerpt.heard else 0


def chat_page_tokens(chats: Sequence[int]) -> Tokens:
    """Return about what a chat page takes, told from chat_tokens of each."""
    sent = [tokens for tokens in chats if tokens]
    requests = -(-len(sent) // CHATS_PER_REQUEST)
    return Tokens(requests * prompt_tokens() + sum(sent), len(sent) * ANSWER_TOKENS)


def prompt_tokens() -> int:
    """Return about how many tokens a request takes besides its chats."""
    used = taxonomy()
    words = sum(
        TAG_FRAME + len(tag.key) + len(tag.title_ru) + len(tag.description) + sum(map(len, tag.examples))
        for tag in used.tags
    )
    return _tokens(PROMPT_FRAME + words + len(used.ties))


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
