"""What a masked piece of a text is: its kind, its place, and the placeholder that is written instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MASKED = "\ue000"  # stands for a character that is masked: a private one belongs to no word, number or address


class Kind(StrEnum):
    """The kinds of things that are masked."""

    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    LINK = "link"
    DOCUMENT = "document"
    NUMBER = "number"
    NAME = "name"
    ADDRESS = "address"
    BIRTHDAY = "birthday"


PLACEHOLDERS = {
    Kind.PHONE: "[ТЕЛЕФОН]",
    Kind.EMAIL: "[ПОЧТА]",
    Kind.CARD: "[КАРТА]",
    Kind.LINK: "[ССЫЛКА]",
    Kind.DOCUMENT: "[ДОКУМЕНТ]",
    Kind.NUMBER: "[НОМЕР]",
    Kind.NAME: "[ИМЯ]",
    Kind.ADDRESS: "[АДРЕС]",
    Kind.BIRTHDAY: "[ДАТА РОЖДЕНИЯ]",
}


@dataclass(frozen=True)
class Span:
    """The piece of a text from character `start` up to, not including, `end`."""

    kind: Kind
    start: int
    end: int

    @property
    def blank(self) -> str:
        """Return as many masked characters as it is long."""
        return MASKED * (self.end - self.start)


def set_apart(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order; those that overlap are one, of the first one's kind."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].kind, apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


def replace_spans(text: str, replacements: Iterable[tuple[Span, str]]) -> str:
    """Return the text with each span, in order and without overlaps, replaced."""
    pieces: list[str] = []
    at = 0
    for span, replacement in replacements:
        pieces += text[at : span.start], replacement
        at = span.end
    return "".join(pieces) + text[at:]
