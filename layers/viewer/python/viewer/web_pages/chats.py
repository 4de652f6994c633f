"""The list of chats."""

from dataclasses import replace
from typing import Any

from chatsync.question_prefix import without_prefix
from reading.chats import list_chats
from reading.filters import ChatFilters, key_of_chat
from reading.stores import name_causes, name_stores, name_tags
from reading.waiting import GROUPS, count_waiting
from viewer.access import reading_transaction
from viewer.addresses import write_chat, write_chat_filters
from viewer.marking import Piece, cut_excerpt, mark_words


def describe_chats(filters: ChatFilters) -> dict[str, Any]:
    """Return one part of the list of chats."""
    with reading_transaction() as database:
        listed = list_chats(database, filters)
        counts = count_waiting(database, filters.store_id)
        stores, tags, causes = name_stores(database), name_tags(database), name_causes(database)
    names = {store["id"]: store["name"] for store in stores}
    for chat in listed.chats:
        chat["store_name"] = names.get(chat["store_id"], chat["store_id"])
        chat["excerpt"] = cut_excerpt(_said(chat))
        chat["link"] = write_chat(chat["store_id"], chat["id"], filters.words)
    newest = write_chat_filters(filters)
    return {
        "chats": listed.chats,
        "next": write_chat_filters(filters, after=key_of_chat(listed.chats[-1], filters)) if listed.more else "",
        "newest": newest,
        "filters": filters,
        "narrowed": bool(newest),
        "search": listed.search,
        "waiting_counts": counts,
        "groups": {group: write_chat_filters(replace(filters, waiting=group)) for group in ("", *GROUPS)},
        "stores": stores,
        "tags": tags,
        "causes": causes,
    }


def _said(chat: dict[str, Any]) -> list[Piece]:
    """Return the message with the words that were looked for, or the last one; of either what its sender wrote."""
    if chat["found_text"]:
        return mark_words(chat["found_text"], chat["found_marked"])
    own = without_prefix(chat["last_message_sender"], chat["last_message_text"] or "")
    return [Piece(own)] if own else []
