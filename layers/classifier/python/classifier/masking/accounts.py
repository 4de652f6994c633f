"""Numbers of bank accounts with letters (IBAN); Russia's twenty digits are numbers like others."""

import re
from collections.abc import Iterator

from classifier.masking.digits import count_digits
from classifier.masking.spans import Kind, Span

# Characters of an IBAN behind its country, by the registry of SWIFT (ISO 13616): of Russia's neighbours and of Europe.
LENGTHS = {
    "KZ": 18, "BY": 26, "GE": 20, "AZ": 26, "UA": 27, "MD": 22, "TR": 24, "LV": 19, "LT": 18, "EE": 18, "PL": 26,
    "DE": 20, "FR": 25, "IT": 25, "ES": 22, "NL": 16, "GB": 20, "CZ": 22, "AE": 21, "IL": 21, "RS": 20, "CY": 26,
}  # fmt: skip
COUNTRIES = "|".join(rf"{country} ?\d{{2}}(?:[ \-]?[a-z0-9]){{{length - 2}}}" for country, length in LENGTHS.items())
IBAN = re.compile(rf"(?i)(?<!\w)(?:{COUNTRIES})(?!\w)")
CALLED = re.compile(
    r"(?i)(?<!\w)(?:iban|ибан)\w{0,2}[\s:№\-]{0,4}([a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?)(?!\w)"
)
LEAST_DIGITS = 8


def find_accounts(text: str) -> Iterator[Span]:
    """Yield the IBANs of our neighbours and of Europe, in groups or not, and what is called one."""
    known = [match for match in IBAN.finditer(text) if count_digits(match[0]) >= LEAST_DIGITS]
    for match in known:
        yield Span(Kind.NUMBER, *match.span())
    beginnings = {match.start() for match in known}
    for match in CALLED.finditer(text):
        if match.start(1) not in beginnings:  # of those the length is known, and the word behind is none of it
            yield Span(Kind.NUMBER, *match.span(1))
