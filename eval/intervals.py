"""How far a score may be from the truth: 95 % intervals. Pure arithmetic."""

import random
from collections.abc import Sequence
from math import sqrt

from eval.scoring import macro_f1

Z = 1.96  # standard deviations to either side that hold 95 % of a normal distribution
RESAMPLES = 1000  # sets drawn anew from a set: its middle 95 % then ends between the 25th and the 26th draw at each end
TAIL = RESAMPLES * 25 // 1000
SEED = 13  # the same set always gets the same interval

Interval = tuple[float, float]  # two shares of 1


def share_interval(hits: int, chats: int) -> Interval:
    """Return Wilson's interval of the share hits / chats; it holds for small numbers and near 0 and 1 too.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if not chats:
        return 0.0, 1.0
    share, square = hits / chats, Z * Z
    middle = share + square / (2 * chats)
    reach = Z * sqrt(share * (1 - share) / chats + square / (4 * chats * chats))
    low, high = ((middle + side * reach) / (1 + square / chats) for side in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def macro_f1_interval(pairs: Sequence[tuple[str, str]]) -> Interval:
    """Return the middle 95 % of the macro-F1 of sets drawn from the (right, given) pairs with replacement."""
    draw = random.Random(SEED)  # noqa: S311 - no secret is drawn
    scores = sorted(macro_f1(draw.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return scores[TAIL], scores[-TAIL - 1]
