"""Numbers of bank cards."""

from collections.abc import Iterator, Sequence

from classifier.masking.digits import Group, chains, digits_of, is_series, runs
from classifier.masking.spans import Kind, Span

_LENGTHS = range(15, 20)  # digits: American Express has 15, most cards 16, Maestro and Mir up to 19
_ISSUERS = "23456"  # first digits of Mir, American Express, Visa, Mastercard, Maestro and UnionPay
_TWICE = "0246813579"  # each digit twice, the digits of the product added up


def find_cards(text: str) -> Iterator[Span]:
    """Yield the card numbers: as many digits as a card has, with a right check digit, however they are spaced."""
    for chain in chains(text):
        for run in runs(chain, _LENGTHS, _is_card):
            yield Span(Kind.CARD, run[0].start, run[-1].end)


def _is_card(groups: Sequence[Group]) -> bool:
    digits = digits_of(groups)
    return digits[0] in _ISSUERS and _checks(digits) and not is_series(groups)


def _checks(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others, by Luhn's rule (ISO/IEC 7812-1)."""
    backwards = digits[::-1]
    return sum(map(int, backwards[::2])) % 10 == -sum(int(_TWICE[int(digit)]) for digit in backwards[1::2]) % 10
