"""What is said of chats in more than one query, as conditions and expressions on a row of `chats`."""

# Days are of Moscow, as on the pages: the sellers' portal shows them so.
ZONE = "Europe/Moscow"
NEWEST_AT = "coalesce(chats.last_message_at, '-infinity')"
HAS_ATTACHMENTS = """
    EXISTS (SELECT FROM chat_messages WHERE chat_id = chats.id AND store_id = chats.store_id AND attachments <> '[]')
"""
# The first condition is the index's. A buyer's own last word always waits; after WB's, the messages are looked at.
IS_WAITING = """
    (chats.last_message_sender IS DISTINCT FROM 'seller' OR chats.last_message_automatic)
    AND (chats.last_message_sender = 'client'
         OR EXISTS (SELECT FROM chat_overview AS turns WHERE turns.store_id = chats.store_id
                    AND turns.chat_id = chats.id AND waiting_since IS NOT NULL))
"""
