from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.targets import score
from domain.outcome import Kpi
from domain.scorecard import Standing, Target

START, END = date(2026, 12, 1), date(2027, 3, 1)  # 90 days
HALF = date(2027, 1, 15)


def judged(value, *, kpi="response_rate", aim=0.25, baseline=0.05, today=HALF):
    unit = "seconds" if kpi.startswith("first") else "share"
    target = Target(kpi, aim, by=END)
    return score(target, Kpi(kpi, value, 0, 0, unit), brand="Lumora", since=START, baseline=baseline, today=today)


def test_half_way_half_of_the_rise_is_expected():
    assert judged(0.15).expected == pytest.approx(0.15)
    assert judged(0.15).standing is Standing.ON_TRACK
    behind = judged(0.12)
    assert (behind.standing, behind.behind) == (Standing.BEHIND, pytest.approx(0.03))


@pytest.mark.parametrize("today", [START, HALF, END, END + timedelta(days=1)])
def test_who_has_reached_a_target_has_reached_it_at_any_time(today):
    assert judged(0.25, today=today).standing is Standing.REACHED


def test_the_last_day_is_included_and_after_it_a_target_is_overdue():
    last = judged(0.24, today=END)
    assert (last.standing, last.behind) == (Standing.BEHIND, pytest.approx(0.01))
    over = judged(0.2, today=END + timedelta(days=1))
    assert (over.standing, over.behind) == (Standing.OVERDUE, pytest.approx(0.05))


def test_without_a_figure_there_is_no_verdict():
    assert judged(None).standing is Standing.NO_DATA
    assert judged(None, today=END + timedelta(days=9)).standing is Standing.NO_DATA


def test_times_are_to_fall():
    falling = {"kpi": "first_response_median", "aim": 3600.0, "baseline": 7200.0}
    assert judged(5000.0, **falling).standing is Standing.ON_TRACK
    behind = judged(6000.0, **falling)
    assert (behind.standing, behind.expected, behind.behind) == (Standing.BEHIND, 5400.0, 600.0)
    assert judged(3600.0, **falling).standing is Standing.REACHED


def test_where_nothing_was_measured_before_a_rise_begins_at_nothing_and_a_fall_has_no_line():
    assert judged(0.13, baseline=None).expected == pytest.approx(0.125)
    assert judged(6000.0, kpi="first_response_p90", aim=3600.0, baseline=None).expected == 3600.0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(-10, 200))
def test_a_score_is_behind_by_something_or_not_behind(value, aim, baseline, days):
    found = judged(value, aim=aim, baseline=baseline, today=START + timedelta(days=days))
    assert (found.behind > 0) == (found.standing in {Standing.BEHIND, Standing.OVERDUE})
    assert min(aim, baseline) - 1e-9 <= found.expected <= max(aim, baseline) + 1e-9
