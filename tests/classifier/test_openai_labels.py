"""What a model says of a chat as the chat's label: no confidence that is none, no reason but words."""

from collections.abc import Callable

import pytest

from chatsync.label_version import label_version
from classifier.chats import Label
from classifier.model.answer_values import LONGEST_REASON
from tests.classifier.asking import A, classify
from tests.support.openai_server import Answer, OpenAIServer, Request, label, labels

NAME = label_version("openai/tiny")


def one_chat(tag: str, confidence: object = 0.9, reason: str = "") -> Callable[[Request], Answer]:
    return lambda request: labels(label(request.chats[0]["id"], tag, confidence, reason))


def test_given_a_model_that_abstains_when_classified_then_so_does_the_label(server: OpenAIServer) -> None:
    server.script = [one_chat("undefined", 0.4, "непонятно")]

    assert classify(server, A).labels[0] == Label("1:a", 3, "undefined", None, "непонятно", NAME, abstained=True)


@pytest.mark.parametrize("confidence", [-0.1, 1.5, 1000, True, "high", "no idea", None])
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
