from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.business_time import business_clock, business_seconds, day_bounds, due_at, quiet_until
from domain.brand import QuietHours
from tests.builders import brand

BERLIN = brand()
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def test_an_hour_inside_business_hours_is_an_hour():
    start = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
    assert due_at(start, minutes=60, brand=BERLIN) == start + timedelta(hours=1)


def test_the_clock_rests_overnight_and_at_weekends():
    friday_evening = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)  # 17:30 in Berlin, closes at 18:00
    assert due_at(friday_evening, minutes=60, brand=BERLIN) == datetime(2026, 3, 9, 8, 30, tzinfo=UTC)  # Monday 09:30


def test_the_change_to_summer_time_moves_the_opening():
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due_at(saturday, minutes=1, brand=BERLIN) == datetime(2026, 3, 30, 7, 1, tzinfo=UTC)  # 09:01 is UTC+2 now


def test_a_day_of_the_change_to_summer_time_has_23_hours():
    start, end = day_bounds(datetime(2026, 3, 29).date(), BERLIN)
    assert end - start == timedelta(hours=23)


@given(moments, st.integers(1, 5_000))
def test_exactly_the_promised_business_time_lies_before_the_due_moment(start, minutes):
    due = due_at(start, minutes=minutes, brand=BERLIN)
    assert abs(business_seconds(start, due, brand=BERLIN) - minutes * 60) < 1e-3


@given(moments, moments)
def test_business_time_is_never_negative_nor_more_than_wall_clock(start, end):
    seconds = business_seconds(start, end, brand=BERLIN)
    assert 0 <= seconds <= max((end - start).total_seconds(), 0) + 1e-6


@pytest.mark.parametrize(
    ("local", "ends"),
    [
        ("2026-03-04T21:59", None),
        ("2026-03-04T22:00", "2026-03-05T07:00"),
        ("2026-03-05T00:30", "2026-03-05T07:00"),
        ("2026-03-05T06:59", "2026-03-05T07:00"),
        ("2026-03-05T07:00", None),
        ("2026-03-28T23:00", "2026-03-29T07:00"),  # the night in which summer time begins
    ],
)
def test_quiet_hours_reach_over_midnight(local, ends):
    night = brand(quiet=QuietHours(time(22), time(7)))
    moment = datetime.fromisoformat(local).replace(tzinfo=night.time_zone)
    expected = ends and datetime.fromisoformat(ends).replace(tzinfo=night.time_zone)
    assert quiet_until(moment, night) == expected


def test_quiet_hours_within_a_day_and_none_at_all():
    noon = brand(quiet=QuietHours(time(12), time(13)))
    at = datetime(2026, 3, 4, 12, 30, tzinfo=noon.time_zone)
    assert quiet_until(at, noon) == at.replace(hour=13, minute=0)
    assert quiet_until(at, brand()) is None


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=8))
def test_a_clock_for_many_moments_measures_the_same(spans):
    clock = business_clock(min(min(span) for span in spans), max(max(span) for span in spans), brand=BERLIN)
    for start, end in spans:
        assert clock(start, end) == business_seconds(start, end, brand=BERLIN)
