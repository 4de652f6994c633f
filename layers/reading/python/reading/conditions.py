"""What is said of chats in more than one query, as conditions and expressions on a row of `chats`."""

# Days are of Moscow, as on the pages: the sellers' portal shows them so.
ZONE = "Europe/Moscow"
NEWEST_AT = "coalesce(chats.last_message_at, '-infinity')"
HAS_ATTACHMENTS = """
    EXISTS (SELECT FROM chat_messages WHERE chat_id = chats.id AND store_id = chats.store_id AND attachments <> '[]')
"""
EACH_TURN = "JOIN chat_turns AS turns ON turns.store_id = chats.store_id AND turns.chat_id = chats.id"
EACH_MARK = (
    "no_answer_marks AS mark WHERE mark.store_id = chats.store_id AND mark.chat_id = chats.id AND ended_at IS NULL"
)
