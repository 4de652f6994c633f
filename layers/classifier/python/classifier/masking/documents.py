"""Numbers of passports, of insurance (SNILS), of taxpayers (INN) and of other papers."""

import re
from collections.abc import Iterator

from classifier.masking.spans import Kind, Span

# What names a paper, and the digits its number has at least and at most.
_PAPERS = {
    r"(?:загран\w*|паспорт\w*|пасп)": (6, 10),
    r"сери[яию]": (4, 10),
    r"код\w* подразделения": (6, 6),
    r"снилс\w*": (9, 11),
    r"инн": (10, 12),
    r"кпп": (9, 9),
    r"огрн(?:ип)?": (13, 15),
    r"(?:водительск\w+\s+)?(?:удостоверени\w+|права)|в/у": (8, 10),
    r"военн\w+ билет\w*|свидетельств\w+(?: о \w+)?": (6, 7),
    r"полис\w*": (10, 16),
}
_BETWEEN = r"(?:[\s:;,.#№()\-]|\b(?:омс|рф|физ\w*|номер|серия|мой|моя|мамы|мужа|жены|данные|и|n|ип)\b){0,10}"
_LETTERED = r"(?:[а-яa-z]{1,4}(?:-[а-я]{2})?\s?(?:№\s?)?)?"  # «II-АГ № 567890», «АН 1234567»
_NUMBER = r"\d(?:[ \-/№]{0,3}\d)*+"
_NAMED = {
    re.compile(rf"(?i)\b(?:{name})\b{_BETWEEN}({_LETTERED}{_NUMBER})"): digits for name, digits in _PAPERS.items()
}

_PASSPORT = re.compile(r"(?<![\d.,])\d{2} ?\d{2}(?: ?№ ?| )\d{6}(?![\d.,]?\d)")
_SNILS = re.compile(r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{3}[ -]\d{2}(?!\d)")
_TAXPAYER = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Weights of the two check digits of a person's INN (order of the Federal Tax Service, ЕД-7-14/559@).
_WEIGHTS = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def find_named_documents(text: str) -> Iterator[Span]:
    """Yield the numbers that stand behind a paper's name."""
    for pattern, (least, most) in _NAMED.items():
        for found in pattern.finditer(text):
            if least <= sum(character.isdigit() for character in found[1]) <= most:
                yield Span(Kind.DOCUMENT, found.start(1), found.end(1))


def find_other_documents(text: str) -> Iterator[Span]:
    """Yield the numbers that are a paper's by their shape and check digits, whatever stands before them."""
    for pattern, is_right in ((_PASSPORT, _any), (_SNILS, _is_snils), (_TAXPAYER, _is_taxpayer)):
        for found in pattern.finditer(text):
            if is_right(re.sub(r"\D", "", found[0])):
                yield Span(Kind.DOCUMENT, found.start(), found.end())


def _any(_digits: str) -> bool:
    return True


def _is_snils(digits: str) -> bool:
    """Check the last two digits: the sum of the first nine, times 9 to 1, modulo 101; 100 is written 00."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=False))
    return total % 101 % 100 == int(digits[9:])


def _is_taxpayer(digits: str) -> bool:
    return all(_check_digit(digits, weights) == int(digits[len(weights)]) for weights in _WEIGHTS)


def _check_digit(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10
