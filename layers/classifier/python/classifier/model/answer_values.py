"""The values of one entry as models write them: a tag, a cause, a confidence, a reason. Pure.

| confidence | read as |
|---|---|
| 0.9, "0.9", "0,9" | 0.9 |
| 95, "95", "95 %" | 0.95 |
| "high", null, -0.1, 1.5, NaN | none: a word is not a number, and none is invented |
"""

import re
from collections.abc import Sequence
from typing import Any

from classifier.taxonomy import CAUSE_KEYS, KEYS

LONGEST_REASON = 120  # characters: ten Russian words
REASON_SIGNS = " ,-–—«»"  # besides letters
NUMBER = re.compile(r"(\d{1,3}(?:[.,]\d{1,20})?)\s*(%?)")
WHOLE = 100  # per cent


def read_tag(value: Any) -> str | None:
    """Return a tag's key, however it is spelt (" Return Refund", "return-refund"); None for another word."""
    return _read_key(value, KEYS)


def read_cause(value: Any) -> str | None:
    """Return a cause's key, however it is spelt; None for another word, or for none at all."""
    return _read_key(value, CAUSE_KEYS)


def _read_key(value: Any, keys: Sequence[str]) -> str | None:
    if not isinstance(value, str):
        return None
    key = re.sub(r"[\s-]+", "_", value.strip().strip("\"'`").casefold())
    return key if key in keys else None


def read_confidence(value: Any) -> float | None:
    """Return a confidence from 0 to 1, or None where the value is no number that can be one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    number = NUMBER.fullmatch(str(value).strip())
    if number is None:
        return None
    fraction = float(number[1].replace(",", "."))
    if number[2] or (fraction > 1 and fraction.is_integer()):
        fraction /= WHOLE
    return fraction if fraction <= 1 else None


def read_reason(value: Any) -> str:
    """Return a reason in letters alone, cut: no text can make it a phone, a link, an order to a terminal or a page."""
    text = value if isinstance(value, str) else ""
    letters = "".join(sign if sign.isalpha() or sign in REASON_SIGNS else " " for sign in text)
    return " ".join(letters.split())[:LONGEST_REASON]
