from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crm.business_time import business_clock, business_seconds, day_bounds, due_at
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


@given(st.lists(st.tuples(moments, moments), min_size=1, max_size=8))
def test_a_clock_for_many_moments_measures_the_same(spans):
    clock = business_clock(min(min(span) for span in spans), max(max(span) for span in spans), brand=BERLIN)
    for start, end in spans:
        assert clock(start, end) == business_seconds(start, end, brand=BERLIN)
