"""What the state machine may retry and what not, and that no failure tells the key or a buyer's words."""

import traceback

import pytest

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from chatsync.label_version import PROMPT_VERSION
from classifier.choice import choose_provider
from classifier.provider import Settings
from classifier.taxonomy import TAXONOMY
from tests.classifier.asking import KEY, provider
from tests.support.openai_server import Answer, OpenAIServer, completion, failure
from tests.support.talks import transcript

TEXT = "Мария Иванова ждёт возврата"


def failing(url: str, timeout_seconds: float = 5) -> Exception:
    """Classify a chat and return what was raised, after looking for secrets in all that a log would show of it."""
    with pytest.raises((ClassifierRefusedError, ClassifierUnavailableError)) as raised:
        provider(url, timeout_seconds).classify([transcript(TEXT)])
    shown = "".join(traceback.format_exception(raised.value))
    assert KEY not in shown
    assert "Иванова" not in shown
    return raised.value


def failing_with(server: OpenAIServer, answer: Answer, timeout_seconds: float = 5) -> Exception:
    """Classify a chat where every request gets this answer; at most one more asks if it is the chat's fault."""
    server.default = answer
    error = failing(server.url, timeout_seconds)
    assert [request.talks for request in server.requests][1:] in ([], [[]]), "retrying is the state machine's"
    return error


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_given_a_passing_trouble_when_classifying_then_it_is_unavailable(server: OpenAIServer, status: int) -> None:
    error = failing_with(server, failure(status, message=f"{KEY} {TEXT}"))

    assert isinstance(error, ClassifierUnavailableError)
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_given_a_refusal_when_classifying_then_it_is_refused(server: OpenAIServer, status: int) -> None:
    error = failing_with(server, failure(status, message=f"Incorrect key {KEY}: {TEXT}"))

    assert isinstance(error, ClassifierRefusedError)
    assert f"HTTP {status}" in str(error)


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
def test_given_a_broken_answer_when_classifying_then_it_is_unavailable(server: OpenAIServer, answer: Answer) -> None:
    assert isinstance(failing_with(server, answer), ClassifierUnavailableError)


def test_given_an_endpoint_that_hangs_when_classifying_then_the_time_out_ends_it(server: OpenAIServer) -> None:
    assert isinstance(failing_with(server, Answer(hang=True), timeout_seconds=0.2), ClassifierUnavailableError)


def test_given_nobody_listening_when_classifying_then_it_is_unavailable() -> None:
    with OpenAIServer() as server:
        closed = server.url

    assert isinstance(failing(closed), ClassifierUnavailableError)


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
