"""The key to the pages: other users of the machine reach their port too, and must not read chats there."""

import hmac
import os
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from local.engine.locks import OWNER_ONLY
from local.engine.loopback import SECRET_BYTES

FIELD, COOKIE = "key", "view_key"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # SECRET_BYTES in base64
BY_OTHERS = 0o077
A_YEAR_SECONDS = 365 * 86_400


def kept_key(file: Path) -> str:
    """Return the key in the file, so that a browser that was let in once is later, too; a new one where there is none.

    Raises OSError where the file cannot be written.
    """
    try:
        key = file.read_text(encoding="ascii", errors="replace")
        if KEY.fullmatch(key) and not file.stat().st_mode & BY_OTHERS:
            return key
    except FileNotFoundError:
        pass
    key = secrets.token_urlsafe(SECRET_BYTES)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.touch(OWNER_ONLY)
    unfinished.write_text(key, encoding="ascii")
    unfinished.replace(file)
    return key


def has_key(cookies: str, key: str) -> bool:
    """Return whether a browser's header Cookie has the key."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return False
    return found is not None and hmac.compare_digest(found.value.encode(), key.encode())


def take_key(address: str, key: str) -> tuple[str, str] | None:
    """Return, for an address with the key, the one without it and the cookie that stands for it; None for another."""
    parts = urlsplit(address)
    fields = parse_qsl(parts.query, keep_blank_values=True)
    told = [value for name, value in fields if name == FIELD]
    if not any(hmac.compare_digest(value.encode("utf-8", "replace"), key.encode()) for value in told):
        return None
    others = urlencode([(name, value) for name, value in fields if name != FIELD])
    # Lax: a link to a page, in a letter or a chat, works; forms have a token of their own.
    cookie = f"{COOKIE}={key}; Max-Age={A_YEAR_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
    return f"/{parts.path.lstrip('/')}{'?' if others else ''}{others}", cookie
