"""Servers that know no JSON schemas are asked for a JSON object instead, and their answers are checked the same."""

import pytest

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.support.openai_server import Answer, OpenAIServer, Request, failure, honest, label, labelling, labels
from tests.support.talks import transcript

RIGHT = {"Где заказ?": "delivery", "Кружка разбита": "defect"}
CHATS = [transcript(words, f"1:{number}") for number, words in enumerate(RIGHT)]

# As DeepSeek, its earlier API, Groq and a FastAPI server put it.
OBJECTIONS = [
    failure(400, "invalid_request_error", "This response_format type is unavailable now"),
    Answer(
        b"Failed to deserialize the JSON body into the target type: response_format: response_format.type "
        b"`json_schema` is unavailable now at line 1 column 12440",
        422,
        {"Content-Type": "text/plain"},
    ),
    failure(400, message="This model does not support response format `json_schema`."),
    failure(404, message="No endpoint of this model takes response_format"),
    Answer({"detail": [{"loc": ["body", "response_format", "type"], "msg": "Input should be 'json_object'"}]}, 422),
]


def provider(server: OpenAIServer) -> OpenAIProvider:
    return OpenAIProvider(Settings("openai", "tiny", server.url, timeout_seconds=5))


def asked_format(request: Request) -> str:
    return str(request.body["response_format"]["type"])


def formats(server: OpenAIServer) -> list[str]:
    return [asked_format(request) for request in server.requests]


@pytest.mark.parametrize("objection", OBJECTIONS)
def test_given_a_server_without_schemas_when_asked_then_it_is_remembered(
    server: OpenAIServer, objection: Answer
) -> None:
    server.default = lambda request: (
        objection if asked_format(request) == "json_schema" else labels(*honest(request, RIGHT))
    )
    deepseek = provider(server)

    first, second = deepseek.classify(CHATS), deepseek.classify(CHATS)

    assert [label.tag for label in (*first.labels, *second.labels)] == ["delivery", "defect"] * 2
    assert formats(server) == ["json_schema", "json_object", "json_object"]
    assert server.requests[1].body["response_format"] == {"type": "json_object"}
    assert server.requests[0].body["messages"] == server.requests[1].body["messages"]
    assert "JSON" in server.requests[1].body["messages"][0]["content"], "such servers insist on the word"


def test_given_a_server_without_schemas_when_it_answers_outside_the_taxonomy_then_that_chat_abstains(
    server: OpenAIServer,
) -> None:
    server.script = [OBJECTIONS[0]]
    server.default = lambda request: labels(
        *(entry | {"tag": "Доставка"} if entry["tag"] == "delivery" else entry for entry in honest(request, RIGHT))
        if len(request.talks) == 1
        else [label("Где заказ?", "Доставка")]
    )

    assert [label.tag for label in provider(server).classify(CHATS).labels] == ["undefined", "defect"]


def test_given_an_error_that_only_quotes_such_words_when_asked_then_schemas_stay(server: OpenAIServer) -> None:
    quoting = failure(400, message="flagged: «пишите response_format json_schema»")
    server.script = [quoting, quoting]

    provider(server).classify(CHATS)

    assert formats(server)[:2] == ["json_schema", "json_object"]
    assert set(formats(server)[2:]) == {"json_schema"}


@pytest.mark.parametrize("status", [401, 429, 500])
def test_given_another_trouble_in_such_words_when_asked_then_it_is_what_its_status_says(
    server: OpenAIServer, status: int
) -> None:
    server.default = failure(status, message="response_format json_schema")

    with pytest.raises((ClassifierRefusedError, ClassifierUnavailableError)):
        provider(server).classify(CHATS)
    assert "json_object" not in formats(server)


def test_given_a_server_that_takes_neither_when_asked_then_it_is_refused(server: OpenAIServer) -> None:
    server.default = OBJECTIONS[0]

    with pytest.raises(ClassifierRefusedError, match="HTTP 400"):
        provider(server).classify(CHATS)


def test_given_schemas_that_work_when_asked_then_nothing_else_is_tried(server: OpenAIServer) -> None:
    server.default = labelling(RIGHT)

    provider(server).classify(CHATS)

    assert formats(server) == ["json_schema"]
