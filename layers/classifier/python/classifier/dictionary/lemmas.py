"""Russian words and their dictionary forms (lemmas), by pymorphy3."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import Any

from classifier.russian import CACHED_WORDS, LONGEST_WORD, dictionary, fold

RARE = 0.1  # meanings below this share of a word's uses mislead: «уже» as «узкий» is one in thirteen
DOES, DID = (
    "@делает",
    "@сделал",
)  # verbs: what a thing does or will do («течёт», «включится»), what happened («треснул»)

CLAUSE = re.compile(r"\?|[^?.,!;:()\n\r«»\"]+")
WORD = re.compile(r"\?|[^\W_]+")


def clauses(text: str) -> list[list[str]]:
    """Return the words of each clause of a text, in lower case; a clause ends at any punctuation but a hyphen.

    A question mark is a clause and a word of its own, for it says something too.
    """
    pieces = (WORD.findall(clause) for clause in CLAUSE.findall(text))
    kept = ([word.lower() for word in words if len(word) <= LONGEST_WORD] for words in pieces)
    return [words for words in kept if words]


@lru_cache(maxsize=CACHED_WORDS)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma a word is likely to have: «велики» is both «большой» and «велик». «ё» is written «е»."""
    shares: defaultdict[str, float] = defaultdict(float)
    for parse in _parses(word):
        shares[fold(parse.normal_form)] += parse.score
    least = RARE * sum(shares.values())
    return frozenset(lemma for lemma, share in shares.items() if share >= least)


@lru_cache(maxsize=CACHED_WORDS)
def verb_groups(word: str) -> frozenset[str]:
    """Return DOES for what may be a verb in the third person, DID for one in the past, or nothing."""
    tags = [parse.tag for parse in _parses(word)] if is_known(word) else []
    marks = ((DOES, {"VERB", "3per"}), (DID, {"VERB", "past"}))
    return frozenset(group for group, mark in marks if any(mark in tag for tag in tags))


def is_known(word: str) -> bool:
    """Tell whether the dictionary has the word in this very form; «е» may stand for «ё»."""
    return bool(dictionary().word_is_known(word))


def likeliest_lemma(word: str) -> str:
    """Return the lemma a word most often has; «ё» is written «е»."""
    parses = _parses(word)
    return fold(parses[0].normal_form) if parses else word


def _parses(word: str) -> list[Any]:
    """Return a word's meanings, the likeliest first; «см» is no «смотри» here.

    pymorphy3 fails at letters that Unicode has no name for, such as Tangut's: they are no Russian words.
    """
    try:
        return [parse for parse in dictionary().parse(word) if {"VERB", "Abbr"} not in parse.tag]
    except ValueError:
        return []
