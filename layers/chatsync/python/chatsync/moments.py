"""Moments as WB may send them. Both zones read them alike: what decides the walk also stands in a column."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chatsync.numbers import whole_number

# In milliseconds, and the same moment in whole seconds, which may be all that is usable.
MOMENT_FIELDS = ("addTimestamp", "addTime")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# WB was founded in 2004 and its chats are younger; a year outside is a fault of units, never a message's.
FIRST_YEAR, LAST_YEAR = 2010, 2100
# Seconds until 2286 have ten digits, milliseconds since 2001 have thirteen: no time is both.
LARGEST_SECONDS = 10_000_000_000
# What Java (ZonedDateTime) and Go (Time.String) write behind the offset, such as [Europe/Moscow] and MSK.
ZONE_NAME = re.compile(r"(\[[\w/+-]+\]| [A-Z]{3,4})$")


class MomentInvalidError(ValueError):
    """The value is not a time, or an impossible one."""


def read_moment(value: object) -> datetime:
    """Return a moment in UTC, exact to the millisecond: from milliseconds, seconds, or ISO with any offset.

    Raises:
        MomentInvalidError: It is no number and no ISO text, or its year is impossible.
    """
    moment = _moment_from_text(value) if isinstance(value, str) else _moment_from_number(value)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MomentInvalidError(f"impossible year {moment.year}")
    return moment


def message_moment(message: Mapping[str, Any], latest: datetime) -> datetime:
    """Return when an event, or the last message of a listed chat, was sent: the first usable field of MOMENT_FIELDS.

    One that is later than `latest` is returned only where no other is usable.

    Raises:
        MomentInvalidError: None of them is a moment; the message is about the first.
    """
    later, problems = [], []
    for name in MOMENT_FIELDS:
        try:
            moment = read_moment(message.get(name))
        except MomentInvalidError as problem:
            problems.append(problem)
            continue
        if moment <= latest:
            return moment
        later.append(moment)
    if not later:
        raise problems[0]
    return later[0]


def milliseconds(moment: datetime) -> int:
    """Return the moment in WB's unit: whole milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _moment_from_number(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MomentInvalidError(f"not a moment but {type(value).__name__}")
    try:
        unit = timedelta(seconds=1) if abs(value) <= LARGEST_SECONDS else timedelta(milliseconds=1)
        return EPOCH + value * unit
    except (OverflowError, ValueError):
        raise MomentInvalidError("impossible moment") from None


def _moment_from_text(value: str) -> datetime:
    try:
        if (number := whole_number(value)) is not None:
            return _moment_from_number(number)
        moment = datetime.fromisoformat(ZONE_NAME.sub("", value.strip().upper()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except MomentInvalidError:
        raise
    except (ValueError, OverflowError):
        raise MomentInvalidError("unreadable moment") from None
