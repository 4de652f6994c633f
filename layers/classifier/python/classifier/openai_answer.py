"""What an endpoint answered: each chat's answer where it can be trusted to be that chat's, and the tokens it cost."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, ValidationError

from chatsync.errors import ClassifierUnavailableError

COMPLETE = "stop"  # any other finish_reason (length, content_filter) means that the answer was cut


class Answer(BaseModel):
    """What the model says of one chat; endpoints that do not enforce the schema may leave out what is optional."""

    chat_id: str
    tag: str
    confidence: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Reply:
    """The usable answers of one request by chat id, and the tokens the endpoint says it took."""

    answers: dict[str, Answer] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0


class _Answers(BaseModel):
    labels: list[Answer]


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


def read_reply(body: str, asked: Collection[str]) -> Reply:
    """Return what a chat completion says of the chats asked about.

    Left out are chats it says nothing of, names twice, or was not asked about; and all of them where it refused, was
    cut or is no JSON of ours. Raises ClassifierUnavailableError where the body is no chat completion at all.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise ClassifierUnavailableError("The model's endpoint answered with no completion.") from None
    usage = completion.usage or _Usage()
    answers = _usable(_said(completion.choices[0]), asked)
    return Reply(answers, usage.prompt_tokens, usage.completion_tokens)


def _said(choice: _Choice) -> list[Answer]:
    if choice.finish_reason != COMPLETE or choice.message.refusal or not choice.message.content:
        return []
    try:
        return _Answers.model_validate_json(choice.message.content).labels
    except ValidationError:
        return []


def _usable(answers: list[Answer], asked: Collection[str]) -> dict[str, Answer]:
    times = Counter(answer.chat_id for answer in answers)
    return {answer.chat_id: answer for answer in answers if answer.chat_id in asked and times[answer.chat_id] == 1}
