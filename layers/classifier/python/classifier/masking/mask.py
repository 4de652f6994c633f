"""The one function a text goes through before it is sent to a server of others."""

import re
from collections.abc import Callable, Iterable

from classifier.masking.addresses import find_addresses
from classifier.masking.cards import find_cards
from classifier.masking.client_name import find_client_name
from classifier.masking.digits import with_plain_digits
from classifier.masking.documents import find_named_documents, find_other_documents
from classifier.masking.emails import find_emails
from classifier.masking.links import find_links
from classifier.masking.names import find_names
from classifier.masking.numbers import find_numbers
from classifier.masking.phones import find_phones
from classifier.masking.readable import Readable
from classifier.masking.spans import PLACEHOLDERS, Span

# What says most about itself comes first: a document is named, a card has a check digit; any long number is a number.
_CONTACTS = (find_emails, find_links)
_OTHERS = (
    find_named_documents,
    find_cards,
    find_phones,
    find_other_documents,
    find_addresses,
    find_numbers,
    find_names,
)
_MASKED = "\ue000"  # stands for what is found already; a private character belongs to no word, number or address
_PLACEHOLDER = re.compile("|".join(map(re.escape, PLACEHOLDERS.values())))


def mask(text: str, client_name: str = "") -> str:
    """Return the text with phones, e-mails, cards, links, documents, numbers, names and addresses replaced.

    `client_name` is the name of the chat's buyer, which is replaced too.

    What is left is as it was written, to the character. It is no anonymous text: `make eval` says what still leaks.
    """
    pieces: list[str] = []
    at = 0
    for span in spans(text, client_name):
        pieces += text[at : span.start], PLACEHOLDERS[span.kind]
        at = span.end
    return "".join(pieces) + text[at:]


def spans(text: str, client_name: str = "") -> list[Span]:
    """Return what mask() replaces, in the text's order, without overlaps."""
    readable = Readable.of(text)
    left = _PLACEHOLDER.sub(lambda found: _MASKED * len(found[0]), readable.text)  # masked before: stays as it is
    found: list[Span] = []
    for find in _CONTACTS:
        left = _take(find, left, found)
    left = with_plain_digits(left)
    left = _take(lambda text: find_client_name(text, client_name), left, found)
    for find in _OTHERS:
        left = _take(find, left, found)
    written = (Span(span.kind, *readable.written(span.start, span.end)) for span in found)
    return _apart(written)


def _take(find: Callable[[str], Iterable[Span]], text: str, found: list[Span]) -> str:
    """Add what `find` finds to `found`, and return the text without it, as long as it was."""
    new = _apart(find(text))
    found += new
    return _without(text, new) if new else text


def _apart(found: Iterable[Span]) -> list[Span]:
    """Return the spans in order; those that overlap are one, of the first one's kind."""
    apart: list[Span] = []
    for span in sorted(found, key=lambda span: span.start):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].kind, apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def _without(text: str, found: list[Span]) -> str:
    pieces: list[str] = []
    at = 0
    for span in found:
        pieces += text[at : span.start], _MASKED * (span.end - span.start)
        at = span.end
    return "".join(pieces) + text[at:]
