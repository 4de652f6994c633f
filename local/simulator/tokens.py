"""Wildberries API tokens: JWTs whose claims can be read, and whose signature nobody here checks."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from hashlib import sha512

from local.simulator.model import changed

CHAT_ACCESS = 1 << 9  # claim `s`: bit 9 = Buyers chat
READ_ONLY = 1 << 30  # claim `s`: bit 30 = read only
TOKEN_PARTS = 3  # header.claims.signature


class TokenKind(IntEnum):
    """The claim `acc`."""

    BASE = 1
    TEST = 2
    PERSONAL = 3
    SERVICE = 4


def make_token(
    kind: TokenKind,
    seller: str,
    expires_at: datetime,
    *,
    chat_access: bool = True,
    read_only: bool = True,
    changes: Mapping[str, object] | None = None,
) -> str:
    """Return a token of this seller (uuid). `changes` are laid over the claims; ABSENT as a value drops a claim."""
    claims: dict[str, object] = {
        "acc": int(kind),
        "ent": 1,
        "exp": int(expires_at.timestamp()),
        "for": "asid:8c1f7a52-6f0e-4a3b-9d57-3f2b8f0f2a11" if kind is TokenKind.SERVICE else "self",
        "s": CHAT_ACCESS * chat_access | READ_ONLY * read_only,
        "sid": seller,
        "t": kind is TokenKind.TEST,
    }
    return _signed(changed(claims, changes))


def change_claims(token: str, changes: Mapping[str, object]) -> str:
    """Return a token with these claims laid over those of `token`, which is one of make_token's."""
    return _signed(changed(read_claims(token) or {}, changes))


def read_claims(token: str) -> dict[str, object] | None:
    """Return the claims of a token, or None when it is not a JWT."""
    parts = token.split(".")
    if len(parts) != TOKEN_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _signed(claims: Mapping[str, object]) -> str:
    head = _encoded({"alg": "ES256", "kid": "20260101v1", "typ": "JWT"})
    body = _encoded(claims)
    return f"{head}.{body}.{_base64url(sha512(f'{head}.{body}'.encode()).digest())}"


def _encoded(part: Mapping[str, object]) -> str:
    return _base64url(json.dumps(part, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
