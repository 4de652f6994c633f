"""Long numbers of any kind: orders, parcels, accounts, bar codes, and the codes that let somebody else collect."""

import re
from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, count_digits, digits_of, find_runs, shape_of
from classifier.masking.spans import MASKED, Kind, Span

LONG = 6  # digits: shorter numbers are prices, sizes, years
UNITS = (
    r"(?=[.,]?\d{0,2}\s?(?:руб|р\b|₽|rub|тыс|тенге|сум|тг\b|бонус|балл|шт|мл|мм|см|кг|гр?\b|м[аa][чh]|просмотр|"
    r"подписчик))"
)
AMOUNT = re.compile(rf"(?i)(?<!\d)(?:\d{{1,9}}{UNITS}|[1-9]\d{{0,3}}000(?!\d))")  # round numbers too: «150000»
RUN = re.compile(rf"\d{{{LONG},}}")
# Letters, digits, dots and dashes in one: «DAu.i1a2b3c4d5.0.0», «WB-GI-123456789», «RA123456785RU», a UUID.
# With a letter right behind, it is none. The letter is matched and not looked ahead for: the code would be read again
# from each of its parts.
CODE = re.compile(r"(?<!\w)([A-Za-zА-ЯЁ0-9]++(?:[-_.][A-Za-zА-ЯЁ0-9]++)*+)(\w?)")
LONG_CODE, CODE_DIGITS = 12, 4
STICKER = re.compile(r"\*[A-Za-z0-9+/=]{5,12}\*?(?!\w)")  # the QR code of WB's parcels, as text
# Digits of numbers in groups of four and more: «1234 5678 9012». Digit by digit, any number above LONG.
ACCOUNT_DIGITS, ACCOUNT_KINDS = 20, ("40", "42", "30")  # of banks' customers and of banks, by Russia's plan of accounts
LEAST_GROUPED, FOUR, SPACED = 12, 4, range(LONG + 1, 25)

NAMED = re.compile(
    r"(?i)(?:№|(?<!\w)(?:заказ\w{0,8}|номер\w{0,8}|трек\w{0,8}|посылк\w{0,8}|накладн\w{0,8}|отправлени\w{0,8}|"
    r"обращени\w{0,8}|заявк\w{0,8}|чек\w?|стикер\w{0,8}|штрих-?\s?код\w{0,8}|шк|сч[её]т\w?|р/с|к/с|бик|инн|rid|id|рид|qr))"
    r"(?:[\s:;#№.\-(]|\b(?:n|no|номер\w{0,8}|заказ\w{0,8}|на возврат|доставки|товара|получател\w{0,8}|по)\b){0,6}"
    r"(\d(?:[ \-]?\d)*+)"
)
NAMED_DIGITS = range(5, 40)
SECRET = re.compile(
    r"(?i)(?<!\w)(?:код\w{0,2}|пин|pin|code)(?:[\s:;№.\-]|\b(?:для|из|от|на|в|получени\w|смс|sms|подтверждени\w|выдачи|"
    r"возврата|пвз|домофона|заказа)\b){0,8}(\d(?:[ \-]?\d)*+)"
)
SECRET_DIGITS = range(4, 9)
DATE = re.compile(r"(?:\d{1,2}[.\-/ ]\d{1,2}[.\-/ ](?:20)?\d{2}|20\d{2}[.\-/]\d{1,2}[.\-/]\d{1,2})$")


def find_numbers(text: str) -> Iterator[Span]:
    """Yield the long numbers that are no amount of anything, and shorter ones named as an order or a secret."""
    plain = AMOUNT.sub(lambda match: MASKED * len(match[0]), text)
    for match in CODE.finditer(plain):
        if _is_code(match[1]) and not match[2]:
            yield Span(Kind.NUMBER, *match.span())
    for match in (*RUN.finditer(plain), *STICKER.finditer(plain)):
        yield Span(Kind.NUMBER, *match.span())
    for pattern, lengths in ((NAMED, NAMED_DIGITS), (SECRET, SECRET_DIGITS)):
        for match in pattern.finditer(plain):
            if count_digits(match[1]) in lengths and not DATE.match(match[1]):
                yield Span(Kind.NUMBER, *match.span(1))
    for run in find_runs(plain, SPACED, _is_spaced):
        yield Span(Kind.NUMBER, run[0].start, run[-1].end)


def _is_code(code: str) -> bool:
    is_mixed = len(code) >= LONG_CODE and any(map(str.isalpha, code)) and count_digits(code) >= CODE_DIGITS
    return is_mixed or RUN.search(code) is not None


def _is_spaced(groups: Sequence[Group]) -> bool:
    """Tell whether a number is written in pieces: three fours and more, digit by digit, or as a bank's account."""
    shape = shape_of(groups)
    if shape[0] == 1 and max(shape) == 1:
        return True
    if shape[0] >= FOUR and len(shape) > 1 and sum(shape) >= LEAST_GROUPED and min(shape) >= FOUR:
        return True
    return sum(shape) == ACCOUNT_DIGITS and digits_of(groups).startswith(ACCOUNT_KINDS)
