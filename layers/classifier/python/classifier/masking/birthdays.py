"""Dates of birth; dates of orders, deliveries and purchases stay."""

import re
from collections.abc import Iterator

from classifier.masking.spans import Kind, Span

MONTH = (
    r"(?:янв|фев|мар(?:\.|т)|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
NAMED_DAY = rf"\d{{1,2}}(?:-?го)?\s{{0,2}}{MONTH}[а-яa-z]{{0,6}}\.?"
YEAR = r"(?:(?:19|20)\d{2}|\d{2})(?!\d)(?:-?(?:го|й)(?![а-яё]))?"
DATE = (
    rf"(?<!\d)(?:(?:19|20)\d{{2}}[.\-/]\d{{1,2}}[.\-/]\d{{1,2}}(?!\d)|"
    rf"\d{{1,2}}\s?[./\- ]\s?\d{{1,2}}\s?[./\- ]\s?{YEAR}|{NAMED_DAY}\s{{1,2}}{YEAR})"
)
DAY = rf"(?<!\d)(?:{NAMED_DAY}|\d{{1,2}}[./]\d{{1,2}}(?!\d))"
BORN = (
    r"(?<!\w)(?:род(?:ил[а-я]{0,3}|ивш[а-я]{2,5}|ом|\.)|дат[аыу]\s?рожд[а-я]{0,5}|"
    r"(?<!день )(?<!дню )(?<!дня )рожд(?:\.|ен[а-я]{0,4})|д[./]\s?р|"
    r"(?:date of )?birth\w{0,4}|born|dob|data rozhd\w{0,6}|rodil\w{0,4})"
)
# On it presents are wanted: without a year its day stays.
PARTY = r"(?<!\w)(?:д[./]?\s?р|дн[а-яё]{1,3}\sрожд[а-я]{0,5}|день\sрожд[а-я]{0,5})"
AFTER = r"\s?(?:г\.?\s?р(?:\.|(?!\w))|г/р(?!\w)|г(?:\.|ода?)?\s?рожд[а-я]{0,5})"
BETWEEN = r"[^\d\n]{0,25}"
SAID = tuple(
    re.compile(rf"(?i){pattern}")
    for pattern in (
        rf"{BORN}{BETWEEN}(?:({DATE})|({DAY})|((?:{MONTH}[а-яa-z]{{0,6}}\s|\d{{1,2}}[./])?(?:19|20)\d{{2}}(?!\d)))",
        rf"{PARTY}(?![а-яё]){BETWEEN}({DATE})",
        rf"(?:({DATE})|({DAY})|(?<![\d.,/])({YEAR})){AFTER}",
    )
)
FULL = re.compile(rf"(?i){DATE}")
# A day with a year so long ago is somebody's birth: nothing was bought then. But the war's end is printed on goods.
BORN_IN = re.compile(r"(?:19[3-9]\d|200\d)")
PRINTED = re.compile(r"(?i)^0?9[\s.]{1,2}(?:мая|0?5)[\s.]{1,2}1945$")


def find_birthdays(text: str) -> Iterator[Span]:
    """Yield the dates that are called somebody's birth, and full dates whose year can be nothing else."""
    for pattern in SAID:
        for match in pattern.finditer(text):
            yield Span(Kind.BIRTHDAY, *match.span(match.lastindex or 0))
    for match in FULL.finditer(text):
        if BORN_IN.search(match[0]) and not PRINTED.match(match[0]):
            yield Span(Kind.BIRTHDAY, *match.span())
