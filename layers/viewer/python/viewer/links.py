"""Links that people wrote into chats: they lead nowhere by themselves, and show where they would go.

A buyer's link may be a trap for the seller: the host it goes to stands beside it in ASCII letters. An address that a
browser may read in another way than this module is no link.
"""

import re
from urllib.parse import urlsplit

from viewer.marking import Piece

WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'«»\x02\x03]{4,2000}", re.IGNORECASE)
AFTER_SENTENCE = ".,;:!?)]}»"
# https://url.spec.whatwg.org/#url-parsing: browsers take a backslash for a slash, and drop these controls.
READ_OTHERWISE = re.compile(r"[\\\x00-\x20\x7f]")
# Browsers decode percents in a host, and write one whose last part is a number as an IP address.
HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z][a-z0-9-]*\.?")


def split_links(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of a message with the links in them apart; a link with a mark in it is marked as a whole."""
    whole = "".join(piece.text for piece in pieces)
    shown: list[Piece] = []
    at = 0
    for link in WEB_ADDRESS.finditer(whole):
        address = link[0].rstrip(AFTER_SENTENCE)
        shown += _between(pieces, at, link.start())
        at = link.start() + len(address)
        marked = any(piece.marked for piece in _between(pieces, link.start(), at))
        shown.append(Piece(address, marked, address))
    return shown + _between(pieces, at, len(whole))


def host_of(address: str) -> str | None:
    """Return the host that a web address leads to, in ASCII so that no letter passes for another; None if unsure."""
    if READ_OTHERWISE.search(address):
        return None
    try:
        parts = urlsplit(address)
        written = parts.hostname or ""
        host = written.encode("idna").decode("ascii")
        # Python's IDNA of 2003 makes ss of ß and drops joiners; the browsers' newer one keeps them.
        kept = written in {host, host.encode("ascii").decode("idna")}
    except ValueError:
        return None
    return host if parts.scheme in {"http", "https"} and kept and HOST.fullmatch(host) else None


def _between(pieces: list[Piece], begin: int, end: int) -> list[Piece]:
    between, at = [], 0
    for piece in pieces:
        text = piece.text[max(0, begin - at) : max(0, end - at)]
        at += len(piece.text)
        if text:
            between.append(Piece(text, piece.marked))
    return between
