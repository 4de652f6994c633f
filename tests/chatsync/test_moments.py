"""Times as WB sends them, in any unit and offset, come out as the right moment in UTC or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatsync.moments import MomentInvalidError, message_moment, milliseconds, read_moment

MOMENT = datetime(2026, 2, 2, 2, 40, 0, 123_000, tzinfo=UTC)
SECOND = MOMENT.replace(microsecond=0)
MILLISECONDS = st.integers(1_262_304_000_000, 4_133_980_799_999)  # 2010 to 2100


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1_770_000_000_123, MOMENT),
        ("1770000000123", MOMENT),
        (1_770_000_000, SECOND),
        ("1770000000", SECOND),
        (1_770_000_000.0, SECOND),
        ("2026-02-02T02:40:00Z", SECOND),
        ("2026-02-02T05:40:00+03:00", SECOND),
        ("2026-02-01T16:40:00-10:00", SECOND),
        ("2026-02-02T05:40:00.123+03:00", MOMENT),
        ("2026-02-02 02:40:00", SECOND),
        (" 2026-02-02t02:40:00z ", SECOND),
        ("2026-02-02 02:40:00 +0000 UTC", SECOND),
        ("2026-02-02 05:40:00 +0300 MSK", SECOND),
        ("2026-02-02T05:40:00+03:00[Europe/Moscow]", SECOND),
        ("2026-02-02T02:40:00.123456789Z", MOMENT + timedelta(microseconds=456)),
        ("2026-02-02T02:40:00", SECOND),
        (1_262_304_000_000, datetime(2010, 1, 1, tzinfo=UTC)),
        (1_262_304_000, datetime(2010, 1, 1, tzinfo=UTC)),
        (4_133_980_799_999, datetime(2100, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_any_unit_and_offset_is_the_same_moment(value: Any, moment: datetime) -> None:
    assert read_moment(value) == moment
    assert read_moment(value).utcoffset() == timedelta(0)


@given(MILLISECONDS)
def test_milliseconds_and_seconds_are_told_apart_in_every_possible_year(milliseconds: int) -> None:
    moment = read_moment(milliseconds)
    assert moment - datetime(1970, 1, 1, tzinfo=UTC) == timedelta(milliseconds=milliseconds)
    assert read_moment(milliseconds // 1000) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        1,
        1_262_303_999_999,
        4_133_980_800_000,
        1_770_000_000_123_000,
        1_770_000_000_123_000_000,
        10**400,
        -(10**400),
        1e300,
        True,
        False,
        None,
        [],
        {},
        "",
        "вчера",
        "--5",
        "9" * 5000,
        "1e400",
        "٣",
        "²",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-01T00:00:00Z",
        "1999-01-01T00:00:00Z",
    ],
    ids=lambda value: repr(value)[:25],
)
def test_what_is_no_possible_moment_is_refused_with_a_reason(value: Any) -> None:
    with pytest.raises(MomentInvalidError, match=r"moment|year"):
        read_moment(value)


@pytest.mark.parametrize("stamp", [None, "", 0, 4_090_000_000_000, 1_770_000_000_123_000])
def test_the_iso_time_stands_in_for_a_stamp_that_is_not_usable_or_lies_ahead(stamp: Any) -> None:
    message = {"addTimestamp": stamp, "addTime": "2026-02-02T02:40:00Z"}
    assert message_moment(message, latest=MOMENT) == SECOND


def test_a_moment_that_lies_ahead_is_taken_where_there_is_no_other() -> None:
    ahead = {"addTimestamp": milliseconds(MOMENT + timedelta(days=3)), "addTime": "2099-01-01T00:00:00Z"}
    assert message_moment(ahead, latest=MOMENT) == MOMENT + timedelta(days=3)


@given(st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_no_value_breaks_the_reader(value: Any) -> None:
    try:
        assert 2010 <= read_moment(value).year <= 2100
    except MomentInvalidError:
        return
