"""Who is asking, and whether Wildberries lets this token in."""

from dataclasses import dataclass
from http import HTTPStatus

from local.simulator.answers import Answer, problem
from local.simulator.model import SimulatedStore, World
from local.simulator.tokens import CHAT_ACCESS, TokenKind, read_claims

NOBODY = SimulatedStore(id="", name="", token="", seller="")


@dataclass(frozen=True)
class Caller:
    """The store a token belongs to (or NOBODY), the kind it says it is, and the refusal it meets, if any."""

    store: SimulatedStore
    kind: TokenKind | None
    refusal: Answer | None


class Gate:
    """Knows every seller of the world by its tokens: the stores' own ones, and any other token of the same `sid`."""

    def __init__(self, world: World) -> None:
        self._by_token = {store.token: store for store in reversed(world.stores)}
        self._by_seller = {store.seller: store for store in reversed(world.stores)}

    def accept_token(self, token: str, store: SimulatedStore) -> None:
        """Let this token in as the store's own, whatever seller its claims name."""
        self._by_token[token] = store

    def caller(self, token: str | None, now: float) -> Caller:
        """Return who asks at `now` (unix seconds). A store's own token needs no claims: "all may be missing"."""
        claims = read_claims(token or "")
        if not token or claims is None:
            return _stranger("token problem; token is malformed" if token else "empty Authorization header")
        store = self._by_token.get(token) or self._by_seller.get(str(claims.get("sid")))
        if store is None:
            return _stranger("token problem; token is not valid")
        return Caller(store, _kind(claims), _refusal(claims, now))


def _stranger(detail: str) -> Caller:
    return Caller(NOBODY, None, problem(HTTPStatus.UNAUTHORIZED, detail))


def _kind(claims: dict[str, object]) -> TokenKind | None:
    return next((kind for kind in TokenKind if kind == claims.get("acc")), None)


def _refusal(claims: dict[str, object], now: float) -> Answer | None:
    """Return 401 for an expired or a Test token ("gets 401 on the chat host"), 403 for one without chat access."""
    expires_at, scopes = claims.get("exp"), claims.get("s")
    if isinstance(expires_at, int | float) and expires_at <= now:
        return problem(HTTPStatus.UNAUTHORIZED, "token problem; token is expired")
    if _kind(claims) is TokenKind.TEST or claims.get("t") is True:
        return problem(HTTPStatus.UNAUTHORIZED, "token problem; test token is not allowed here")
    if isinstance(scopes, int) and not scopes & CHAT_ACCESS:
        return problem(HTTPStatus.FORBIDDEN, "access denied: token scope not allowed")
    return None
