"""Names of people in Latin letters: «Natalya Sergeevna», «это Alina». A brand is no person: «Nina Ricci»."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.latin_words import is_latin_first_name, is_latin_patronymic, is_latin_surname
from classifier.masking.spans import Kind, Span

WORD = re.compile(r"(?<![\w.@/\-])[A-Za-z]{2,20}(?![\w@/])")
CYRILLIC = re.compile(r"[а-яё]{2}", re.IGNORECASE)
# Behind these any word that may be a name is one.
INTRODUCES = re.compile(
    r"(?i)(?<!\w)(?:зовут|звать|имя|имени|фамили[яюи]|фио|получател[ья]\w{0,2}|с уважением|подпись|zovut|s uvazheniem|"
    r"imya|familiya|familia|fio|poluchatel|name(?: is)?|recipient|beneficiary|cardholder)[\s:,.\-]{1,3}"
    r"(?:(?:меня|моя|мой|это|menya|moya) )?$"
)
# Behind these a first name is a person's.
SELF = re.compile(
    r"(?i)(?<!\w)(?:я|это|от|муж\w?|жена|сын\w?|дочь|мама|папа|брат\w?|сестра|ya|eto|ot|i am|muj|muzh|jena|zhena)"
    r"[\s,:\-]{1,3}$"
)
BEFORE = 40  # characters
OPENS = re.compile(r"(?:^|[.!?\n]\s?)$")
SIGNS = re.compile(r"(?i)(?:[,.!?\n]\s?|spasibo\s|спасибо\s|thanks\s)$")
ENDS = re.compile(r"\s?[.!)]?\s?$")
MOST_NAMED = 3  # surname, first name, patronymic


def find_latin_names(text: str) -> Iterator[Span]:
    """Yield the names: introduced, of a first name with a surname, or a first name where a brand's would not stand."""
    words = list(WORD.finditer(text))
    russian = CYRILLIC.search(text) is not None
    taken = 0
    for index, word in enumerate(words):
        if index < taken:
            continue
        last = _introduced(words, index, text) or _whole(words, index, text)
        if last is None and _stands_alone(words, index, text, russian=russian):
            last = index
        if last is not None:
            yield Span(Kind.NAME, word.start(), words[last].end())
            taken = last + 1


def _introduced(words: Sequence[re.Match[str]], index: int, text: str) -> int | None:
    """Return the last word of the name behind «меня зовут» and the like; None where there is none."""
    if not INTRODUCES.search(_before(words[index], text)):
        return None
    last = index
    while last + 1 < len(words) and last + 1 - index < MOST_NAMED and _joined(words, last, text):
        if not _may_be_name(words[last + 1][0]):
            break
        last += 1
    return last


def _may_be_name(word: str) -> bool:
    return word[0].isupper() or is_latin_first_name(word) or is_latin_surname(word)


def _whole(words: Sequence[re.Match[str]], index: int, text: str) -> int | None:
    """Return the last word of a first name with its surname or patronymic, in whatever order; None for another word."""
    word = words[index][0]
    if index + 1 < len(words) and _joined(words, index, text):
        following = words[index + 1][0]
        if (is_latin_first_name(word) and is_latin_surname(following)) or (
            is_latin_surname(word) and is_latin_first_name(following)
        ):
            third = index + 2 < len(words) and _joined(words, index + 1, text) and is_latin_surname(words[index + 2][0])
            return index + 1 + third
    return index if is_latin_patronymic(word) else None


def _stands_alone(words: Sequence[re.Match[str]], index: int, text: str, *, russian: bool) -> bool:
    """Tell whether a first name alone is a person's: called, signed, said of oneself; or if all letters are Latin."""
    word = words[index]
    if not is_latin_first_name(word[0]):
        return False
    before = _before(word, text)
    if SELF.search(before) or (SIGNS.search(before) and ENDS.fullmatch(text, word.end())):
        return True
    if not word[0][0].isupper():
        return False
    if OPENS.search(before) and text[word.end() : word.end() + 1] == ",":
        return True
    branded = index + 1 < len(words) and _joined(words, index, text) and words[index + 1][0][0].isupper()
    return not russian and len(words) > MOST_NAMED and not branded


def _before(word: re.Match[str], text: str) -> str:
    return text[max(0, word.start() - BEFORE) : word.start()]


def _joined(words: Sequence[re.Match[str]], index: int, text: str) -> bool:
    return text[words[index].end() : words[index + 1].start()] == " "
