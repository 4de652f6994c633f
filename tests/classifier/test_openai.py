"""The language model classifier against a real HTTP endpoint: every label is its own chat's, whatever comes back."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from chatsync.label_tokens import CHATS_PER_REQUEST
from chatsync.label_version import label_version
from classifier.chats import Classified, Label, Transcript
from classifier.openai_answer import LONGEST_REASON
from classifier.openai_provider import OpenAIProvider
from classifier.providers import Settings
from classifier.taxonomy import KEYS
from tests.classifier.openai_server import (
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
    labelling,
    labels,
    words,
)
from tests.classifier.russian_chats import LOW_RATING
from tests.classifier.talks import transcript

KEY = "sk-very-secret"
NAME = label_version("openai/tiny")
BROKEN, LATE = "Кружка разбита", "Где заказ?"
A, B = transcript(BROKEN, "1:a", 3), transcript(LATE, "1:b", 5)
RIGHT = {BROKEN: "defect", LATE: "delivery"}


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> OpenAIServer:
    running.reset().default = labelling(RIGHT)
    return running


@cache
def provider(url: str) -> OpenAIProvider:
    return OpenAIProvider(Settings("openai", "tiny", url, KEY, timeout_seconds=5))


def classify(server: OpenAIServer, *chats: Transcript) -> Classified:
    return provider(server.url).classify(chats)


def tags(classified: Classified) -> dict[str, str]:
    return {label.chat_id: label.tag for label in classified.labels}


def test_given_two_chats_when_classified_then_one_request_labels_both(server: OpenAIServer) -> None:
    classified = classify(server, A, B)

    assert classified.labels == (
        Label("1:a", 3, "defect", 0.9, "покупатель так написал", NAME, abstained=False),
        Label("1:b", 5, "delivery", 0.9, "покупатель так написал", NAME, abstained=False),
    )
    assert (classified.tokens_in, classified.tokens_out, classified.stopped) == (TOKENS_IN, TOKENS_OUT, "")
    assert len(server.requests) == 1


def test_given_a_chat_when_asked_then_the_request_is_a_strict_schema_and_the_text_only_data(
    server: OpenAIServer,
) -> None:
    classify(server, A)

    request = server.requests[0]
    system, user = request.body["messages"]
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert set(request.body) == {"model", "messages", "response_format"}, "no tools"
    assert request.body["response_format"]["json_schema"]["strict"] is True
    assert tag_enum(request.body) == list(KEYS)
    assert (system["role"], user["role"]) == ("system", "user")
    assert BROKEN not in system["content"]
    assert [chat["messages"] for chat in request.chats] == [[{"from": "buyer", "text": BROKEN}]]


def tag_enum(body: dict[str, Any]) -> Any:
    items = body["response_format"]["json_schema"]["schema"]["properties"]["labels"]["items"]
    return items["properties"]["tag"]["enum"]


def test_given_an_endpoint_without_keys_when_asked_then_an_empty_key_will_do(server: OpenAIServer) -> None:
    keyless = OpenAIProvider(Settings("openai", "tiny", server.url))

    assert tags(keyless.classify([A])) == {"1:a": "defect"}


def test_given_no_words_of_the_buyer_when_classified_then_nothing_is_asked(server: OpenAIServer) -> None:
    classified = classify(server, transcript([("seller", LOW_RATING)], "1:silent"))

    assert classified.labels[0] == Label("1:silent", 1, "undefined", None, "нет слов покупателя", NAME, abstained=True)
    assert (classified.tokens_in, server.requests) == (0, [])


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


def one_chat(tag: str, confidence: object = 0.9, reason: str = "") -> Callable[[Request], Answer]:
    return lambda request: labels(label(request.chats[0]["id"], tag, confidence, reason))


def test_given_a_model_that_abstains_when_classified_then_so_does_the_label(server: OpenAIServer) -> None:
    server.script = [one_chat("undefined", 0.4, "непонятно")]

    assert classify(server, A).labels[0] == Label("1:a", 3, "undefined", None, "непонятно", NAME, abstained=True)


@pytest.mark.parametrize("confidence", [95, -0.1, None])
def test_given_a_confidence_that_is_none_when_classified_then_it_is_left_out(
    server: OpenAIServer, confidence: object
) -> None:
    server.script = [one_chat("defect", confidence)]

    assert classify(server, A).labels[0].confidence is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("бр\x00а\u202eк\x1b[31m", "бр а к m"),
        ("пишите на t.me/shop_help или +7 912 345-67-89", "пишите на t me shop help или - -"),
        ("<b>ждёт</b> «возврат», срочно", "b ждёт b «возврат», срочно"),
        ("а" * 1_000, "а" * LONGEST_REASON),
    ],
)
def test_given_a_reason_with_more_than_words_when_classified_then_letters_are_kept(
    server: OpenAIServer, written: str, kept: str
) -> None:
    server.script = [one_chat("defect", reason=written)]

    assert classify(server, A).labels[0].reason == kept


def test_given_more_chats_than_a_request_holds_when_classified_then_tokens_add_up(server: OpenAIServer) -> None:
    chats = [transcript(LATE, f"1:{number}") for number in range(25)]

    classified = classify(server, *chats)

    assert [len(request.talks) for request in server.requests] == [10, 10, 5]
    assert [label.chat_id for label in classified.labels] == [chat.chat_id for chat in chats]
    assert classified.tokens_out == 3 * TOKENS_OUT


def test_given_an_alias_of_an_earlier_request_when_answered_then_it_stands_for_nothing(server: OpenAIServer) -> None:
    chats = [A, *(transcript(LATE, f"1:{number}") for number in range(10))]
    before: list[Entry] = []

    def remember(request: Request) -> Answer:
        before.extend(label(chat["id"], "spam") for chat in request.chats)
        return labels(*honest(request, RIGHT))

    server.script = [remember, lambda request: labels(*honest(request, RIGHT), *before)]

    assert set(tags(classify(server, *chats)).values()) == {"defect", "delivery", "undefined"}
    assert len(server.requests) == 2


@pytest.mark.parametrize("trouble", [failure(429), failure(503), failure(401), failure(402), Answer(b"<html>")])
def test_given_an_endpoint_that_breaks_off_when_classified_then_what_was_paid_for_is_kept(
    server: OpenAIServer, trouble: Answer
) -> None:
    server.script = [labelling(RIGHT)]
    server.default = trouble
    silent = transcript("👍", "1:silent")

    classified = classify(server, silent, *(transcript(LATE, f"1:{number}") for number in range(11)))

    assert tags(classified) == {"1:silent": "undefined"} | {f"1:{number}": "delivery" for number in range(10)}
    assert classified.tokens_in == TOKENS_IN
    assert classified.stopped.startswith("The model's endpoint ")


def test_given_a_slow_endpoint_when_a_pages_time_is_up_then_no_further_request_begins(server: OpenAIServer) -> None:
    hurried = OpenAIProvider(Settings("openai", "tiny", server.url, seconds_a_page=0))

    classified = hurried.classify([transcript(LATE, f"1:{number}") for number in range(11)])

    assert len(classified.labels) == 10
    assert len(server.requests) == 1
    assert classified.stopped == "The model's endpoint gave no answer in time."


def test_given_tokens_that_are_used_up_when_classified_then_what_is_paid_for_is_kept_and_no_more_is_asked(
    server: OpenAIServer,
) -> None:
    chats = [transcript(LATE, f"1:{number}") for number in range(25)]

    classified = provider(server.url).classify(chats, most_tokens=TOKENS_IN + TOKENS_OUT)

    assert len(server.requests) == 1
    assert len(classified.labels) == CHATS_PER_REQUEST
    assert classified.stopped == "The tokens reserved for a page of chats were used up before its end."
    assert len(provider(server.url).classify(chats, most_tokens=10**6).labels) == 25
