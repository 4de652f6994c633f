"""The one function a text goes through before it is sent to a server of others."""

import re
from collections.abc import Callable, Iterable
from functools import partial

from classifier.masking.accounts import find_accounts
from classifier.masking.addresses import find_addresses
from classifier.masking.birthdays import find_birthdays
from classifier.masking.card_tails import find_card_tails
from classifier.masking.cards import find_cards
from classifier.masking.client_name import find_client_name
from classifier.masking.digits import with_plain_digits
from classifier.masking.documents import find_named_documents, find_other_documents
from classifier.masking.door_codes import find_door_codes
from classifier.masking.emails import find_emails
from classifier.masking.goods import find_goods
from classifier.masking.latin_names import find_latin_names
from classifier.masking.links import find_links
from classifier.masking.names import find_names
from classifier.masking.numbers import find_numbers
from classifier.masking.phones import find_phones
from classifier.masking.plates import find_plates
from classifier.masking.readable import Readable
from classifier.masking.spans import MASKED, PLACEHOLDERS, Kind, Span, replace_spans, set_apart

# What says most about itself comes first: a document is named, a card has a check digit; any long number is a number.
# The first ones want the letters that the others read as digits.
LETTERED = (find_emails, find_links, find_accounts, find_plates)
NUMBERS = (find_birthdays, find_named_documents, find_cards, find_phones, find_other_documents, find_card_tails)
OTHERS = (*NUMBERS, find_addresses, find_door_codes, find_numbers, find_names, find_latin_names)
PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))


def mask(text: str, client_name: str = "") -> str:
    """Return the text with phones, e-mails, cards, links, documents, numbers, names, addresses and dates of
    birth replaced.

    `client_name` is the name of the chat's buyer, which is replaced too.

    What is left is as it was written, to the character. It is no anonymous text: `make eval` says what still leaks.
    """
    return replace_spans(text, ((span, PLACEHOLDERS[span.kind]) for span in spans(text, client_name)))


def spans(text: str, client_name: str = "") -> list[Span]:
    """Return what mask() replaces, in the text's order, without overlaps."""
    readable = Readable.from_text(text)
    masked: list[Span] = []
    left = _take(LETTERED, _without_what_stays(readable.text), masked)
    _take((partial(find_client_name, client_name=client_name), *OTHERS), with_plain_digits(left), masked)
    return set_apart(Span(span.kind, *readable.written(span.start, span.end)) for span in masked)


def _without_what_stays(text: str) -> str:
    """Return the text, as long as it is, with what was masked before and what names a product out of sight."""
    unmasked = PLACEHOLDER.sub(lambda match: MASKED * len(match[0]), text)
    goods = (Span(Kind.NUMBER, start, end) for start, end in find_goods(unmasked))
    return replace_spans(unmasked, ((span, span.blank) for span in set_apart(goods)))


def _take(finders: Iterable[Callable[[str], Iterable[Span]]], text: str, masked: list[Span]) -> str:
    """Add to `masked` what each finder finds in what the ones before it left; return the rest, as long as it was."""
    for find in finders:
        spans = set_apart(find(text))
        masked += spans
        text = replace_spans(text, ((span, span.blank) for span in spans))
    return text
