"""The body of an answer as values, strictly where possible. No I/O.

A body that JSON or UTF-8 refuses, or that is nested too deep, is read a second time leniently, so that one bad value
costs only itself: raw control characters are kept, broken bytes become U+FFFD, NaN, Infinity and endless numbers become
their text, what is nested too deep becomes a placeholder, bytes before the start and behind the end are dropped. Where
even the structure is broken, the entries that are whole are taken one by one, and what lies between them is kept as
fragments. All of it is counted.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

REPLACEMENT = "\ufffd"
TOO_DEEP = f"{REPLACEMENT} (nested too deep)"
# WB's answers have 6. Python reads about 1,000 levels up to 3.11 and 10,000 in 3.13, where it can read a few that it
# cannot write; Postgres reads some thousands.
DEEPEST_LEVEL = 64
LONGEST_INTEGER = 4000  # digits; Python refuses to read more than 4300
MOST_BROKEN_STARTS = 500  # objects that cannot be read before a broken body is given up: bounds the time it takes
BLANKS = " \t\r\n\0\ufeff"

STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = re.compile(STRING, re.DOTALL)
STRINGS_AND_BRACKETS = re.compile(STRING + r"|[\[{\]}]", re.DOTALL)
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
CONTROL = re.compile(r"[\x00-\x1f]")
FAILURE = re.compile(r'"errors"\s*:\s*\[\s*[^\s\]]')  # what an answer says that failed
UNREADABLE = "said around what could be read"
REPLY_SIGN_KEY = "replysign"  # in any case of its letters
REPLY_SIGN = re.compile(r"replySign[^,}\]]*", re.IGNORECASE)  # in a fragment its quotes may be what is broken


class BodyUnreadableError(ValueError):
    """There is nothing in the body that could be WB's answer."""


@dataclass(frozen=True)
class Body:
    """The body's value; how many of its values were `damaged`; and the `fragments` that could not be read at all.

    Every `replySign` (a capability to write messages) is removed, in fragments too.
    """

    value: Any
    damaged: int = 0
    fragments: tuple[str, ...] = ()


def read_body(body: bytes, entry_key: str) -> Body:
    """Return what the body holds; `entry_key` is the field by which an entry of a broken list is known.

    Raises:
        BodyUnreadableError: It holds no JSON and no such entry.
    """
    strict = _Decoding()
    if not _is_too_deep(body):
        with suppress(ValueError, RecursionError):
            value = json.loads(body, object_pairs_hook=strict.read_object, parse_float=_finite, parse_constant=_refuse)
            return Body(value, strict.damaged)
    return _read_leniently(body.decode("utf-8", "replace").strip(BLANKS), entry_key)


@dataclass
class _Decoding:
    """Counts the damage of one reading."""

    damaged: int = 0
    decoder: json.JSONDecoder = field(init=False)

    def __post_init__(self) -> None:
        self.decoder = json.JSONDecoder(
            strict=False,  # raw control characters
            object_pairs_hook=self.read_object,
            parse_float=_finite,
            parse_int=self._read_integer,
            parse_constant=self._count,
        )

    def read_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the object. Of a key that appears twice, the last value that says something is taken, and counted."""
        value = dict(pairs)
        if doubled := len(pairs) - len(value):
            self.damaged += doubled
            value |= {key: said for key, said in pairs if said}
        for key in [key for key in value if key.casefold() == REPLY_SIGN_KEY]:
            del value[key]
        return value

    def _read_integer(self, digits: str) -> int | str:
        return int(digits) if len(digits) <= LONGEST_INTEGER else self._count(digits)

    def _count(self, text: str) -> str:
        self.damaged += 1
        return text


def _read_leniently(text: str, entry_key: str) -> Body:
    damaged = sum(REPLACEMENT in found[0] or CONTROL.search(found[0]) is not None for found in STRINGS.finditer(text))
    flat = _flattened(text)
    for before, candidate in _candidates(flat):
        decoding = _Decoding()
        try:
            value, end = decoding.decoder.raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        behind = candidate[end:].strip(BLANKS)
        if behind and not isinstance(value, dict):
            continue
        if isinstance(value, dict) and FAILURE.search(before + behind):
            value["errors"] = [UNREADABLE]
        damaged += decoding.damaged + (candidate != text) + bool(behind)
        return Body(value, damaged, _unread_behind(behind, candidate[:end], entry_key))
    return _salvage(flat, entry_key, damaged)


def _is_too_deep(body: bytes) -> bool:
    """Return whether a value lies deeper than the deepest level. Only brackets in strings need the slow answer."""
    brackets = body.translate(None, NO_BRACKETS)
    for _ in range(DEEPEST_LEVEL):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    text = body.decode("utf-8", "replace")
    return bool(brackets) and _flattened(text) != text


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may be a whole answer, and what stands before it: a warning, a comment, a guard against scripts."""
    yield "", text
    start = text.find("{")
    if start > 0:
        yield text[:start], text[start:]


def _unread_behind(behind: str, read: str, entry_key: str) -> tuple[str, ...]:
    """Return what was not read, if entries stand in it: a second answer behind the first, unless it is the same."""
    if f'"{entry_key}"' not in behind or behind == read.strip(BLANKS):
        return ()
    return (_without_reply_signs(behind),)


def _flattened(text: str) -> str:
    """Return the text with everything below the deepest level replaced by a placeholder."""
    depth, kept, at = 0, [], 0
    for token in STRINGS_AND_BRACKETS.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth == DEEPEST_LEVEL + 1:
                kept.append(text[at : token.start()])
        elif sign in "]}":
            if depth == DEEPEST_LEVEL + 1:
                kept.append(json.dumps(TOO_DEEP, ensure_ascii=False))
                at = token.end()
            depth -= 1
    return "".join(kept) + text[at:] if depth <= DEEPEST_LEVEL else text


def _salvage(text: str, entry_key: str, damaged: int) -> Body:
    """Return the entries that are whole, in an envelope made of what can still be read of it."""
    decoding = _Decoding()
    entries, between, at, broken = [], [], 0, 0
    for brace in re.finditer(r"\{", text):
        if brace.start() < at:
            continue
        try:
            entry, end = decoding.decoder.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            broken += 1
            if broken > MOST_BROKEN_STARTS:
                break
            continue
        if entry_key in entry and "result" not in entry:
            between.append(text[at : brace.start()])
            entries.append(entry)
            at = end
    between.append(text[at:])
    value = _envelope("".join(between), entries)
    if not entries and not _says_how_far(value):
        raise BodyUnreadableError
    unread = [each for each in between[1:-1] if each.strip(BLANKS + ",")]
    if not unread:  # what is broken lies before the first entry or behind the last, and may have been one
        unread = [between[0] + between[-1] if entries else text]
    return Body(value, damaged + decoding.damaged + 1, tuple(map(_without_reply_signs, unread)))


def _says_how_far(answer: dict[str, Any]) -> bool:
    """Return whether an answer without a whole entry still says that it had some, and where the next ones begin."""
    result = answer["result"]
    return isinstance(result, dict) and bool(result["next"] and result["totalEvents"])


def _envelope(around: str, entries: Sequence[Any]) -> dict[str, Any]:
    """Return the answer's envelope, with None for what cannot be read of it any more."""
    fields = {name: _number_of(name, around) for name in ("next", "totalEvents")}
    return {
        "result": {"events": list(entries), **fields} if '"events"' in around else list(entries),
        "errors": [UNREADABLE] if FAILURE.search(around) else None,
    }


def _number_of(name: str, text: str) -> int | None:
    found = re.search(rf'"{name}"\s*:\s*"?(\d{{1,19}})\b', text)
    return int(found[1]) if found else None


def _without_reply_signs(text: str) -> str:
    return REPLY_SIGN.sub("replySign", text)


def _finite(text: str) -> float | str:
    """Return a number, or its text where no float is as large: it would become Infinity, which is no JSON."""
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON, and Postgres stores none.
