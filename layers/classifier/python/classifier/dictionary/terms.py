"""The dictionary of keywords.json, and where its terms stand in a text."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from classifier.dictionary.lemmas import clauses, lemmas
from classifier.dictionary.spelling import NOT, spelt, split_not
from classifier.russian import CACHED_WORDS
from classifier.taxonomy import KEYS

PHRASE_GAP = 2  # words that may stand inside a phrase: «где же мой заказ»
NEGATIONS = (NOT, "без")
BOOK, LEMMAS = (Path(__file__).with_name(name) for name in ("keywords.json", "lemmas.json"))

Words = list[frozenset[str]]  # for each word of a clause the lemmas it may have


@dataclass(frozen=True)
class Term:
    """A word or phrase of keywords.json as it is written there, its lemmas, and its weight.

    The weights carry the taxonomy's rule for ties, for the heaviest term decides: 9 is talk of changing or selling a
    review, 6 asks for something outright, 3 names a matter by itself, 2 as a rule, 1 is a hint, and 0.5 counts where
    nothing else does.
    """

    tag: str
    written: str
    lemmas: tuple[str, ...]
    weight: float


def terms_in(text: str) -> list[Term]:
    """Return the dictionary's terms that a text contains, each once, in their order; none of a mere greeting."""
    said = [[meanings for word in words for meanings in _meanings(word)] for words in clauses(text)]
    if all(not meanings.isdisjoint(_greetings()) for words in said for meanings in words):
        return []
    return list(dict.fromkeys(term for words in said for term in _terms_of_clause(words)))


@cache
def terms_by_first_lemma() -> dict[str, list[Term]]:
    """Read the dictionary once; the lemmas of its words were found by the same rules as the buyers'.

    Tags that an operator's taxonomy does not have are left out.
    """
    terms: defaultdict[str, list[Term]] = defaultdict(list)
    for tag, weight, written in _phrases():
        if tag in KEYS:
            phrase = tuple(map(_lemma, written.split()))
            terms[phrase[0]].append(Term(tag, written, phrase, weight))
    return dict(terms)


def _phrases() -> Iterator[tuple[str, float, str]]:
    """Yield the dictionary's phrases with their tags and weights; «удалить|убрать отзыв» stands for two."""
    for tag, weights in _read_json(BOOK)["tags"].items():
        for weight, entries in weights.items():
            for entry in entries:
                for words in product(*(word.split("|") for word in entry.split())):
                    yield tag, float(weight), " ".join(words)


def _terms_of_clause(words: Words) -> Iterator[Term]:
    """Yield a clause's terms, but those that are only a part of a longer one: «не тот размер» is not about sizes."""
    matches = [match for place in range(len(words)) for match in _matches(words, place)]
    at: defaultdict[int, list[frozenset[int]]] = defaultdict(list)  # so that no match is compared with all others
    for _, places in matches:
        for place in places:
            at[place].append(places)
    for term, places in matches:
        if not any(places < longer for longer in at[min(places)]):
            yield term


def _matches(words: Words, place: int) -> Iterator[tuple[Term, frozenset[int]]]:
    """Yield the terms that begin at a place. «Без брака»: a word right after a negation is not what it says."""
    if place and not words[place - 1].isdisjoint(NEGATIONS):
        return
    for lemma in words[place]:
        for term in terms_by_first_lemma().get(lemma, ()):
            if places := _places(term.lemmas, words, place):
                yield term, places


def _places(phrase: tuple[str, ...], words: Words, place: int) -> frozenset[int]:
    """Return where the phrase's words stand, in order and close to each other, if they do from this place on."""
    places = [place]
    for earlier, lemma in pairwise(phrase):
        reach = 1 if earlier == NOT else 1 + PHRASE_GAP  # «не» belongs to the very next word
        near = range(places[-1] + 1, min(places[-1] + reach, len(words) - 1) + 1)
        following = next((at for at in near if lemma in words[at]), None)
        if following is None:
            return frozenset()
        places.append(following)
    return frozenset(places)


@lru_cache(maxsize=CACHED_WORDS)
def _meanings(word: str) -> tuple[frozenset[str], ...]:
    """Return the lemmas of a word as it is written and as it was meant; two words' where a «не» was glued to one."""
    return tuple(lemmas(part).union(*(lemmas(meant) for meant in spelt(part))) for part in split_not(word) or [word])


@cache
def _greetings() -> frozenset[str]:
    return frozenset(map(_lemma, _read_json(BOOK)["greetings"]))


def book_words() -> set[str]:
    """Return every single word of the dictionary's terms and greetings."""
    return {word for _, _, phrase in _phrases() for word in phrase.split()}.union(_read_json(BOOK)["greetings"])


def _lemma(word: str) -> str:
    """Return the likeliest lemma of a word of the dictionary, as eval/lemmas.py wrote it down."""
    return str(_read_json(LEMMAS).get(word, word))


@cache
def _read_json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))
