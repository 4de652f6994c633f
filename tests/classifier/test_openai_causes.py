"""The cause that a model names beside the tag: taken where it can be trusted, and never at the tag's cost."""

from collections.abc import Callable

import pytest

from classifier.chats import Classified
from classifier.model.request import CAUSES_OF_EXAMPLES
from classifier.taxonomy import CAUSE_KEYS, TAGS
from tests.classifier.asking import BROKEN, LATE, RIGHT, A, B, classify, tags
from tests.support.openai_server import Entry, OpenAIServer, Request, honest, labels, words
from tests.support.talks import transcript

CAUSES = {BROKEN: "broken", LATE: "late"}


def causes(classified: Classified) -> dict[str, str | None]:
    return {label.chat_id: label.cause for label in classified.labels}


def changed(change: Callable[[Entry, str], Entry]) -> Callable[[Request], list[Entry]]:
    """Return an honest model's answers, each changed by what its chat says."""

    def answers(request: Request) -> list[Entry]:
        said = {chat["id"]: words(chat) for chat in request.chats}
        return [change(entry, said[str(entry["id"])]) for entry in honest(request, RIGHT, CAUSES)]

    return answers


def test_given_a_cause_beside_each_tag_when_classified_then_the_label_has_both(server: OpenAIServer) -> None:
    server.default = lambda request: labels(*honest(request, RIGHT, CAUSES))

    classified = classify(server, A, B)

    assert (tags(classified), causes(classified)) == (
        {"1:a": "defect", "1:b": "delivery"},
        {"1:a": "broken", "1:b": "late"},
    )
    schema = server.requests[0].body["response_format"]["json_schema"]["schema"]["properties"]["labels"]["items"]
    assert schema["properties"]["cause"] == {"type": "string", "enum": list(CAUSE_KEYS)}
    assert "cause" in schema["required"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("broken", "broken"),
        (" Not As Described", "not_as_described"),
        ("price-money", "price_money"),
        ("брак", None),
        ("", None),
        (None, None),
        (7, None),
        (["broken"], None),
    ],
)
def test_given_a_cause_in_another_form_or_none_when_classified_then_the_tag_stays(
    server: OpenAIServer, written: object, read: str | None
) -> None:
    server.default = lambda request: labels(
        *changed(lambda entry, said: entry | {"cause": written} if said == BROKEN else entry)(request)
    )

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "defect", "1:b": "delivery"}
    assert causes(classified) == {"1:a": read, "1:b": "late"}
    assert len(server.requests) == 1, "a cause is never asked about again"


def test_given_a_model_that_names_no_causes_when_classified_then_its_tags_count(server: OpenAIServer) -> None:
    def without(entry: Entry, said: str) -> Entry:
        return {name: value for name, value in entry.items() if name != "cause"}

    server.default = lambda request: labels(*changed(without)(request))

    classified = classify(server, A, B)

    assert (tags(classified), causes(classified)) == (
        {"1:a": "defect", "1:b": "delivery"},
        {"1:a": None, "1:b": None},
    )


def test_given_a_text_that_leads_the_model_to_one_cause_for_all_when_classified_then_no_cause_counts(
    server: OpenAIServer,
) -> None:
    """At least one of our own two sample chats has another cause than the one that all get."""
    server.default = lambda request: labels(*changed(lambda entry, said: entry | {"cause": "broken"})(request))

    classified = classify(server, A, B)

    assert tags(classified) == {"1:a": "defect", "1:b": "delivery"}
    assert causes(classified) == {"1:a": None, "1:b": None}


def test_given_one_chat_when_classified_then_its_cause_needs_no_sample_beside_it(server: OpenAIServer) -> None:
    server.default = lambda request: labels(*honest(request, RIGHT, CAUSES))

    assert causes(classify(server, A)) == {"1:a": "broken"}


def test_given_a_chat_without_words_when_classified_then_no_word_says_that_something_went_wrong(
    server: OpenAIServer,
) -> None:
    assert causes(classify(server, transcript("👍", "1:silent"))) == {"1:silent": "nothing"}


def test_our_own_sample_chats_have_enough_causes_to_tell_an_order_from_a_judgement() -> None:
    of_both = {CAUSES_OF_EXAMPLES[text] for tag in TAGS for text in tag.examples if text in CAUSES_OF_EXAMPLES}
    assert len(of_both) >= 5
