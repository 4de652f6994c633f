"""«Needs no answer», as a person said of a chat. It ends by itself when the buyer writes again (migration 0013)."""

from chatsync.errors import ChatUnknownError
from database.connection import Database

LONGEST_REASON = 200

# Whose turn it is goes by the marks.
REFRESH = "SELECT refresh_chat_turns(ARRAY[:store], ARRAY[:chat], ARRAY[CAST('-infinity' AS timestamptz)])"


def mark_no_answer(database: Database, store_id: str, chat_id: str, reason: str, by: str | None) -> None:
    """Mark a chat; one that is marked already keeps its mark. `by` is the login, None on one's own machine.

    Raises:
        ChatUnknownError: The store has no such chat.
    """
    there = database.rows(
        "SELECT FROM chats WHERE store_id = :store AND id = :chat LIMIT 1", store=store_id, chat=chat_id
    )
    if not there:
        raise ChatUnknownError(f"The store {store_id} has no chat {chat_id}. Is the id whole, and the store synced?")
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
    database.run(
        """
        UPDATE no_answer_marks SET ended_at = now(), ended_by = coalesce(CAST(:by AS text), '')
        WHERE store_id = :store AND chat_id = :chat AND ended_at IS NULL
        """,
        store=store_id,
        chat=chat_id,
        by=by,
    )
    database.run(REFRESH, store=store_id, chat=chat_id)
