"""About how many tokens a language model takes for words, told from their length before anything is sent.

Rather too many than too few: a budget is reserved by it. The bounds are those of what is sent of a chat, and lie here
because the database's functions, which plan what may be sent, cannot import the classifier.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

BUYER, SELLER = "client", "seller"  # the `sender` WB gives to the messages of the two

# OpenAI's newer tokenizer takes Russian words, with their spaces, in pieces of 3.4 letters; digits, punctuation and
# emoji in pieces of one or two. The older one needs 1.6 times as many for words (eval/tokens.md).
LETTERS_PER_TOKEN = 3
SIGN = re.compile(r"[^\w\s]|[\d_]")
SIGNS, SIGNS_TOKENS = 5, 3  # five signs take three tokens

# Our own bounds. What a buyer needs stands in the last messages; these tokens hold about two thousand letters.
TOKENS_PER_CHAT = 700
CHARACTERS_PER_MESSAGE = 1_000


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
    signs = len(SIGN.findall(text))
    scaled = (len(text) - signs) * SIGNS + signs * SIGNS_TOKENS * LETTERS_PER_TOKEN
    return -(-scaled // (LETTERS_PER_TOKEN * SIGNS))


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
