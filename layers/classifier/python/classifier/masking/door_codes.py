"""Codes that open something: an entrance, a barrier, a parcel locker; with letters and signs too («67в3345»)."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, find_runs
from classifier.masking.spans import Kind, Span

INTERCOM = r"(?:дом[ао]фон\w{0,3}|шлагбаум\w{0,2}|калитк\w{1,2})"
DOOR = (
    rf"(?:{INTERCOM}|п[оа](?:чт[оа]?|ст[оа])мат\w{{0,2}}|ячейк\w{{1,2}}|подъезд\w{{0,2}}|вход\w{{0,2}}|ворот\w{{0,3}})"
)
CODE = r"(?:код(?!\w{3})\w{0,2}|кодов\w{2,3}|пин(?:-?код)?\w{0,2}|pin|code|парол\w{1,3})"
PRESS = r"(?:наб(?:ер|р|ира)\w{1,5}|наж(?:м|а)\w{1,5}|ввод\w{1,5}|введ\w{1,5}|вв[её]л\w?)"
# A product's own: «код ошибки 4017», «код цвета 7035».
GOODS = r"(?:ошибк|цвет|краск|товар|модел|издели|детал|тн|окпд|продукт|производ|партии|скидк|размер)"
WORD = rf"(?:[\s,.:;№«»\"\-]{{1,3}}(?!{GOODS})[^\W\d]{{1,14}})"
OPENS = rf"(?<!\w)(?:{CODE}|{DOOR}{WORD}{{0,4}}[\s,.:;\-]{{1,3}}(?:{CODE}|{PRESS})){WORD}{{0,5}}[\s,.:;№\-]{{1,3}}"
END = r"(?![\w#*]|[ \-]?\d)"
NO_AMOUNT = r"(?!\s?(?:руб|р\b|₽|шт|раз|%|дюйм|см\b|мм\b|гц|год|г\b|дн|час|мин))"
LETTERED = (
    r"[#*]?(?:\d{1,4}[а-яa-z]\d{2,6}|\d{1,4} ?(?:[кkвvb#*№/]|ключ|вызов|звонок) ?\d{0,6}|"
    r"[кkвvb#*] ?\d{2,6}[кkвvb]?)[#*]?"
)
PATTERNS = tuple(
    re.compile(rf"(?i){pattern}")
    for pattern in (
        rf"{OPENS}({LETTERED}|\d(?:[ \-]?\d){{2,7}}){END}{NO_AMOUNT}",
        rf"(?<!\w){PRESS}{WORD}{{0,2}}[\s:,\-]{{1,3}}({LETTERED}){END}",
        rf"(?<!\w){INTERCOM}{WORD}{{0,3}}[\s:,№\-]{{1,3}}({LETTERED}|\d{{3,8}}){END}{NO_AMOUNT}",
        rf"(?<!\w){INTERCOM}(?:[\s,]{{1,2}}{PRESS})?[\s:,№\-]{{1,3}}(\d{{2}}){END}{NO_AMOUNT}",
    )
)
SAYS_CODE, BEFORE = re.compile(rf"(?i){OPENS}$"), 80  # characters
LENGTHS = range(3, 9)  # digits, for a code in words


def find_door_codes(text: str) -> Iterator[Span]:
    """Yield the codes behind what they open, or behind the word for them; those of mistakes and colours stay."""
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            yield Span(Kind.NUMBER, *match.span(1))
    for run in find_runs(text, LENGTHS, lambda groups: _is_spelt_code(groups, text)):
        yield Span(Kind.NUMBER, run[0].start, run[-1].end)


def _is_spelt_code(groups: Sequence[Group], text: str) -> bool:
    start = groups[0].start
    return all(group.spelt for group in groups) and SAYS_CODE.search(text[max(0, start - BEFORE) : start]) is not None
