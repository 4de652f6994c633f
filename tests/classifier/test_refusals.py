"""What a refusal means: by status and codes, in each server's own way of writing them. Pure."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chatsync.label_stops import LABEL_STOPS
from classifier.model.failures import LACKS, Failure, Matter
from classifier.model.refusals import BY_STATUS, OWNERS_MATTERS, read_error_object, read_refusal, read_wait

SENT = {"response_format": {}, "reasoning_effort": "none", "max_completion_tokens": 5000}
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def refusal(status: int, error: Any = None, **headers: str) -> Failure:
    body = error if isinstance(error, str) else json.dumps({"error": error or {"message": "no"}})
    return read_refusal(status, body, headers, SENT)


@pytest.mark.parametrize(
    ("status", "error", "stop", "matter"),
    [
        (401, None, "bad_key", Matter.OWNER),
        (401, "<html>", "bad_key", Matter.OWNER),
        (400, {"code": "invalid_api_key"}, "bad_key", Matter.OWNER),
        (402, None, "no_balance", Matter.OWNER),
        (403, None, "no_permission", Matter.OWNER),
        (403, {"code": "unsupported_country_region_territory"}, "country", Matter.OWNER),
        (403, "<html>blocked</html>", "blocked", Matter.OWNER),
        (407, "<html>proxy</html>", "blocked", Matter.OWNER),
        (404, {"code": "model_not_found"}, "unknown_model", Matter.OWNER),
        (404, "<html>not found</html>", "unknown_model", Matter.OWNER),
        (404, None, "unknown_model", Matter.FORM),
        (400, {"param": "model"}, "unknown_model", Matter.OWNER),
        (429, {"code": "insufficient_quota"}, "no_quota", Matter.OWNER),
        (429, {"type": "insufficient_quota", "code": None}, "no_quota", Matter.OWNER),
        (429, {"code": "billing_not_active"}, "no_balance", Matter.OWNER),
        (429, {"code": "rate_limit_exceeded"}, "overloaded", Matter.CROWD),
        (429, "<html>slow down</html>", "overloaded", Matter.CROWD),
        (503, None, "overloaded", Matter.CROWD),
        (529, {"type": "overloaded_error"}, "overloaded", Matter.CROWD),
        (500, None, "server_error", Matter.STUMBLE),
        (522, "<html>", "server_error", Matter.STUMBLE),
        (400, {"code": "context_length_exceeded", "param": "messages"}, "short_context", Matter.SIZE),
        (413, None, "short_context", Matter.SIZE),
        (400, {"code": "content_filter"}, "filtered", Matter.TEXT),
        (400, {"code": "content_policy_violation"}, "filtered", Matter.TEXT),
        (400, None, "rejected", Matter.FORM),
        (422, {"code": 5}, "rejected", Matter.FORM),
        (405, None, "rejected", Matter.OWNER),
        (307, "", "redirect", Matter.OWNER),
    ],
)
def test_a_refusal_is_told_by_its_status_and_code(status: int, error: Any, stop: str, matter: Matter) -> None:
    failure = refusal(status, error)
    assert (failure.stop, failure.matter, failure.parameter) == (stop, matter, "")


@pytest.mark.parametrize(
    ("error", "parameter"),
    [
        ({"code": "unsupported_parameter", "param": "reasoning_effort"}, "reasoning_effort"),
        ({"param": "reasoning.effort"}, "reasoning_effort"),
        ({"param": "response_format.json_schema"}, "response_format"),
        ({"param": "max_tokens"}, "max_completion_tokens"),
        ('{"detail": [{"loc": ["body", "reasoning_effort"], "msg": "extra_forbidden"}]}', "reasoning_effort"),
        (
            '[{"error": {"code": 400, "message": "Unknown name \\"reasoning_effort\\"", "status": "X"}}]',
            "reasoning_effort",
        ),
        ({"message": "Unrecognized request argument supplied: reasoning_effort"}, "reasoning_effort"),
        ("Failed to deserialize: response_format.type `json_schema` is unavailable now", "response_format"),
        ({"message": "reasoning_effort with response_format", "param": "reasoning_effort"}, "reasoning_effort"),
        ({"param": "temperature"}, ""),
        ({"detail": "no", "loc": 5}, ""),
    ],
)
def test_a_parameter_that_was_sent_is_recognised_in_each_servers_way(error: Any, parameter: str) -> None:
    failure = refusal(400, error)
    assert (failure.stop, failure.parameter, failure.other_value) == ("rejected", parameter, False)


def test_another_value_may_be_taken_where_the_server_says_so() -> None:
    assert refusal(400, {"code": "unsupported_value", "param": "reasoning_effort"}).other_value


@pytest.mark.parametrize("status", [401, 429, 500])
def test_other_statuses_are_about_no_parameter(status: int) -> None:
    assert refusal(status, {"param": "response_format"}).parameter == ""


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"code": 429}, Failure("overloaded", Matter.CROWD)),
        ({"code": "insufficient_quota"}, Failure("no_quota", Matter.OWNER)),
        ({"code": 502}, Failure("server_error", Matter.STUMBLE)),
        ({"code": 7, "message": "x"}, Failure("error_object", Matter.STUMBLE)),
        ({}, Failure("error_object", Matter.STUMBLE)),
    ],
)
def test_an_error_without_an_http_status_may_have_one_in_its_code(error: Any, failure: Failure) -> None:
    assert read_error_object(error) == failure


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("5", 5),
        ("0.5", 0.5),
        (" 7 ", 7),
        ("-3", 0),
        ("Thu, 26 Nov 2026 12:00:30 GMT", 30),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0),
        ("Thu, 26 Nov 2026 12:00:30", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(told: str, seconds: float | None) -> None:
    assert read_wait({"retry-after": told}, NOW) == seconds


def test_only_an_overload_is_waited_for() -> None:
    headers = {"retry-after": "3"}
    assert read_refusal(429, "{}", headers, SENT).wait_seconds == 3
    assert read_refusal(401, "{}", headers, SENT).wait_seconds is None
    assert read_refusal(503, "{}", {}, SENT).wait_seconds is None


def test_every_failure_has_its_sentence() -> None:
    named = {failure.stop for failure in BY_STATUS.values()} | set(OWNERS_MATTERS.values()) | set(LACKS)
    assert named <= set(LABEL_STOPS)
