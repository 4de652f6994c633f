"""What an address asks for, read strictly: lengths are bounded, and a character Postgres cannot hold is no filter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from viewer.paging import ChatKey, PageUnknownError, read_key

LONGEST_TEXT = 200
LONGEST_ID = 1000
LARGEST_RUN = 2**63 - 1
STATUSES = ("running", "success", "partial", "error", "skipped")
DIGITS = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class ChatFilters:
    """The filters of the list of chats; an empty text or None filters nothing. Days are of the last message."""

    words: str = ""
    store_id: str = ""
    tag: str = ""
    waiting: bool = False
    with_attachments: bool = False
    first_day: date | None = None
    last_day: date | None = None
    after: ChatKey | None = None

    @property
    def narrowing(self) -> bool:
        """Return whether any filter is set."""
        return bool(self.query())

    def query(self) -> str:
        """Return the filters as an address's query, without the page."""
        named = {
            "q": self.words,
            "store": self.store_id,
            "tag": self.tag,
            "waiting": "1" if self.waiting else "",
            "files": "1" if self.with_attachments else "",
            "from": self.first_day.isoformat() if self.first_day else "",
            "to": self.last_day.isoformat() if self.last_day else "",
        }
        return urlencode({name: value for name, value in named.items() if value})

    def next_page(self, key: ChatKey) -> str:
        """Return the query of the page behind this key."""
        own = self.query()
        return f"{own}{'&' if own else ''}{urlencode({'after': key.token()})}"


@dataclass(frozen=True)
class RunFilters:
    """The filters of the list of runs; `before` is the run behind which the page begins."""

    store_id: str = ""
    status: str = ""
    before: int | None = None

    @property
    def narrowing(self) -> bool:
        """Return whether any filter is set."""
        return bool(self.store_id or self.status)

    def next_page(self, run_id: int) -> str:
        """Return the query of the page behind this run."""
        named = {"store": self.store_id, "status": self.status, "before": str(run_id)}
        return urlencode({name: value for name, value in named.items() if value})


def chat_filters(asked: Mapping[str, str]) -> ChatFilters:
    """Return the filters of an address. Raises PageUnknownError for a page that is none."""
    token = asked.get("after", "")
    return ChatFilters(
        words=text(asked, "q"),
        store_id=identity(asked, "store"),
        tag=text(asked, "tag"),
        waiting=asked.get("waiting") == "1",
        with_attachments=asked.get("files") == "1",
        first_day=_day(asked.get("from", "")),
        last_day=_day(asked.get("to", "")),
        after=read_key(token) if token else None,
    )


def run_filters(asked: Mapping[str, str]) -> RunFilters:
    """Return the filters of an address. Raises PageUnknownError for a page that is none."""
    status, before = asked.get("status", ""), asked.get("before", "")
    return RunFilters(
        store_id=identity(asked, "store"),
        status=status if status in STATUSES else "",
        before=run_id(before) if before else None,
    )


def run_id(value: str) -> int:
    """Return the number of a run. Raises PageUnknownError if it is none."""
    if not DIGITS.fullmatch(value) or int(value) > LARGEST_RUN:
        raise PageUnknownError("The address names no run.")
    return int(value)


def text(asked: Mapping[str, str], name: str) -> str:
    """Return a text that Postgres can hold and compare."""
    return asked.get(name, "").replace("\x00", "").strip()[:LONGEST_TEXT].encode("utf-8", "ignore").decode()


def identity(asked: Mapping[str, str], name: str) -> str:
    """Return an id to the letter; what Postgres cannot hold is no id of anything."""
    value = asked.get(name, "")
    return "" if "\x00" in value else value[:LONGEST_ID]


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
