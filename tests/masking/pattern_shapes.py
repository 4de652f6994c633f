"""Whether a regular expression can read a text more than a fixed number of times, told from its parsed pattern.

A search begins at each character. So from each it may read no more than a fixed number of characters, or else what it
has read must be matched, for a search goes on behind a match. A repetition without a bound is therefore right in one
place alone: at the pattern's end, where nothing behind it can fail.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PARSER, CONSTANTS = re._parser, re._constants  # type: ignore[attr-defined]
REPEATS = {CONSTANTS.MAX_REPEAT, CONSTANTS.MIN_REPEAT, CONSTANTS.POSSESSIVE_REPEAT}
UNBOUNDED = CONSTANTS.MAXREPEAT


def compiled_patterns(package: str) -> dict[str, re.Pattern[str]]:
    """Return the compiled patterns of a package's modules that are imported, also of their tuples and mappings."""
    found: dict[str, re.Pattern[str]] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(package):
            for variable, value in vars(module).items():
                found |= {f"{name}.{variable}[{at}]": pattern for at, pattern in enumerate(_patterns(value))}
    return found


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | Mapping):
        for part in value:
            yield from _patterns(part)


def width(pattern: re.Pattern[str]) -> int:
    """Return how many characters a pattern reads at most."""
    return int(PARSER.parse(pattern.pattern, pattern.flags).getwidth()[1])


def has_unbounded_end(pattern: re.Pattern[str]) -> bool:
    """Tell whether a pattern has a repetition without a bound at its end."""
    return width(pattern) >= int(UNBOUNDED)


def reads_on(pattern: str | re.Pattern[str]) -> list[str]:
    """Return what lets a pattern read without a bound and then fail; nothing where it cannot."""
    compiled = re.compile(pattern)
    return list(_faults(PARSER.parse(compiled.pattern, compiled.flags), at_end=True))


def _faults(items: Iterable[Any], *, at_end: bool) -> Iterator[str]:
    """Yield the faults of a sequence; `at_end` where nothing that may fail follows it."""
    last = at_end
    for operation, argument in reversed(list(items)):
        if operation in REPEATS:
            yield from _repeat_faults(operation, argument, at_end=last)
        else:
            for branch in _branches(operation, argument):
                looks = operation in {CONSTANTS.ASSERT, CONSTANTS.ASSERT_NOT}
                yield from _faults(branch, at_end=last and not looks)
        last = last and not _may_fail(operation, argument)


def _may_fail(operation: Any, argument: Any) -> bool:
    if operation is CONSTANTS.SUBPATTERN:
        return any(_may_fail(*item) for item in argument[3])
    return operation not in REPEATS or bool(argument[0] > 0)


def _repeat_faults(operation: Any, argument: Any, *, at_end: bool) -> Iterator[str]:
    least, most, body = argument
    if most != UNBOUNDED:
        yield from _faults(body, at_end=at_end and most == 1)
        return
    if not at_end:
        yield f"{{{least},}} of {body} may fail behind"
    # Within a repetition the next round follows; what is possessive gives nothing back, so nothing is tried twice.
    possessive = operation is CONSTANTS.POSSESSIVE_REPEAT
    if body.getwidth()[1] != 1 and not possessive:
        yield f"{{{least},}} of {body} gives back more than single characters"
    yield from (fault for fault in _faults(_without_possessive(body), at_end=False))


def _without_possessive(items: Iterable[Any]) -> list[Any]:
    return [item for item in items if item[0] is not CONSTANTS.POSSESSIVE_REPEAT]


def _branches(operation: Any, argument: Any) -> list[Iterable[Any]]:
    """Return the sequences within an operation that is no repetition."""
    if operation is CONSTANTS.BRANCH:
        return list(argument[1])
    if operation is CONSTANTS.SUBPATTERN:
        return [argument[3]]
    if operation in {CONSTANTS.ASSERT, CONSTANTS.ASSERT_NOT}:
        return [argument[1]]
    return [argument] if operation is CONSTANTS.ATOMIC_GROUP else []
