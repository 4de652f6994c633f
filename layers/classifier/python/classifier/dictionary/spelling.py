"""Misspelt words and Russian in Latin letters, brought back to words of the Russian dictionary."""

import re
from collections.abc import Iterator

from classifier.dictionary.lemmas import is_known

# What people write by ear, both ways: «пасылка», «придит», «черний», «крушка»; and «денги» without its soft sign.
CONFUSED = ("оа", "еи", "ея", "ео", "иы", "ий", "иь", "еэ", "зс", "дт", "бп", "вф", "гк", "жш", "цс", "щш")
SHORTEST = 4  # letters; in shorter words one letter more or less makes another word
NOT = "не"

LATIN = re.compile(r"[a-z]+")
SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "ya": "я", "ja": "я", "ia": "я",
    "yu": "ю", "ju": "ю", "yo": "е", "jo": "е", "ye": "е",
    "a": "а", "b": "б", "c": "ц", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "ж", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
    "w": "в", "x": "х", "y": "й", "z": "з",
}  # fmt: skip
SOUND = re.compile("|".join(SOUNDS))  # the longest come first
Y_AS_VOWEL = re.compile(r"(?<=[bcdfghj-np-tvwxz])y(?![aeou])")  # «dyrka», but not «moy» and «pyat»


def spelt(word: str) -> list[str]:
    """Return the words of the Russian dictionary that a word in lower case may stand for; itself where there is none.

    «неработает» is two words; of the spellings one mistake away, all that exist are returned as one word's.
    """
    return next((words for words in _readings(cyrillic(word)) if words), [word])


def cyrillic(word: str) -> str:
    """Return a word of Latin letters in Cyrillic ones, as Russians write it in chats («kogda»), any other as it is."""
    if not LATIN.fullmatch(word):
        return word
    return SOUND.sub(lambda sound: SOUNDS[sound[0]], Y_AS_VOWEL.sub("ы", word))


def split_not(word: str) -> list[str]:
    """Return the two words of a «не» that was glued to a word of the dictionary, or nothing."""
    rest = word.removeprefix(NOT)
    glued = rest != word and len(rest) >= SHORTEST and not is_known(word) and is_known(rest)
    return [NOT, rest] if glued else []


def _readings(word: str) -> Iterator[list[str]]:
    yield [word] if is_known(word) or len(word) < SHORTEST else []
    yield sorted({variant for variant in _one_mistake_away(word) if is_known(variant)})


def _one_mistake_away(word: str) -> Iterator[str]:
    swaps = {letter: "".join(pair.replace(letter, "") for pair in CONFUSED if letter in pair) for letter in set(word)}
    for place, letter in enumerate(word):
        before, after = word[:place], word[place + 1 :]
        yield from (before + other + after for other in swaps[letter])
        yield before + letter + letter + after
        yield before + after
        yield before + letter + "ь" + after
