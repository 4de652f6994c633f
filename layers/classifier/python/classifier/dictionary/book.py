"""The dictionary's file, keywords.json, as terms."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any

from classifier.taxonomy import CAUSE_KEYS, KEYS

GROUP = "@"  # begins the name of a group of words, such as «@число»; most groups stand in the file too
FAR = "…"  # inside a phrase: what follows may stand some words later, in another clause
BOOK, LEMMAS = (Path(__file__).with_name(name) for name in ("keywords.json", "lemmas.json"))

BUYERS, SELLERS = "terms", "sellers"  # the file's sections: what a buyer's words say, and what a seller's answers do


@dataclass(frozen=True)
class Term:
    """A word or phrase of keywords.json as it is written there, the tag and the cause it speaks for, and its weight.

    Either may be empty. The weights carry the taxonomy's rule for ties: 9 is talk of changing or selling a review, 6
    asks for something outright, 3 names a matter by itself, 2 as a rule, 1 is a hint, and 0.5 counts where nothing else
    does. `asked` tells that it stands in a question for a property of the goods.
    """

    tag: str
    cause: str
    written: str
    lemmas: tuple[str, ...]
    weight: float
    asked: bool = False

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that a text must have to contain the term."""
        return frozenset(self.lemmas) - {FAR}


@cache
def terms_by_first_lemma(section: str) -> dict[str, list[Term]]:
    """Read a section once; the lemmas of its words were found by the same rules as the buyers'.

    Tags and causes that an operator's taxonomy does not have are left out.
    """
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    for key, weight, written in _phrases(section):
        tag, _, cause = key.partition(" ")
        term = Term(
            tag=tag if tag in KEYS else "",
            cause=cause if cause in CAUSE_KEYS else "",
            written=written,
            lemmas=tuple(map(_lemma, written.split())),
            weight=weight,
        )
        if term.tag or term.cause:
            terms[term.lemmas[0]].append(term)
    return dict(terms)


def _phrases(section: str) -> Iterator[tuple[str, float, str]]:
    """Yield a section's phrases with their keys and weights; «удалить|убрать отзыв» stands for two.

    A key is a tag, or a tag and a cause: "delivery late".
    """
    for key, weights in _read_json(BOOK)[section].items():
        for weight, entries in weights.items():
            for entry in entries:
                for words in product(*(word.split("|") for word in entry.split())):
                    yield key, float(weight), " ".join(words)


@cache
def greetings() -> frozenset[str]:
    """Return the lemmas of words that alone name no matter."""
    return frozenset(map(_lemma, _read_json(BOOK)["greetings"]))


@cache
def groups_by_lemma() -> dict[str, frozenset[str]]:
    """Return the groups each lemma belongs to, such as «@число» for «два»."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for group, words in _read_json(BOOK)["groups"].items():
        for word in words:
            groups[_lemma(word)].add(group)
    return {lemma: frozenset(names) for lemma, names in groups.items()}


def book_words() -> set[str]:
    """Return every single word of the dictionary's terms, groups and greetings; no names of groups."""
    book = _read_json(BOOK)
    phrases = (phrase for section in (BUYERS, SELLERS) for _, _, phrase in _phrases(section))
    words = {word for phrase in phrases for word in phrase.split()}.union(book["greetings"], *book["groups"].values())
    return {word for word in words if word != FAR and not word.startswith(GROUP)}


def _lemma(word: str) -> str:
    """Return the likeliest lemma of a word of the dictionary, as eval/lemmas.py wrote it down."""
    return str(_read_json(LEMMAS).get(word, word))


@cache
def _read_json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))
