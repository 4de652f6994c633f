"""Which chats need a label: those without one, and those whose words or classifier changed since theirs.

Left out are those for whose words a model's server never answered: see failed_tries.py.
"""

from dataclasses import dataclass
from typing import Any

from database.connection import Database
from database.labels.content import CONTENT, WORDS
from database.labels.failed_tries import IS_GIVEN_UP

# To be masked wherever it stands: the buyer's name as WB's list has it, and as each message had it.
CLIENT_NAME = """
    (SELECT string_agg(name, ' ' ORDER BY name)
     FROM (SELECT chats.client_name AS name UNION SELECT client_name FROM chat_messages
           WHERE store_id = chats.store_id AND chat_id = chats.id) AS names)
"""
# The words are looked at only where a label of the same version met other messages: most chats have met no new ones.
LACKS_ITS_LABEL = f"""
    store_id = :store AND messages_total > 0 AND tag_source IS DISTINCT FROM 'person'
    AND (labelled_messages, labelled_by) IS DISTINCT FROM (messages_total, CAST(:version AS text))
    AND CASE WHEN labelled_by = :version THEN labelled_content IS DISTINCT FROM {CONTENT} ELSE true END
"""
IS_STALE = f"{LACKS_ITS_LABEL} AND NOT {IS_GIVEN_UP}"
# On a stale chat: nothing was written since, only the classifier's version is another one. (`labelled_messages` is NULL
# where a program's update judges otherwise which words are the buyer's.)
IS_OUTDATED = """
    (labelled_by <> :version AND coalesce(labelled_messages, messages_total) = messages_total)
"""


@dataclass(frozen=True)
class StaleChats:
    """The `transcripts` of the chats that need a label, and how many there are in all.

    Of these, `outdated` ones have a label that only goes by another version of the classifier. They come after all
    others; either kind is in the order of the newest message. A transcript has `chat_id`, `client_name` (all it ever
    had), `messages_total`, `content` (a digest of its words), `messages`, and whether it is `outdated`.
    """

    transcripts: list[dict[str, Any]]
    total: int
    outdated: int


def read_stale_chats(database: Database, store_id: str, version: str, limit: int) -> StaleChats:
    """Return at most `limit` of the chats whose label is missing, or stale for this version of the classifier.

    A person's label never is. Chats without messages have nothing to label.
    """
    rows = database.rows(
        f"""
        SELECT id AS chat_id, {CLIENT_NAME} AS client_name, messages_total, outdated, {CONTENT} AS content,
               said.messages, total, outdated_total
        FROM (SELECT *, count(*) OVER () AS total, count(*) FILTER (WHERE outdated) OVER () AS outdated_total
              FROM (SELECT *, coalesce({IS_OUTDATED}, false) AS outdated FROM chats WHERE {IS_STALE}) AS stale
              ORDER BY outdated, last_message_at DESC, id LIMIT :limit) AS chats
        CROSS JOIN LATERAL (
            SELECT coalesce(json_agg(json_build_object('sender', sender, 'text', text, 'sent_at', sent_at)
                                     ORDER BY sent_at, id), '[]') AS messages
            FROM ({WORDS}) AS words
        ) AS said
        ORDER BY outdated, last_message_at DESC, id
        """,  # noqa: S608 - constants
        store=store_id,
        version=version,
        limit=max(limit, 1),  # One row tells the numbers.
    )
    totals = [(row.pop("total"), row.pop("outdated_total")) for row in rows]
    return StaleChats(rows[:limit], *(totals[0] if totals else (0, 0)))


def count_unanswered_chats(database: Database, store_id: str, version: str) -> int:
    """Return how many chats lack their label because a model's server never answered for their words."""
    counted = database.rows(
        f"SELECT count(*) AS chats FROM chats WHERE {LACKS_ITS_LABEL} AND {IS_GIVEN_UP}",  # noqa: S608 - constants
        store=store_id,
        version=version,
    )
    return int(counted[0]["chats"])
