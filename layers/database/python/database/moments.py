"""Moments as WB sends them: milliseconds, seconds, or ISO with any offset; always read as UTC."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# WB was founded in 2004 and its chats are younger; a year outside is a fault of units, never a message's.
FIRST_YEAR, LAST_YEAR = 2010, 2100
# Seconds until 2286 have ten digits, milliseconds since 2001 have thirteen: no moment is both.
LARGEST_SECONDS = 10_000_000_000


class MomentInvalidError(ValueError):
    """The value is no moment, or an impossible one."""


def read_moment(value: object) -> datetime:
    """Return the moment in UTC, exact to the millisecond.

    Raises:
        MomentInvalidError: It is no number and no ISO text, or its year is impossible.
    """
    moment = _from_text(value) if isinstance(value, str) else _from_number(value)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MomentInvalidError(f"impossible year {moment.year}")
    return moment


def _from_number(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MomentInvalidError(f"no moment but {type(value).__name__}")
    try:
        unit = timedelta(seconds=1) if abs(value) <= LARGEST_SECONDS else timedelta(milliseconds=1)
        return EPOCH + value * unit
    except (OverflowError, ValueError):
        raise MomentInvalidError("impossible moment") from None


def _from_text(value: str) -> datetime:
    try:
        if value.lstrip("-").isdecimal():
            return _from_number(int(value))
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except MomentInvalidError:
        raise
    except (ValueError, OverflowError):
        raise MomentInvalidError("unreadable moment") from None
