"""Whole numbers as WB may send them. Both zones read them alike: what decides the walk also stands in a column."""

import math

MOST_DIGITS = 40  # of a text; more is not a number that anything here can use


def whole_number(value: object) -> int | None:
    """Return the integer that a JSON value stands for (5, 5.0, "5", "5.0"), or None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return None


def _from_text(text: str) -> int | None:
    whole, _, fraction = text.partition(".")
    digits = whole.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(text) <= MOST_DIGITS and not fraction.strip("0")):
        return None
    return int(whole)
