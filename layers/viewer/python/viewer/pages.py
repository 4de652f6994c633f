"""What each page shows, read in one transaction."""

import os
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from chatsync.taxonomy import taxonomy
from chatsync.token_expiry import EXPIRY_WARNING_DAYS
from database.labels import history
from viewer import charts, live, marking
from viewer.access import labelling, reading
from viewer.filters import STATUSES, ChatFilters, RunFilters, identity, text
from viewer.languages import Language
from viewer.links import host_of, with_links
from viewer.paging import PageUnknownError, key_of
from viewer.queries import chats as chat_list
from viewer.queries import conversation
from viewer.queries import overview as numbers
from viewer.queries import runs as run_list
from viewer.queries import stores as store_list
from viewer.rendering import moscow_day, tag_name

SENDERS = {"client": "s1", "seller": "s2", "wb": "s3"}
AGES = ("day", "week", "longer")


class NothingThereError(Exception):
    """The chat or run of an address does not exist; `key` names the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def stores() -> dict[str, Any]:
    """Return the stores, each with where it is in a sync that goes on."""
    going_on = live.live_run()
    with reading() as database:
        known = store_list.stores(database)
    for store in known:
        store["live"] = live.live_store(going_on, store["id"])
        store["shares"] = charts.shares(store["chat_tag_counts"])
    return {"stores": known, "live": going_on, "expiry_warning_days": EXPIRY_WARNING_DAYS}


def runs(asked: RunFilters) -> dict[str, Any]:
    """Return a page of the list of runs."""
    with reading() as database:
        found, more = run_list.page(database, asked)
        known = chat_list.choices(database)
    behind = asked.next_page(found[-1]["id"]) if more else ""
    return {"runs": found, "next": behind, "asked": asked, "statuses": STATUSES, **known}


def run(run_id: int) -> dict[str, Any]:
    """Return one run with what it did when; with the machine's graph while its sync goes on on this machine."""
    with reading() as database:
        found = run_list.run(database, run_id)
        if found is None:
            raise NothingThereError("no_run")
        siblings = run_list.of_execution(database, found["execution_id"])
        labelled = run_list.labelled(database, run_id, found["store_id"])
    going_on = live.live_run()
    mine = going_on if going_on and going_on["execution_id"] == found["execution_id"] else None
    console = os.environ.get("CONSOLE_URL", "")
    return {
        "run": found,
        "siblings": [other for other in siblings if other["id"] != run_id],
        "labelled": labelled,
        "live": mine,
        "live_store": live.live_store(mine, found["store_id"]),
        "console": f"{console}{found['execution_id']}" if console else "",
    }


def chats(asked: ChatFilters) -> dict[str, Any]:
    """Return a page of the list of chats."""
    with reading() as database:
        page = chat_list.page(database, asked)
        known = chat_list.choices(database)
    names = {store["id"]: store["name"] for store in known["stores"]}
    for chat_row in page.chats:
        chat_row["store_name"] = names.get(chat_row["store_id"], chat_row["store_id"])
        written = chat_row.get("found_text")
        marked = marking.parts(written, chat_row["found_marked"]) if written else []
        chat_row["excerpt"] = marking.excerpt(marked or [marking.Part(chat_row["last_message_text"] or "", False)])
        chat_row["link"] = urlencode({"store": chat_row["store_id"], "id": chat_row["id"], **_words(asked.words)})
    behind = asked.next_page(key_of(page.chats[-1])) if page.more else ""
    return {"chats": page.chats, "next": behind, "asked": asked, "search": page.search, **known}


def chat(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return a conversation, or the stretch of it before a message."""
    store_id, chat_id, words = identity(asked, "store"), identity(asked, "id"), text(asked, "q")
    before = _before(asked)
    with reading() as database:
        found = conversation.chat(database, store_id, chat_id)
        if found is None:
            raise NothingThereError("no_chat")
        shown = conversation.piece(database, store_id, chat_id, words, before)
        history = conversation.labels(database, store_id, chat_id)
    for message in shown.messages:
        _prepare(message)
    days = [
        (day, list(of_day)) for day, of_day in groupby(shown.messages, lambda message: moscow_day(message["sent_at"]))
    ]
    own = {"store": store_id, "id": chat_id, **_words(words)}
    return {
        "chat": found,
        "days": days,
        "labels": history,
        "tags": taxonomy().keys,
        "earlier": _earlier(own, shown),
        "newest": urlencode(own) if shown.later else "",
        "done": asked.get("done") == "1",
    }


def overview(store_id: str, language: Language) -> dict[str, Any]:
    """Return the numbers of all stores, or of one, as drawings."""
    with reading() as database:
        days = numbers.messages_a_day(database, store_id)
        answers = numbers.first_answers(database, store_id)
        waiting = {row["age"]: row["chats"] for row in numbers.waiting(database, store_id)}
        weeks, drawn = charts.tag_weeks(numbers.tags_a_week(database, store_id))
        known = chat_list.choices(database)
    titles = {sender: language.say(f"sender.{sender}") for sender in SENDERS}
    names = {tag: tag_name(language, tag) for tag in drawn} | {charts.REST: language.say("tags_rest")}
    kinds = {tag: f"c{place}" for place, tag in enumerate(drawn)}
    return {
        "days": charts.stacked(
            [(row["day"], {sender: row[sender] for sender in SENDERS}) for row in days], SENDERS, titles
        ),
        "senders": SENDERS,
        "messages": sum(row[sender] for row in days for sender in SENDERS),
        "answers": answers,
        "waiting": [(age, waiting.get(age, 0)) for age in AGES],
        "weeks": charts.stacked(weeks, kinds, names),
        "tag_kinds": [(names[tag], kind) for tag, kind in kinds.items()],
        "store_id": store_id,
        "stores": known["stores"],
        "period": numbers.DAYS,
    }


def set_label(asked: Mapping[str, str]) -> None:
    """Set the label a form asks for; without a tag, release the person's. Raises as database.labels."""
    store_id, chat_id, tag = identity(asked, "store"), identity(asked, "chat"), text(asked, "tag")
    with labelling() as database:
        if tag:
            history.set_persons_label(database, store_id, chat_id, tag)
        else:
            history.release_persons_label(database, store_id, chat_id)


def _words(words: str) -> dict[str, str]:
    return {"q": words} if words else {}


def _before(asked: Mapping[str, str]) -> tuple[datetime, str] | None:
    if "before" not in asked:
        return None
    try:
        return datetime.fromisoformat(asked["before"]), identity(asked, "message")
    except ValueError:
        raise PageUnknownError("The address names no message.") from None


def _earlier(own: dict[str, str], shown: conversation.Piece) -> str:
    if not shown.earlier:
        return ""
    first = shown.messages[0]
    return urlencode({**own, "before": first["sent_at"].isoformat(), "message": first["id"]})


def _prepare(message: dict[str, Any]) -> None:
    """Add what the template shows: who wrote it, and its text in pieces."""
    message["side"] = message["sender"] if message["sender"] in SENDERS else "other"
    pieces = with_links(marking.parts(message["text"] or "", message["marked"]))
    message["pieces"] = [(piece, host_of(piece.address) if piece.address else None) for piece in pieces]
