"""Long numbers of any kind: orders, parcels, accounts, bar codes, and the codes that let somebody else collect."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, chains, is_series, runs, shape_of
from classifier.masking.spans import Kind, Span

_LONG = 6  # digits: shorter numbers are prices, sizes, years
_UNITS = (
    r"(?=[.,]?\d{0,2}\s?(?:руб\w*|р\b|₽|rub|тыс\w*|тенге|сум\w*|тг\b|бонус\w*|балл\w*|шт\w*|мл|мм|см|кг|гр?\b|"
    r"м[аa][чh]|просмотр\w*|подписчик\w*))"
)
_AMOUNT = re.compile(rf"(?i)(?<!\d)(?:\d{{1,9}}{_UNITS}|\d{{1,4}}000(?!\d))")  # round numbers too: «150000»
_RUN = re.compile(rf"\d{{{_LONG},}}")
# Letters, digits, dots and dashes in one: «DAu.i1a2b3c4d5.0.0», «WB-GI-123456789», «RA123456785RU», a UUID.
_CODE = re.compile(r"(?<!\w)[A-Za-zА-ЯЁ0-9]++(?:[-_.][A-Za-zА-ЯЁ0-9]++)*+(?!\w)")
_LONG_CODE, _CODE_DIGITS = 12, 4
_STICKER = re.compile(r"\*[A-Za-z0-9+/=]{5,12}\*?(?!\w)")  # the QR code of WB's parcels, as text
# Digits of numbers in groups of four and more: «1234 5678 9012». Digit by digit, any number above _LONG.
_LEAST_GROUPED, _FOUR, _SPACED = 12, 4, range(_LONG + 1, 25)

_NAMED = re.compile(
    r"(?i)(?:№|(?<!\w)(?:заказ\w*|номер\w*|трек\w*|посылк\w*|накладн\w*|отправлени\w*|обращени\w*|заявк\w*|чек\w?|"
    r"артикул\w*|стикер\w*|штрих-?\s?код\w*|шк|сч[её]т\w?|р/с|к/с|бик|инн|rid|id|рид|qr))"
    r"(?:[\s:;#№.\-(]|\b(?:n|no|номер\w*|заказ\w*|на возврат|доставки|товара|по)\b){0,6}(\d(?:[ \-]?\d)*+)"
)
_NAMED_DIGITS = 5
_SECRET = re.compile(
    r"(?i)(?<!\w)(?:код\w{0,2}|пин|pin|code)(?:[\s:;№.\-]|\b(?:для|из|от|на|в|получени\w|смс|sms|подтверждени\w|выдачи|"
    r"возврата|пвз|домофона|заказа)\b){0,8}(\d(?:[ \-]?\d)*+)"
)
_SECRET_DIGITS = range(4, 9)
_DATE = re.compile(r"(?:\d{1,2}[.\-/ ]\d{1,2}[.\-/ ](?:20)?\d{2}|20\d{2}[.\-/]\d{1,2}[.\-/]\d{1,2})$")


def find_numbers(text: str) -> Iterator[Span]:
    """Yield the long numbers that are no amount of anything, and shorter ones named as an order or a secret."""
    plain = _AMOUNT.sub(lambda found: "\ue000" * len(found[0]), text)
    for code in _CODE.finditer(plain):
        if _is_code(code[0]):
            yield Span(Kind.NUMBER, code.start(), code.end())
    for pattern in (_RUN, _STICKER):
        for found in pattern.finditer(plain):
            yield Span(Kind.NUMBER, found.start(), found.end())
    yield from _named(plain)
    yield from _spaced(plain)


def _is_code(code: str) -> bool:
    if _RUN.search(code):
        return True
    digits = sum(character.isdigit() for character in code)
    letters = any(character.isalpha() for character in code)
    return len(code) >= _LONG_CODE and letters and digits >= _CODE_DIGITS


def _named(plain: str) -> Iterator[Span]:
    for pattern, lengths in ((_NAMED, range(_NAMED_DIGITS, 40)), (_SECRET, _SECRET_DIGITS)):
        for found in pattern.finditer(plain):
            if sum(character.isdigit() for character in found[1]) in lengths and not _DATE.match(found[1]):
                yield Span(Kind.NUMBER, found.start(1), found.end(1))


def _spaced(plain: str) -> Iterator[Span]:
    """Yield numbers written in pieces: three fours and more, or digit by digit."""
    for chain in chains(plain):
        for run in runs(chain, _SPACED, _is_spaced):
            yield Span(Kind.NUMBER, run[0].start, run[-1].end)


def _is_spaced(groups: Sequence[Group]) -> bool:
    shape = shape_of(groups)
    if is_series(groups) or len(groups) == 1:
        return False
    in_fours = sum(shape) >= _LEAST_GROUPED and min(shape) >= _FOUR
    return in_fours or (max(shape) == 1 and sum(shape) > _LONG)
