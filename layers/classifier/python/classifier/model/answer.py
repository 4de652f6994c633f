"""What an answer says of a request's chats: each chat's label where it can be trusted to be that chat's. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatsync.label_tokens import Tokens
from chatsync.taxonomy import UNDEFINED
from classifier.model.answer_forms import Entries, find_entries
from classifier.model.answer_values import read_cause, read_confidence, read_reason, read_tag
from classifier.model.completion import read_completion
from classifier.model.failures import Failure
from classifier.model.refusals import read_error_object
from classifier.model.request import Request

OUTSIDE = "модель назвала метку не из списка"


@dataclass(frozen=True)
class Answer:
    """What the model says of one chat: a tag of the taxonomy, a confidence from 0 to 1, why, and the cause.

    `cause` is None where the model named none of the taxonomy's, or its causes cannot be trusted.
    """

    tag: str
    confidence: float | None
    reason: str
    cause: str | None = None


@dataclass(frozen=True)
class Reply:
    """The usable answers of one request by chat id, and what it took; `failure` says why there is none at all.

    `outside` are chats that the model gave a tag outside the taxonomy.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    tokens: Tokens = field(default_factory=Tokens)
    failure: Failure | None = None


def read_reply(body: str, request: Request, estimate: Tokens) -> Reply:
    """Return what an answer with status 200 says of the chats of a request; `estimate` are the tokens of both.

    Left out are chats it says nothing of, or gives a tag outside the taxonomy. None counts where the answer shows that
    a text of the request led it: by an entry twice, an alias that was not asked about, or a control with a wrong tag. A
    control with a wrong cause costs all chats their causes, and none its tag.
    """
    completion = read_completion(body, estimate)
    if completion.error is not None:
        error = completion.error if isinstance(completion.error, dict) else {}
        return Reply(tokens=completion.tokens, failure=read_error_object(error))
    if completion.lack:
        return Reply(tokens=completion.tokens, failure=Failure.lack(completion.lack))
    entries = _tidied(find_entries(completion.text) or [])
    if not entries:
        return Reply(tokens=completion.tokens, failure=Failure.lack("not_labels"))
    if not _keeps_to(request, entries):
        return Reply(tokens=completion.tokens, failure=Failure.lack("distrusted"))
    return _reply(request, entries, completion.tokens)


def _tidied(entries: Entries) -> Entries:
    """Return the entries with aliases, tags and causes as they were meant; an alias of another type names no chat."""
    named = [entry for entry in entries if isinstance(entry["id"], str)]
    return [
        entry | {"id": entry["id"].strip(), "tag": read_tag(entry["tag"]), "cause": read_cause(entry.get("cause"))}
        for entry in named
    ]


def _keeps_to(request: Request, entries: Entries) -> bool:
    """Tell whether the answer keeps to its request: each alias once, none invented, and the controls right."""
    times = Counter(entry["id"] for entry in entries)
    tags = {entry["id"]: entry["tag"] for entry in entries}
    known = request.chat_ids.keys() | request.controls.keys()
    right = all(tags.get(alias) == tag for alias, tag in request.controls.items())
    return right and times.keys() <= known and set(times.values()) <= {1}


def _reply(request: Request, entries: Entries, tokens: Tokens) -> Reply:
    """Return what the entries say; a request that none of them answers has failed."""
    of_chats = [entry for entry in entries if entry["id"] in request.chat_ids]
    trusts_causes = _has_right_causes(request, entries)
    answers = {request.chat_ids[entry["id"]]: _answer(entry, trusts_causes) for entry in of_chats if entry["tag"]}
    outside = frozenset(request.chat_ids[entry["id"]] for entry in of_chats if not entry["tag"])
    unanswered = request.chat_ids and not answers
    return Reply(answers, outside, tokens, Failure.lack("not_labels") if unanswered else None)


def _has_right_causes(request: Request, entries: Entries) -> bool:
    """Tell whether the controls have the causes that the prompt itself tells of them."""
    causes = {entry["id"]: entry["cause"] for entry in entries}
    return all(causes.get(alias) == cause for alias, cause in request.control_causes.items())


def _answer(entry: Mapping[str, Any], trusts_causes: bool) -> Answer:
    cause = entry["cause"] if trusts_causes else None
    return Answer(entry["tag"], read_confidence(entry.get("confidence")), read_reason(entry.get("reason")), cause)


def outside_answer() -> Answer:
    """Return the answer for a chat that the model, asked about it alone, again gave a tag outside the taxonomy."""
    return Answer(UNDEFINED, None, OUTSIDE)
