"""Which address shows which web page, and what is said where none can be shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from chatsync.errors import (
    CauseUnknownError,
    ChatChangedError,
    ChatSyncError,
    ChatUnknownError,
    DatabaseRefusedError,
    DatabaseUnavailableError,
    TagUnknownError,
)
from chatsync.observability import logger
from viewer.addresses import (
    AddressInvalidError,
    NothingThereError,
    PeriodInvalidError,
    read_chat_filters,
    read_id,
    read_place,
    read_run_filters,
    read_run_id,
    read_text,
    write_chat,
    write_open_chat,
)
from viewer.browser_request import LANGUAGE_COOKIE, BrowserRequest, read_fields
from viewer.languages import CODES
from viewer.rendering import render_template
from viewer.security import HEADERS
from viewer.web_pages.chats import describe_chats
from viewer.web_pages.conversation import describe_conversation, mark_as_needing_no_answer, set_label
from viewer.web_pages.overview import describe_overview
from viewer.web_pages.runs import describe_run, describe_runs
from viewer.web_pages.stores import describe_stores
from viewer.web_pages.themes import describe_themes

ASSETS = {
    "viewer.css": "text/css; charset=utf-8",
    "viewer.js": "text/javascript; charset=utf-8",
    "chats.js": "text/javascript; charset=utf-8",
    "keys.js": "text/javascript; charset=utf-8",
    "viewer.svg": "image/svg+xml",
}
FOLDER = Path(__file__).with_name("assets")
OK, SEE_OTHER, BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LONG = 200, 303, 400, 403, 404, 409, 413
FAILED, UNAVAILABLE = 500, 503
YEAR_SECONDS = 365 * 86_400

STATUS_OF_ERROR = {
    PeriodInvalidError: (BAD_REQUEST, "period"),
    AddressInvalidError: (BAD_REQUEST, "address"),
    ChatUnknownError: (NOT_FOUND, "no_chat"),
    ChatChangedError: (CONFLICT, "chat_changed"),
    TagUnknownError: (BAD_REQUEST, "no_tag"),
    CauseUnknownError: (BAD_REQUEST, "no_tag"),
}
STATUS_OF_FAILURE: dict[type[Exception], tuple[int, str]] = {
    DatabaseUnavailableError: (UNAVAILABLE, "database"),
    DatabaseRefusedError: (FAILED, "database_refused"),
}

app = APIGatewayHttpResolver()


def answer_request(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the answer to an event of API Gateway, payload 2.0."""
    return app.resolve(event, context)


@app.get("/")
def show_stores() -> Response[str]:
    """Show the stores."""
    return _show("stores.html", "stores", lambda request: describe_stores())


@app.get("/runs")
def show_runs() -> Response[str]:
    """Show the list of runs."""
    return _show("runs.html", "runs", lambda request: describe_runs(read_run_filters(request.query)))


@app.get("/run")
def show_run() -> Response[str]:
    """Show one run."""
    return _show("run.html", "runs", lambda request: describe_run(read_run_id(request.query.get("id", ""))))


@app.get("/chats")
def show_chats() -> Response[str]:
    """Show the list of chats."""
    return _show("chats.html", "chats", lambda request: describe_chats(request.query))


@app.get("/chat")
def show_conversation() -> Response[str]:
    """Show one conversation."""
    return _show("chat.html", "chats", lambda request: describe_conversation(request.query))


@app.get("/themes")
def show_themes() -> Response[str]:
    """Show what went wrong with which product in a month."""
    return _show("themes.html", "themes", lambda request: describe_themes(request.query, request.language))


@app.get("/overview")
def show_overview() -> Response[str]:
    """Show the numbers over all stores, or of one."""
    return _show(
        "overview.html",
        "overview",
        lambda request: describe_overview(request.query, request.language),
    )


@app.post("/label")
def change_label() -> Response[str]:
    """Set or release a label."""
    return _write("A person labelled a chat", "labels", lambda form, request: set_label(form))


@app.post("/no-answer")
def change_no_answer() -> Response[str]:
    """Mark a chat as needing no answer, or take that back."""
    said = "A person said whether a chat needs an answer"
    return _write(said, "no-answer", lambda form, request: mark_as_needing_no_answer(form, request.login))


@app.get("/language")
def change_language() -> Response[str]:
    """Remember the chosen language for a year, and go back."""
    request = BrowserRequest(app.current_event)
    code = request.query.get("code", "")
    if code not in CODES:
        return _refuse(BAD_REQUEST, "address")
    cookie = f"{LANGUAGE_COOKIE}={code}; Path=/; Max-Age={YEAR_SECONDS}; HttpOnly; SameSite=Strict"
    cookies: list[Any] = [f"{cookie}; Secure" if request.is_secure else cookie]
    headers = {**HEADERS, "Location": request.referring_path}
    return Response(SEE_OTHER, headers=headers, body="", cookies=cookies)


@app.get("/assets/<name>")
def send_asset(name: str) -> Response[str]:
    """Send the stylesheet, the script or the icon."""
    if name not in ASSETS:
        raise NotFoundError(name)
    return Response(OK, ASSETS[name], (FOLDER / name).read_text(encoding="utf-8"), headers=dict(HEADERS))


@app.get("/robots.txt")
def refuse_robots() -> Response[str]:
    """Keep every search engine out."""
    return Response(OK, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n", headers=dict(HEADERS))


@app.not_found
def refuse_unknown_address(error: Exception) -> Response[str]:
    """Say that there is no such page."""
    return _refuse(NOT_FOUND, "no_page")


def refuse_with_reason(error: Exception) -> Response[str]:
    """Say what is not there, or why the web page failed: a ChatSyncError's own sentence quotes no value."""
    if isinstance(error, NothingThereError):
        return _refuse(NOT_FOUND, error.key)
    for kind, (status, key) in STATUS_OF_ERROR.items():
        if isinstance(error, kind):
            return _refuse(status, key)
    logger.warning("A page could not be shown", extra={"reason": type(error).__name__})
    status, key = STATUS_OF_FAILURE.get(type(error), (FAILED, "not_made"))
    return _refuse(status, key, detail=str(error))


app.exception_handler([NothingThereError, *STATUS_OF_ERROR, ChatSyncError])(refuse_with_reason)


def _show(template: str, section: str, describe: Callable[[BrowserRequest], dict[str, Any]]) -> Response[str]:
    request = BrowserRequest(app.current_event)
    visitor = request.visitor
    values = {"section": section, "form_token": visitor.form_token, **describe(request)}
    cookies: list[Any] = [visitor.new_cookie] if visitor.new_cookie else []
    return _respond(OK, render_template(template, request.language, **values), cookies)


def _write(done: str, place: str, write: Callable[[dict[str, str], BrowserRequest], None]) -> Response[str]:
    """Do what a form of ours asks for, and go back to its chat."""
    request = BrowserRequest(app.current_event)
    if request.form_is_too_long:
        return _refuse(TOO_LONG, "form_too_long")
    form = request.form
    if not request.visitor.may_write(form.get("token", ""), request.headers):
        return _refuse(FORBIDDEN, "form_not_ours")
    back, store_id = _way_back(form), read_id(form, "store")
    write(form, request)
    logger.info(done, extra={"store_id": store_id, "login": request.login})
    return Response(SEE_OTHER, headers={**HEADERS, "Location": f"{back}#{place}"}, body="")


def _way_back(form: dict[str, str]) -> str:
    """Return the address that a form was sent from, written anew from what can be read: its chat, list and place."""
    chat, place = (read_id(form, "store"), read_id(form, "chat")), read_place(form)
    more = (dict([place]) if place else {}) | {"done": "1"}
    if form.get("alone"):
        return f"/chat?{write_chat(*chat, read_text(form, 'q'), **more)}"
    return f"/chats?{write_open_chat(read_chat_filters(read_fields(form.get('list', ''))), *chat, **more)}"


def _refuse(status: int, key: str, detail: str = "") -> Response[str]:
    language = BrowserRequest(app.current_event).language
    return _respond(status, render_template("refusal.html", language, section="", key=key, detail=detail))


def _respond(status: int, body: str, cookies: list[Any] | None = None) -> Response[str]:
    return Response(status, "text/html; charset=utf-8", body, headers=dict(HEADERS), cookies=cookies)
