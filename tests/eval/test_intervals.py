"""The intervals of scores, against figures known elsewhere."""

import pytest

from eval.intervals import macro_f1_interval, share_interval
from eval.scoring import macro_f1


@pytest.mark.parametrize(
    ("hits", "chats", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (10, 10, 0.7225, 1.0)],
)
def test_given_a_share_when_asked_then_the_interval_is_wilsons(hits: int, chats: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe (1998), table I, method 3."""
    assert share_interval(hits, chats) == pytest.approx((low, high), abs=5e-5)


def test_given_no_chats_when_asked_then_anything_is_possible() -> None:
    assert share_interval(0, 0) == (0, 1)


def test_given_more_chats_of_the_same_score_when_asked_then_the_interval_is_narrower_and_holds_it() -> None:
    pairs = [("spam", "spam"), ("spam", "spam"), ("other", "spam"), ("other", "other")] * 5

    few, many = macro_f1_interval(pairs), macro_f1_interval(pairs * 10)

    assert few[0] < many[0] < macro_f1(pairs) < many[1] < few[1]
    assert macro_f1_interval(pairs) == few


def test_given_only_right_tags_when_asked_then_the_interval_is_a_point() -> None:
    assert macro_f1_interval([("spam", "spam")] * 30) == (1, 1)
