"""E-mail addresses, also with «собака» or (at) for the sign."""

import re
from collections.abc import Iterator

from classifier.masking.domains import DOT, HOST
from classifier.masking.spans import Kind, Span

# As it is said for the sign before a mail service's name.
SERVICE = (
    r"(?:mail|мейл|мэйл|gmail|гмейл|гмэйл|гмаил|джимейл|yandex|яндекс|ya|bk|бк|list|лист|inbox|инбокс|rambler|рамблер|icloud|"
    r"айклауд|outlook|hotmail|proton)"
)
DOG = r"соба(?:ч?к[аиуе]|ч?кой)"
SIGN = re.compile(
    rf"(?i)\s{{0,3}}@\s{{0,3}}|\s?[(\[{{«\"]\s?(?:{DOG}|at|a|а|эт)\s?[)\]}}»\"]\s?|\s?{DOG}\s?(?=\w)| at |"
    rf"\s?(?:эт|ат|at)\s(?={SERVICE}(?!\w))"
)
SPELT = r"(?:точка|тире|дефис|минус|подч[её]ркивание|нижнее подч[её]ркивание)"
LOCAL = re.compile(
    rf"(?i)(?:(?<!\w)(?:\w ){{2,30}}\w|"
    rf"(?<![\w.+-])(?:[\w.+-]{{1,64}}\s{SPELT}\s){{1,3}}[\w.+-]{{1,64}}|[\w.+-]{{1,64}})$"
)
LONGEST_LOCAL = 64  # characters before the sign, by RFC 5321
SPOKEN = rf"{SERVICE}[\s.,]{{1,3}}(?:точка\s)?(?:ру|ru|ком|com|рф|by|kz)(?!\w)"  # «яндекс ру»
DOMAIN = re.compile(rf"(?i){HOST}|{SPOKEN}|(?:\w ){{1,30}}\w{DOT}\w(?: ?\w){{1,5}}\b")
PLAIN_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}")


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
