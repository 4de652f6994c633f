"""The digits of a text, however they are spaced, spelt or disguised: groups, and chains of groups."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from classifier.masking.number_words import number_word

# What people write for a digit to slip past a filter: letters that look like one.
_LOOKALIKES = str.maketrans("OoQОоDIliЗзЧчSsбBВgq", "00000" + "0111" + "33" + "44" + "55" + "6" + "88" + "99")
_WORD = re.compile(r"[^\W_]+")
_GROUP = re.compile(r"\d+|[^\W\d_]+")
_GAP = re.compile(r"[ \t\r\n.,\-()/\\*_|:;+~=•·]{0,8}")
_DISGUISED = 3  # letters: a longer group of nothing but look-alikes is a word
_LEAST_SERIES = 3  # groups: «42 44» may be anything, «42 44 46» is a row of sizes
_UNEVEN = 3  # times: steps of a row differ by less from the first one, those of a telephone number by more


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand together; `spelt` where they are words. `room` is what a further word may add."""

    digits: str
    start: int
    end: int
    spelt: bool = False
    room: int = 0


def with_plain_digits(text: str) -> str:
    """Return the text, as long as it is, with letters for digits («8912З4567О9») turned into the digits."""
    words = list(_WORD.finditer(text))
    plain = [word[0].translate(_LOOKALIKES) for word in words]
    pieces: list[str] = []
    at = 0
    for index, word in enumerate(words):
        if plain[index].isdigit() and not word[0].isdigit() and _stands_for_digits(words, index):
            pieces += text[at : word.start()], plain[index]
            at = word.end()
    return "".join(pieces) + text[at:]


def _stands_for_digits(words: Sequence[re.Match[str]], index: int) -> bool:
    """Tell whether look-alike letters are digits: mostly among true digits, or between groups of them."""
    word = words[index][0]
    digits = sum(character.isdigit() for character in word)
    if digits:
        return 2 * digits >= len(word) or len(word) <= _DISGUISED
    if len(word) > _DISGUISED or not 0 < index < len(words) - 1:
        return False
    return words[index - 1][0].isdigit() and words[index + 1][0].isdigit()


def chains(text: str) -> Iterator[list[Group]]:
    """Yield the groups of digits with nothing but spaces and signs between them; number words count as digits."""
    chain: list[Group] = []
    for found in _GROUP.finditer(text):
        group = _group(found)
        if chain and (group is None or not _GAP.fullmatch(text, chain[-1].end, group.start)):
            yield chain
            chain = []
        if group:
            chain[-1:] = _joined(chain[-1], group) if chain else [group]
    if chain:
        yield chain


def _group(found: re.Match[str]) -> Group | None:
    if found[0].isdigit():
        return Group(found[0], found.start(), found.end())
    word = number_word(found[0].lower())
    return Group(str(word.value), found.start(), found.end(), spelt=True, room=word.room) if word else None


def _joined(last: Group, group: Group) -> list[Group]:
    """Return both groups, or the one number they spell: «девятьсот» and «двенадцать» are 912."""
    if not group.spelt or not 0 < int(group.digits) < last.room:
        return [last, group]
    number = str(int(last.digits) + int(group.digits))
    return [Group(number, last.start, group.end, spelt=True, room=group.room)]


def runs(
    chain: Sequence[Group], lengths: Sequence[int], wanted: Callable[[Sequence[Group]], bool]
) -> Iterator[Sequence[Group]]:
    """Yield the wanted runs of neighbouring groups that have as many digits as `lengths` allows, apart from each other.

    From the left, and of those that begin at one group the longest. As lengths end somewhere, the time is linear.
    """
    first, most = 0, max(lengths)
    while first < len(chain):
        totals = accumulate(len(group.digits) for group in chain[first : first + most])
        ends = [end for end, total in enumerate(totals, first + 1) if total in lengths]
        end = next((end for end in reversed(ends) if wanted(chain[first:end])), None)
        if end:
            yield chain[first:end]
        first = end or first + 1


def digits_of(groups: Sequence[Group]) -> str:
    """Return all the digits of the groups."""
    return "".join(group.digits for group in groups)


def shape_of(groups: Sequence[Group]) -> tuple[int, ...]:
    """Return how many digits each group has."""
    return tuple(len(group.digits) for group in groups)


def is_series(groups: Sequence[Group]) -> bool:
    """Tell whether the groups rise or fall in even steps, as rows of sizes, ages and prices do."""
    if len(groups) < _LEAST_SERIES:
        return False
    steps = [int(after.digits) - int(before.digits) for before, after in pairwise(groups)]
    return 0 not in steps and all(1 <= step / steps[0] * _UNEVEN <= _UNEVEN**2 for step in steps)
