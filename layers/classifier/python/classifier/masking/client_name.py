"""The chat's own buyer, whose name is known: masked in every case of it, also where no dictionary has it as a name."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise

from classifier.masking.likelihood import noun_forms
from classifier.masking.spans import Kind, Span
from classifier.russian import fold

LONG_STEM = 5  # letters; what begins with so many of a name's is hardly another word: «зульхиджой»
LONGEST_ENDING = 3

WORD = re.compile(r"[^\W\d_]{2,}")  # an initial says nothing
BETWEEN = re.compile(r" {1,2}")
ENDING = "аеиоуыэюяйь"
CACHED_NAMES = 1_000  # a chat page has 30 chats
MOST_WORDS = 10  # of a name, which a buyer may choose: each is looked up in the dictionary, and declined


def find_client_name(text: str, client_name: str) -> Iterator[Span]:
    """Yield where the words of the client's name stand, in any case and writing; words side by side are one name."""
    words = [match for match in WORD.finditer(text) if _is_part(fold(match[0]), client_name)]
    for word in words:
        yield Span(Kind.NAME, *word.span())
    for word, following in pairwise(words):
        if BETWEEN.fullmatch(text, word.end(), following.start()):
            yield Span(Kind.NAME, word.start(), following.end())


def _is_part(word: str, client_name: str) -> bool:
    forms, stems = _forms(client_name)
    return word in forms or any(word[: len(word) - ending] in stems for ending in range(LONGEST_ENDING + 1))


@lru_cache(maxsize=CACHED_NAMES)
def _forms(client_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a name in all cases, as pymorphy3 declines them, known to it or not; and their long stems."""
    words = {fold(match[0]) for match in islice(WORD.finditer(client_name), MOST_WORDS)}
    forms = words.union(*(map(fold, noun_forms(word)) for word in words))
    stems = (word.rstrip(ENDING) for word in words)
    return frozenset(forms), frozenset(stem for stem in stems if len(stem) >= LONG_STEM)
