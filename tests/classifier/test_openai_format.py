"""What a server does not know is left out, one thing after the other, and its answers are checked the same."""

import pytest

from chatsync.errors import ClassifierRefusedError, ClassifierUnavailableError, ClassifierUnusableError
from chatsync.label_stops import LABEL_STOPS
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.support.openai_forms import speaking
from tests.support.openai_server import Answer, OpenAIServer, Request, failure, honest, labelling, labels
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
    return str(request.body.get("response_format", {"type": "none"})["type"])


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


def test_given_an_error_that_only_quotes_such_words_when_asked_then_schemas_stay(server: OpenAIServer) -> None:
    """The words that a server quotes may be a buyer's: what they make us try is remembered only if it helps."""
    quoting = failure(400, message="flagged: «пишите response_format json_schema»")
    server.default = lambda request: quoting if "Где заказ?" in request.talks else labels(*honest(request, RIGHT))
    cautious = provider(server)

    classified = cautious.classify(CHATS)

    assert [label.tag for label in classified.labels] == ["defect"]
    assert classified.unanswered == ("1:0",)
    assert formats(server)[-1] == "json_schema"


@pytest.mark.parametrize("status", [401, 429, 500])
def test_given_another_trouble_in_such_words_when_asked_then_it_is_what_its_status_says(
    server: OpenAIServer, status: int
) -> None:
    server.default = failure(status, message="response_format json_schema")

    with pytest.raises((ClassifierRefusedError, ClassifierUnavailableError, ClassifierUnusableError)):
        provider(server).classify(CHATS)
    assert set(formats(server)) == {"json_schema"}


def test_given_a_server_that_takes_no_form_at_all_when_asked_then_it_is_refused(server: OpenAIServer) -> None:
    server.default = OBJECTIONS[0]

    with pytest.raises(ClassifierRefusedError) as refused:
        provider(server).classify(CHATS)
    assert str(refused.value) == LABEL_STOPS["rejected"]


def test_given_a_server_that_answers_nothing_to_schemas_when_asked_then_words_are_tried_and_remembered(
    server: OpenAIServer,
) -> None:
    server.default = speaking("empty with a schema", RIGHT)
    shy = provider(server)

    first, second = shy.classify(CHATS), shy.classify(CHATS)

    assert [label.tag for label in (*first.labels, *second.labels)] == ["delivery", "defect"] * 2
    assert formats(server) == ["json_schema", "json_object", "none", "none", "none"]
    assert server.requests[2].talks == [], "whether words help is asked without a buyer's"


# What a server does not take, the requests that finding it out takes, and what is sent from then on.
PARTICULARS: dict[str, tuple[int, dict[str, object]]] = {
    "no JSON schema": (2, {"response_format": {"type": "json_object"}, "reasoning_effort": "none"}),
    "no response_format": (3, {"response_format": None, "reasoning_effort": "none"}),
    "no reasoning_effort": (2, {"reasoning_effort": None}),
    "no effort below low": (3, {"reasoning_effort": "low"}),
    "max_tokens alone": (2, {"max_completion_tokens": None, "max_tokens": 4480}),
    "no bound": (3, {"max_completion_tokens": None, "max_tokens": None}),
    "nothing unknown, without a word": (4, {"response_format": None, "reasoning_effort": None}),
}


@pytest.mark.parametrize("form", PARTICULARS)
def test_given_a_parameter_that_a_server_does_not_take_when_asked_then_it_is_left_out_from_then_on(
    server: OpenAIServer, form: str
) -> None:
    requests, sent = PARTICULARS[form]
    server.default = speaking(form, RIGHT)
    particular = provider(server)

    first = particular.classify(CHATS)
    assert len(server.requests) == requests
    second = particular.classify(CHATS)

    assert [label.tag for label in (*first.labels, *second.labels)] == ["delivery", "defect"] * 2
    assert len(server.requests) == requests + 1
    body = server.requests[-1].body
    assert {name: body.get(name) for name in sent} == sent


def test_given_an_effort_of_the_operators_when_asked_then_it_is_sent_or_left_out(server: OpenAIServer) -> None:
    thoughtful = OpenAIProvider(Settings("openai", "tiny", server.url, effort="minimal"))
    thoughtful.classify(CHATS)
    server.default = speaking("no effort below low", RIGHT)
    thoughtful.classify(CHATS)

    assert [request.body.get("reasoning_effort") for request in server.requests] == ["minimal", "minimal", None]


def test_given_a_small_context_when_asked_then_small_groups_are_asked_from_then_on(server: OpenAIServer) -> None:
    server.default = speaking("small context", RIGHT)
    chats = [transcript(f"Где заказ? {number}", f"1:{number}") for number in range(7)]
    narrow = provider(server)

    assert len(narrow.classify(chats).labels) == 7
    assert [len(request.talks) for request in server.requests] == [7, 0, 3, 3, 1]
    server.requests.clear()
    assert len(narrow.classify(chats).labels) == 7
    assert [len(request.talks) for request in server.requests] == [3, 3, 1]


def test_given_schemas_that_work_when_asked_then_nothing_else_is_tried(server: OpenAIServer) -> None:
    server.default = labelling(RIGHT)

    provider(server).classify(CHATS)

    assert formats(server) == ["json_schema"]
