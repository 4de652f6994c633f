"""Found words, marked in the text as it was written.

Postgres marks them in the text as it is searched (lower case, of the same length); the marks are carried over.
"""

import re
from dataclasses import dataclass

BEGIN, END = "\x02", "\x03"  # WB's texts may hold them too: those are taken out before Postgres marks.
EXCERPT_CHARACTERS = 160
BEFORE_MARK = 40


@dataclass(frozen=True)
class Part:
    """A piece of a text, found or not."""

    text: str
    found: bool


def parts(written: str, marked: str | None) -> list[Part]:
    """Return the written text in pieces; unmarked as a whole where the marks do not fit it."""
    if not marked:
        return [Part(written, False)]
    pieces = re.split(f"({BEGIN}[^{END}]*{END})", marked)
    if len("".join(piece.strip(BEGIN + END) for piece in pieces)) > len(written):
        return [Part(written, False)]
    found, at = [], 0
    for piece in pieces:
        length = len(piece.strip(BEGIN + END))
        found.append(Part(written[at : at + length], piece.startswith(BEGIN)))
        at += length
    return [part for part in (*found, Part(written[at:], False)) if part.text]


def excerpt(whole: list[Part]) -> list[Part]:
    """Return the pieces around the first found word, about two lines of them."""
    before = next((index for index, part in enumerate(whole) if part.found), None)
    if before is None:
        return [Part(_shortened("".join(part.text for part in whole)), False)]
    lead = "".join(part.text for part in whole[:before])
    if len(lead) > BEFORE_MARK:
        lead = "… " + lead[-BEFORE_MARK:].partition(" ")[2]  # not in the middle of a word
    shown = [Part(lead, False)]
    room = EXCERPT_CHARACTERS - len(shown[0].text)
    for part in whole[before:]:
        if room <= 0:
            break
        shown.append(Part(part.text if len(part.text) <= room else part.text[:room] + " …", part.found))
        room -= len(part.text)
    return [part for part in shown if part.text]


def _shortened(text: str) -> str:
    return text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS] + " …"
