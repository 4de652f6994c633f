"""Found words, marked in the text as it was written.

Postgres marks them in the normal form of the text; here every word is marked whose normal form Postgres marked.
"""

import re
from dataclasses import dataclass

from reading.search import MARK_BEGIN, MARK_END
from reading.search_form import searched_words

EXCERPT_CHARACTERS = 160
BEFORE_MARK = 40
MARKED_WORD = re.compile(f"{MARK_BEGIN}([^{MARK_END}]*){MARK_END}")


@dataclass(frozen=True)
class Piece:
    """A piece of a text: plain, marked as found by a search, or a link with the address it goes to."""

    text: str
    marked: bool = False
    address: str | None = None


def mark_words(written: str, marked: str | None) -> list[Piece]:
    """Return the written text in pieces. `marked` is its normal form with the found words marked, if there are any."""
    found = set(MARKED_WORD.findall(marked or ""))
    pieces, at = [], 0
    words = [word for word in searched_words(written) if word.form in found] if found else []
    for begin, end in sorted(((word.begin, word.end) for word in words), key=lambda place: (place[0], -place[1])):
        if end > at:  # else within a number that is marked already
            pieces += [Piece(written[at:begin]), Piece(written[max(at, begin) : end], marked=True)]
            at = end
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
