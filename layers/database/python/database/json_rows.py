"""Rows on their way into one statement: a JSON parameter that Postgres unfolds with json_to_recordset.

One statement for all rows is the fast way: a parameter costs three round trips, and pg8000's executemany only loops.
"""

import json
from typing import Any

# What was read from JSON holds no circle, so none is looked for.
LETTERS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
ESCAPES = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False)


def json_rows(rows: Any) -> str:
    """Return the rows as one JSON text.

    Letters stay letters, as escapes are thrice as long; but all are escaped where one of them has no UTF-8.
    """
    text = LETTERS.encode(rows)
    try:
        text.encode()
    except UnicodeEncodeError:
        return ESCAPES.encode(rows)
    return text
