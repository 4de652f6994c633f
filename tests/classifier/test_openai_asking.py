"""The requests that one page of chats takes: what each of them holds, and when no more begin."""

from typing import Any

import pytest

from chatsync.label_requests import ANSWER_TOKENS, CHATS_PER_REQUEST
from chatsync.label_stops import LABEL_STOPS
from chatsync.label_version import label_version
from classifier.chats import Label
from classifier.model.options import EFFORTS
from classifier.model.provider import OpenAIProvider
from classifier.provider import Settings
from classifier.taxonomy import KEYS
from tests.classifier.asking import BROKEN, KEY, LATE, RIGHT, A, B, classify, provider, tags
from tests.support.openai_server import TOKENS_IN, TOKENS_OUT, Answer, OpenAIServer, failure, labelling
from tests.support.russian_chats import LOW_RATING
from tests.support.talks import transcript

NAME = label_version("openai/tiny")


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
    known = {"model", "messages", "response_format", "reasoning_effort", "max_completion_tokens"}
    assert set(request.body) == known, "no tools"
    assert request.body["reasoning_effort"] == EFFORTS[0]
    assert ANSWER_TOKENS < request.body["max_completion_tokens"] < 10_000
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

    silent = Label("1:silent", 1, "undefined", None, "нет слов покупателя", NAME, abstained=True, cause="nothing")
    assert classified.labels[0] == silent
    assert (classified.tokens_in, server.requests) == (0, [])


def test_given_more_chats_than_a_request_holds_when_classified_then_tokens_add_up(server: OpenAIServer) -> None:
    chats = [transcript(LATE, f"1:{number}") for number in range(25)]

    classified = classify(server, *chats)

    assert [len(request.talks) for request in server.requests] == [10, 10, 5]
    assert [label.chat_id for label in classified.labels] == [chat.chat_id for chat in chats]
    assert classified.tokens_out == 3 * TOKENS_OUT


TROUBLES = {"overloaded": failure(429), "bad_key": failure(401), "no_balance": failure(402)}
TROUBLES |= {"no_completion": Answer(b"<html>"), "server_error": failure(500)}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_given_an_endpoint_that_breaks_off_when_classified_then_what_was_paid_for_is_kept(
    server: OpenAIServer, trouble: str
) -> None:
    server.script = [labelling(RIGHT)]
    server.default = TROUBLES[trouble]
    silent = transcript("👍", "1:silent")

    classified = classify(server, silent, *(transcript(LATE, f"1:{number}") for number in range(11)))

    assert tags(classified) == {"1:silent": "undefined"} | {f"1:{number}": "delivery" for number in range(10)}
    assert classified.tokens_in == TOKENS_IN
    assert classified.stopped == LABEL_STOPS[trouble]
    assert len(server.requests) <= 1 + 3


def test_given_a_slow_endpoint_when_a_pages_time_is_up_then_no_further_request_begins(server: OpenAIServer) -> None:
    hurried = OpenAIProvider(Settings("openai", "tiny", server.url, seconds_a_page=0))

    classified = hurried.classify([transcript(LATE, f"1:{number}") for number in range(11)])

    assert len(classified.labels) == 10
    assert len(server.requests) == 1
    assert classified.stopped == LABEL_STOPS["no_time"]


def test_given_tokens_that_are_used_up_when_classified_then_what_is_paid_for_is_kept_and_no_more_is_asked(
    server: OpenAIServer,
) -> None:
    chats = [transcript(LATE, f"1:{number}") for number in range(25)]

    classified = provider(server.url).classify(chats, most_tokens=TOKENS_IN + TOKENS_OUT)

    assert len(server.requests) == 1
    assert len(classified.labels) == CHATS_PER_REQUEST
    assert classified.stopped == LABEL_STOPS["no_tokens"]
    assert len(provider(server.url).classify(chats, most_tokens=10**6).labels) == 25
