"""Which chats share a request to a language model, and about how many tokens the requests take.

The classifier groups by it what it sends, and the database's functions, which cannot import the classifier, estimate by
it what that takes. Measured (`make tokens`, eval/tokens.md), the estimate is about 1.2 times of what OpenAI's newer
tokenizer (o200k) counts, and about what the older one (cl100k) does. What a reasoning model thinks is not in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from chatsync.label_signs import looks_suspicious
from chatsync.label_tokens import CHARACTERS_PER_MESSAGE, TOKENS_PER_CHAT, Tokens, excerpt_within_budget
from chatsync.taxonomy import taxonomy

# Ten chats a request keep it within the context of small local models, and the answer short enough to come before the
# time-out.
CHATS_PER_REQUEST = 10
TOKENS_PER_REQUEST = 8_000  # of chats; the prompt comes on top

# Of the JSON around the words: a chat's id and brackets, a message's keys and brackets.
CHAT_FRAME_TOKENS, MESSAGE_FRAME_TOKENS = 22, 13
# Of a request, besides the taxonomy: the other words of the prompt, the schema, two control chats.
PROMPT_FRAME_TOKENS = 640
TAXONOMY_CHARACTERS_PER_TOKEN = 3
ENTRY_FRAME = 20  # characters: how a tag or a cause is set off from the others there
ANSWER_TOKENS = 60  # of one chat: alias, tag, cause, confidence, and a reason of ten Russian words

Chat = TypeVar("Chat")


@dataclass(frozen=True)
class ChatCost:
    """About how many tokens a chat takes in a request, 0 where it is sent to nobody, and whether it shares none."""

    tokens: int
    alone: bool = False


def chat_cost(messages: Sequence[Mapping[str, Any]]) -> ChatCost:
    """Return what a chat takes; nothing where no word is the buyer's: such a chat is sent to nobody.

    `messages` are its last ones, oldest first, each with `sender` and `text`; masking changes their length a little.
    """
    said = ((message["sender"], (message["text"] or "")[:CHARACTERS_PER_MESSAGE]) for message in reversed(messages))
    excerpt = excerpt_within_budget(said)
    if not excerpt.heard:
        return ChatCost(0)
    more = excerpt.tokens >= TOKENS_PER_CHAT  # Masked, the next older message may fit.
    frames = MESSAGE_FRAME_TOKENS * (len(excerpt.messages) + more) + CHAT_FRAME_TOKENS
    return ChatCost(excerpt.tokens + frames, looks_suspicious(text for _, text in excerpt.messages))


def group_chats(chats: Sequence[Chat], cost: Callable[[Chat], ChatCost]) -> Iterator[list[Chat]]:
    """Yield the chats in the groups that are asked together: suspicious ones alone, the others in their order."""
    group: list[Chat] = []
    tokens = 0
    for chat in chats:
        if cost(chat).alone:
            continue
        if group and (len(group) == CHATS_PER_REQUEST or tokens + cost(chat).tokens > TOKENS_PER_REQUEST):
            yield group
            group, tokens = [], 0
        group.append(chat)
        tokens += cost(chat).tokens
    if group:
        yield group
    yield from ([chat] for chat in chats if cost(chat).alone)


def chat_page_tokens(chats: Sequence[ChatCost]) -> Tokens:
    """Return about what the requests of a chat page take."""
    sent = [chat for chat in chats if chat.tokens]
    requests = sum(1 for _ in group_chats(sent, lambda chat: chat))
    return Tokens(requests * prompt_tokens() + sum(chat.tokens for chat in sent), len(sent) * ANSWER_TOKENS)


def prompt_tokens() -> int:
    """Return about how many tokens a request takes besides its chats."""
    used = taxonomy()
    characters = sum(
        ENTRY_FRAME + len(entry.key) + len(entry.title_ru) + len(entry.description) + sum(map(len, entry.examples))
        for entry in (*used.tags, *used.causes)
    )
    characters += len(used.ties) + len(used.cause_ties)
    return PROMPT_FRAME_TOKENS + -(-characters // TAXONOMY_CHARACTERS_PER_TOKEN)
