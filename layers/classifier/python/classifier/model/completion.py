"""A chat completion as OpenAI-compatible servers write it: the text, or why there is none, and the tokens. Pure.

| finish_reason | means |
|---|---|
| stop, eos, eos_token, end_turn, null, any word not named below | the model ended by itself, if its JSON is whole |
| length, max_tokens, model_length, max_output_tokens | cut off |
| content_filter, safety, recitation, prohibited_content, blocklist, refusal | refused |
| error, abort, cancelled, insufficient_system_resource | broken off by a fault of the server |

`usage` is believed where a field is a whole number of tokens that one request can take. Else the estimate stands: a
server that counts nothing would leave every budget open.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatsync.label_tokens import Tokens

FINISHES = {
    **dict.fromkeys(("length", "max_tokens", "model_length", "max_output_tokens"), "cut"),
    **dict.fromkeys(
        ("content_filter", "safety", "recitation", "prohibited_content", "blocklist", "refusal"), "filtered"
    ),
    **dict.fromkeys(("error", "abort", "cancelled", "insufficient_system_resource"), "broken_off"),
}
THOUGHTS = ("reasoning_content", "reasoning")  # beside `content`: DeepSeek's and vLLM's name, OpenRouter's name
MOST_TOKENS = 1_000_000  # of one request: no model that is sold takes more at once, so a larger number is no count


@dataclass(frozen=True)
class Completion:
    """The model's `text`, or in `lack` the name (of LABEL_STOPS) of why there is none; and the tokens it took.

    `error` is the error object that a server sent with status 200, as it came.
    """

    text: str = ""
    lack: str | None = None
    tokens: Tokens = field(default_factory=Tokens)
    error: Any = None


def read_completion(body: str, estimate: Tokens) -> Completion:
    """Return what a server answered with status 200; `estimate` is charged where it does not say what it took."""
    try:
        answer = json.loads(body.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return Completion(lack="no_completion")
    answer = answer if isinstance(answer, dict) else {}
    tokens = _tokens(answer.get("usage"), estimate)
    choice = _first(answer.get("choices"))
    if answer.get("error"):
        return Completion(lack="error_object", tokens=tokens if choice else Tokens(), error=answer["error"])
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        return Completion(lack="no_completion")
    text = _text(choice["message"].get("content"))
    return Completion(text, _lack(choice, text), tokens)


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def _lack(choice: Mapping[str, Any], text: str) -> str | None:
    """Return why a choice is no answer, None if it may be one."""
    message, finish = choice["message"], choice.get("finish_reason")
    if lack := FINISHES.get(finish.strip().casefold() if isinstance(finish, str) else ""):
        return lack
    if message.get("refusal"):
        return "filtered"
    if choice.get("error"):
        return "broken_off"
    if text.strip():
        return None
    return "thoughts_alone" if any(message.get(name) for name in THOUGHTS) else "empty"


def _text(content: Any) -> str:
    """Return the text of a message: its content, its parts one after the other, or the JSON that a server read."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return json.dumps(content)
    parts = content if isinstance(content, list) else []
    return "".join(part if isinstance(part, str) else _text_of_part(part) for part in parts)


def _text_of_part(part: Any) -> str:
    """Return a part's text; thoughts, pictures and refusals are none."""
    if not isinstance(part, dict) or part.get("type", "text") not in ("text", "output_text"):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _tokens(usage: Any, estimate: Tokens) -> Tokens:
    used = usage if isinstance(usage, dict) else {}
    into = _count(used.get("prompt_tokens"), estimate.into)
    return Tokens(into, _count(used.get("completion_tokens"), estimate.out), min(_cached(used), into))


def _cached(used: Mapping[str, Any]) -> int:
    """Return how many of the tokens in came from the server's cache: in OpenAI's field, or in DeepSeek's."""
    details = used.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return _count(cached, _count(used.get("prompt_cache_hit_tokens"), 0))


def _count(value: Any, otherwise: int) -> int:
    """Return a number of tokens, or what stands for one that is missing or cannot be right."""
    return value if type(value) is int and 0 < value <= MOST_TOKENS else otherwise
