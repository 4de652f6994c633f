"""Chats for which a model's server gave no answer, though it answered others: asked again, but not for ever.

A filter that refuses a chat's words refuses them in every run. After MOST_TRIES runs these words are sent to this
classifier no more: new words, another model, prompt or taxonomy begin anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from database.connection import Database
from database.json_rows import json_rows
from database.labels.content import CONTENT

MOST_TRIES = 3

# On a row of chats, for the :version of a classifier. The words are looked at only where a chat has had all its tries.
IS_GIVEN_UP = f"""
    CASE WHEN label_tries >= {MOST_TRIES} AND label_tries_by = :version THEN label_tries_content = {CONTENT}
         ELSE false END
"""


def save_failed_tries(database: Database, store_id: str, run_id: int, unanswered: Sequence[Mapping[str, Any]]) -> None:
    """Count one more run in which these chats got no answer; repeated in the same run it counts nothing twice.

    A row has the `chat_id`, the `content` that was sent (a digest), and `model`, the classifier's name and version.
    """
    database.run(
        """
        UPDATE chats
        SET label_tries = 1 + CASE WHEN (label_tries_by, label_tries_content) = (tried.model, tried.content)
                                   THEN label_tries ELSE 0 END,
            label_tries_by = tried.model, label_tries_content = tried.content, label_tries_run = :run
        FROM json_to_recordset(CAST(:rows AS json)) AS tried(chat_id text, content text, model text)
        WHERE store_id = :store AND id = tried.chat_id AND label_tries_run IS DISTINCT FROM :run
        """,
        store=store_id,
        run=run_id,
        rows=json_rows(unanswered),
    )
