"""«Needs no answer», as a person said of a chat. It ends by itself when the buyer writes again (migration 0013)."""

from chatsync.errors import ChatChangedError
from database.chats import unknown_chat
from database.connection import Database

LONGEST_REASON = 200

# Whose turn it is goes by the marks.
REFRESH = "SELECT refresh_chat_turns(ARRAY[:store], ARRAY[:chat], ARRAY[CAST('-infinity' AS timestamptz)])"


def mark_no_answer(database: Database, store_id: str, chat_id: str, reason: str, *, seen: int, by: str | None) -> None:
    """Mark a chat; one that is marked already keeps its mark.

    `seen` is how many messages the chat had when it was read. `by` is the login, None on one's own machine.

    Raises:
        ChatUnknownError: The store has no such chat.
        ChatChangedError: It has more messages than were seen.
    """
    # Whoever stores a message waits for this row, and ends the mark afterwards.
    chats = database.rows(
        "SELECT messages_total FROM chats WHERE store_id = :store AND id = :chat FOR UPDATE",
        store=store_id,
        chat=chat_id,
    )
    if not chats:
        raise unknown_chat(store_id, chat_id)
    if chats[0]["messages_total"] > seen:
        raise ChatChangedError("The chat has new messages. Nothing was changed. Open it again and read them first.")
    database.run(
        """
        INSERT INTO no_answer_marks (store_id, chat_id, reason, marked_by)
        VALUES (:store, :chat, :reason, CAST(:by AS text))
        ON CONFLICT (store_id, chat_id) WHERE ended_at IS NULL DO NOTHING
        """,
        store=store_id,
        chat=chat_id,
        reason=reason[:LONGEST_REASON],
        by=by,
    )
    database.run(REFRESH, store=store_id, chat=chat_id)


def end_no_answer(database: Database, store_id: str, chat_id: str, by: str | None) -> None:
    """Take the mark of a chat back, if it has one: its buyer waits again if nobody has answered."""
    ended = database.run(
        """
        UPDATE no_answer_marks SET ended_at = now(), ended_by = coalesce(CAST(:by AS text), '')
        WHERE store_id = :store AND chat_id = :chat AND ended_at IS NULL
        """,
        store=store_id,
        chat=chat_id,
        by=by,
    )
    if ended:
        database.run(REFRESH, store=store_id, chat=chat_id)
