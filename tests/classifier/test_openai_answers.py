"""Which of a model's answers count: every label is its own chat's, whatever comes back."""

import json
from collections.abc import Callable

import pytest

from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from tests.classifier.asking import BROKEN, KEY, LATE, RIGHT, A, B, classify, tags
from tests.support.openai_server import (
    TOKENS_IN,
    TOKENS_OUT,
    Answer,
    Entry,
    OpenAIServer,
    Request,
    Scripted,
    completion,
    failure,
    honest,
    label,
    labels,
    words,
)
from tests.support.talks import transcript


def without(request: Request, talk: str) -> list[Entry]:
    return [entry for entry in honest(request, RIGHT) if entry["id"] != request.alias(talk)]


@pytest.mark.parametrize(
    "lines",
    [
        lambda request: without(request, LATE),
        lambda request: [*without(request, LATE), label(request.alias(LATE), "refund everything")],
    ],
    ids=["a chat is missing", "a tag is outside the taxonomy"],
)
def test_given_no_usable_answer_for_one_chat_when_classified_then_it_alone_is_asked_again(
    server: OpenAIServer, lines: Callable[[Request], list[Entry]]
) -> None:
    server.script = [lambda request: labels(*lines(request))]

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "defect", "1:b": "delivery"}
    assert [request.talks for request in server.requests] == [[LATE, BROKEN], [LATE]]
    assert classified.tokens_in == 2 * TOKENS_IN


@pytest.mark.parametrize(
    "lines",
    [
        lambda request: [*honest(request, RIGHT), label(request.alias(LATE), "spam")],
        lambda request: [*honest(request, RIGHT), label("c00000000", "spam")],
        lambda request: [*honest(request, RIGHT), label("1:a", "spam")],
        lambda request: [label(chat["id"], "spam") for chat in request.chats],
        lambda request: [entry for entry in honest(request, RIGHT) if entry["id"] in aliases(request)],
    ],
    ids=["named twice", "an alias invented", "a chat id guessed", "all the same", "the controls are missing"],
)
def test_given_an_answer_that_a_text_may_have_led_when_classified_then_none_of_it_counts(
    server: OpenAIServer, lines: Callable[[Request], list[Entry]]
) -> None:
    server.script = [lambda request: labels(*lines(request))]

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "defect", "1:b": "delivery"}
    assert [request.talks for request in server.requests] == [[LATE, BROKEN], [BROKEN], [LATE]]
    assert classified.tokens_out == 3 * TOKENS_OUT


def all_spam(request: Request) -> str:
    return json.dumps({"labels": honest(request, {BROKEN: "spam", LATE: "spam"})})


def aliases(request: Request) -> set[str]:
    return {chat["id"] for chat in request.chats if words(chat) in request.talks}


@pytest.mark.parametrize(
    "answer",
    [
        completion(None, refusal="I cannot help with that"),
        lambda request: completion(all_spam(request), refusal="I cannot help with that"),
        completion('{"labels": [{"id": "c0", "tag": "defect"', finish_reason="length"),
        lambda request: completion(all_spam(request), finish_reason="length"),
        completion("", finish_reason="content_filter"),
        completion("Конечно! Вот метки: брак"),
        completion('{"labels": "none"}'),
    ],
)
def test_given_an_answer_that_is_none_when_classified_then_each_is_asked_alone_and_one_bad_chat_abstains(
    server: OpenAIServer, answer: Scripted
) -> None:
    server.script = [answer, answer]

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "undefined", "1:b": "delivery"}
    assert classified.labels[0].abstained
    assert classified.labels[0].reason == "модель не дала ответа"
    assert [request.talks for request in server.requests] == [[LATE, BROKEN], [BROKEN], [LATE]]
    assert classified.tokens_in == 3 * TOKENS_IN, "what brought nothing was paid for too"


@pytest.mark.parametrize(
    "answer",
    [
        failure(400, "content_filter"),
        failure(400, message="Content Exists Risk"),
        failure(413),
        failure(422),
        failure(500),
        Answer(b"<html>504</html>"),
        completion(None, finish_reason="length"),
    ],
)
def test_given_a_chat_that_fails_every_request_it_is_in_when_classified_then_it_alone_abstains(
    server: OpenAIServer, answer: Answer
) -> None:
    server.default = lambda request: answer if BROKEN in request.talks else labels(*honest(request, RIGHT))

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "undefined", "1:b": "delivery"}
    assert classified.stopped == ""


def test_given_a_chat_that_makes_the_model_ramble_when_classified_then_its_neighbours_get_their_labels(
    server: OpenAIServer,
) -> None:
    hang = Answer(hang=True)
    server.default = lambda request: hang if BROKEN in request.talks else labels(*honest(request, RIGHT))
    impatient = OpenAIProvider(Settings("openai", "tiny", server.url, KEY, timeout_seconds=0.3))

    assert tags(impatient.classify([A, B])) == {"1:a": "undefined", "1:b": "delivery"}


def test_given_a_single_chat_without_usable_answer_when_classified_then_it_is_asked_once(server: OpenAIServer) -> None:
    server.script = [labels(label("c00000000", "spam"))]

    assert tags(classify(server, A)) == {"1:a": "undefined"}
    assert len(server.requests) == 1


def test_given_an_alias_of_an_earlier_request_when_answered_then_it_stands_for_nothing(server: OpenAIServer) -> None:
    chats = [A, *(transcript(LATE, f"1:{number}") for number in range(10))]
    before: list[Entry] = []

    def remember(request: Request) -> Answer:
        before.extend(label(chat["id"], "spam") for chat in request.chats)
        return labels(*honest(request, RIGHT))

    server.script = [remember, lambda request: labels(*honest(request, RIGHT), *before)]

    assert set(tags(classify(server, *chats)).values()) == {"defect", "delivery", "undefined"}
    assert len(server.requests) == 2
