"""Sizes and times, as docker prints them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minibuild.report.units import ago, human_duration, human_size, parse_time

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0B"),
        (6, "6B"),
        (999, "999B"),
        (1000, "1kB"),
        (1234, "1.23kB"),
        (123_456, "123kB"),
        (1_982_853, "1.98MB"),
        (999_950, "1MB"),
        (5_000_000_000, "5GB"),
    ],
)
def test_sizes_are_decimal_with_three_digits(size: int, shown: str) -> None:
    assert human_size(size) == shown


def test_sizes_may_have_four_digits() -> None:
    assert human_size(1_982_853, 4) == "1.983MB"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "Less than a second"),
        (0.9, "Less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (59 * _MINUTE, "59 minutes"),
        (_HOUR, "About an hour"),
        (90 * _MINUTE, "2 hours"),
        (47 * _HOUR, "47 hours"),
        (48 * _HOUR, "2 days"),
        (13 * _DAY, "13 days"),
        (14 * _DAY, "2 weeks"),
        (59 * _DAY, "8 weeks"),
        (60 * _DAY, "2 months"),
        (729 * _DAY, "24 months"),
        (730 * _DAY, "2 years"),
    ],
)
def test_durations_have_one_unit(seconds: float, shown: str) -> None:
    assert human_duration(seconds) == shown


def test_times_are_told_from_now() -> None:
    now = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
    assert ago("2026-11-25T11:59:55.123456789Z", now) == "4 seconds ago"
    assert ago("2026-11-25T11:59:55+00:00", now) == "5 seconds ago"


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00Z"])
def test_a_time_that_nobody_knows_is_not_told(text: str) -> None:
    assert ago(text, datetime(2026, 1, 1, tzinfo=UTC)) == "N/A"


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1)))
def test_every_rfc_3339_time_is_read(time: datetime) -> None:
    read = parse_time(time.isoformat() + "Z")
    assert read is not None
    assert abs(read - time.replace(tzinfo=UTC)) < timedelta(microseconds=1)


@given(st.integers(0, 10**21))
def test_a_size_is_never_shown_as_a_thousand_of_its_unit(size: int) -> None:
    assert not human_size(size).startswith(("1000", "1e+03")) or size > 10**20
