"""What keeps a page to itself: headers, and a token that only our own forms carry."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

HEADERS = {
    # Nothing from elsewhere, nothing inline, nobody's frame.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    # no-referrer would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Visitor:
    """Who asks: the login's subject (empty on one's own machine), and the secret of their browser's cookie.

    `new_cookie` is the header that sets the cookie where the browser has none.
    """

    subject: str
    secret: str
    new_cookie: str | None

    @property
    def form_token(self) -> str:
        """Return what our forms carry: of this browser and this login only."""
        return hmac.new(self.secret.encode(), self.subject.encode(), hashlib.sha256).hexdigest()

    def may_write(self, given_token: str, headers: Mapping[str, str]) -> bool:
        """Return whether a form was ours: sent from our own page, with our token."""
        return _same_origin(headers) and hmac.compare_digest(given_token.encode(), self.form_token.encode())


def recognize_visitor(headers: Mapping[str, str], cookies: Mapping[str, str], subject: str) -> Visitor:
    """Return who asks; a browser without our cookie gets one."""
    secure = headers.get("x-forwarded-proto") == "https"
    # __Host-: no neighbour's subdomain can set it. Browsers take it over https only.
    name = "__Host-viewer" if secure else "viewer"
    secret = cookies.get(name, "")
    if SECRET.fullmatch(secret):
        return Visitor(subject, secret, new_cookie=None)
    secret = secrets.token_urlsafe(32)
    cookie = f"{name}={secret}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
    return Visitor(subject, secret, new_cookie=cookie)


def _same_origin(headers: Mapping[str, str]) -> bool:
    """Every browser of today sends Origin with a form; where it is missing or `null`, the form is not ours."""
    own = _own_origin() or f"{headers.get('x-forwarded-proto', 'http')}://{headers.get('host', '')}"
    return bool(headers.get("host")) and headers.get("origin") == own


def own_host(headers: Mapping[str, str]) -> str:
    """Return the host, and port where one is named, at which browsers see these pages."""
    return _own_origin().partition("://")[2] or headers.get("host", "")


def _own_origin() -> str:
    """Return the origin that browsers name where Host names the API behind a proxy; "" without one."""
    return os.environ.get("VIEWER_ORIGIN", "")
