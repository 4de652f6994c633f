"""What a WB token says of itself, read without asking WB.

A token is a JWT that lives 180 days. Its signature is not verified: WB's key is not public, and WB verifies it anyway.
Any claim may be missing in odd tokens: then the fact is unknown and the API decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

import jwt

from chatsync.errors import SellerChangedError, TokenUnusableError

CHAT_ACCESS_BIT = 1 << 9  # claim `s`, "Buyers chat" in the API's table of categories
READ_ONLY_BIT = 1 << 30  # claim `s`
QUOTES = set("\"'`«»“”„‘’")
SELLER_ID = re.compile(r"[!-~]{1,200}")  # WB's are UUIDs
BASE = "base"
KINDS = {1: BASE, 2: "test", 3: "personal", 4: "service"}  # claim `acc`

HOW_TO_REPLACE = "Make a token with the category «Buyers chat» in the seller portal and replace it."


@dataclass(frozen=True)
class TokenFacts:
    """A token's claims; None or "unknown" where the token does not say."""

    kind: str
    seller_id: str | None
    expires_at: datetime | None
    chat_access: bool | None
    read_only: bool | None

    def days_left(self, now: datetime) -> int | None:
        """Return the whole days until the token expires, negative when it has; None if unknown."""
        return None if self.expires_at is None else (self.expires_at - now).days


def read_token(token: str) -> TokenFacts:
    """Return the facts of a token.

    Raises:
        TokenUnusableError: It is no JWT, or something was pasted along with it.
    """
    token = token.strip()
    _require_token_alone(token)
    try:
        claims = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
    except (jwt.PyJWTError, ValueError):  # ValueError: characters that no encoding has.
        raise TokenUnusableError(f"The store's token is not a WB token (no readable JWT). {HOW_TO_REPLACE}") from None
    return TokenFacts(
        kind=_kind(claims),
        seller_id=_seller(claims.get("sid")),
        expires_at=_expiry(claims.get("exp")),
        chat_access=_bit(claims.get("s"), CHAT_ACCESS_BIT),
        read_only=_bit(claims.get("s"), READ_ONLY_BIT),
    )


def _require_token_alone(token: str) -> None:
    if token[:1] in QUOTES or token[-1:] in QUOTES:
        raise TokenUnusableError("The store's token stands in quotes. Enter it without them.")
    if re.match(r"(authorization:\s*)?bearer\b", token, re.IGNORECASE):
        raise TokenUnusableError("The store's token begins with the word Bearer. Leave it out and enter the rest.")
    if re.search(r"\s", token):
        raise TokenUnusableError("The store's token has a line break or a space inside. Enter it whole, on one line.")


def require_usable(facts: TokenFacts, now: datetime) -> None:
    """Return if the token may work.

    Raises:
        TokenUnusableError: It is expired, a test token, or lacks access to chats; WB would answer 401 or 403.
    """
    if facts.expires_at is not None and facts.expires_at <= now:
        raise TokenUnusableError(f"The store's token expired on {facts.expires_at:%Y-%m-%d}. {HOW_TO_REPLACE}")
    if facts.kind == "test":
        raise TokenUnusableError(f"The store's token is a test token, which WB's chats refuse. {HOW_TO_REPLACE}")
    if facts.chat_access is False:
        raise TokenUnusableError(f"The store's token has no access to the category «Buyers chat». {HOW_TO_REPLACE}")


def require_seller(facts: TokenFacts, seller_id: str | None, store_id: str) -> None:
    """Return if the token is of this seller, or either is unknown. Another's would mix two sellers' chats.

    Raises:
        SellerChangedError: It is of another seller.
    """
    if seller_id is None or facts.seller_id in {None, seller_id}:
        return
    raise SellerChangedError(
        f"The token is of another seller than the history of the store {store_id}, so nothing was asked with it. "
        "Add that seller as a store with an id of its own; or, if WB gave the same seller a new id, allow it once: "
        "`./chats store token ... --same-store` with a stack, `./chats sync ... --same-store ID` without one."
    )


def _kind(claims: Mapping[str, Any]) -> str:
    if claims.get("t") is True:
        return "test"
    acc = claims.get("acc")
    return KINDS.get(acc, "unknown") if _is_integer(acc) else "unknown"


def _seller(sid: object) -> str | None:
    """Return a seller's id, None for what can be none: it stands in tables and their indexes."""
    return sid if isinstance(sid, str) and SELLER_ID.fullmatch(sid) else None


def _expiry(exp: object) -> datetime | None:
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return None
    try:
        return datetime.fromtimestamp(exp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _bit(mask: object, bit: int) -> bool | None:
    return bool(mask & bit) if _is_integer(mask) else None


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
