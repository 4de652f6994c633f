"""Numbers of bank cards."""

from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, digits_of, find_runs
from classifier.masking.spans import Kind, Span

LENGTHS = range(15, 20)  # digits: American Express has 15, most cards 16, Maestro and Mir up to 19
ISSUERS = "23456"  # first digits of Mir, American Express, Visa, Mastercard, Maestro and UnionPay
TWICE = "0246813579"  # each digit twice, the digits of the product added up


def find_cards(text: str) -> Iterator[Span]:
    """Yield the card numbers: as many digits as a card has, with a right check digit, however they are spaced."""
    for run in find_runs(text, LENGTHS, _is_card):
        yield Span(Kind.CARD, run[0].start, run[-1].end)


def _is_card(groups: Sequence[Group]) -> bool:
    """Tell whether the last digit is the check digit of the others, by Luhn's rule (ISO/IEC 7812-1)."""
    if groups[0].digits[0] not in ISSUERS:
        return False
    digits = digits_of(groups)
    backwards = [int(digit) for digit in reversed(digits)]
    total = sum(backwards[::2]) + sum(int(TWICE[digit]) for digit in backwards[1::2])
    return total % 10 == 0
