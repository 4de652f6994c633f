"""Numbers of passports, of insurance (SNILS), of taxpayers (INN) and of other papers."""

import re
from collections.abc import Iterable, Iterator

from classifier.masking.digits import count_digits
from classifier.masking.spans import Kind, Span

# What names a paper, and the digits its number has at least and at most.
PAPERS = {
    r"(?:загран\w{0,12}|паспорт\w{0,8}|пасп)": (6, 10),
    r"сери[яию]": (4, 10),
    r"код\w{0,3} подразделения": (6, 6),
    r"снилс\w{0,3}": (9, 11),
    r"инн": (10, 12),
    r"кпп": (9, 9),
    r"огрн(?:ип)?": (13, 15),
    r"(?:водительск\w{1,4}\s{1,3})?(?:удостоверени\w{1,3}|права)|в/у": (8, 10),
    r"военн\w{1,4} билет\w{0,3}|свидетельств\w{1,3}(?: о \w{1,20})?": (6, 7),
    r"полис\w{0,3}": (10, 16),
}
BETWEEN = r"(?:[\s:;,.#№()\-]|\b(?:омс|рф|физ\w{0,9}|номер|серия|мой|моя|мамы|мужа|жены|данные|и|n|ип)\b){0,10}"
LETTERED = r"(?:[а-яa-z]{1,4}(?:-[а-я]{2})?\s?(?:№\s?)?)?"  # «II-АГ № 567890», «АН 1234567»
NUMBER = r"\d(?:[ \-/№]{0,3}\d)*+"
NAMED = {re.compile(rf"(?i)\b(?:{name})\b{BETWEEN}({LETTERED}{NUMBER})"): digits for name, digits in PAPERS.items()}

PASSPORT = re.compile(r"(?<![\d.,])\d{2} ?\d{2}(?: ?№ ?| )\d{6}(?![\d.,]?\d)")
SNILS = re.compile(r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{3}[ -]\d{2}(?!\d)")
TAXPAYER = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Weights of the two check digits of a person's INN (order of the Federal Tax Service, ЕД-7-14/559@).
WEIGHTS = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def find_named_documents(text: str) -> Iterator[Span]:
    """Yield the numbers that stand behind a paper's name."""
    for pattern, (least, most) in NAMED.items():
        for match in pattern.finditer(text):
            if least <= count_digits(match[1]) <= most:
                yield Span(Kind.DOCUMENT, *match.span(1))


def find_other_documents(text: str) -> Iterator[Span]:
    """Yield the numbers that are a paper's by their shape and check digits, whatever stands before them."""
    for pattern, is_right in ((PASSPORT, bool), (SNILS, _is_snils), (TAXPAYER, _is_taxpayer)):
        for match in pattern.finditer(text):
            if is_right(re.sub(r"\D", "", match[0])):
                yield Span(Kind.DOCUMENT, *match.span())


def _is_snils(digits: str) -> bool:
    """Check the last two digits: the sum of the first nine, times 9 to 1, modulo 101; 100 is written 00."""
    return _weigh_digits(digits, range(9, 0, -1)) % 101 % 100 == int(digits[9:])


def _is_taxpayer(digits: str) -> bool:
    return all(_weigh_digits(digits, weights) % 11 % 10 == int(digits[len(weights)]) for weights in WEIGHTS)


def _weigh_digits(digits: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
