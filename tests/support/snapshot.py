"""The whole database as text, volatile columns aside, so that two ways to the same end can be compared byte by byte."""

from tests.support.stored import rows

# What differs between two undisturbed runs: the moments of writing, and counts of what was done again.
CONTENT = {
    "stores": "id, name, active, events_cursor, seller_id, token_type, token_expires_at, total_chats, chat_tag_counts",
    "chats": "store_id, id, client_name, nm_id, product_title, rid, product_size, price_kopecks, price_currency,"
    " ordered_at, order_status, messages_total, last_message_id, last_message_text, last_message_sender,"
    " last_message_automatic, last_message_at, listed_message_text, listed_message_at,"
    " missing_since IS NULL AS listed, raw::text, tag, tag_source, labelled_messages, labelled_by,"
    " labelled_content",
    "chat_messages": "store_id, id, chat_id, event_type, sender, source, client_name, is_new_chat, text, sent_at,"
    " attachments, automatic, prefix_characters, nm_id, product_title, rid, product_size, price_kopecks,"
    " price_currency, ordered_at, order_status, raw::text",
    "quarantined_events": "store_id, id, reason, raw::text",
    "message_versions": "store_id, message_id, text, sent_at, raw::text",
    "problems": "store_id, kind, subject, details, closed_as",
}


def content(*tables: str) -> str:
    """Return the content of the tables (all by default)."""
    return "\n".join(
        f"{table}: {row['line']}"
        for table in tables or CONTENT
        for row in rows(f"SELECT line::text FROM (SELECT {CONTENT[table]} FROM {table}) AS line ORDER BY 1")
    )


def versions(*tables: str) -> str:
    """Return which transaction wrote each row last: the same before and after, if nothing was written."""
    return "\n".join(
        f"{table}: {row['line']}"
        for table in tables
        for row in rows(f"SELECT ROW(ctid, xmin)::text AS line FROM {table} ORDER BY 1")
    )
