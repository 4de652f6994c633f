"""What names a product: article numbers, bar codes, links to product pages. They point at no person, and stay."""

import re
from collections.abc import Iterator

from classifier.masking.digits import count_digits

# WB's article numbers have up to nine digits. Longer ones may be telephone numbers, whatever they are called.
ARTICLE_DIGITS = r"\d{5,9}"
OTHERS = r"(?:заказ(?!ыв|ал)|посылк|трек|тел|номер|карт|код|рид|rid|снилс|инн|паспорт)"
ARTICLE = re.compile(
    rf"(?i)(?<!\w)(?:арт(?:икул\w{{0,3}})?|nm|нм)(?:[\s.,:№#]{{1,3}}(?!{OTHERS})[^\W\d]{{1,14}}){{0,4}}[\s.:№#]{{0,3}}"
    rf"({ARTICLE_DIGITS}(?:(?:\s?[,;]|\sи)\s?{ARTICLE_DIGITS}){{0,5}})(?![ \-]?\d)"
)
BAR_CODE = re.compile(
    r"(?i)(?<!\w)(?:штрих-?\s?код\w{0,2}|бар-?код\w{0,2}|ean(?:-?13)?|(?P<short>шк))[\s.,:№]{0,4}(?:товара|вещи)?"
    r"[\s.,:№]{0,3}(?P<digits>\d(?: ?\d){7,13})(?![ \-]?\d)"
)
BAR_CODE_DIGITS = {
    8,
    12,
    13,
    14,
}  # EAN-8, UPC, EAN-13 and GTIN-14; «ШК» is a parcel's code too, but for thirteen digits
EAN_13 = 13
# Prefixes by GS1: shops' own codes (WB's too), Russia, Belarus, Ukraine, Kazakhstan, China.
EAN = re.compile(r"(?<![\d+])(?:2\d|46|48|69)\d{0,5} ?\d{4,6} ?\d{5,6}(?![ \-]?\d)")
EAN_BEGINNING = re.compile(r"(?<![\d+])(?:4 [68]|2 \d|6 9)\d{5} \d{6}(?![ \-]?\d)")  # «4 601440 277562», as printed
NAMED_OTHERWISE = re.compile(rf"(?i)(?<!\w)(?:{OTHERS}|чек|сч[её]т|отправлен|накладн|заявк|задани)\w{{0,10}}\W{{0,3}}$")
BEFORE = 20  # characters before a bare bar code that may call it something else

PRODUCT_PAGE = re.compile(
    r"(?i)(?<![\w.@/-])(?:https?://)?(?:www\.)?(?:wildberries\.(?:ru|by|kz|am|kg|uz|ge)|wb\.ru)/catalog/\d{4,12}"
    r"(?:/(?:detail|feedbacks|questions)\.aspx)?/?(?:\?size=\d{1,12})?(?=[.,!?;:)]?(?:\s|$))"
)


def find_goods(text: str) -> Iterator[tuple[int, int]]:
    """Yield where product names of that sort begin and end; a number too long for one is none."""
    for match in PRODUCT_PAGE.finditer(text):
        yield match.span()
    for match in ARTICLE.finditer(text):
        yield match.span(1)
    for match in BAR_CODE.finditer(text):
        digits = count_digits(match["digits"])
        if digits == EAN_13 or (digits in BAR_CODE_DIGITS and not match["short"]):
            yield match.span("digits")
    for pattern in (EAN, EAN_BEGINNING):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - BEFORE) : match.start()]
            if _is_ean(match[0]) and not NAMED_OTHERWISE.search(before):
                yield match.span()


def _is_ean(code: str) -> bool:
    """Tell whether it is thirteen digits with the right check digit (GS1): weights 1 and 3 in turn, modulo 10."""
    digits = [int(digit) for digit in code if digit.isdigit()]
    return len(digits) == EAN_13 and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
