"""The estimate of tokens holds against what is truly sent, as far as a length can tell it."""

import json
from dataclasses import asdict

import pytest

from chatsync.label_tokens import (
    ANSWER_TOKENS,
    CHATS_PER_REQUEST,
    TOKENS_PER_CHAT,
    chat_page_tokens,
    chat_tokens,
    estimated_tokens,
    prompt_tokens,
)
from classifier.chats import Transcript
from classifier.model.prompt import ANSWER_SCHEMA, SYSTEM_PROMPT
from classifier.model.request import Question, batches, compose_request
from eval.golden_set import PARTS, read_golden_set
from tests.support.talks import transcript

GOLDEN = [chat.transcript for part in PARTS for chat in read_golden_set(part)]


def estimate(chat: Transcript) -> int:
    return chat_tokens([asdict(message) for message in chat.messages])


def test_the_golden_chats_are_estimated_a_little_above_what_is_sent() -> None:
    asked = [Question.from_transcript(chat) for chat in GOLDEN if chat.buyer_turns()]
    sent = sum(estimated_tokens(compose_request(batch).prompt) for batch in batches(asked))
    requests = sum(1 for _ in batches(asked))
    sent += requests * estimated_tokens(SYSTEM_PROMPT + json.dumps(ANSWER_SCHEMA, ensure_ascii=False))
    pages = [GOLDEN[at : at + 25] for at in range(0, len(GOLDEN), 25)]
    estimated = sum(chat_page_tokens([estimate(chat) for chat in page]).into for page in pages)
    assert sent <= estimated <= 1.25 * sent


def test_a_request_is_estimated_with_its_prompt_schema_and_controls() -> None:
    controls = compose_request([]).prompt
    sent = estimated_tokens(SYSTEM_PROMPT + json.dumps(ANSWER_SCHEMA, ensure_ascii=False) + controls)
    assert 0.95 * sent <= prompt_tokens() <= 1.15 * sent


@pytest.mark.parametrize("talk", ["👍", "…", [("seller", "Здравствуйте!")], [("seller", "а"), ("client", "?")]])
def test_a_chat_without_the_buyers_words_costs_nothing(talk: str | list[tuple[str, str]]) -> None:
    chat = transcript(talk)
    assert estimate(chat) == 0
    assert not chat.buyer_turns()


def test_a_long_chat_costs_no_more_than_what_of_it_is_sent() -> None:
    long = transcript([("client", "слово " * 1000), ("seller", "ответ " * 1000)] * 15)
    assert Question.from_transcript(long).tokens <= estimate(long) <= TOKENS_PER_CHAT + 200


def test_where_masking_makes_room_for_an_older_message_it_is_estimated_too() -> None:
    address = "Пункт выдачи: город Москва, улица Большая Ордынка, дом 12, корпус 3, квартира 45. "
    chat = transcript([("seller", "правила " * 125), ("seller", address * 13), ("client", "Где заказ?")])
    shorter = transcript([("seller", address * 13), ("client", "Где заказ?")])
    assert Question.from_transcript(chat).tokens > Question.from_transcript(shorter).tokens, (
        "masked, the older message fits"
    )
    assert Question.from_transcript(chat).tokens <= estimate(chat)


def test_a_page_costs_a_prompt_for_each_request_and_an_answer_for_each_chat() -> None:
    assert chat_page_tokens([]).total == chat_page_tokens([0, 0]).total == 0
    page = chat_page_tokens([100] * (CHATS_PER_REQUEST + 1) + [0])
    assert page.into == 2 * prompt_tokens() + 100 * (CHATS_PER_REQUEST + 1)
    assert page.out == ANSWER_TOKENS * (CHATS_PER_REQUEST + 1)
