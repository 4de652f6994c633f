"""What a masked piece of a text is: its kind, its place, and the placeholder that is written instead."""

from dataclasses import dataclass
from enum import StrEnum


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


PLACEHOLDERS = {
    Kind.PHONE: "[ТЕЛЕФОН]",
    Kind.EMAIL: "[ПОЧТА]",
    Kind.CARD: "[КАРТА]",
    Kind.LINK: "[ССЫЛКА]",
    Kind.DOCUMENT: "[ДОКУМЕНТ]",
    Kind.NUMBER: "[НОМЕР]",
    Kind.NAME: "[ИМЯ]",
    Kind.ADDRESS: "[АДРЕС]",
}


@dataclass(frozen=True, slots=True)
class Span:
    """The piece of a text from character `start` up to, not including, `end`."""

    kind: Kind
    start: int
    end: int
