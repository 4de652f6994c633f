"""The search's words as Postgres understands them, and how many messages have them."""

import re
from dataclasses import dataclass

from database.connection import Database

QUERY = "search_query(:words)"
# Around found words; a text in the normal form has no such characters.
MARK_BEGIN, MARK_END = "\x02", "\x03"
# Of a row of chat_messages: what its sender wrote, without WB's prefix.
OWN_TEXT = "substr(text, prefix_characters + 1)"
# The normal form of a text that is found, with the found words marked; NULL for others.
MARKED = (
    f"CASE WHEN search_words({OWN_TEXT}) @@ {QUERY} THEN "
    f"ts_headline('pg_catalog.russian', search_form({OWN_TEXT}), {QUERY}, "
    f"'HighlightAll=true, StartSel={MARK_BEGIN}, StopSel={MARK_END}') END"
)
# The first condition is the index's.
HAS_WORDS = f"search_words(text) @@ {QUERY} AND (prefix_characters = 0 OR search_words({OWN_TEXT}) @@ {QUERY})"
HAS_TITLE = f"search_words(product_title) @@ {QUERY}"
# With no more found messages than this, their chats are sorted; more frequent words are looked for from the newest
# chat on.
RARE_MESSAGES = 20_000
# The product that a link to its page on WB names.
PRODUCT_LINK = re.compile(
    r"(?:wildberries\.[a-z]+|wb\.ru)/(?:\S*/)?(?:catalog/|\S*[?&](?:card|nm)=)([0-9]{4,})", re.IGNORECASE
)
DIGITS_OF_A_PRODUCT = 18


@dataclass(frozen=True)
class Search:
    """How to look for the words: `usable` is False where only stop words, or only words to leave out, were given."""

    usable: bool
    rare: bool


def understand_words(database: Database, words: str) -> Search:
    """Return how to look for these words."""
    if not are_usable(database, words):
        return Search(usable=False, rare=True)
    # The index, even where the planner thinks that half of all messages have the word and wants to read them all.
    database.run("SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'")
    counted = database.rows(
        f"""
        SELECT count(*) AS messages FROM (
            SELECT 1 FROM chat_messages WHERE {HAS_WORDS}
            UNION ALL SELECT 1 FROM chat_messages WHERE {HAS_TITLE}
            LIMIT :most
        ) AS found_messages
        """,  # noqa: S608 - constants
        words=words,
        most=RARE_MESSAGES + 1,
    )
    return Search(usable=True, rare=counted[0]["messages"] <= RARE_MESSAGES)


def are_usable(database: Database, words: str) -> bool:
    """Return whether Postgres can look for these words."""
    tree = database.rows(f"SELECT querytree({QUERY}) AS tree LIMIT 1", words=words)[0]["tree"]
    # What of the query an index answers: nothing, or a negation alone (T), which would read all of it.
    return tree not in {"", "T"}


def read_product(words: str) -> int | None:
    """Return the number of the product that the words are: its number itself, or a link to its page on WB."""
    link = PRODUCT_LINK.search(words)
    digits = link[1] if link else words
    return int(digits) if re.fullmatch(f"[0-9]{{1,{DIGITS_OF_A_PRODUCT}}}", digits) else None
