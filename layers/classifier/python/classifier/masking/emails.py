"""E-mail addresses, also with «собака» or (at) for the sign."""

import re
from collections.abc import Iterator

from classifier.masking.domains import DOT, HOST
from classifier.masking.spans import Kind, Span

SIGN = re.compile(
    r"(?i)\s{0,3}@\s{0,3}|\s?[(\[{«\"]\s?(?:соба[чк]\w*|at|a|а|эт)\s?[)\]}»\"]\s?|\s?соба[чк]\w{1,2}?\s?(?=\w)| at "
)
LOCAL = re.compile(r"(?:(?<!\w)(?:\w ){2,30}\w|[\w.+-]+)$")
LONGEST_LOCAL = 64  # characters before the sign, by RFC 5321
DOMAIN = re.compile(rf"(?i){HOST}|(?:\w ){{1,30}}\w{DOT}\w(?: ?\w){{1,5}}\b")
PLAIN_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*")


def find_emails(text: str) -> Iterator[Span]:
    """Yield what stands on both sides of a sign, a real one or a spelt one, where that makes an address."""
    for sign in SIGN.finditer(text):
        before = max(0, sign.start() - LONGEST_LOCAL)
        local = LOCAL.search(text[before : sign.start()])
        if not local:
            continue
        domain = DOMAIN.match(text, sign.end()) or (PLAIN_DOMAIN.match(text, sign.end()) if sign[0] == "@" else None)
        if domain:
            yield Span(Kind.EMAIL, before + local.start(), domain.end())
