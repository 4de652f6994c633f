"""Which address shows which page, and what is said where none can be shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import (
    ChatSyncError,
    ChatUnknownError,
    DatabaseRefusedError,
    DatabaseUnavailableError,
    TagUnknownError,
)
from chatsync.observability import logger
from viewer import pages
from viewer.filters import chat_filters, identity, run_filters, run_id
from viewer.languages import Language, preferred
from viewer.paging import PageUnknownError
from viewer.rendering import render
from viewer.security import HEADERS, Visitor, visitor

ASSETS = {
    "viewer.css": "text/css; charset=utf-8",
    "viewer.js": "text/javascript; charset=utf-8",
    "viewer.svg": "image/svg+xml",
}
FOLDER = Path(__file__).with_name("assets")
OK, SEE_OTHER, BAD_REQUEST, FORBIDDEN, NOT_FOUND, TOO_LONG = 200, 303, 400, 403, 404, 413
FAILED, UNAVAILABLE = 500, 503
LONGEST_FORM = 20_000
MOST_FIELDS = 10

STATUS_OF_ERROR = {
    PageUnknownError: (BAD_REQUEST, "address"),
    ChatUnknownError: (NOT_FOUND, "no_chat"),
    TagUnknownError: (BAD_REQUEST, "no_tag"),
}
STATUS_OF_FAILURE: dict[type[Exception], tuple[int, str]] = {
    DatabaseUnavailableError: (UNAVAILABLE, "database"),
    DatabaseRefusedError: (FAILED, "database_refused"),
}

app = APIGatewayHttpResolver()


def answer(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the answer to an event of API Gateway, payload 2.0."""
    return app.resolve(event, context)


@app.get("/")
def stores() -> Response[str]:
    """Show the stores."""
    return _page("stores.html", "stores", lambda language: pages.stores())


@app.get("/runs")
def runs() -> Response[str]:
    """Show the list of runs."""
    return _page("runs.html", "runs", lambda language: pages.runs(run_filters(_query())))


@app.get("/run")
def run() -> Response[str]:
    """Show one run."""
    return _page("run.html", "runs", lambda language: pages.run(run_id(_query().get("id", ""))))


@app.get("/chats")
def chats() -> Response[str]:
    """Show the list of chats."""
    return _page("chats.html", "chats", lambda language: pages.chats(chat_filters(_query())))


@app.get("/chat")
def chat() -> Response[str]:
    """Show one conversation."""
    return _page("chat.html", "chats", lambda language: pages.chat(_query()))


@app.get("/overview")
def overview() -> Response[str]:
    """Show the numbers over all stores, or of one."""
    return _page("overview.html", "overview", lambda language: pages.overview(identity(_query(), "store"), language))


@app.post("/label")
def label() -> Response[str]:
    """Set or release a label, the only thing that is ever written."""
    if len(app.current_event.body or "") > LONGEST_FORM:
        return _refusal(TOO_LONG, "form_too_long")
    form = _form()
    if not _visitor().may_write(form.get("token", ""), _headers()):
        return _refusal(FORBIDDEN, "form_not_ours")
    pages.set_label(form)
    store_id = identity(form, "store")
    logger.info("A person labelled a chat", extra={"store_id": store_id, "login": _claims().get("sub", "")})
    back = urlencode({"store": store_id, "id": identity(form, "chat"), "done": "1"})
    return Response(SEE_OTHER, headers={**HEADERS, "Location": f"/chat?{back}#labels"}, body="")


@app.get("/assets/<name>")
def asset(name: str) -> Response[str]:
    """Give the stylesheet or the script."""
    if name not in ASSETS:
        raise NotFoundError(name)
    return Response(OK, ASSETS[name], (FOLDER / name).read_text(encoding="utf-8"), headers=dict(HEADERS))


@app.get("/robots.txt")
def robots() -> Response[str]:
    """Keep every search engine out."""
    return Response(OK, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n", headers=dict(HEADERS))


@app.not_found
def not_found(error: Exception) -> Response[str]:
    """Say that there is no such page."""
    return _refusal(NOT_FOUND, "no_page")


def failed(error: Exception) -> Response[str]:
    """Say what is not there, or why the page failed: a ChatSyncError's own sentence quotes no value."""
    if isinstance(error, pages.NothingThereError):
        return _refusal(NOT_FOUND, error.key)
    for kind, (status, key) in STATUS_OF_ERROR.items():
        if isinstance(error, kind):
            return _refusal(status, key)
    logger.warning("A page could not be shown", extra={"reason": type(error).__name__})
    status, key = STATUS_OF_FAILURE.get(type(error), (FAILED, "not_made"))
    return _refusal(status, key, detail=str(error))


app.exception_handler([pages.NothingThereError, *STATUS_OF_ERROR, ChatSyncError])(failed)


def _page(template: str, section: str, values: Callable[[Language], dict[str, Any]]) -> Response[str]:
    language, seen_by = _language(), _visitor()
    body = render(template, language, section=section, form_token=seen_by.form_token, **values(language))
    cookies: list[Any] = [seen_by.new_cookie] if seen_by.new_cookie else []
    return Response(OK, "text/html; charset=utf-8", body, headers=dict(HEADERS), cookies=cookies)


def _refusal(status: int, key: str, detail: str = "") -> Response[str]:
    body = render("refusal.html", _language(), section="", key=key, detail=detail)
    return Response(status, "text/html; charset=utf-8", body, headers=dict(HEADERS))


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in app.current_event.headers.items()}


def _query() -> dict[str, str]:
    """Return the address's query; of a field that is given twice, the first."""
    raw = str(app.current_event.get("rawQueryString") or "")
    return _fields(raw)


def _form() -> dict[str, str]:
    return _fields(app.current_event.decoded_body or "")


def _fields(encoded: str) -> dict[str, str]:
    try:
        fields = parse_qs(encoded[:LONGEST_FORM], max_num_fields=2 * MOST_FIELDS, errors="ignore")
    except ValueError:
        raise PageUnknownError("The address has too many fields.") from None
    return {name: values[0] for name, values in fields.items()}


def _language() -> Language:
    return preferred(_headers().get("accept-language"))


def _visitor() -> Visitor:
    cookies = dict(cookie.partition("=")[::2] for cookie in app.current_event.get("cookies") or [])
    return visitor(_headers(), {name.strip(): value for name, value in cookies.items()}, _claims().get("sub", ""))


def _claims() -> dict[str, str]:
    """Return the login that API Gateway has verified."""
    authorizer = (app.current_event.get("requestContext") or {}).get("authorizer") or {}
    return {name: str(value) for name, value in ((authorizer.get("jwt") or {}).get("claims") or {}).items()}
