"""A server's envelope: how an answer ended, where its text stands, and what it says it took. Pure."""

import json
from typing import Any

import pytest

from chatsync.label_tokens import Tokens
from classifier.model.completion import MOST_TOKENS, Completion, read_completion

ESTIMATE = Tokens(3000, 700)


def read(usage: Any = None, finish_reason: Any = "stop", **message: Any) -> Completion:
    choice = {"message": {"content": "{}"} | message, "finish_reason": finish_reason}
    return read_completion(json.dumps({"choices": [choice], "usage": usage}), ESTIMATE)


@pytest.mark.parametrize(
    "reason", ["stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence", "", None, "new", 5]
)
def test_an_answer_may_be_whole(reason: object) -> None:
    assert read(finish_reason=reason).lack is None


@pytest.mark.parametrize(
    ("reason", "lack"),
    [
        ("length", "cut"),
        ("max_tokens", "cut"),
        ("MAX_TOKENS", "cut"),
        ("content_filter", "filtered"),
        ("SAFETY", "filtered"),
        ("error", "broken_off"),
        ("insufficient_system_resource", "broken_off"),
    ],
)
def test_a_reason_says_what_an_answer_lacks(reason: str, lack: str) -> None:
    assert read(finish_reason=reason).lack == lack


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("слова", "слова"),
        (["сло", "ва"], "слова"),
        ([{"type": "text", "text": "сло"}, {"type": "text", "text": "ва"}], "слова"),
        ([{"text": "слова"}], "слова"),
        ({"labels": []}, '{"labels": []}'),
        ([{"type": "output_text", "text": "слова"}], "слова"),
        ([{"type": "thinking", "text": "хм"}, {"type": "text", "text": "слова"}], "слова"),
    ],
)
def test_the_text_is_put_together_of_its_parts(content: object, text: str) -> None:
    assert read(content=content).text == text


@pytest.mark.parametrize("content", ["", " \n", None, [], [{"type": "thinking", "text": "хм"}], [{"text": 5}], 5, True])
def test_no_text_is_no_answer(content: object) -> None:
    assert read(content=content).lack == "empty"
    assert read(content=content, reasoning_content="хм").lack == "thoughts_alone"
    assert read(content=content, reasoning="хм").lack == "thoughts_alone"


def test_a_refusal_is_no_answer() -> None:
    assert read(refusal="no").lack == "filtered"
    assert read(refusal=None).lack is None


@pytest.mark.parametrize("body", ["", "<html>", "[]", "5", "{}", '{"choices": []}', '{"choices": null}', "[" * 100_000])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_no_completion_costs_nothing(body: str, mark: str) -> None:
    assert read_completion(mark + body, ESTIMATE) == Completion(lack="no_completion")


@pytest.mark.parametrize("choice", [5, {}, {"message": None}, {"message": "слова"}])
def test_a_choice_without_a_message_is_no_completion(choice: object) -> None:
    assert read_completion(json.dumps({"choices": [choice]}), ESTIMATE).lack == "no_completion"


def test_an_error_in_an_answer_is_believed_whatever_stands_beside_it() -> None:
    body = {"error": {"code": "x"}, "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}
    completion = read_completion(json.dumps(body), ESTIMATE)
    assert (completion.lack, completion.error, completion.tokens) == ("error_object", {"code": "x"}, ESTIMATE)
    assert read_completion('{"error": "no"}', ESTIMATE).tokens == Tokens()


@pytest.mark.parametrize("odd", [None, 0, -1, "1100", 1100.5, 1100.0, True, MOST_TOKENS + 1, 10**30, [], {}])
def test_a_number_of_tokens_that_is_none_is_replaced_by_the_estimate(odd: object) -> None:
    assert read({"prompt_tokens": odd, "completion_tokens": 80}).tokens == Tokens(ESTIMATE.into, 80)
    assert read({"prompt_tokens": 1100, "completion_tokens": odd}).tokens == Tokens(1100, ESTIMATE.out)


@pytest.mark.parametrize("usage", [None, {}, [], "1100", 5])
def test_without_usage_the_estimate_is_charged(usage: object) -> None:
    assert read(usage).tokens == ESTIMATE


@pytest.mark.parametrize(
    ("told", "cached"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 1024}}, 1024),
        ({"prompt_cache_hit_tokens": 1024}, 1024),
        ({"prompt_tokens_details": {"cached_tokens": 5000}}, 2000),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0),
        ({"prompt_tokens_details": {"cached_tokens": -5}}, 0),
        ({"prompt_tokens_details": None}, 0),
        ({}, 0),
    ],
)
def test_what_came_from_the_servers_cache_is_a_part_of_what_went_in(told: dict[str, Any], cached: int) -> None:
    assert read({"prompt_tokens": 2000, "completion_tokens": 80, **told}).tokens == Tokens(2000, 80, cached)
