"""Moments are written in one way, whoever writes them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from taketwo.formats.timestamp import timestamp

CENTURY = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_moment_is_written_in_utc_to_the_millisecond():
    assert timestamp(1_772_366_400.25) == "2026-03-01T12:00:00.250Z"


def test_a_moment_of_another_time_zone_is_the_same_moment():
    there = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(there) == "2026-03-01T12:00:00.000Z"


@given(CENTURY)
def test_what_is_written_can_be_read_back(moment):
    assert abs(datetime.fromisoformat(timestamp(moment)) - moment) < timedelta(milliseconds=1)


@given(CENTURY, CENTURY)
def test_the_order_of_the_texts_is_the_order_of_the_moments(one, other):
    assert (timestamp(one) < timestamp(other)) <= (one < other)
