"""What a Russian word may be: somebody's name, a town, the name of a street. By pymorphy3's dictionary."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

_LONGEST = 32  # letters; longer runs are no words
_CACHED = 20_000  # words; some 200 bytes each


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list with spaces between."""
    return frozenset(words.split())


# Streets that every town has, in the cases of «на Советской 14» and «Советская 14», in lower case as well.
_STREETS = word_set(
    "мира победы труда свободы революции строителей космонавтов дружбы молодежи октября "
    "советской советская октябрьской октябрьская комсомольской комсомольская центральной центральная школьной школьная "
    "садовой садовая лесной лесная набережной набережная первомайской первомайская пролетарской пролетарская "
    "московской московская рабочей рабочая молодежной молодежная юбилейной юбилейная кооперативной кооперативная"
)
_RUSSIAN = re.compile(r"(?i)[а-яё]+(?:-[а-яё]+)*")
_FOND = re.compile(r"(.{2,})(?:[её]чк|очк|[её]ньк|оньк|юш|уш|юшк|ушк)(?:а|у|е|и|ой|ей)$")  # «Юлечка», «Катюше»


@dataclass(frozen=True, slots=True)
class Reading:
    """How likely a word is each of these, from 0 to 1; `known` words are in the dictionary."""

    first_name: float  # patronymics too
    called: float  # the same, in the case in which one is called
    surname: float
    place: float
    noun: float
    known: bool
    of_street: bool


_NOTHING = Reading(0, 0, 0, 0, 0, known=True, of_street=False)
_FOREIGN = Reading(0, 0, 0, 0, 0, known=False, of_street=False)


def read(word: str) -> Reading:
    """Return what a word may be, whatever its case; nothing for what is no word: too long, or of odd letters.

    Only Russian letters reach pymorphy3, which fails at letters that Unicode has no name for.
    """
    if len(word) > _LONGEST:
        return _NOTHING
    if _RUSSIAN.fullmatch(word):
        return _read(word.lower())
    return _FOREIGN if word.isascii() else _NOTHING


@lru_cache(maxsize=_CACHED)
def _read(word: str) -> Reading:
    parses = _dictionary().parse(word)

    def share(wanted: Callable[[Any], bool]) -> float:
        return float(sum(parse.score for parse in parses if wanted(parse.tag)))

    return Reading(
        first_name=max(share(lambda tag: "Name" in tag or "Patr" in tag), _fond(word)),
        called=max(share(lambda tag: "Name" in tag and "nomn" in tag), _fond(word)),
        surname=share(lambda tag: "Surn" in tag),
        place=share(lambda tag: "Geox" in tag),
        noun=share(lambda tag: "NOUN" in tag),
        known=bool(parses) and parses[0].is_known,
        of_street=word.replace("ё", "е") in _STREETS or any(_names_streets(parse.tag) for parse in parses),
    )


def noun_forms(word: str) -> frozenset[str]:
    """Return the word in all cases it has as a noun; words the dictionary lacks are declined by their endings."""
    if len(word) > _LONGEST or not _RUSSIAN.fullmatch(word):
        return frozenset()
    nouns = (parse for parse in _dictionary().parse(word) if "NOUN" in parse.tag)
    return frozenset(form.word for parse in nouns for form in parse.lexeme)


def _names_streets(tag: Any) -> bool:
    """Tell the cases streets are named in: «Ленина», and «Красной» or «Красная» (but «поменять на Красную 44»)."""
    if "Surn" in tag:
        return "gent" in tag and "sing" in tag
    return "ADJF" in tag and "femn" in tag and ("loct" in tag or "nomn" in tag)


def is_common_street(word: str) -> bool:
    """Tell whether the word names a street without a capital letter too: «на советской 14», «на ленина 25»."""
    plain = word.lower().replace("ё", "е")
    return plain in _STREETS or (read(word).surname > 0.5 and read(word).of_street)  # noqa: PLR2004 - likelier than not


def _fond(word: str) -> float:
    """Return how likely a word is the fond form of a first name that the dictionary does not hold."""
    found = _FOND.fullmatch(word)
    if not found:
        return 0.0
    return max(_known_name(found[1] + ending) for ending in ("а", "я"))


def _known_name(word: str) -> float:
    parses = [parse for parse in _dictionary().parse(word) if parse.is_known]
    return float(sum(parse.score for parse in parses if "Name" in parse.tag and "nomn" in parse.tag))


@cache
def _dictionary() -> Any:
    """Load pymorphy3's dictionary once, at the first word: 0.2 s and about 25 MB."""
    import pymorphy3  # noqa: PLC0415

    return pymorphy3.MorphAnalyzer(lang="ru")
