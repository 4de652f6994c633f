"""What a classifier is given of a chat, as SQL on a row of chats; and its digest, which a label stands for."""

MESSAGES_A_CHAT = 30  # The newest ones; a label says what the buyer needs now.

# What a classifier is given of a chat. WB's own messages, files, and senders nobody knows change no label, so none of
# them makes one stale.
WORDS = f"""
    SELECT id, sender, text, sent_at FROM people_messages
    WHERE store_id = chats.store_id AND chat_id = chats.id AND text ~ '\\S'
    ORDER BY sent_at DESC, id DESC LIMIT {MESSAGES_A_CHAT}
"""  # noqa: S608 - a constant
CONTENT = f"""
    (SELECT coalesce(encode(sha256(convert_to(
        json_agg(json_build_array(sender, text) ORDER BY sent_at, id)::text, 'UTF8')), 'hex'), 'no words')
     FROM ({WORDS}) AS words)
"""  # noqa: S608 - constants
