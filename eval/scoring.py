"""How right a classifier's tags or causes are: accuracy, F1, confusion. Pure arithmetic on (right, given) pairs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatsync.taxonomy import UNDEFINED
from classifier.taxonomy import KEYS


@dataclass(frozen=True)
class TagScore:
    """A tag's or cause's shares of 1: precision of the chats given it, recall of the `chats` it is right for."""

    precision: float
    recall: float
    f1: float
    chats: int


@dataclass(frozen=True)
class Score:
    """The scores of one set. All are shares of 1.

    `macro_f1` is the mean F1 of the tags that are right for, or were given to, at least one chat, each counting the
    same. `abstention` is the share of chats that were given `undefined`. `confusion` counts chats by (right, given).
    """

    chats: int
    accuracy: float
    macro_f1: float
    abstention: float
    tags: dict[str, TagScore]
    confusion: dict[tuple[str, str], int]


def score_pairs(pairs: Sequence[tuple[str, str]], keys: Sequence[str] = KEYS) -> Score:
    """Return the score of (right, given) pairs, of which there is at least one; `keys` are all tags, or all causes."""
    confusion = Counter(pairs)
    tags = {key: _tag_score(key, confusion) for key in keys if any(key in pair for pair in confusion)}
    return Score(
        chats=len(pairs),
        accuracy=sum(right == given for right, given in pairs) / len(pairs),
        macro_f1=macro_f1(pairs),
        abstention=sum(given == UNDEFINED for _, given in pairs) / len(pairs),
        tags=tags,
        confusion=dict(confusion),
    )


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 of the tags or causes in (right, given) pairs, of which there is at least one."""
    hits = Counter(right for right, given in pairs if right == given)
    both = Counter(tag for pair in pairs for tag in pair)
    return sum(2 * hits[tag] / times for tag, times in both.items()) / len(both)


def _tag_score(key: str, confusion: Counter[tuple[str, str]]) -> TagScore:
    """Return a tag's scores; where nothing could be right, a share is 0."""
    hits = confusion[key, key]
    right = sum(times for pair, times in confusion.items() if pair[0] == key)
    given = sum(times for pair, times in confusion.items() if pair[1] == key)
    precision, recall = (hits / total if total else 0.0 for total in (given, right))
    return TagScore(precision, recall, 2 * hits / (given + right), right)
