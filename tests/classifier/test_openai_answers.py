"""Which of a model's answers count: every label is its own chat's, whatever comes back."""

import json
from collections.abc import Callable

import pytest

from chatsync.label_requests import CHATS_PER_REQUEST
from chatsync.label_stops import LABEL_STOPS
from classifier.model.answer import OUTSIDE
from classifier.model.asking import MOST_FAILURES_IN_A_ROW
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
    assert [request.talks for request in server.requests] == [[LATE, BROKEN], [], [BROKEN], [LATE]]
    assert classified.tokens_out == 4 * TOKENS_OUT


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
        failure(400, "content_filter"),
        failure(400, message="Content Exists Risk"),
        failure(413),
        failure(422),
        failure(500),
        Answer(b"<html>504</html>"),
    ],
)
def test_given_a_chat_that_fails_every_request_it_is_in_when_classified_then_it_alone_has_no_label(
    server: OpenAIServer, answer: Scripted
) -> None:
    server.default = lambda request: scripted(answer, request) if BROKEN in request.talks else right(request)

    classified = classify(server, A, B)

    assert tags(classified) == {"1:b": "delivery"}
    assert classified.unanswered == ("1:a",)
    assert classified.stopped == ""
    assert server.requests[-1].talks == [LATE]
    assert classified.tokens_in % TOKENS_IN == 0 and classified.tokens_in >= 2 * TOKENS_IN


def scripted(answer: Scripted, request: Request) -> Answer:
    return answer(request) if callable(answer) else answer


def right(request: Request) -> Answer:
    return labels(*honest(request, RIGHT))


def test_given_a_chat_that_makes_the_model_ramble_when_classified_then_its_neighbours_get_their_labels(
    server: OpenAIServer,
) -> None:
    hang = Answer(hang=True)
    server.default = lambda request: hang if BROKEN in request.talks else right(request)
    impatient = OpenAIProvider(Settings("openai", "tiny", server.url, KEY, timeout_seconds=0.3))

    classified = impatient.classify([A, B])

    assert tags(classified) == {"1:b": "delivery"}
    assert classified.unanswered == ("1:a",)


def test_given_a_single_chat_without_usable_answer_when_classified_then_the_server_is_looked_at_and_no_chat_labelled(
    server: OpenAIServer,
) -> None:
    server.script = [labels(label("c00000000", "spam"))]

    classified = classify(server, A)

    assert classified.labels == ()
    assert classified.unanswered == ("1:a",)
    assert [request.talks for request in server.requests] == [[BROKEN], []]


def test_given_a_chat_refused_among_ten_when_classified_then_seven_more_requests_find_it(server: OpenAIServer) -> None:
    crowd = [transcript(f"{LATE} {number}", f"1:{number}") for number in range(CHATS_PER_REQUEST - 1)]
    server.default = lambda request: failure(400, "content_filter") if BROKEN in request.talks else right(request)

    classified = classify(server, A, *crowd)

    assert len(classified.labels) == len(crowd)
    assert classified.unanswered == ("1:a",)
    assert [len(request.talks) for request in server.requests] == [10, 0, 3, 1, 1, 1, 3, 3, 1]


def test_given_a_server_that_begins_to_fail_while_chats_are_suspected_then_none_of_them_is_blamed(
    server: OpenAIServer,
) -> None:
    """It answers our own words once, and nothing afterwards: that is no matter of ten chats."""
    crowd = [transcript(f"{LATE} {number}", f"1:{number}") for number in range(CHATS_PER_REQUEST)]
    server.script = [failure(400, "content_filter"), right]
    server.default = failure(400, "content_filter")

    classified = classify(server, *crowd)

    assert (classified.labels, classified.unanswered) == ((), ())
    assert classified.stopped == LABEL_STOPS["filtered"]
    assert len(server.requests) == 2 + MOST_FAILURES_IN_A_ROW + 1


def test_given_a_model_that_leaves_out_most_chats_when_classified_then_it_is_asked_once_more_and_the_page_ends(
    server: OpenAIServer,
) -> None:
    crowd = [transcript(f"{LATE} {number}", f"1:{number}") for number in range(CHATS_PER_REQUEST)]

    def one_of_them(request: Request) -> Answer:
        alias = request.alias(request.talks[0])
        said = [entry for entry in honest(request, RIGHT) if entry["id"] in {alias, *controls(request)}]
        return labels(*said)

    server.default = one_of_them

    classified = classify(server, *crowd)

    assert len(classified.labels) == 2
    assert classified.unanswered == ()
    assert classified.stopped == LABEL_STOPS["incomplete"]
    assert len(server.requests) == 2


def controls(request: Request) -> set[str]:
    return {str(chat["id"]) for chat in request.chats} - aliases(request)


def test_given_a_tag_outside_the_taxonomy_also_alone_when_classified_then_the_chat_abstains(
    server: OpenAIServer,
) -> None:
    """The model judged the chat, in other words than ours: that is no failure."""
    server.default = lambda request: labels(
        *(
            entry | {"tag": "Доставка"} if entry["tag"] == "delivery" and entry["id"] in aliases(request) else entry
            for entry in honest(request, RIGHT)
        )
    )

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "defect", "1:b": "undefined"}
    assert classified.labels[1].reason == OUTSIDE
    assert [request.talks for request in server.requests] == [[LATE, BROKEN], [LATE]]


def test_given_an_alias_of_an_earlier_request_when_answered_then_it_stands_for_nothing(server: OpenAIServer) -> None:
    chats = [A, *(transcript(LATE, f"1:{number}") for number in range(10))]
    before: list[Entry] = []

    def remember(request: Request) -> Answer:
        before.extend(label(chat["id"], "spam") for chat in request.chats)
        return labels(*honest(request, RIGHT))

    server.script = [remember, lambda request: labels(*honest(request, RIGHT), *before)]

    classified = classify(server, *chats)

    assert set(tags(classified).values()) == {"defect", "delivery"}
    assert classified.unanswered == ("1:9",)
    assert [len(request.talks) for request in server.requests] == [10, 1, 0]
