"""Transcripts for the tests, from the words alone."""

from classifier.chats import Message, Transcript
from tests.support.russian_chats import Talk


def transcript(talk: Talk, chat_id: str = "1:chat", messages_total: int | None = None) -> Transcript:
    """Return the transcript of a talk: the buyer's words alone, or (sender, text) pairs, oldest first."""
    pairs = [("client", talk)] if isinstance(talk, str) else talk
    messages = tuple(
        Message(sender, text, f"2026-10-01T10:{at:02}:00+00:00") for at, (sender, text) in enumerate(pairs)
    )
    return Transcript(chat_id, len(pairs) if messages_total is None else messages_total, messages)
