"""The words of a text in the normal form of the search, each with its place in the text as it was written.

The database searches in what its search_form() makes of a text (migration 0014, which says why); what was found is
marked in the written text. The rules are the same here: a test compares them over every character.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

QUICK = re.compile(r"[\x01-&(-_a-\x7f\u00a0«»\u0401\u0410-\u044f\u0451–—“”„…₽\u2600-\u27bf\U0001f300-\U0001faff]*")
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff]"
)
COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
SPELT_OUT = str.maketrans("№™℠℡ªº’‘ʼ`´′՚＇", "      ''''''''")
ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
OTHER_LETTERS = str.maketrans("ёѐѝ", "ееи")
# A character with what is not seen and what marks it.
CLUSTER = re.compile(f".(?:{UNSEEN.pattern}|{COMBINING.pattern})*", re.DOTALL)
SIGNS = (
    r"\x01-/:-@\[-`{-\u00bf\u00d7\u00f7\u02b0-\u02ff\u037e\u0387\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c\u061b\u061f"
    r"\u066a-\u066d\u06d4\u0964\u0965\u1680\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb"
    r"\ue000-\uf8ff\ufe10-\ufe6f\ufffc\ufffd\U0001f000-\U0001faff"
)
LETTER = "[a-z\u00df-\u02af\u0370-\u1fff]"
WORD = re.compile(rf"[0-9]+|(?:(?!(?<=[0-9])[xх](?=[0-9]))[^0-9{SIGNS}]|(?<={LETTER})'(?={LETTER}))+")
DASHES = re.compile("[\u2010-\u2015\u2212]")
NUMBER = re.compile(
    r"(?:(?<![0-9])(?:\+?7|8)?[ \u00a0.(-]{0,3}"
    r"([3-9][0-9]{2}[ \u00a0.)-]{0,3}[0-9]{3}[ \u00a0.-]?[0-9]{2}[ \u00a0.-]?[0-9]{2})"
    r"|(\+(?!7)[0-9](?:[ \u00a0.()-]{0,3}[0-9]){6,14}"
    r"|(?<![0-9-])[0-9]+(?:-[0-9]+)+"
    r"|(?<![0-9a-zа-я])[0-9]{1,3}(?:[ \u00a0][0-9]{3})+"
    r"|(?<![0-9a-zа-я])[0-9]{4}(?:[ \u00a0][0-9]{4}){3}))(?![0-9])"
)
AROUND_GROUPS = " \u00a0.(-"
TELEPHONE_DIGITS, LOCAL_DIGITS = 10, 7
FEWEST_DIGITS, FEWEST_WITH_HYPHENS = 4, 6


@dataclass(frozen=True)
class SearchedWord:
    """A word in the normal form, and where in the written text it stands."""

    form: str
    begin: int
    end: int


def searched_words(written: str) -> Iterator[SearchedWord]:
    """Yield the words of a text as the search knows them; of numbers in groups each group, and all of it as one."""
    letters, places = _letters(written)
    for found in WORD.finditer(letters):
        yield SearchedWord(found[0].replace("'", ""), places[found.start()][0], places[found.end() - 1][1])
    for number in NUMBER.finditer(DASHES.sub("-", letters)):
        group = 1 if number[1] else 2
        digits = re.sub("[^0-9]", "", number[group])
        if len(digits) < (FEWEST_WITH_HYPHENS if "-" in number[group] else FEWEST_DIGITS):
            continue
        begins = number.end() - len(number[0].lstrip(AROUND_GROUPS))  # with the 8 or +7 of a telephone
        begin, end = places[begins][0], places[number.end() - 1][1]
        yield SearchedWord(digits, begin, end)
        if len(digits) == TELEPHONE_DIGITS:
            yield SearchedWord(digits[-LOCAL_DIGITS:], begin, end)


def _letters(written: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text in small letters without what is not seen, and for each character where it came from."""
    if QUICK.fullmatch(written):
        return written.lower().replace("ё", "е"), [(at, at + 1) for at in range(len(written))]
    letters, places = [], []
    for cluster in CLUSTER.finditer(written):
        made = _fold(cluster[0])
        letters.append(made)
        places += [cluster.span()] * len(made)
    return "".join(letters), places


@lru_cache(maxsize=4096)
def _fold(cluster: str) -> str:
    text = unicodedata.normalize("NFKC", UNSEEN.sub("", cluster).translate(SPELT_OUT)).lower()
    text = ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return COMBINING.sub("", unicodedata.normalize("NFC", text)).translate(OTHER_LETTERS)
