"""From when on people are told that a store's token ends: the same in logs, tables, pages and alarms."""

EXPIRY_WARNING_DAYS = 30


def ends_soon(days_left: int) -> bool:
    """Return whether its owner should hear of it; also of a token that has expired (a negative number)."""
    return days_left < EXPIRY_WARNING_DAYS
