"""Every form of an answer, through the provider and real HTTP: read, or not a label and at most two requests more."""

import pytest

from chatsync.errors import ChatSyncError
from tests.classifier.asking import LATE, provider
from tests.support.openai_forms import FORMS, NO_ANSWER, ODD_USAGE, PARTICULAR, READABLE, REFUSALS, EveryOther, speaking
from tests.support.openai_server import TOKENS_IN, OpenAIServer
from tests.support.talks import transcript

TAGS = {LATE: "delivery"}
CHATS = [transcript(f"{LATE} {number}", f"1:{number}") for number in range(10)]
MORE = 2  # requests that a failure of the server may cost


@pytest.mark.parametrize("form", READABLE | ODD_USAGE)
def test_given_a_form_that_can_be_read_when_classified_then_one_request_labels_all(
    server: OpenAIServer, form: str
) -> None:
    server.default = speaking(form, TAGS)

    classified = provider(server.url).classify(CHATS)

    assert [label.tag for label in classified.labels] == ["delivery"] * 10
    assert len(server.requests) == 1
    assert (classified.stopped, classified.unanswered) == ("", ())
    assert 0 < classified.tokens_in < 10_000
    assert 0 < classified.tokens_out < 10_000


@pytest.mark.parametrize("form", NO_ANSWER | REFUSALS)
def test_given_a_failure_when_classified_then_nothing_is_labelled_and_two_requests_more_are_made_at_most(
    server: OpenAIServer, form: str
) -> None:
    server.default = speaking(form, TAGS)
    try:
        classified = provider(server.url).classify(CHATS)
    except ChatSyncError:
        pass
    else:
        assert (classified.labels, classified.unanswered) == ((), ()), "no chat is to blame"
        assert classified.stopped
        assert classified.tokens_in > 0, "what was paid for is counted"
    assert len(server.requests) <= 1 + MORE


@pytest.mark.parametrize("form", ["empty", "prose", "finish error", "finish length", "refusal", "cut without a word"])
def test_given_answers_without_labels_when_classified_then_each_is_paid_for(server: OpenAIServer, form: str) -> None:
    server.default = speaking(form, TAGS)

    classified = provider(server.url).classify(CHATS)

    assert classified.tokens_in == len(server.requests) * TOKENS_IN
    assert classified.stopped


@pytest.mark.parametrize("form", PARTICULAR)
def test_given_a_particular_server_when_classified_then_all_are_labelled(server: OpenAIServer, form: str) -> None:
    server.default = speaking(form, TAGS)

    assert [label.tag for label in provider(server.url).classify(CHATS).labels] == ["delivery"] * 10


@pytest.mark.parametrize("failing", ["500", "finish error", "empty", "prose", "cut without a word", "no completion"])
def test_given_a_flaky_hour_when_classified_then_every_chat_is_labelled_with_one_more_request_a_batch(
    server: OpenAIServer, failing: str
) -> None:
    chats = [transcript(f"{LATE} {number}", f"1:{number}") for number in range(63)]
    server.default = EveryOther(TAGS, FORMS[failing])
    flaky = provider(server.url)

    pages = [flaky.classify(chats[start : start + 30]) for start in range(0, 63, 30)]

    assert [label.tag for page in pages for label in page.labels] == ["delivery"] * 63
    assert len(server.requests) == 2 * 7
    assert [page.unanswered for page in pages] == [()] * 3
