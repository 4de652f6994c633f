"""The chat's own buyer, whose name is known: masked in every case of it, also where no dictionary has it as a name."""

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.masking.spans import Kind, Span
from classifier.masking.words import noun_forms

LONG_STEM = 5  # letters; what begins with so many of a name's is hardly another word: «зульхиджой»
LONGEST_ENDING = 3

_WORD = re.compile(r"[^\W\d_]{2,}")  # an initial says nothing
_BETWEEN = re.compile(r" {1,2}")
_ENDING = "аеиоуыэюяйь"
_CACHED = 1_000  # names; a chat page has 30 chats


def find_client_name(text: str, client_name: str) -> Iterator[Span]:
    """Yield where the words of the client's name stand, in any case and writing; words side by side are one name."""
    found = [word for word in _WORD.finditer(text) if _is_of(client_name, _plain(word[0]))]
    while found:
        first = last = found.pop(0)
        while found and _BETWEEN.fullmatch(text, last.end(), found[0].start()):
            last = found.pop(0)
        yield Span(Kind.NAME, first.start(), last.end())


def _is_of(client_name: str, word: str) -> bool:
    forms, stems = _forms(client_name)
    return word in forms or any(word.startswith(stem) and len(word) - len(stem) <= LONGEST_ENDING for stem in stems)


@lru_cache(maxsize=_CACHED)
def _forms(client_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a name in all cases, as pymorphy3 declines them, known to it or not; and their long stems."""
    words = {_plain(word) for word in _WORD.findall(client_name)}
    forms = words.union(*({_plain(form) for form in noun_forms(word)} for word in words))
    stems = (word.rstrip(_ENDING) for word in words)
    return frozenset(forms), frozenset(stem for stem in stems if len(stem) >= LONG_STEM)


def _plain(word: str) -> str:
    return word.casefold().replace("ё", "е")
