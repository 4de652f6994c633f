"""What leaves a function when it fails: our own errors whole, of any other only its class and place."""

import io
import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chatsync.errors import TokenUnusableError, UnexpectedError
from chatsync.observability import logger, observed

SECRET = "where-is-my-order"
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


@dataclass
class Context:
    """What Lambda hands a function."""

    function_name: str = "fetch_history"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:1:function:fetch_history"
    aws_request_id: str = "request-1"


@pytest.fixture(autouse=True)
def _metrics_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "test")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the functions' logger writes."""
    written = io.StringIO()
    before = logger.registered_handler.setStream(written)  # type: ignore[attr-defined]
    yield written
    logger.registered_handler.setStream(before)  # type: ignore[attr-defined]


def invoke(handler: Any, event: dict[str, Any] | None = None) -> Any:
    return observed(handler)(event or {}, Context())  # type: ignore[arg-type]


def test_a_result_passes() -> None:
    assert invoke(lambda event, context: {"got": event["x"]}, {"x": 1}) == {"got": 1}


def test_our_own_error_passes_with_its_message() -> None:
    def handler(event: Any, context: Any) -> Any:
        raise TokenUnusableError("Replace it.")

    with pytest.raises(TokenUnusableError, match=r"Replace it\."):
        invoke(handler)


def fail_on(words: str) -> Any:
    nothing: dict[str, Any] = {}
    return nothing[words]


def test_a_foreign_error_leaves_with_its_class_and_place_and_without_its_text() -> None:
    words = SECRET
    with pytest.raises(UnexpectedError, match=r"KeyError at test_private_errors.py:\d+ \(fail_on\)") as failed:
        invoke(lambda event, context: fail_on(words))
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_a_foreign_error_that_hides_another_hides_it_still() -> None:
    words = SECRET

    def handler(event: Any, context: Any) -> Any:
        try:
            fail_on(words)
        except KeyError as error:
            raise RuntimeError(words) from error

    with pytest.raises(UnexpectedError, match="RuntimeError") as failed:
        invoke(handler)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_a_failing_function_logs_neither_its_event_nor_the_errors_text(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(event: Any, context: Any) -> Any:
        logger.info("Started")
        return fail_on(event["text"])

    with pytest.raises(UnexpectedError):
        invoke(handler, {"text": SECRET})
    printed = capsys.readouterr()
    assert "Started" in log.getvalue()
    assert SECRET not in log.getvalue() + printed.out + printed.err


def test_a_log_line_carries_its_own_requests_id_and_no_key_of_the_last(log: io.StringIO) -> None:
    def handler(event: Any, context: Any) -> Any:
        logger.append_keys(**event)
        logger.info("Done")
        return {}

    invoke(handler, {"store_id": "first"})
    invoke(handler)
    first, second = map(json.loads, log.getvalue().splitlines())
    assert (first["function_request_id"], first["store_id"]) == ("request-1", "first")
    assert "store_id" not in second


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_is_left_alone(stop: type[BaseException]) -> None:
    def handler(event: Any, context: Any) -> Any:
        raise stop

    with pytest.raises(stop):
        invoke(handler)
