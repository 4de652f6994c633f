"""Rows on their way into one statement: a JSON parameter that Postgres unfolds with json_to_recordset.

One statement a page is the fast way: a parameter costs three round trips, and pg8000's executemany only loops.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

REPLACEMENT = "\ufffd"
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
LETTERS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
ESCAPES = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def json_rows(rows: Sequence[Any]) -> str:
    """Return the rows as one JSON text."""
    return as_raw(rows)


def as_raw(value: Any) -> str:
    """Return WB's own JSON for a column of type json: a text within the row, cast where it is inserted.

    As an object within the row, Postgres would unescape it while unfolding, and refuse NUL and lone surrogates. Letters
    stay letters, as escapes are thrice as long; but all are escaped where one of them has no UTF-8.
    """
    text = LETTERS.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return ESCAPES.encode(value)
    return text


def storable(text: str | None) -> str | None:
    """Return the text with what Postgres' text cannot hold (NUL, lone surrogates) shown as U+FFFD.

    The exact characters stay in the row's `raw`, whose type json keeps escapes to the letter.
    """
    return None if text is None else UNSTORABLE.sub(REPLACEMENT, text)
