"""What an endpoint answered: each chat's answer where it can be trusted to be that chat's, and the tokens it cost."""

from collections import Counter
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, ValidationError

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.model.request import Request
from classifier.taxonomy import KEYS

COMPLETE = "stop"  # any other finish_reason (length, content_filter) means that the answer was cut
LONGEST_REASON = 120  # characters: ten Russian words
REASON_SIGNS = " ,-–—«»"  # besides letters


class NoAnswerError(Exception):
    """A request failed in a way that its texts may have caused; `meaning` is what it means where they did not."""

    def __init__(self, meaning: ClassifierRefusedError | ClassifierUnavailableError) -> None:
        super().__init__()
        self.meaning = meaning


@dataclass(frozen=True)
class Answer:
    """What the model says of one chat: a tag of the taxonomy, a confidence from 0 to 1, and why."""

    tag: str
    confidence: float | None
    reason: str


@dataclass(frozen=True)
class Reply:
    """The usable answers of one request by chat id, and the tokens the endpoint says it took."""

    answers: dict[str, Answer] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0


class _Entry(BaseModel):
    """Endpoints that do not enforce the schema may leave out what is optional."""

    id: str
    tag: str
    confidence: float | None = None
    reason: str = ""


class _Entries(BaseModel):
    labels: list[_Entry]


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


def read_reply(body: str, request: Request) -> Reply:
    """Return what a chat completion says of the chats of a request, with or without a usable answer the tokens it took.

    Left out are chats it says nothing of, or gives a tag outside the taxonomy. Left out are all of them where it
    refused, was cut, is no JSON of ours, or shows that a text of the request led it: by an entry twice, an alias that
    was not asked about, or a control with a wrong tag. Raises NoAnswerError where the body is no chat completion.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        nothing = ClassifierUnavailableError("The model's endpoint answered with no completion.")
        raise NoAnswerError(nothing) from None
    usage = completion.usage or _Usage()
    entries = _read_entries(completion.choices[0])
    answers = _answers(entries, request) if _keeps_to(request, entries) else {}
    return Reply(answers, usage.prompt_tokens, usage.completion_tokens)


def _read_entries(choice: _Choice) -> list[_Entry]:
    if choice.finish_reason != COMPLETE or choice.message.refusal or not choice.message.content:
        return []
    try:
        return _Entries.model_validate_json(choice.message.content).labels
    except ValidationError:
        return []


def _keeps_to(request: Request, entries: list[_Entry]) -> bool:
    """Tell whether the answer keeps to its request: each alias once, none invented, and the controls right."""
    times = Counter(entry.id for entry in entries)
    tags = {entry.id: entry.tag for entry in entries}
    known = request.chat_ids.keys() | request.controls.keys()
    right = all(tags.get(alias) == tag for alias, tag in request.controls.items())
    return right and times.keys() <= known and set(times.values()) <= {1}


def _answers(entries: list[_Entry], request: Request) -> dict[str, Answer]:
    return {
        request.chat_ids[entry.id]: Answer(entry.tag, _fraction(entry.confidence), _plain_reason(entry.reason))
        for entry in entries
        if entry.id in request.chat_ids and entry.tag in KEYS
    }


def _fraction(confidence: float | None) -> float | None:
    """Return a confidence only where it is one: models that are not held to the schema say 95, or nothing."""
    return confidence if confidence is not None and 0 <= confidence <= 1 else None


def _plain_reason(reason: str) -> str:
    """Return a reason in letters alone, cut: no text can make it a phone, a link, an order to a terminal or a page."""
    letters = "".join(sign if sign.isalpha() or sign in REASON_SIGNS else " " for sign in reason)
    return " ".join(letters.split())[:LONGEST_REASON]
