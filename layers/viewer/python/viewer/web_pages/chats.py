"""The list of chats, and beside it the one that was opened."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from chatsync.question_prefix import without_prefix
from reading.chats import ChatList, list_chats
from reading.choices import ChoiceCount, Counts, count_choices
from reading.filter_conditions import FACETS
from reading.filters import ANSWERED, NOT, ChatFilters, key_of_chat
from reading.stores import name_causes, name_stores, name_tags
from reading.waiting import GROUPS, count_waiting
from viewer.access import reading_transaction
from viewer.addresses import read_chat_filters, read_id, write_chat_filters, write_open_chat
from viewer.fields import Fields
from viewer.marking import Piece, cut_excerpt, mark_words
from viewer.web_pages.conversation import read_conversation


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice of a filter, and how many chats it would give; None where nobody counted."""

    value: str
    wanted: bool
    unwanted: bool
    count: ChoiceCount | None


def describe_chats(fields: Fields) -> dict[str, Any]:
    """Return one part of the list of chats, and the chat that is opened. Raises as read_conversation."""
    filters = read_chat_filters(fields)
    opened = read_id(fields, "of"), read_id(fields, "chat")
    with reading_transaction() as database:
        listed = list_chats(database, filters)
        counts = count_waiting(database, filters.stores)
        choices = count_choices(database, filters, listed.search)
        stores, tags, causes = name_stores(database), name_tags(database), name_causes(database)
        conversation: dict[str, Any] = {"chat": None}
        if opened[1]:
            conversation = read_conversation(
                database, *opened, fields, lambda **place: f"/chats?{write_open_chat(filters, *opened, **place)}"
            )
    names = {store["id"]: store["name"] for store in stores}
    for chat in listed.chats:
        chat["store_name"] = names.get(chat["store_id"], chat["store_id"])
        chat["excerpt"] = cut_excerpt(_said(chat))
        chat["link"] = _write_link(filters, chat)
        chat["row"] = _name_row(chat["store_id"], chat["id"])
        chat["is_open"] = (chat["store_id"], chat["id"]) == opened
    newest, list_query = write_chat_filters(filters), write_chat_filters(filters, filters.after)
    behind = replace(filters, after=key_of_chat(listed.chats[-1], filters)) if listed.behind else None
    return {
        "chats": listed.chats,
        "next": write_chat_filters(behind, behind.after) if behind else "",
        "newest": newest,
        "list_query": list_query,
        "beside": _find_beside(listed, behind),
        "row": _name_row(*opened),
        "filters": filters,
        "narrowed": bool(newest),
        "search": listed.search,
        "waiting_counts": counts,
        "groups": {group: write_chat_filters(replace(filters, waiting=group, after=None)) for group in ("", *GROUPS)},
        "choices": _offer_choices(filters, choices, {"store": [*names], "tag": tags, "cause": causes}),
        "store_names": names,
        **conversation,
        "way_back": {"list": list_query} | conversation.get("place", {}),
    }


def _write_link(filters: ChatFilters, chat: dict[str, Any]) -> str:
    return write_open_chat(filters, chat["store_id"], chat["id"])


def _name_row(store_id: str, chat_id: str) -> str:
    """Return the name of a chat's line in the list, by which an address leads to it."""
    return f"row-{quote(f'{store_id}/{chat_id}', safe='')}"


def _find_beside(listed: ChatList, behind: ChatFilters | None) -> dict[str, str]:
    """Return the queries of the chats before and behind the open one; of one that left the list, the list's first.

    Behind the last chat comes the first of the list's next part, which is what the filters `behind` show.
    """
    chats = listed.chats
    links = [chat["link"] for chat in chats]
    if listed.behind and behind:
        links.append(_write_link(behind, listed.behind))
    at = next((place for place, chat in enumerate(chats) if chat["is_open"]), None)
    if at is None:
        return {"previous": "", "next": links[0] if links else ""}
    return {"previous": links[at - 1] if at else "", "next": links[at + 1] if at + 1 < len(links) else ""}


def _offer_choices(filters: ChatFilters, counts: Counts, known: dict[str, list[str]]) -> dict[str, list[Choice]]:
    """Return what can be chosen of each facet: all that is known, and what is chosen besides."""
    offered: dict[str, list[Choice]] = {}
    for facet in FACETS:
        chosen = filters.chosen(facet)
        plain = [choice if facet == "store" else choice.removeprefix(NOT) for choice in chosen]
        values = dict.fromkeys([*(ANSWERED if facet == "answered" else known[facet]), *plain])
        offered[facet] = [
            Choice(
                value=value,
                wanted=value in chosen,
                unwanted=facet != "store" and f"{NOT}{value}" in chosen,
                count=counts[facet].of(value) if facet in counts else None,
            )
            for value in values
        ]
    return offered


def _said(chat: dict[str, Any]) -> list[Piece]:
    """Return the message with the words that were looked for, or the last one; of either what its sender wrote."""
    if chat["found_text"]:
        return mark_words(chat["found_text"], chat["found_marked"])
    own = without_prefix(chat["last_message_sender"], chat["last_message_text"] or "")
    return [Piece(own)] if own else []
