"""WB's words before a buyer's first message: about which product and order he asks. The rest is the buyer's.

«Здравствуйте! У меня вопрос по товару "<name>, бренд <brand>, артикул <nmID>, товар оформлен <dd.mm.yyyy>"» was seen
in front of 4 of 27 first messages of one store, once with nothing behind it. WB documents it nowhere.
"""

import re
from dataclasses import dataclass
from datetime import date

from chatsync.label_tokens import BUYER

LONGEST_ABOUT = 1500  # characters of a product's name and its brand
# The name may hold quotes, commas and line breaks, so what stands behind it ends it: the article's number, and the
# quotes closed behind the number or the date.
PREFIX = re.compile(
    rf"""
    [\s\ufeff\u200b]* здравству(?:й|и\u0306)те [!.,]? \s* у \s+ меня \s+ вопрос \s+ по \s+ товару \s* ["«“„]
    (?P<about> .{{1,{LONGEST_ABOUT}}}? )
    ,\s+ артикул \s+ (?P<article> [0-9]{{1,18}} )
    (?: ,\s+ товар \s+ оформлен \s+ (?P<day> [0-9]{{2}}) \. (?P<month> [0-9]{{2}}) \. (?P<year> [0-9]{{4}}) )?
    \s* ["»”“] \.? \s*
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
BRAND = re.compile(r",\s+бренд(?:\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class QuestionPrefix:
    """WB's words at a message's beginning: how many `characters` they take, spaces behind them included.

    `ordered_on` is None where they name no possible day.
    """

    characters: int
    product_title: str
    nm_id: int
    ordered_on: date | None


def read_prefix(sender: str | None, text: str | None) -> QuestionPrefix | None:
    """Return WB's prefix of a message, or None.

    WB puts it at the beginning of buyers' messages alone: a seller who quotes it wrote it.
    """
    found = PREFIX.match(text) if sender == BUYER and text else None
    if found is None:
        return None
    return QuestionPrefix(
        characters=found.end(),
        product_title=_title(found["about"]),
        nm_id=int(found["article"]),
        ordered_on=_day(found),
    )


def without_prefix(sender: str | None, text: str) -> str:
    """Return the words that a message's sender wrote; empty where WB's prefix is all of it."""
    prefix = read_prefix(sender, text)
    return text[prefix.characters :] if prefix else text


def _title(about: str) -> str:
    """Return the name alone: what stands before the last brand, as a name may hold that word too."""
    brands = list(BRAND.finditer(about))
    return (about[: brands[-1].start()] if brands else about).strip()


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except (TypeError, ValueError):
        return None
