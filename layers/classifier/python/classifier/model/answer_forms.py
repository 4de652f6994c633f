"""The one JSON value that a model's text holds, whatever it is wrapped in. Pure.

Models write it into code fences, after their thoughts, or between sentences. A text counts only if it holds exactly one
value of the right shape, and that value whole: of two, nobody knows which is meant.

| form | read as |
|---|---|
| `{"labels": [entries]}` | the entries |
| a bare list of entries | the entries |
| a bare entry, and nothing else | that entry |
| any of them after a byte order mark, in a code fence, between words | the same |
| any of them after `<think>…</think>`, also where the server cut the first tag off | the same |
"""

import json
import re
from collections.abc import Iterator
from typing import Any

Entries = list[dict[str, Any]]

# The names that models give to what they say before the answer; the first tag may have stood in the prompt.
THOUGHTS = re.compile(r"<(/?)(?:think|thinking|thought|thoughts|reasoning)>", re.IGNORECASE)
# A bracket that begins JSON, not a remark in brackets: what comes next is a key, an entry, or the end.
BEGINS_JSON = re.compile(r"""\{\s*["}]|\[\s*[\[{\]"]""")
DECODER = json.JSONDecoder()


def find_entries(text: str) -> Entries | None:
    """Return the entries that a model's text holds; None where there is no answer in it, or more than one."""
    text = text.replace("\ufeff", "").strip()
    try:
        return _entries_of(json.loads(_without_fence(text)), alone=True)
    except (ValueError, RecursionError):
        pass
    answers = _answers_between_words(_after_thoughts(text))
    return answers[0] if len(answers) == 1 else None


def _without_fence(text: str) -> str:
    return text.partition("\n")[2].removesuffix("```") if text.startswith("```") else text


def _after_thoughts(text: str) -> str:
    """Return what follows the model's thoughts: nothing where they do not end."""
    tags = list(THOUGHTS.finditer(text))
    if not tags:
        return text
    return text[tags[-1].end() :] if tags[-1][1] else ""


def _answers_between_words(text: str) -> list[Entries]:
    """Return each answer in a text; none at all where a value is cut or broken: its parts are not the whole."""
    try:
        found = [_entries_of(value, alone=False) for value in _values_between_words(text)]
    except (ValueError, RecursionError):
        return []
    return [entries for entries in found if entries is not None]


def _values_between_words(text: str) -> Iterator[Any]:
    """Yield the outermost JSON values of a text; raises ValueError for one that does not end."""
    begins = BEGINS_JSON.search(text)
    while begins:
        value, end = DECODER.raw_decode(text, begins.start())
        yield value
        begins = BEGINS_JSON.search(text, end)


def _entries_of(value: Any, *, alone: bool) -> Entries | None:
    """Return the entries of a value of the right shape; `alone`: nothing else stands beside it."""
    if isinstance(value, dict) and isinstance(value.get("labels"), list):
        return [each for each in value["labels"] if _is_entry(each)]
    if isinstance(value, list):
        return [each for each in value if _is_entry(each)] or None
    return [value] if alone and _is_entry(value) else None


def _is_entry(value: Any) -> bool:
    return isinstance(value, dict) and {"id", "tag"} <= value.keys()
