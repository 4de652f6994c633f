"""How long to wait: what WB says, rounded up; where it says nothing, the pace of the token's kind."""

import pytest

from wildberries.limits import wait_after_limit, wait_for_refill


@pytest.mark.parametrize(
    ("said", "seconds"), [(1.0, 1), (0.2, 1), (0.0, 1), (4.01, 5), (3600.0, 3600), (86_400.0, 86_400)]
)
@pytest.mark.parametrize("kind", ["base", "personal", "unknown"])
def test_wbs_word_is_taken_whole_seconds_upwards(kind: str, said: float, seconds: int) -> None:
    assert wait_after_limit(said, kind) == seconds


@pytest.mark.parametrize(("kind", "seconds"), [("base", 3600), ("personal", 7), ("service", 7), ("unknown", 7)])
def test_where_wb_is_silent_the_tokens_kind_decides(kind: str, seconds: int) -> None:
    assert wait_after_limit(None, kind) == seconds


@pytest.mark.parametrize(
    ("requests", "kind", "seconds"), [(1, "base", 3600), (10, "base", 7), (1, "personal", 7), (10, "personal", 7)]
)
def test_only_a_bucket_of_a_single_request_takes_an_hour_to_refill(requests: int, kind: str, seconds: int) -> None:
    assert wait_for_refill(requests, kind, requests_left=100, answer_seconds=0) == seconds


@pytest.mark.parametrize(("left", "seconds"), [(1, 1), (3, 3), (7, 7), (8, 7), (1000, 7)])
def test_nobody_waits_longer_than_for_what_the_walk_still_lacks(left: int, seconds: int) -> None:
    assert wait_for_refill(10, "personal", requests_left=left, answer_seconds=0) == seconds


@pytest.mark.parametrize(
    ("left", "answer", "seconds"), [(1, 0.5, 1), (3, 0.5, 2), (7, 0.4, 5), (7, 0.99, 2), (5, 3.0, 1), (100, 0.4, 7)]
)
def test_the_bucket_fills_on_while_wb_answers(left: int, answer: float, seconds: int) -> None:
    """Given answers that take as long, then each of the requests finds its place: one more a second."""
    waited = wait_for_refill(10, "personal", requests_left=left, answer_seconds=answer)
    assert waited == seconds
    if left <= 7:
        assert all(waited + number * answer >= number + 1 for number in range(left))
