"""The arithmetic of scores, against figures made by hand."""

import pytest

from eval.scoring import TagScore, score_pairs

PAIRS = [
    ("delivery", "delivery"),
    ("delivery", "delivery"),
    ("delivery", "defect"),
    ("defect", "defect"),
    ("thanks", "undefined"),
]


def test_given_pairs_when_scored_then_the_shares_are_those_made_by_hand() -> None:
    result = score_pairs(PAIRS)

    assert (result.chats, result.accuracy, result.abstention) == (5, 0.6, 0.2)
    assert result.tags["delivery"] == TagScore(precision=1.0, recall=2 / 3, f1=0.8, chats=3)
    assert result.tags["defect"] == TagScore(precision=0.5, recall=1.0, f1=2 / 3, chats=1)


def test_given_tags_never_given_or_never_right_when_scored_then_they_count_as_zero_in_the_mean() -> None:
    result = score_pairs(PAIRS)

    assert result.tags["thanks"] == TagScore(0.0, 0.0, 0.0, 1)
    assert result.tags["undefined"] == TagScore(0.0, 0.0, 0.0, 0)
    assert result.macro_f1 == pytest.approx((0.8 + 2 / 3 + 0 + 0) / 4)


def test_given_pairs_when_scored_then_the_confusion_matrix_counts_right_and_given() -> None:
    result = score_pairs(PAIRS)

    assert result.confusion["delivery", "defect"] == 1
    assert ("defect", "delivery") not in result.confusion
    assert sum(result.confusion.values()) == 5


def test_given_only_right_tags_when_scored_then_all_is_one() -> None:
    result = score_pairs([("spam", "spam")])

    assert (result.accuracy, result.macro_f1, list(result.tags)) == (1.0, 1.0, ["spam"])
