"""Found words, marked in the text as it was written.

Postgres marks them in the text as it is searched (lower case, of the same length); the marks are carried over.
"""

import re
from dataclasses import dataclass

from reading.search import MARK_BEGIN, MARK_END

EXCERPT_CHARACTERS = 160
BEFORE_MARK = 40


@dataclass(frozen=True)
class Piece:
    """A piece of a text: plain, marked as found by a search, or a link with the address it goes to."""

    text: str
    marked: bool = False
    address: str | None = None


def mark_words(written: str, marked: str | None) -> list[Piece]:
    """Return the written text in pieces; unmarked as a whole where the marks do not fit it."""
    if not marked:
        return [Piece(written)]
    stretches = re.split(f"({MARK_BEGIN}[^{MARK_END}]*{MARK_END})", marked)
    if sum(len(stretch.strip(MARK_BEGIN + MARK_END)) for stretch in stretches) > len(written):
        return [Piece(written)]
    pieces, at = [], 0
    for stretch in stretches:
        length = len(stretch.strip(MARK_BEGIN + MARK_END))
        pieces.append(Piece(written[at : at + length], stretch.startswith(MARK_BEGIN)))
        at += length
    return [piece for piece in (*pieces, Piece(written[at:])) if piece.text]


def cut_excerpt(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces around the first marked word, about two lines of them; none of a message without words."""
    before = next((index for index, piece in enumerate(pieces) if piece.marked), None)
    if before is None:
        text = _shorten("".join(piece.text for piece in pieces), EXCERPT_CHARACTERS)
        return [Piece(text)] if text else []
    lead = "".join(piece.text for piece in pieces[:before])
    if len(lead) > BEFORE_MARK:
        lead = "… " + lead[-BEFORE_MARK:].partition(" ")[2]  # not in the middle of a word
    shown, room = [Piece(lead)], EXCERPT_CHARACTERS - len(lead)
    for piece in pieces[before:]:
        if room <= 0:
            break
        shown.append(Piece(_shorten(piece.text, room), piece.marked))
        room -= len(piece.text)
    return [piece for piece in shown if piece.text]


def _shorten(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room] + " …"
