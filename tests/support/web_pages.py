"""The viewer's own handler, asked as API Gateway would, and what its pages hold."""

import importlib.util
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tests.support.project import ROOT


@dataclass(frozen=True)
class Page:
    """A handler's answer."""

    status: int
    body: str
    headers: dict[str, str]
    cookies: list[str]


class Context:
    """What Lambda gives a handler besides the event, as far as logs name it."""

    function_name = "viewer"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:viewer"
    aws_request_id = "00000000-0000-4000-8000-000000000000"


class Pages:
    """The viewer's handler, asked as API Gateway would."""

    def __init__(self, handler: Callable[[dict[str, Any], Any], dict[str, Any]]) -> None:
        self._handler = handler

    def get(self, path: str, language: str = "en", **headers: str) -> Page:
        """Ask for a page."""
        return self._ask("GET", path, {"accept-language": language, **headers})

    def post(self, path: str, form: dict[str, str], cookie: str = "", claims: Any = None, **headers: str) -> Page:
        """Send a form."""
        own = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, own, body=urlencode(form), cookie=cookie, claims=claims)

    def _ask(self, method: str, address: str, headers: dict[str, str], **sent: Any) -> Page:
        path, _, query = address.partition("?")
        claims = {"authorizer": {"jwt": {"claims": sent["claims"]}}} if sent.get("claims") else {}
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "cookies": [sent["cookie"]] if sent.get("cookie") else [],
            "headers": {"host": "pages.example", "x-forwarded-proto": "https"} | headers,
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", **claims},
            "body": sent.get("body", ""),
            "isBase64Encoded": False,
        }
        answered = self._handler(json.loads(json.dumps(event)), Context())
        return Page(
            answered["statusCode"], answered.get("body") or "", answered["headers"], answered.get("cookies") or []
        )


def load_handler() -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Return functions/viewer/app.py's handler."""
    spec = importlib.util.spec_from_file_location("viewer_app", ROOT / "functions" / "viewer" / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Callable[[dict[str, Any], Any], dict[str, Any]] = module.handler
    return handler


def chat_address(chat: str = "1:chat-0", store: str = "shop", **more: str) -> str:
    """Return a chat's address."""
    return f"/chat?{urlencode({'store': store, 'id': chat, **more}, quote_via=quote)}"


def listed_chats(body: str) -> list[str]:
    """Return the ids of the chats that a list links to, in order."""
    return re.findall(r'class="who"><a [^>]*[;?]of=\w+&amp;chat=1%3A(chat-\d+)', body)


def next_page(body: str) -> str:
    """Return the address of the page that a list goes on with, "" on its last one."""
    behind = re.search(r'rel="next" href="([^"]+)"', body)
    return behind[1].replace("&amp;", "&") if behind else ""
