"""Compares the masking's rules with phonenumbers and python-stdnum, which the project does not install.

python3 -m pip install --target /tmp/libraries phonenumbers python-stdnum
PYTHONPATH=/tmp/libraries:layers/chatsync/python:layers/classifier/python .venv/bin/python -m eval.libraries
"""

import re
from collections.abc import Iterable

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import luhn
from stdnum.ru import inn, ogrn

from classifier.masking import Kind, Span, spans
from classifier.masking.digits import with_plain_digits
from classifier.masking.readable import Readable
from eval.leaks import Snippet, count_leaks, read_snippets

CARD_LEAST = 13  # digits
DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){9,18}(?!\d)")


def library_spans(text: str) -> Iterable[Span]:
    """Yield what the libraries take for phones, cards and documents, in a text that the rules have cleaned first."""
    readable = Readable.from_text(text)
    plain = with_plain_digits(readable.text)
    for phone in PhoneNumberMatcher(plain, "RU", leniency=Leniency.VALID):
        yield Span(Kind.PHONE, *readable.written(phone.start, phone.end))
    for match in DIGITS.finditer(plain):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) >= CARD_LEAST and luhn.is_valid(digits):
            yield Span(Kind.CARD, *readable.written(*match.span()))
        elif inn.is_valid(digits) or ogrn.is_valid(digits):
            yield Span(Kind.DOCUMENT, *readable.written(*match.span()))


def main() -> None:
    """Print for each kind what its own spans hide, and how many of them touch no secret of that kind."""
    for kind in (Kind.PHONE, Kind.CARD, Kind.DOCUMENT):
        for name, find in (("rules", spans), ("libraries", library_spans)):
            masked = {
                snippet: [span for span in find(snippet.text) if span.kind is kind] for snippet in read_snippets()
            }
            by_text = {snippet.text: own for snippet, own in masked.items()}
            recall = count_leaks(list(masked), by_text.__getitem__).kinds[kind]
            vain = sum(not _touches(span, snippet) for snippet, own in masked.items() for span in own)
            print(f"{kind}, {name}: {recall.hidden} of {recall.secrets} hidden, {vain} in vain")


def _touches(span: Span, snippet: Snippet) -> bool:
    same = (secret for secret in snippet.secrets if secret.kind == span.kind)
    return any(span.start < secret.end and secret.start < span.end for secret in same)


if __name__ == "__main__":
    main()
