"""Which messages of a chat fit into its token budget: the newest, whole, without a gap; and what they may take."""

from collections.abc import Iterator

import pytest

from chatsync.label_requests import ChatCost, chat_cost
from chatsync.label_tokens import LETTERS_PER_TOKEN, TOKENS_PER_CHAT, estimated_tokens, excerpt_within_budget

LONG = "б" * (TOKENS_PER_CHAT // 2 * LETTERS_PER_TOKEN)  # takes half of the budget
SHORT = "Где заказ?"


def taken(*newest_first: tuple[str, str]) -> list[str]:
    """Return the texts that fit, oldest first."""
    return [text for _, text in excerpt_within_budget(newest_first).messages]


def test_what_fits_is_kept_whole_and_counted() -> None:
    excerpt = excerpt_within_budget([("seller", "В пути"), ("client", SHORT)])
    assert excerpt.messages == (("client", SHORT), ("seller", "В пути"))
    assert excerpt.tokens == estimated_tokens(SHORT) + estimated_tokens("В пути")
    assert excerpt.heard


def test_after_the_first_message_that_does_not_fit_no_older_one_is_taken() -> None:
    assert taken(("client", SHORT), ("client", LONG), ("client", LONG), ("client", "старое")) == [LONG, SHORT]


def test_the_buyers_newest_words_are_taken_beyond_the_budget_and_counted() -> None:
    excerpt = excerpt_within_budget(
        [("seller", LONG)] * 3 + [("client", "👍"), ("client", SHORT), ("client", "старое")]
    )
    assert [text for _, text in excerpt.messages] == [SHORT, LONG, LONG]
    assert excerpt.tokens == TOKENS_PER_CHAT + estimated_tokens(SHORT)


def test_no_more_is_read_than_decides_it() -> None:
    def said() -> Iterator[tuple[str, str]]:
        yield from [("client", LONG)] * 3
        pytest.fail("read on")

    assert taken(*[("client", LONG)] * 3) == [text for _, text in excerpt_within_budget(said()).messages]


def test_nobody_heard_is_said_and_costs_nothing() -> None:
    assert not excerpt_within_budget([("seller", SHORT), ("client", "…")]).heard
    assert chat_cost([{"sender": "seller", "text": SHORT}, {"sender": "client", "text": None}]) == ChatCost(0)


def test_a_chat_that_is_cut_is_estimated_at_its_whole_budget() -> None:
    """Masked, an older message may still fit where it does not unmasked."""
    cut = [*[{"sender": "seller", "text": LONG}] * 3, {"sender": "client", "text": SHORT}]
    assert chat_cost(cut).tokens >= TOKENS_PER_CHAT
