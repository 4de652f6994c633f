"""The digits of a text, however they are spaced, spelt or disguised: groups, and chains of groups."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, pairwise

from classifier.masking.number_words import number_word

# What people write for a digit to slip past a filter: letters that look like one.
LOOKALIKES = str.maketrans("OoQОоDIliЗзЧчSsбBВgq", "00000" + "0111" + "33" + "44" + "55" + "6" + "88" + "99")
WORD = re.compile(r"[^\W_]+")
GROUP = re.compile(r"\d+|[^\W\d_]+")
GAP = re.compile(r"[ \t\r\n.,\-()/\\*_|:;+~=•·]{0,8}")
DISGUISED = 3  # letters: a longer group of nothing but look-alikes is a word
LEAST_SERIES = 3  # groups: «42 44» may be anything, «42 44 46» is a row of sizes
UNEVEN = 3  # times: steps of a row differ by less from the first one, those of a telephone number by more


@dataclass(frozen=True)
class Group:
    """Digits that stand together; `spelt` where they are words. `room` is what a further word may add."""

    digits: str
    start: int
    end: int
    spelt: bool = False
    room: int = 0


def with_plain_digits(text: str) -> str:
    """Return the text, as long as it is, with letters for digits («8912З4567О9») turned into the digits."""
    words = WORD.findall(text)
    places = count()
    return WORD.sub(lambda match: _plain_digits(words, next(places)), text)


def _plain_digits(words: Sequence[str], index: int) -> str:
    """Return a word, in digits where its letters stand for some: half of it is digits, or it is between two numbers."""
    word = words[index]
    plain = word.translate(LOOKALIKES)
    if word.isdigit() or not plain.isdigit():
        return word
    digits = count_digits(word)
    if digits:
        return plain if 2 * digits >= len(word) or len(word) <= DISGUISED else word
    behind = index > 0 and words[index - 1].isdigit()
    between = behind and index < len(words) - 1 and words[index + 1].isdigit()
    capitals = behind and word.isupper() and len(word) > 1  # «22 ЗЗ» at a number's end
    return plain if (between or capitals) and len(word) <= DISGUISED else word


@lru_cache(maxsize=1)  # several kinds of numbers are looked for in one text
def _chains(text: str) -> tuple[list[Group], ...]:
    """Return the groups of digits with nothing but spaces and signs between them; number words count as digits."""
    chains: list[list[Group]] = []
    chain: list[Group] = []
    for match in GROUP.finditer(text):
        group = _group(match)
        if chain and (group is None or not GAP.fullmatch(text, chain[-1].end, group.start)):
            chains.append(chain)
            chain = []
        if group:
            chain[-1:] = _joined(chain[-1], group) if chain else [group]
    return (*chains, chain) if chain else tuple(chains)


def _group(match: re.Match[str]) -> Group | None:
    if match[0].isdigit():
        return Group(match[0], *match.span())
    word = number_word(match[0].lower())
    return Group(str(word.value), *match.span(), spelt=True, room=word.room) if word else None


def _joined(last: Group, group: Group) -> list[Group]:
    """Return both groups, or the one number they spell: «девятьсот» and «двенадцать» are 912."""
    if not group.spelt or not 0 < int(group.digits) < last.room:
        return [last, group]
    number = str(int(last.digits) + int(group.digits))
    return [Group(number, last.start, group.end, spelt=True, room=group.room)]


def find_runs(
    text: str, lengths: Sequence[int], is_wanted: Callable[[Sequence[Group]], bool]
) -> Iterator[Sequence[Group]]:
    """Yield the wanted runs of neighbouring groups that have as many digits as `lengths` allows, apart from each other.

    From the left, and of those that begin at one group the longest; no rows of sizes or prices. As lengths end
    somewhere, the time is linear.
    """
    most = max(lengths)
    for chain in _chains(text):
        first = 0
        while first < len(chain):
            runs = (chain[first:end] for end in reversed(_ends(chain, first, lengths, most)))
            run = next((run for run in runs if is_wanted(run) and not _is_series(run)), None)
            if run:
                yield run
            first += len(run) if run else 1


def _ends(chain: Sequence[Group], first: int, lengths: Sequence[int], most: int) -> list[int]:
    """Return where runs end that begin at `first` and have one of the lengths."""
    ends, total = [], 0
    for end in range(first, len(chain)):
        total += len(chain[end].digits)
        if total > most:
            break
        if total in lengths:
            ends.append(end + 1)
    return ends


def count_digits(text: str) -> int:
    """Return how many characters of a text are digits."""
    return sum(map(str.isdigit, text))


def digits_of(groups: Sequence[Group]) -> str:
    """Return all the digits of the groups."""
    return "".join(group.digits for group in groups)


def shape_of(groups: Sequence[Group]) -> tuple[int, ...]:
    """Return how many digits each group has."""
    return tuple(len(group.digits) for group in groups)


def _is_series(groups: Sequence[Group]) -> bool:
    """Tell whether the groups rise or fall in even steps, as rows of sizes, ages and prices do."""
    if len(groups) < LEAST_SERIES:
        return False
    steps = [int(after.digits) - int(before.digits) for before, after in pairwise(groups)]
    return 0 not in steps and all(1 <= step / steps[0] * UNEVEN <= UNEVEN**2 for step in steps)
