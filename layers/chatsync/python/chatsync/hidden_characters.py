"""Characters that hide in a text, turn its order around, or command a terminal, and what is shown instead of each.

Buyers write such texts to sellers. For str.translate; the joiners stay, emoji and several scripts need them.
"""

import unicodedata

TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
BREAKS = (0x2028, 0x2029)
DELETE = 0x7F
# For one line: control characters as their pictures, such as ␛.
SHOWN_IN_A_LINE = (
    {code: f"<U+{code:04X}>" for code in (*TURNING, *BREAKS)}
    | {code: chr(0x2400 + code) for code in range(0x20)}
    | {DELETE: "\u2421"}
    | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
)
# Letters and signs that nobody sees: fillers of Hangul, an empty Braille cell, a joiner of marks.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Separators, controls, formats (joiners and zero-width characters are formats), private and unassigned characters.
UNSEEN_CATEGORIES = frozenset("ZC")

SHOWN_IN_LINES = {code: shown for code, shown in SHOWN_IN_A_LINE.items() if code not in (*BREAKS, *b"\t\n\r")}


def can_be_seen(text: str) -> bool:
    """Return whether a text has a character that anybody sees."""
    return any(letter not in BLANKS and unicodedata.category(letter)[0] not in UNSEEN_CATEGORIES for letter in text)
