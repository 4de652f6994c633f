"""Stores, chats and runs as the pages find them, and the viewer's own handler in front of them."""

import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from database import reconciliation, stores
from database.connection import transaction
from database.labels import history
from tests.conftest import ROOT
from tests.database.given_rows import a_run, save, save_list
from tests.viewer.serving import Site, serving

NOW = datetime.now(UTC).replace(microsecond=0)


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


@pytest.fixture
def pages(emptied: str, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """The pages of a database that the test fills."""
    for name in ("LIVE_RUN_FILE", "CONSOLE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Pages(load_handler())


@pytest.fixture(scope="module")
def served(postgres_url: str) -> Iterator[Site]:
    """The pages as `./chats view` serves them."""
    with serving(postgres_url) as found:
        yield found


def a_message(number: int, text: str | None, minutes_ago: float, **changes: Any) -> dict[str, Any]:
    """Return an event of chat 1:chat-0, so many minutes ago."""
    at = NOW - timedelta(minutes=minutes_ago)
    event = {
        "eventID": f"event-{number}",
        "chatID": "1:chat-0",
        "eventType": "message",
        "sender": "client",
        "clientName": "Анна",
        "addTimestamp": int(at.timestamp() * 1000),
        "message": {"text": text} if text is not None else {},
    }
    return event | changes


def given(*events: dict[str, Any], store: str = "shop", listed: list[dict[str, Any]] | None = None) -> int:
    """Store events, and a list of chats, as a run that ended; return the run."""
    with transaction() as database:
        run = a_run(
            database, store, execution=f"execution-{store}-{len(events)}-{events[0]['eventID'] if events else ''}"
        )
        save(database, run, *events, store=store)
        if listed is not None:
            save_list(database, *listed, store=store)
        reconciliation.close_run(database, store, run)
        stores.refresh_statistics(database, store)
    return run


def many_chats(number: int, store: str = "shop") -> None:
    """Store chats 1:chat-0 ... of one message each, the first the newest."""
    given(
        *(a_message(index, f"Вопрос {index}", index + 1, chatID=f"1:chat-{index}") for index in range(number)),
        store=store,
    )


def labelled_by_person(tag: str, chat: str = "1:chat-0", store: str = "shop") -> None:
    """Give a chat a person's label."""
    with transaction() as database:
        history.set_persons_label(database, store, chat, tag)


def labelled_by_model(run: int, tag: str, confidence: float | None = None, reason: str | None = None) -> None:
    """Store a model's label of 1:chat-0 that a run made."""
    with transaction() as database:
        database.run(
            "INSERT INTO chat_labels (store_id, chat_id, run_id, tag, source, confidence, reason, labelled_by, "
            "messages_total) VALUES ('shop', '1:chat-0', :run, :tag, 'model', CAST(:confidence AS real), "
            "CAST(:reason AS text), 'keywords/1', 1)",
            run=run,
            tag=tag,
            confidence=confidence,
            reason=reason,
        )


def rows(sql: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return rows of the database the pages show."""
    with transaction() as database:
        return database.rows(sql, **parameters)


def chat_address(chat: str = "1:chat-0", store: str = "shop", **more: str) -> str:
    """Return a chat's address."""
    return f"/chat?{urlencode({'store': store, 'id': chat, **more}, quote_via=quote)}"


def listed_chats(body: str) -> list[str]:
    """Return the ids of the chats that a list links to, in order."""
    return re.findall(r'href="/chat\?store=\w+&amp;id=1%3A(chat-\d+)', body)


def next_page(body: str) -> str:
    """Return the address of the page that a list goes on with, "" on its last one."""
    behind = re.search(r'rel="next" href="([^"]+)"', body)
    return behind[1].replace("&amp;", "&") if behind else ""
