"""The estimate of tokens holds against what is truly sent, as far as a length can tell it."""

from dataclasses import asdict

import pytest

from chatsync.label_requests import (
    ANSWER_TOKENS,
    CHATS_PER_REQUEST,
    ChatCost,
    chat_cost,
    chat_page_tokens,
    prompt_tokens,
)
from chatsync.label_tokens import TOKENS_PER_CHAT
from classifier.chats import Transcript
from classifier.model.request import Question
from eval.tokens import STATIC_PROMPT, estimate_of, golden_chats, read_counts, requests_of, samples, simulated_chats
from tests.support.talks import transcript

MOST = 1.3  # times of what OpenAI's tokenizer counts that an estimate may be
SAMPLES, COUNTS = samples(), read_counts()


def estimate(chat: Transcript) -> int:
    return chat_cost([asdict(message) for message in chat.own_messages]).tokens


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_estimate_is_above_what_a_tokenizer_counts_and_at_most_a_third_more(kind: str) -> None:
    """Red for texts that were never counted: `make tokens` counts all anew."""
    counted = [(sample.estimate, COUNTS[sample.digest][0]) for sample in SAMPLES[kind] if sample.digest in COUNTS]
    assert len(counted) > 0.5 * len(SAMPLES[kind])
    estimated, truly = (sum(tokens) for tokens in zip(*counted, strict=True))
    assert truly <= estimated <= MOST * truly


@pytest.mark.parametrize("chats", [golden_chats(), simulated_chats()], ids=["golden", "simulator"])
def test_the_requests_are_estimated_as_they_are_made_with_the_suspicious_chats_alone(chats: list[Transcript]) -> None:
    """Unmasked, a link may look suspicious that is not sent: a few more requests are planned than made."""
    planned = (estimate_of(chats) - sum(estimate(chat) for chat in chats)) / prompt_tokens()
    assert requests_of(chats) <= planned <= 1.05 * requests_of(chats)


def test_suspicious_chats_are_asked_about_alone_and_cost_a_prompt_each() -> None:
    plain, hostile = ChatCost(100), ChatCost(100, alone=True)
    assert chat_page_tokens([plain, hostile, plain, hostile]).into == 3 * prompt_tokens() + 400


def test_the_prompt_is_long_enough_for_openais_cache_of_prefixes() -> None:
    """It begins each request, and a prefix of 1,024 tokens is the least that OpenAI caches: its guide on caching."""
    assert COUNTS[STATIC_PROMPT.digest][0] > 1024


@pytest.mark.parametrize("talk", ["👍", "…", [("seller", "Здравствуйте!")], [("seller", "а"), ("client", "?")]])
def test_a_chat_without_the_buyers_words_costs_nothing(talk: str | list[tuple[str, str]]) -> None:
    chat = transcript(talk)
    assert estimate(chat) == 0
    assert not chat.buyer_turns()


def test_a_long_chat_costs_no_more_than_what_of_it_is_sent() -> None:
    long = transcript([("client", "слово " * 1000), ("seller", "ответ " * 1000)] * 15)
    assert Question.from_transcript(long).cost.tokens <= estimate(long) <= TOKENS_PER_CHAT + 200


def test_where_masking_makes_room_for_an_older_message_it_is_estimated_too() -> None:
    address = "Пункт выдачи: город Москва, улица Большая Ордынка, дом 12, корпус 3, квартира 45. "
    chat = transcript([("seller", "правила " * 125), ("seller", address * 13), ("client", "Где заказ?")])
    shorter = transcript([("seller", address * 13), ("client", "Где заказ?")])
    assert Question.from_transcript(chat).cost.tokens > Question.from_transcript(shorter).cost.tokens, (
        "masked, the older message fits"
    )
    assert Question.from_transcript(chat).cost.tokens <= estimate(chat)


def test_a_page_costs_a_prompt_for_each_request_and_an_answer_for_each_chat() -> None:
    assert chat_page_tokens([]).total == chat_page_tokens([ChatCost(0)] * 2).total == 0
    page = chat_page_tokens([ChatCost(100)] * (CHATS_PER_REQUEST + 1) + [ChatCost(0)])
    assert page.into == 2 * prompt_tokens() + 100 * (CHATS_PER_REQUEST + 1)
    assert page.out == ANSWER_TOKENS * (CHATS_PER_REQUEST + 1)
