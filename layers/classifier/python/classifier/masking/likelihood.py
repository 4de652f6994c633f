"""How likely a Russian word is somebody's name, a town, the name of a street, by pymorphy3's dictionary."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from classifier.masking.latin_words import latin_skeleton
from classifier.russian import CACHED_WORDS, LONGEST_WORD, dictionary, fold


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list with spaces between."""
    return frozenset(words.split())


# Streets that every town has, in the cases of «на Советской 14» and «Советская 14», in lower case as well.
STREETS = word_set(
    "мира победы труда свободы революции строителей космонавтов дружбы молодежи октября "
    "советской советская октябрьской октябрьская комсомольской комсомольская центральной центральная школьной школьная "
    "садовой садовая лесной лесная набережной набережная первомайской первомайская пролетарской пролетарская "
    "московской московская рабочей рабочая молодежной молодежная юбилейной юбилейная кооперативной кооперативная "
    "ленина кирова гагарина пушкина гоголя чехова горького маяковского чкалова калинина фрунзе куйбышева свердлова "
    "дзержинского суворова кутузова лермонтова некрасова тургенева островского циолковского королева жукова ломоносова "
    "менделеева мичурина матросова космодемьянской чапаева щорса буденного ворошилова орджоникидзе тимирязева толстого "
    "шевченко крупской энгельса маркса"
)
RUSSIAN = re.compile(rf"(?i)[а-яё](?:-?[а-яё]){{0,{LONGEST_WORD - 1}}}")
# Endings of surnames in all cases, and of those and adjectives in the cases in which streets are named.
SURNAME = re.compile(
    r"..(?:[оеё]в|[иы]н)(?:а|у|ым|е|ой|ых|ы)?$|..(?:[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|ч?ук|юк|ян|дзе|швили)$"
)
STREET = re.compile(r"..(?:[оеё]ва|[иы]на|ого|ая|ой)$")
LIKELY_SURNAME = 0.7
FOND = re.compile(r"(.{2,32})(?:[её]чк|очк|[её]ньк|оньк|юш|уш|юшк|ушк)(?:а|у|е|и|ой|ей)$")  # «Юлечка», «Катюше»


@dataclass(frozen=True)
class Reading:
    """How likely a word is each of these, from 0 to 1; `known` words are in the dictionary."""

    known: bool
    first_name: float = 0  # patronymics too
    called: float = 0  # the same, in the case in which one is called
    surname: float = 0
    place: float = 0
    noun: float = 0
    of_street: bool = False

    @property
    def of_person(self) -> float:
        """Return how likely it is a part of somebody's name."""
        return self.first_name + self.surname


NOTHING, FOREIGN = Reading(known=True), Reading(known=False)
FOREIGN_STREET, LATIN_STREETS = Reading(known=False, of_street=True), frozenset(map(latin_skeleton, STREETS))


def read_word(word: str) -> Reading:
    """Return what a word may be, whatever its case; nothing for what is no word: too long, or of odd letters.

    Only Russian letters reach pymorphy3, which fails at letters that Unicode has no name for.
    """
    if len(word) > LONGEST_WORD:
        return NOTHING
    if RUSSIAN.fullmatch(word):
        return _read(word.lower())
    if not word.isascii():
        return NOTHING
    return FOREIGN_STREET if latin_skeleton(word) in LATIN_STREETS else FOREIGN


@lru_cache(maxsize=CACHED_WORDS)
def _read(word: str) -> Reading:
    """Return what a word in small letters may be."""
    if not dictionary().word_is_known(word):
        return _guess(word)
    parses = dictionary().parse(word)

    def share(is_wanted: Callable[[Any], bool]) -> float:
        return float(sum(parse.score for parse in parses if is_wanted(parse.tag)))

    return Reading(
        known=True,
        first_name=max(share(lambda tag: "Name" in tag or "Patr" in tag), _fond(word)),
        called=max(share(lambda tag: "Name" in tag and "nomn" in tag), _fond(word)),
        surname=share(lambda tag: "Surn" in tag),
        place=share(lambda tag: "Geox" in tag),
        noun=share(lambda tag: "NOUN" in tag),
        of_street=fold(word) in STREETS or any(_names_streets(parse.tag) for parse in parses),
    )


def _guess(word: str) -> Reading:
    """Return what a word that the dictionary lacks may be, by its ending alone.

    pymorphy3 guesses too, and finds no more in the snippets, but takes twenty times as long: buyers could keep a chat
    page from its labels by writing words that do not exist.
    """
    fond = _fond(word)
    return Reading(
        known=False,
        first_name=fond,
        called=fond,
        surname=LIKELY_SURNAME if SURNAME.search(word) else 0,
        of_street=STREET.search(word) is not None,
    )


def noun_forms(word: str) -> frozenset[str]:
    """Return the word in all cases it has as a noun; words the dictionary lacks are declined by their endings."""
    if len(word) > LONGEST_WORD or not RUSSIAN.fullmatch(word):
        return frozenset()
    nouns = (parse for parse in dictionary().parse(word) if "NOUN" in parse.tag)
    return frozenset(form.word for parse in nouns for form in parse.lexeme)


def _names_streets(tag: Any) -> bool:
    """Tell the cases streets are named in: «Ленина», and «Красной» or «Красная» (but «поменять на Красную 44»)."""
    if "Surn" in tag:
        return "gent" in tag and "sing" in tag
    return "ADJF" in tag and "femn" in tag and ("loct" in tag or "nomn" in tag)


def is_common_street(word: str) -> bool:
    """Tell whether the word names a street without a capital letter too: «на советской 14», «на ленина 25»."""
    reading = read_word(word)
    return fold(word) in STREETS or (reading.surname > 0.5 and reading.of_street)  # noqa: PLR2004 - likelier than not


def _fond(word: str) -> float:
    """Return how likely a word is the fond form of a first name that the dictionary does not hold."""
    match = FOND.fullmatch(word)
    return max(_known_name(match[1] + ending) for ending in "ая") if match else 0.0


def _known_name(word: str) -> float:
    parses = dictionary().parse(word) if dictionary().word_is_known(word) else ()
    return float(sum(parse.score for parse in parses if "Name" in parse.tag and "nomn" in parse.tag))
