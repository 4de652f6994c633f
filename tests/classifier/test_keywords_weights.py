"""The arithmetic between terms and a label, against figures made by hand."""

import pytest

from classifier.dictionary.book import Term
from classifier.dictionary.weights import joint_weights, weigh_for_tag


def term(tag: str, written: str, weight: float) -> Term:
    return Term(tag=tag, cause="", written=written, lemmas=(written,), weight=weight)


LATE, LOST, TORN = term("delivery", "a", 3), term("delivery", "b", 2), term("defect", "c", 4)
THANKS, HINT = term("thanks", "d", 2), term("thanks", "e", 1)


def test_given_several_terms_of_a_tag_when_joined_then_each_next_one_counts_half() -> None:
    joint = joint_weights({LOST: 2, TORN: 4, LATE: 3, term("delivery", "f", 2): 2}, lambda term: term.tag)

    assert joint == {"delivery": 3 + 2 / 2 + 2 / 4, "defect": 4}
    assert list(joint) == ["delivery", "defect"]


def test_given_terms_without_a_name_when_joined_then_they_are_left_out() -> None:
    assert joint_weights({LATE: 3}, lambda term: term.cause) == {}


def test_given_older_turns_when_weighed_then_each_turn_back_weighs_less_and_a_term_by_its_newest() -> None:
    weights = weigh_for_tag([[LATE], [TORN, LATE], [LOST]], [])

    assert weights == {LATE: 3, TORN: pytest.approx(2.8), LOST: pytest.approx(0.98)}


def test_given_a_request_when_weighed_then_thanks_beside_it_weigh_nothing() -> None:
    assert weigh_for_tag([[THANKS, TORN]], []) == {TORN: 4}
    assert weigh_for_tag([[THANKS], [TORN]], []) == {THANKS: 2}


def test_given_hints_of_thanks_when_weighed_then_three_of_them_settle_a_matter() -> None:
    hints = [term("thanks", written, 1) for written in "fgh"]

    assert weigh_for_tag([hints, [TORN]], []) == dict.fromkeys(hints, 1)
    assert set(weigh_for_tag([hints[:2], [TORN]], [])) == {TORN}


def test_given_a_question_beside_thanks_when_weighed_then_nothing_is_settled() -> None:
    question = term("product_question", "?", 0.5)

    assert set(weigh_for_tag([[THANKS, question], [TORN]], [])) == {question, TORN}


def test_given_a_sellers_hint_when_weighed_then_it_adds_its_own_weight() -> None:
    assert weigh_for_tag([[HINT]], [LOST]) == {LOST: 2}
