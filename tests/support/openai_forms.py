"""Every form in which OpenAI-compatible servers answer, by name, for the tests' server to speak.

To see one: `python -m tests.support.openai_forms NAME` serves it until Ctrl-C and prints the address; without a name it
lists them. The labels are an honest model's; only their wrapping is odd.
"""

import copy
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from tests.support.openai_server import Answer, OpenAIServer, Request, completion, failure, honest

Tags = Mapping[str, str]
Form = Callable[[Request, Tags], Answer]


def labels_text(request: Request, tags: Tags, **changed: object) -> str:
    """Return an honest model's answer as text, each entry with these fields changed."""
    entries = [entry | changed for entry in honest(request, tags)]
    return json.dumps({"labels": entries}, ensure_ascii=False)


def reworded(wrap: Callable[[str], object], finish_reason: str | None = "stop") -> Form:
    """Return the form whose content is what `wrap` makes of the right text."""
    return lambda request, tags: completion(wrap(labels_text(request, tags)), finish_reason)


def with_field(name: str, value: Callable[[Any], object] | object) -> Form:
    """Return the form whose entries have another value in a field."""

    def answer(request: Request, tags: Tags) -> Answer:
        entries = honest(request, tags)
        for entry in entries:
            entry[name] = value(entry[name]) if callable(value) else value
        return completion(json.dumps({"labels": entries}, ensure_ascii=False))

    return answer


def with_usage(usage: object) -> Form:
    """Return the form with this usage; None leaves the field out."""

    def answer(request: Request, tags: Tags) -> Answer:
        whole = completion(labels_text(request, tags))
        body = {**body_of(whole), "usage": usage}
        if usage is None:
            del body["usage"]
        return replace(whole, body=body)

    return answer


def body_of(answer: Answer) -> dict[str, Any]:
    """Return a copy of a completion's body."""
    return copy.deepcopy(cast(dict[str, Any], answer.body))


def _thoughts_alone(request: Request, tags: Tags) -> Answer:
    body = body_of(completion(""))
    body["choices"][0]["message"]["reasoning_content"] = labels_text(request, tags)
    return Answer(body)


def _beside_choices(request: Request, tags: Tags) -> Answer:
    body = body_of(completion(labels_text(request, tags)))
    return Answer(body | {"error": {"message": "upstream", "code": "x"}})


def _bare_list(text: str) -> str:
    return json.dumps(json.loads(text)["labels"], ensure_ascii=False)


def _draft(text: str) -> str:
    return text.replace("other", "spam")


READABLE: dict[str, Form] = {
    "plain": reworded(lambda text: text),
    "byte order mark": reworded(lambda text: "\ufeff" + text),
    "fence": reworded(lambda text: f"```\n{text}\n```"),
    "fence with a language": reworded(lambda text: f"```json\n{text}\n```"),
    "fence with words around": reworded(lambda text: f"Вот метки:\n\n```JSON\n{text}\n```\nОбращайтесь!"),
    "fence without an end": reworded(lambda text: f"```json\n{text}"),
    "thoughts first": reworded(lambda text: f"<think>\nПервый чат {{похоже}} о доставке…\n</think>\n\n{text}"),
    "thoughts with a draft": reworded(lambda text: f"<think>Набросок: {_draft(text)}</think>{text}"),
    "thoughts without a beginning": reworded(lambda text: f"Сначала {_draft(text)}\n</think>\n{text}"),
    "words around": reworded(lambda text: f"Конечно! Вот ответ [по чатам]: {text}\nГотово {{всё}}."),
    "bare list": reworded(_bare_list),
    "bare list in a fence": reworded(lambda text: f"```json\n{_bare_list(text)}\n```"),
    "parts": reworded(lambda text: [{"type": "text", "text": text[:40]}, {"type": "text", "text": text[40:]}]),
    "parts with thoughts": reworded(
        lambda text: [{"type": "thinking", "thinking": "хм"}, {"type": "text", "text": text}]
    ),
    "tags in capitals": with_field("tag", lambda tag: f" {tag.upper()}\n"),
    "ids with blanks": with_field("id", lambda alias: f" {alias} "),
    "confidence in words": with_field("confidence", "high"),
    "confidence in percent": with_field("confidence", "95 %"),
    "confidence as a text": with_field("confidence", "0.9"),
    "confidence out of a hundred": with_field("confidence", 95),
    "no reason": with_field("reason", None),
    **{
        f"finish {reason}": reworded(lambda text: text, reason)
        for reason in (None, "eos", "eos_token", "end_turn", "STOP", "stop_sequence")
    },
}
ODD_USAGE: dict[str, Form] = {
    "usage missing": with_usage(None),
    "usage empty": with_usage({}),
    "usage null": with_usage({"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}),
    "usage zero": with_usage({"prompt_tokens": 0, "completion_tokens": 0}),
    "usage as text": with_usage({"prompt_tokens": "1100", "completion_tokens": "много"}),
    "usage negative": with_usage({"prompt_tokens": -1, "completion_tokens": -1}),
    "usage in fractions": with_usage({"prompt_tokens": 1100.5, "completion_tokens": 200.5}),
    "usage beyond belief": with_usage({"prompt_tokens": 10**30, "completion_tokens": 10**30}),
    "usage is a list": with_usage([1, 2]),
}
# What no label may come from: a technical failure, each in its own clothes.
NO_ANSWER: dict[str, Form] = {
    "empty": reworded(lambda text: ""),
    "null": reworded(lambda text: None),
    "thoughts alone": _thoughts_alone,
    "thoughts without an end": reworded(lambda text: f"<think>{text}"),
    "finish error": reworded(lambda text: text, "error"),
    "finish content_filter": reworded(lambda text: text, "content_filter"),
    "finish length": reworded(lambda text: text[: len(text) // 2], "length"),
    "finish max_tokens": reworded(lambda text: text, "max_tokens"),
    "cut without a word": reworded(lambda text: text[: len(text) // 2], None),
    "two answers": reworded(lambda text: f"{text}\n{_draft(text)}"),
    "prose": reworded(lambda text: "Все чаты о доставке."),
    "another object": reworded(lambda text: '{"error": "overloaded"}'),
    "refusal": lambda request, tags: completion(None, refusal="I cannot help with that"),
    "error object": lambda request, tags: Answer({"error": {"message": "upstream", "code": None}}),
    "error object beside choices": _beside_choices,
    "error object 503": lambda request, tags: Answer({"error": {"message": "no instances", "code": 503}}),
    "no completion": lambda request, tags: Answer(b"<html>maintenance</html>", headers={"Content-Type": "text/html"}),
    "no choices": lambda request, tags: Answer({"choices": []}),
}


def _status(*arguments: Any, **named: Any) -> Form:
    return lambda request, tags: failure(*arguments, **named)


REFUSALS: dict[str, Form] = {
    "401": _status(401, "invalid_api_key"),
    "402": _status(402),
    "403": _status(403, "permission_denied"),
    "403 country": _status(403, "unsupported_country_region_territory"),
    "403 of a bot guard": lambda request, tags: Answer(b"<html>", 403, {"Content-Type": "text/html"}),
    "404": _status(404, "model_not_found"),
    "404 without a code": _status(404),
    "400": _status(400),
    "400 model": _status(400, "invalid_model", param="model"),
    "400 context": _status(400, "context_length_exceeded"),
    "400 content": _status(400, "content_filter"),
    "429": _status(429, "rate_limit_exceeded"),
    "429 quota": _status(429, "insufficient_quota"),
    "500": _status(500),
    "503": _status(503),
    "529": _status(529),
}


def _unless(offends: Callable[[dict[str, Any]], bool], refusal: Answer) -> Form:
    """Return the form of a server that refuses a parameter, and answers well without it."""
    return lambda request, tags: refusal if offends(request.body) else completion(labels_text(request, tags))


def _unsupported(name: str, code: str | None = "unsupported_parameter") -> Answer:
    return failure(400, code, param=name)


def _takes(*kinds: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: body.get("response_format", {}).get("type", "none") not in kinds


# Servers that answer well once they are not asked for what they do not know.
PARTICULAR: dict[str, Form] = {
    "no JSON schema": _unless(_takes("json_object", "none"), _unsupported("response_format")),
    "no response_format": _unless(_takes("none"), _unsupported("response_format")),
    "no reasoning_effort": _unless(lambda body: "reasoning_effort" in body, _unsupported("reasoning_effort")),
    "no effort below low": _unless(
        lambda body: body.get("reasoning_effort") in ("none", "minimal"),
        _unsupported("reasoning_effort", "unsupported_value"),
    ),
    "max_tokens alone": _unless(lambda body: "max_tokens" not in body, _unsupported("max_completion_tokens")),
    "no bound": _unless(
        lambda body: bool({"max_tokens", "max_completion_tokens"} & set(body)), _unsupported("max_tokens", None)
    ),
    "nothing unknown, without a word": _unless(
        lambda body: bool(set(body) - {"model", "messages"}), failure(400, message="bad request")
    ),
    "small context": lambda request, tags: (
        _unsupported("messages", "context_length_exceeded")
        if len(request.talks) > 3
        else completion(labels_text(request, tags))
    ),
    "empty with a schema": lambda request, tags: (
        completion("") if "response_format" in request.body else completion(labels_text(request, tags))
    ),
}
FORMS: dict[str, Form] = READABLE | ODD_USAGE | NO_ANSWER | REFUSALS | PARTICULAR


class EveryOther:
    """A server that fails every other request, and answers the others well."""

    def __init__(self, tags: Tags, failing: Form = REFUSALS["500"]) -> None:
        self._tags, self._failing, self._number = tags, failing, 0

    def __call__(self, request: Request) -> Answer:
        """Return a failure first, then an answer, and so on."""
        self._number += 1
        form = self._failing if self._number % 2 else READABLE["plain"]
        return form(request, self._tags)


def speaking(name: str, tags: Tags) -> Callable[[Request], Answer]:
    """Return a form as the server's script: what answers each request."""
    return lambda request: FORMS[name](request, tags)


def main(arguments: list[str]) -> int:
    """Serve a form by name, or list the names."""
    if len(arguments) != 1 or arguments[0] not in FORMS:
        print("\n".join(FORMS))
        return 2
    with OpenAIServer() as server:
        server.default = speaking(arguments[0], {})
        print(server.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
