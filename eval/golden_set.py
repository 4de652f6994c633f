"""Chats with the tag and the cause a person gives each, read from JSONL.

A line is {"id", "messages": [{"sender", "text"}], "tag", "cause"}; a set of one's own may leave out the causes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.chats import Message, Transcript
from classifier.taxonomy import CAUSE_KEYS, KEYS
from local.errors import UsageError

FOLDER = Path(__file__).resolve().parent / "golden"
PARTS = (FOLDER / "tune.jsonl", FOLDER / "score.jsonl")  # to tune a provider on; to look at for the score alone

NEW_IDS = ("a-", "b-")  # of the chats that two annotators wrote and labelled, each without sight of the dictionary

NO_TIME = ""  # golden chats have an order, and no times


@dataclass(frozen=True)
class GoldenChat:
    """A chat, its right tag and its right cause; None where nobody said which."""

    transcript: Transcript
    tag: str
    cause: str | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether the chat is one of those nearer to life, written without sight of the dictionary."""
        return self.transcript.chat_id.startswith(NEW_IDS)


def read_golden_set(file: Path) -> list[GoldenChat]:
    """Return the chats of a file; raises UsageError naming the file, the line and what is wrong, but no text of it."""
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8.") from None
    chats: dict[str, GoldenChat] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                chat = _chat(line)
                if chat.transcript.chat_id in chats:
                    raise _LineError("the id stands there a second time")
            except _LineError as error:
                raise UsageError(f"{file}, line {number}: {error}.") from None
            chats[chat.transcript.chat_id] = chat
    if not chats:
        raise UsageError(f"{file} holds no chats.")
    return list(chats.values())


class _LineError(Exception):
    """What is wrong with a line."""


def _chat(line: str) -> GoldenChat:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise _LineError("no valid JSON") from None
    chat_id, messages, tag = (_field("the line", row, name) for name in ("id", "messages", "tag"))
    if not isinstance(chat_id, str) or not chat_id:
        raise _LineError("id is no text")
    if tag not in KEYS:
        raise _LineError(f"tag is none of {', '.join(KEYS)}")
    if (cause := row.get("cause")) not in (*CAUSE_KEYS, None):
        raise _LineError(f"cause is none of {', '.join(CAUSE_KEYS)}")
    if not isinstance(messages, list):
        raise _LineError("messages is no list")
    said = tuple(_message(f"message {number}", message) for number, message in enumerate(messages, start=1))
    return GoldenChat(Transcript(chat_id, len(said), said), tag, cause)


def _message(name: str, row: object) -> Message:
    sender, text = _field(name, row, "sender"), _field(name, row, "text")
    if not isinstance(sender, str):
        raise _LineError(f"sender of {name} is no text")
    if text is not None and not isinstance(text, str):
        raise _LineError(f"text of {name} is neither a text nor null")
    return Message(sender, text, NO_TIME)


def _field(name: str, row: object, field: str) -> Any:
    if not isinstance(row, dict):
        raise _LineError(f"{name} is no JSON object")
    if field not in row:
        raise _LineError(f"{name} has no {field}")
    return row[field]
