"""Automatic messages: what WB or a bot writes in the seller's name. The list is automatic.toml, and the owner's own.

Both zones need the one list: the database marks messages while it stores them, the classifier leaves them out.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chatsync.errors import AutomaticListInvalidError
from chatsync.label_tokens import SELLER
from chatsync.owner_files import read_toml

OWN_FILE = Path(__file__).with_name("automatic.toml")
SETTING = "AUTOMATIC_FILE"  # the owner's file, whose patterns are added to our own

LISTS = ("beginnings", "endings")
# Letters and digits of a pattern. The longest greetings have 19 (доброго времени суток): a pattern as short would take
# what sellers write themselves.
FEWEST_LETTERS, MOST_LETTERS = 20, 400
COMPARED = 2000  # characters at either end of a message, more than the longest pattern takes with all its signs


@dataclass(frozen=True)
class AutomaticMessages:
    """How automatic messages begin and end, as plain letters."""

    beginnings: tuple[str, ...]
    endings: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return what tells this list from another: stored messages are marked anew when it changes."""
        return hashlib.sha256(repr((self.beginnings, self.endings)).encode()).hexdigest()

    def has(self, text: str) -> bool:
        """Tell whether a seller's text is one of the list."""
        beginning = plain_letters(text[:COMPARED])
        ending = beginning if len(text) <= COMPARED else plain_letters(text[-COMPARED:])
        return beginning.startswith(self.beginnings) or ending.endswith(self.endings)


def is_automatic(sender: str | None, text: str | None) -> bool:
    """Tell whether nobody wrote this message; a buyer who quotes such a text wrote it. Raises as automatic_messages."""
    return sender == SELLER and bool(text) and automatic_messages().has(text or "")


@cache
def automatic_messages() -> AutomaticMessages:
    """Return the list in use. Here, and nowhere else, the setting is read.

    Raises:
        AutomaticListInvalidError: The owner's file cannot be used; the message says which file and why.
    """
    own, added = read_automatic(OWN_FILE), os.environ.get(SETTING)
    if not added:
        return own
    more = read_automatic(Path(added))
    return AutomaticMessages(own.beginnings + more.beginnings, own.endings + more.endings)


def read_automatic(file: Path) -> AutomaticMessages:
    """Return the list that a TOML file holds; raises AutomaticListInvalidError saying what is wrong in which file."""
    content, wrong = read_toml(file)
    if wrong := wrong or next(_faults(content), ""):
        raise AutomaticListInvalidError(
            f"The list of automatic messages {file} cannot be used: {wrong}. "
            "Correct the file, or the setting AUTOMATIC_FILE."
        )
    return AutomaticMessages(*(tuple(map(plain_letters, content.get(name, []))) for name in LISTS))


def plain_letters(text: str) -> str:
    """Return a text's letters and digits alone: in small letters, without marks above or below them."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", text.casefold())))


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"it has an unknown {name!r}" for name in sorted(set(content) - set(LISTS)))
    for name in LISTS:
        patterns = content.get(name, [])
        if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
            yield f"{name} are not a list of texts"
            return
        for number, pattern in enumerate(patterns, start=1):
            if not FEWEST_LETTERS <= len(plain_letters(pattern)) <= MOST_LETTERS:
                yield f"number {number} of {name} does not have {FEWEST_LETTERS} to {MOST_LETTERS} letters"
