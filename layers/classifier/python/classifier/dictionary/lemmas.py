"""Russian words and their dictionary forms (lemmas), by pymorphy3."""

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import Any

CACHED_WORDS = 20_000  # a shop's buyers use fewer; a set of lemmas is some 300 bytes, so the cache stays below 10 MB
LONGEST_WORD = 32  # letters; longer runs are no Russian words, and need not be remembered

RARE = 0.1  # meanings below this share of a word's uses mislead: «уже» as «узкий» is one in thirteen

_CLAUSE = re.compile(r"\?|[^?.,!;:()\n\r«»\"]+")
_WORD = re.compile(r"\?|[^\W_]+")


def clauses(text: str) -> list[list[str]]:
    """Return the words of each clause of a text, in lower case; a clause ends at any punctuation but a hyphen.

    A question mark is a clause and a word of its own, for it says something too.
    """
    found = (_WORD.findall(clause) for clause in _CLAUSE.findall(text))
    kept = ([word.lower() for word in words if len(word) <= LONGEST_WORD] for words in found)
    return [words for words in kept if words]


@lru_cache(maxsize=CACHED_WORDS)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma a word is likely to have: «велики» is both «большой» and «велик». «ё» is written «е»."""
    shares: defaultdict[str, float] = defaultdict(float)
    for parse in _parses(word):
        shares[_plain(parse.normal_form)] += parse.score
    return frozenset(lemma for lemma, share in shares.items() if share >= RARE)


def is_known(word: str) -> bool:
    """Tell whether the dictionary has the word in this very form; «е» may stand for «ё»."""
    return bool(_analyzer().word_is_known(word))


def likeliest_lemma(word: str) -> str:
    """Return the lemma a word most often has; «ё» is written «е»."""
    parses = _parses(word)
    return _plain(parses[0].normal_form) if parses else word


def _parses(word: str) -> list[Any]:
    """pymorphy3 fails at letters that Unicode has no name for, such as Tangut's: they are no Russian words."""
    try:
        return list(_analyzer().parse(word))
    except ValueError:
        return []


@cache
def _analyzer() -> Any:
    """Load the dictionary once, at the first word: 0.2 s and about 25 MB."""
    import pymorphy3  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer(lang="ru")


def _plain(lemma: str) -> str:
    return lemma.replace("ё", "е")
