"""What the dictionary's side and masking share about Russian words: one spelling of «ё», and pymorphy3's dictionary."""

from functools import cache
from typing import Any

CACHED_WORDS = 20_000  # a shop's buyers use fewer; what is kept of a word is some 300 bytes, so a cache is below 10 MB
LONGEST_WORD = 32  # letters; longer runs are no Russian words, and need not be remembered


def fold(text: str) -> str:
    """Return a text in small letters, with «е» for «ё»: people write either."""
    return text.casefold().replace("ё", "е")


@cache
def dictionary() -> Any:
    """Load pymorphy3's dictionary once, at the first word: 0.2 s and about 25 MB."""
    import pymorphy3  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer(lang="ru")
