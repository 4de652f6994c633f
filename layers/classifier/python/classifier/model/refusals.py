"""What a server's refusal means: told by its status and its machine-readable codes, never by its words. Pure.

The words may quote the key or a buyer, and each server has its own. They decide nothing but one thing, where a server
gives no code: the name of a parameter of ours in them is tried to be left out, and stays left out only if that helps.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from classifier.model.failures import Failure, Matter

SITE_OVERLOADED = 529  # Anthropic's, taken over by gateways
SERVER_ERRORS = range(500, 600)
ERRORS = range(400, 600)

OWNERS_MATTERS = {
    **dict.fromkeys(("invalid_api_key", "authentication_error", "invalid_authentication", "unauthorized"), "bad_key"),
    **dict.fromkeys(("permission_denied", "permission_error", "access_denied", "forbidden"), "no_permission"),
    **dict.fromkeys(("unsupported_country_region_territory", "unsupported_country"), "country"),
    **dict.fromkeys(("insufficient_balance", "billing_not_active", "payment_required", "no_credits"), "no_balance"),
    **dict.fromkeys(("insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"), "no_quota"),
    **dict.fromkeys(
        ("model_not_found", "model_not_supported", "invalid_model", "unknown_model", "deploymentnotfound"),
        "unknown_model",
    ),
}
SIZES = {"context_length_exceeded", "string_above_max_length", "request_too_large", "tokens_limit_reached"}
FILTERS = {"content_filter", "content_policy_violation", "data_inspection_failed", "invalid_prompt", "moderation"}
CROWDS = {"rate_limit_exceeded", "rate_limit_error", "overloaded_error", "server_overloaded", "engine_overloaded"}
BY_STATUS: dict[int, Failure] = {
    HTTPStatus.UNAUTHORIZED: Failure("bad_key", Matter.OWNER),
    HTTPStatus.PAYMENT_REQUIRED: Failure("no_balance", Matter.OWNER),
    HTTPStatus.FORBIDDEN: Failure("no_permission", Matter.OWNER),
    HTTPStatus.NOT_FOUND: Failure("unknown_model", Matter.FORM),
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: Failure("blocked", Matter.OWNER),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Failure("short_context", Matter.SIZE),
    **dict.fromkeys((HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY), Failure("rejected", Matter.FORM)),
    **dict.fromkeys(
        (
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.CONFLICT,
            HTTPStatus.TOO_EARLY,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
            SITE_OVERLOADED,
        ),
        Failure("overloaded", Matter.CROWD),
    ),
}
# Without JSON they are no word of a model's server: a bot guard's page, a proxy's, or another server's at this address.
NOT_THE_SERVERS: dict[int, str] = {HTTPStatus.FORBIDDEN: "blocked", HTTPStatus.NOT_FOUND: "unknown_model"}
REJECTIONS = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)

# Names of the parameters that a request can do without, as servers write them. DeepSeek, 400 without a code: "This
# response_format type is unavailable now"; Groq: "does not support response format `json_schema`".
PARAMETERS = {
    "response_format": re.compile(r"response.?format|json.?schema", re.IGNORECASE),
    "reasoning_effort": re.compile(r"reasoning", re.IGNORECASE),
    "max_completion_tokens": re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE),
    "max_tokens": re.compile(r"max_(?:completion_)?tokens", re.IGNORECASE),
}
OTHER_VALUE = {"unsupported_value", "invalid_value"}


def read_refusal(status: int, body: str, headers: Mapping[str, str], sent: Iterable[str]) -> Failure:
    """Return what a refusal means; `sent` are the names of the parameters that the request had."""
    if status in range(300, 400):
        return Failure("redirect", Matter.OWNER)
    error = read_error(body)
    if error is None and status in NOT_THE_SERVERS:
        return Failure(NOT_THE_SERVERS[status], Matter.OWNER)
    failure = read_error_object(error or {}, status)
    if failure.matter is Matter.CROWD:
        return replace(failure, wait_seconds=read_wait(headers, datetime.now(UTC)))
    if status in REJECTIONS and failure.matter is Matter.FORM:
        return _about_a_parameter(failure, error or {}, body, sent)
    return failure


def read_error_object(error: Mapping[str, Any], status: int = 0) -> Failure:
    """Return what an error object means, with its HTTP status; without one, a status may stand in its code."""
    names = list(_names(error))
    if stop := next((OWNERS_MATTERS[name] for name in names if name in OWNERS_MATTERS), None):
        return Failure(stop, Matter.OWNER)
    if not SIZES.isdisjoint(names):
        return Failure("short_context", Matter.SIZE)
    if not FILTERS.isdisjoint(names):
        return Failure("filtered", Matter.TEXT)
    if not CROWDS.isdisjoint(names):
        return Failure("overloaded", Matter.CROWD)
    if error.get("param") == "model":
        return Failure("unknown_model", Matter.OWNER)
    return _by_status(status or _status_of(error))


def read_error(body: str) -> Mapping[str, Any] | None:
    """Return a body's error object: OpenAI's, the first of Gemini's list, or all of another one; None for no JSON."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, dict):
        return None
    return value["error"] if isinstance(value.get("error"), dict) else value


def read_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of Retry-After (a number, or a date), None where there are none."""
    told = headers.get("retry-after", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0) if math.isfinite(seconds) else None


def _names(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an error says of itself in words for machines; `status` is Gemini's."""
    for field in ("code", "type", "status"):
        if isinstance(error.get(field), str):
            yield error[field].strip().casefold()


def _status_of(error: Mapping[str, Any]) -> int:
    code = error.get("code")
    return code if type(code) is int and code in ERRORS else 0


def _by_status(status: int) -> Failure:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status in SERVER_ERRORS:
        return Failure("server_error", Matter.STUMBLE)
    return Failure("rejected", Matter.OWNER) if status else Failure.lack("error_object")


def _about_a_parameter(failure: Failure, error: Mapping[str, Any], body: str, sent: Iterable[str]) -> Failure:
    """Return the failure with the parameter that it is about, if a server names one that was sent."""
    named = [str(error.get("param") or ""), *_places(error)]
    for places in (" ".join(named), body):
        for name in sent:
            if PARAMETERS[name].search(places):
                return replace(failure, parameter=name, other_value=not OTHER_VALUE.isdisjoint(_names(error)))
    return failure


def _places(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield where FastAPI found fault: {"detail": [{"loc": ["body", "response_format", "type"]}]}."""
    details = error.get("detail")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("loc"), list):
            yield " ".join(map(str, detail["loc"]))
