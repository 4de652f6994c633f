"""What the state machine may retry and what not, and that no failure tells the key or a buyer's words."""

import time
import traceback
from dataclasses import replace

import pytest

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError, ClassifierUnusableError
from chatsync.label_stops import LABEL_STOPS
from chatsync.label_version import PROMPT_VERSION
from classifier.choice import choose_provider
from classifier.provider import Settings
from classifier.taxonomy import TAXONOMY
from tests.classifier.asking import KEY, provider
from tests.support.byte_server import ByteServer, head
from tests.support.openai_forms import speaking
from tests.support.openai_server import Answer, OpenAIServer, completion, failure
from tests.support.talks import transcript

TEXT = "Мария Иванова ждёт возврата"
TEXT_SENT = "[ИМЯ] ждёт возврата"


def failing(url: str, timeout_seconds: float = 5) -> Exception:
    """Classify a chat and return what was raised, after looking for secrets in all that a log would show of it."""
    errors = (ClassifierRefusedError, ClassifierUnavailableError, ClassifierUnusableError)
    with pytest.raises(errors) as raised:
        provider(url, timeout_seconds).classify([transcript(TEXT)])
    shown = "".join(traceback.format_exception(raised.value))
    assert KEY not in shown
    assert "Иванова" not in shown
    return raised.value


def failing_with(server: OpenAIServer, answer: Answer, timeout_seconds: float = 5) -> Exception:
    """Classify a chat where every request gets this answer: at most two more are made."""
    server.default = answer
    error = failing(server.url, timeout_seconds)
    assert len(server.requests) <= 3
    return error


@pytest.mark.parametrize("status", [408, 409, 425, 429, 503, 529])
def test_given_an_overload_when_classifying_then_it_is_asked_again_by_the_state_machine(
    server: OpenAIServer, status: int
) -> None:
    error = failing_with(server, failure(status, message=f"{KEY} {TEXT}"))

    assert isinstance(error, ClassifierUnavailableError)
    assert str(error) == LABEL_STOPS["overloaded"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [500, 501, 502, 504, 520])
def test_given_a_fault_of_the_server_when_classifying_then_it_is_asked_twice_more_and_not_by_the_state_machine(
    server: OpenAIServer, status: int
) -> None:
    error = failing_with(server, failure(status, message=f"{KEY} {TEXT}"))

    assert isinstance(error, ClassifierUnusableError)
    assert str(error) == LABEL_STOPS["server_error"]
    assert [request.talks for request in server.requests] == [[TEXT_SENT], [TEXT_SENT], []]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 422])
def test_given_a_refusal_when_classifying_then_it_is_refused(server: OpenAIServer, status: int) -> None:
    error = failing_with(server, failure(status, message=f"Incorrect key {KEY}: {TEXT}"))

    assert isinstance(error, ClassifierRefusedError)


@pytest.mark.parametrize(
    ("form", "stop"),
    [
        ("401", "bad_key"),
        ("402", "no_balance"),
        ("403", "no_permission"),
        ("403 country", "country"),
        ("403 of a bot guard", "blocked"),
        ("404", "unknown_model"),
        ("400 model", "unknown_model"),
        ("429 quota", "no_quota"),
        ("404 without a code", "unknown_model"),
        ("400", "rejected"),
        ("400 context", "short_context"),
    ],
)
def test_given_a_refusal_with_a_name_when_classifying_then_its_own_cure_is_said(
    server: OpenAIServer, form: str, stop: str
) -> None:
    server.default = speaking(form, {})
    error = failing(server.url)

    assert isinstance(error, ClassifierRefusedError), "the state machine asks no more"
    assert str(error) == LABEL_STOPS[stop]
    assert len(server.requests) <= 3


def test_given_a_wait_that_the_server_asks_for_when_overloaded_then_it_is_waited_for_and_then_asked_again(
    server: OpenAIServer,
) -> None:
    server.script = [replace(failure(429), headers={"Retry-After": "0.2"})] * 2
    began = time.monotonic()

    classified = provider(server.url).classify([transcript(TEXT)])

    assert len(classified.labels) == 1
    assert len(server.requests) == 3
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize(("wait", "requests"), [("0", 3), ("3600", 1), ("Fri, 31 Dec 2100 23:59:59 GMT", 1)])
def test_given_a_wait_when_it_does_not_help_or_is_too_long_then_the_next_run_asks(
    server: OpenAIServer, wait: str, requests: int
) -> None:
    error = failing_with(server, replace(failure(503), headers={"Retry-After": wait}))

    assert isinstance(error, ClassifierUnusableError), "the state machine would ask too early"
    assert str(error) == LABEL_STOPS["overloaded"]
    assert len(server.requests) == requests


def test_given_a_redirect_when_classifying_then_the_chats_go_nowhere_else(server: OpenAIServer) -> None:
    with OpenAIServer() as elsewhere:
        error = failing_with(server, Answer(status=307, headers={"Location": elsewhere.url + "/chat/completions"}))

        assert isinstance(error, ClassifierRefusedError)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>Bad gateway " + TEXT.encode() + b"</html>", headers={"Content-Type": "text/html"}),
        Answer(b'{"choices": [{"message"', headers={"Content-Type": "application/json"}),
        Answer({"choices": []}),
        Answer({"choices": None, "error": {"message": TEXT}}),
        Answer(completion("{}").body, cut=True),
        Answer(b""),
    ],
)
def test_given_a_broken_answer_when_classifying_then_no_label_comes_of_it(server: OpenAIServer, answer: Answer) -> None:
    assert isinstance(failing_with(server, answer), ClassifierUnavailableError | ClassifierUnusableError)


def test_given_an_endpoint_that_hangs_when_classifying_then_the_time_out_ends_it(server: OpenAIServer) -> None:
    error = failing_with(server, Answer(hang=True), timeout_seconds=0.2)
    assert isinstance(error, ClassifierUnusableError)
    assert str(error) == LABEL_STOPS["late"]


@pytest.mark.parametrize(
    ("piece", "stop", "most_seconds"), [(b"\n", "late", 3), (b" " * 1_000_000, "no_completion", 10)]
)
def test_given_an_answer_without_an_end_when_classifying_then_it_is_given_up(
    piece: bytes, stop: str, most_seconds: float
) -> None:
    """DeepSeek keeps a connection open with empty lines for as long as half an hour."""
    began = time.monotonic()
    with ByteServer(head("Content-Type: application/json"), then=piece) as server:
        error = failing(f"{server.url}/v1", timeout_seconds=0.3 if stop == "late" else 5)

    assert str(error) == LABEL_STOPS[stop]
    assert time.monotonic() - began < most_seconds


def test_given_nobody_listening_when_classifying_then_it_is_unavailable() -> None:
    with OpenAIServer() as server:
        closed = server.url

    error = failing(closed)
    assert isinstance(error, ClassifierUnavailableError)
    assert str(error) == LABEL_STOPS["unreachable"]


@pytest.mark.parametrize(
    "settings",
    [
        Settings("guess"),
        Settings("openai", model="", api_key=KEY),
        Settings("openai", model="tiny", base_url="localhost:8000/v1", api_key=KEY),
        Settings("openai", model="tiny", api_key=KEY + "\n"),
        Settings("openai", model="tiny", api_key=KEY + "ключ"),
    ],
)
def test_given_settings_that_cannot_work_when_made_then_they_are_refused_without_the_key(settings: Settings) -> None:
    with pytest.raises(ClassifierRefusedError) as refused:
        choose_provider(settings)

    assert KEY not in "".join(traceback.format_exception(refused.value))


def test_given_settings_when_printed_then_the_key_is_hidden() -> None:
    assert KEY not in repr(Settings("openai", "tiny", None, KEY))


def test_given_settings_when_made_then_the_provider_names_what_makes_its_labels_stale() -> None:
    name = choose_provider(Settings("openai", "tiny", "http://127.0.0.1:1/v1", KEY)).name

    assert name == f"openai/tiny/prompt-{PROMPT_VERSION}/taxonomy-{TAXONOMY.version}"
    assert choose_provider(Settings("keywords")).name.startswith("keywords/")
