"""Telephone numbers, any way Russians write them."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, digits_of, find_runs, shape_of
from classifier.masking.spans import Kind, Span

RUSSIAN, SHORT, LOCAL, SMALL_TOWN = 11, 10, 7, 6  # digits: with 8 or 7, without, and within a town
AREAS = "346789"  # first digits of area codes: Russia's 3, 4, 8 and 9, Kazakhstan's 6 and 7
# Country codes of the neighbours, and the digits of a number with its code.
ABROAD = {"375": 12, "380": 12, "992": 12, "993": 11, "994": 12, "995": 12, "996": 12, "998": 12, "374": 11}
ABROAD_LENGTHS = range(11, 14)  # digits; the ITU allows 15 (E.164), Russia's neighbours need fewer
LENGTHS = (SMALL_TOWN, LOCAL, SHORT, *ABROAD_LENGTHS)
# How the digits are grouped.
SHORT_SHAPES = {
    (10,), (3, 7), (3, 3, 4), (3, 4, 3), (3, 3, 2, 2), (3, 2, 2, 3), (3, 2, 3, 2), (6, 4), (6, 2, 2), (3, 5, 2)
}  # fmt: skip
LOCAL_SHAPES = {(7,), (3, 2, 2), (2, 2, 3), (3, 4), (1, 2, 2, 2), (1, 6), (1, 3, 3)}
SMALL_TOWN_SHAPE = (2, 2, 2)
LAST_MONTH = 12  # «24-12-05» is a date
SAYS_PHONE = re.compile(r"(?i)(?:\bтел|\bтлф|звон|городск|whats|в[ао][тц]с?ап)[^\d\n]{0,25}$")
PLUS = re.compile(r"(?i)(?:\+|\bплюс)[ (]{0,3}$")
OPENING, OPENING_LENGTH = re.compile(rf"{PLUS.pattern}|\($"), 8
BEFORE = 40  # characters before a number that may say what it is


def find_phones(text: str) -> Iterator[Span]:
    """Yield the telephone numbers, of Russia and its neighbours, in digits and in words."""
    for run in find_runs(text, LENGTHS, lambda groups: _is_phone(groups, text)):
        yield Span(Kind.PHONE, _start(run[0].start, text, OPENING), run[-1].end)


def _is_phone(groups: Sequence[Group], text: str) -> bool:
    digits = digits_of(groups)
    if len(digits) == RUSSIAN and digits[0] in "78" and digits[1] in AREAS:
        return True
    if len(digits) == SHORT:
        return _is_short(groups, digits, text)
    if len(digits) == LOCAL:
        return shape_of(groups) in LOCAL_SHAPES and _says_phone(groups[0].start, text)
    if len(digits) == SMALL_TOWN:
        is_date = int(groups[1].digits) <= LAST_MONTH if len(groups) > 1 else True
        return shape_of(groups) == SMALL_TOWN_SHAPE and not is_date and _says_phone(groups[0].start, text)
    if digits[:3] in ABROAD:
        return len(digits) == ABROAD[digits[:3]]
    return digits[0] not in "78" and _start(groups[0].start, text, PLUS) < groups[0].start


def _is_short(groups: Sequence[Group], digits: str, text: str) -> bool:
    """Tell whether ten digits are a number without its 8: a mobile one, or one with its town's code in brackets."""
    start = groups[0].start
    spaced = len(groups) == SHORT or any(group.spelt for group in groups)
    if digits[0] == "9":
        return spaced or shape_of(groups) in SHORT_SHAPES
    bracketed = text[start - 1 : start] == "("
    return digits[0] in AREAS and (bracketed or _says_phone(start, text)) and shape_of(groups) in SHORT_SHAPES


def _says_phone(start: int, text: str) -> bool:
    return SAYS_PHONE.search(text[max(0, start - BEFORE) : start]) is not None


def _start(start: int, text: str, opening: re.Pattern[str]) -> int:
    """Return where the number begins with the plus or the bracket before it."""
    before = max(0, start - OPENING_LENGTH)
    match = opening.search(text[before:start])
    return before + match.start() if match else start
