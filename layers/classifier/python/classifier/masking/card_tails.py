"""The last four digits of a bank card, by which a shop's letter or a bank's message tells it."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, digits_of, find_runs
from classifier.masking.spans import Kind, Span

TAIL = (4,)  # digits
BANK = (
    r"(?:сбер\w{0,6}|мир|виз[аыу]|visa|mastercard|мастеркард\w{0,2}|т-?банк\w{0,2}|тиньк\w{0,8}|альфа\w{0,5}|втб|mir|озон\w{0,2}|ozon|"
    r"райф\w{0,9}|почта|газпром\w{0,6}|совком\w{0,6}|халва|яндекс|wb|вб|банка?|каспи|kaspi)"
)
CARD = rf"(?:карт(?:[аыуе]|ой|очк\w{{1,2}})|{BANK})"
# What is before it, to its very end: «VISA *», «карта сбера», «оканчивается на», «последние четыре цифры:».
OF_CARD = rf"(?:[\s,]{{1,2}}(?:{BANK}|номер|на|с|моя|мою))"
OF_END = rf"(?:(?:4|четыре|цифр\w{{0,3}}|номер\w?|карт\w{{1,2}}|моей|её|ее|знака|у|это|{BANK})\W{{1,3}})"
SAYS_TAIL = re.compile(
    rf"(?i)(?:(?<!\w){CARD}{OF_CARD}{{0,3}}[\s:,№(]{{0,3}}(?:[*•·x✱х]{{1,12}}|\.{{2,4}})[\s\-]?|"
    rf"(?<!\w)(?:(?:о|за)канч\w{{0,12}}|окончани\w{{1,3}}|конч\w{{2,6}}|концовк\w|хвост\w?|ending(?: in)?)\W{{1,3}}"
    rf"(?:(?:на|с|в|это)\s)?{OF_END}{{0,3}}|(?<!\w)посл(?:едн\w{{1,3}}|\.)?\s{OF_END}{{1,5}}|"
    r"(?<!\w)карт[^\d\n]{1,30}\s(?:конц[еу]|конец|цифр\w{1,3})\W{1,3})$"
)
BEFORE = 60  # characters that may say so
STARRED = re.compile(r"(?<![\w*])\*{1,12}\s?\d{4}(?![\w*]|[ \-.,]?\d)")
# «4276 38** **** 1234», as banks write it.
STARRED_WITHIN = re.compile(r"(?<!\d)\d{4}[ \-]?(?:\d{2})?(?:[ \-]?[*x•·хX]{2,4}){1,3}[ \-]?\d{4}(?!\d)")
# «карту мою сберовскую 4417», «на сбер 4417»: only where it is no round sum.
NAMES_CARD = re.compile(
    rf"(?i)(?<!\w)(?:(?<!на )(?<!с )(?<!по )карт(?:[аыуе]|ой|очк\w{{1,2}})(?:[\s,]{{1,2}}[^\W\d]{{1,12}}){{0,3}}|"
    rf"карт(?:[аыуе]|ой){OF_CARD}{{1,3}}|{BANK})[\s:,№(\-]{{1,3}}$"
)
YEAR = re.compile(r"20[12]\d")  # «карта 2026 года»
ENDS_CARD = re.compile(r"(?i)[\s,(\-]{1,3}(?:это\s)?(?:последние\s(?:4\s|четыре\s)?цифры|(?:на\s)?кон(?:ец|це)\sкарты)")
COUNTED = re.compile(r"(?i)\s?(?:руб|р\b|₽|шт|дет|элемент|год|г\b|мл|гб|мм|см|кг)|[ \-.,/]?\d")


def find_card_tails(text: str) -> Iterator[Span]:
    """Yield the four digits, also in words, behind a card's name, behind stars, or called a card's end."""
    for match in (*STARRED.finditer(text), *STARRED_WITHIN.finditer(text)):
        yield Span(Kind.CARD, *match.span())
    for run in find_runs(text, TAIL, lambda groups: _is_tail(groups, text)):
        yield Span(Kind.CARD, run[0].start, run[-1].end)


def _is_tail(groups: Sequence[Group], text: str) -> bool:
    start, is_year = groups[0].start, YEAR.fullmatch(groups[0].digits)
    if is_year or COUNTED.match(text, groups[-1].end):
        return False
    before = text[max(0, start - BEFORE) : start]
    if SAYS_TAIL.search(before) or ENDS_CARD.match(text, groups[-1].end):
        return True
    return not digits_of(groups).endswith("0") and NAMES_CARD.search(before) is not None
