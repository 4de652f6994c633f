"""One request about several chats: how they are grouped, written and told apart. Pure, but for its random choices."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chatsync.label_requests import ChatCost, group_chats
from chatsync.label_signs import looks_suspicious
from chatsync.label_tokens import estimated_tokens
from chatsync.taxonomy import UNDEFINED
from classifier.chats import Transcript
from classifier.model.excerpt import Line, excerpt
from classifier.taxonomy import CAUSES, TAGS

CONTROLS = 2  # with two right tags, no order to give all chats one tag leaves both of them right; so with two causes
# The prompt tells a text's tag and its cause where it is an example of both.
CAUSES_OF_EXAMPLES = {example: cause.key for cause in CAUSES for example in cause.examples}
ALIAS_BYTES = 4  # a text would have to guess one in four thousand million
RANDOM = secrets.SystemRandom()


@dataclass(frozen=True)
class Question:
    """A chat to be asked about, with the messages that are sent of it."""

    chat_id: str
    lines: tuple[Line, ...]

    @classmethod
    def from_transcript(cls, transcript: Transcript) -> "Question":
        """Return the question about a chat, masked and cut to what may be sent."""
        return cls(transcript.chat_id, excerpt(transcript))

    @cached_property
    def cost(self) -> ChatCost:
        """Return about what the chat takes, and whether it shares no request, for it looks as if written to a model."""
        tokens = estimated_tokens(json.dumps(_chat_json(_alias(), self.lines), ensure_ascii=False))
        return ChatCost(tokens, looks_suspicious(line.text for line in self.lines))


@dataclass(frozen=True)
class Request:
    """What is sent about some chats, and what their aliases stand for.

    An alias is random, of this request alone, and the only name that a chat has in it: no chat can know its neighbours'
    aliases, and no id of WB's leaves the machine. A control is a made-up chat with the `controls` tag it must get, and
    in `control_causes` the cause, where the prompt tells it.
    """

    prompt: str
    chat_ids: Mapping[str, str]
    controls: Mapping[str, str]
    control_causes: Mapping[str, str]


def batches(questions: Sequence[Question]) -> Iterator[list[Question]]:
    """Yield the questions in the groups that are asked together."""
    return group_chats(questions, lambda question: question.cost)


def compose_request(questions: Sequence[Question]) -> Request:
    """Return the request about these chats; more than one get controls among them, all in random order.

    A chat alone has no neighbour whose label it could spoil, and needs no control. No question at all makes a request
    of controls alone, whose words are our own.
    """
    controls = [] if len(questions) == 1 else _controls()
    aliases = _aliases(len(questions) + len(controls))
    questions_by_alias = dict(zip(aliases, questions, strict=False))
    controls_by_alias = dict(zip(aliases[len(questions) :], controls, strict=True))
    chats = [_chat_json(alias, question.lines) for alias, question in questions_by_alias.items()]
    chats += [_chat_json(alias, (Line("buyer", text),)) for alias, (_, text) in controls_by_alias.items()]
    RANDOM.shuffle(chats)
    return Request(
        json.dumps({"chats": chats}, ensure_ascii=False),
        chat_ids={alias: question.chat_id for alias, question in questions_by_alias.items()},
        controls={alias: tag for alias, (tag, _) in controls_by_alias.items()},
        control_causes={
            alias: CAUSES_OF_EXAMPLES[text]
            for alias, (_, text) in controls_by_alias.items()
            if text in CAUSES_OF_EXAMPLES
        },
    )


def _controls() -> list[tuple[str, str]]:
    """Return (tag, text) pairs of different tags, from the taxonomy's examples: the prompt itself tells their tags.

    Of different causes too, where the taxonomy has such examples.
    """
    texts = [(tag.key, text) for tag in TAGS if tag.key != UNDEFINED for text in tag.examples]
    RANDOM.shuffle(texts)
    texts.sort(key=lambda pair: pair[1] not in CAUSES_OF_EXAMPLES)
    chosen: list[tuple[str, str]] = []
    for pair in texts:
        if len(chosen) < CONTROLS and all(_differ(pair, other) for other in chosen):
            chosen.append(pair)
    return chosen


def _differ(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two (tag, text) pairs have different tags, and different causes as far as these are known."""
    causes = [CAUSES_OF_EXAMPLES.get(text) for _, text in (one, other)]
    return one[0] != other[0] and (None in causes or causes[0] != causes[1])


def _aliases(number: int) -> list[str]:
    """Return as many different aliases."""
    aliases: set[str] = set()
    while len(aliases) < number:
        aliases.add(_alias())
    return list(aliases)


def _alias() -> str:
    return f"c{secrets.token_hex(ALIAS_BYTES)}"  # a letter first: no model takes it for a number


def _chat_json(alias: str, lines: Sequence[Line]) -> dict[str, object]:
    return {"id": alias, "messages": [{"from": line.sender, "text": line.text} for line in lines]}
