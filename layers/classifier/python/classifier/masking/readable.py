"""A text as a reader sees it: no invisible characters, one way to write a digit, a dash, a space and a letter."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LETTERS = re.compile(r"[^\W\d_]+")
CYRILLIC, LATIN = "АВЕКМНОРСТХаеорсухі", "ABEKMHOPCTXaeopcyxi"  # look the same in most typefaces
TO_LATIN, TO_CYRILLIC = str.maketrans(CYRILLIC, LATIN), str.maketrans(LATIN, CYRILLIC)


@dataclass(frozen=True)
class Readable:
    """The `text` to look in, and for each of its characters the place in the text it was read from."""

    text: str
    origins: tuple[int, ...]
    length: int

    @classmethod
    def from_text(cls, text: str) -> "Readable":
        """Return what a reader sees: «８» or a keycap 8 is 8, zero-width spaces are gone."""
        characters: list[str] = []
        origins: list[int] = []
        for origin, written in enumerate(text):
            shown = _shown(written)
            if not shown:
                characters[-1:] = _composed(characters[-1:], written)
            characters += shown
            origins += [origin] * len(shown)
        return cls(LETTERS.sub(_one_alphabet, "".join(characters)), tuple(origins), len(text))

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where that piece stands in the text as written, with the invisible characters in and behind it."""
        return self.origins[start], self.origins[end] if end < len(self.origins) else self.length


@lru_cache(maxsize=4_096)
def _shown(character: str) -> str:
    """Return what a character reads as: one or more characters, or none for what only marks another or is unseen."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if category == "Zs":
        return " "
    if category in {"Cf", "Mn", "Me", "Cc"}:  # zero-width, soft hyphens, accents, keycaps; the Cc below are spaces
        return character if character in "\n\r\t" else ""
    return character if character == "№" else unicodedata.normalize("NFKC", character)  # else it would be «No»


def _composed(last: list[str], mark: str) -> list[str]:
    """Return the last character with its mark where the two are one letter («и» and a breve are «й»)."""
    one = unicodedata.normalize("NFC", "".join(last) + mark)
    return [one] if last and len(one) == 1 else last


def _one_alphabet(match: re.Match[str]) -> str:
    """Return a word of mixed alphabets in the one that all of it can be written in: «t.mе», «зaказ»."""
    word = match[0]
    if word.isascii() or not any(letter.isascii() for letter in word):
        return word
    latin = word.translate(TO_LATIN)
    return latin if latin.isascii() else word.translate(TO_CYRILLIC)
