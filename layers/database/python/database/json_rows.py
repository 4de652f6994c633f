"""Rows on their way into one statement: a JSON parameter that Postgres unfolds with json_to_recordset.

One statement a page is the fast way: a parameter costs three round trips, and pg8000's executemany only loops.
"""

import json
from collections.abc import Sequence
from typing import Any

REPLACEMENT = "\ufffd"


def json_rows(rows: Sequence[Any]) -> str:
    """Return the rows as one JSON text in ASCII, so that any character arrives as an escape."""
    return json.dumps(rows, ensure_ascii=True, separators=(",", ":"))


def as_raw(value: Any) -> str:
    """Return WB's own JSON for a column of type json: a text within the row, cast where it is inserted.

    As an object within the row, Postgres would unescape it while unfolding, and refuse NUL and lone surrogates.
    """
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def storable(text: str | None) -> str | None:
    """Return the text with what Postgres' text cannot hold (NUL, lone surrogates) shown as U+FFFD.

    The exact characters stay in the row's `raw`, whose type json keeps escapes to the letter.
    """
    if text is None:
        return None
    return "".join(REPLACEMENT if _unstorable(character) else character for character in text)


def _unstorable(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
