"""How long a store waits for its turn behind another one of its seller."""

import pytest

from database.turns import seconds_until_turn


@pytest.mark.parametrize(
    ("age", "seconds"), [(None, 10), (0, 10), (104, 10), (106, 11), (600, 60), (36_000, 3600), (864_000, 3600)]
)
def test_a_tenth_of_the_other_runs_age_within_bounds(age: float | None, seconds: int) -> None:
    assert seconds_until_turn(age) == seconds
