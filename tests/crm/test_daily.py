from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crm.daily import CHART_DAYS, as_of, chart_days, movement, voice_share, wins
from domain.case import CaseKind
from domain.digest import Tally, Volume
from tests.builders import NOON, brand, outcome

DAY = date(2026, 3, 4)


def tally(count=1, *, back=0, **changes):
    values = {
        "platform": "x",
        "stream": "lumora on X",
        "sentiment": "neutral",
        "switching": "none",
        "rival": None,
        "review": False,
        "elsewhere": False,
        "called": False,
    }
    return Tally(day=DAY - timedelta(days=back), count=count, **(values | changes))


def test_volume_counts_no_label_of_what_waits_for_a_person_or_is_not_about_us():
    negative = {"sentiment": "negative", "switching": "considering_leaving", "called": True}
    said = [
        tally(5, **negative),
        tally(3, **negative, elsewhere=True),
        tally(2, sentiment="negative", review=True),
        tally(1, sentiment="positive", switching="joining", review=True, elsewhere=True),
        tally(4, sentiment=None, switching=None),
    ]
    assert Volume.of(said) == Volume(
        mentions=15, negative=5, neutral=0, positive=0, leaving=5, joining=0, review=2, not_us=4
    )


def test_a_day_is_compared_with_the_same_weekday_once_three_of_them_are_known():
    steady = [tally(10, back=back) for back in (28, 21, 14, *range(1, 8))]
    found = movement([*steady, tally(40)], DAY)
    assert (found.days, found.same_weekday) == (4, True)
    assert [(m.what, m.now, m.usual, m.worse) for m in found.movers] == [("mentions", 40, 10.0, None)]
    young = movement([*(tally(10, back=back) for back in (14, *range(1, 8))), tally(40)], DAY)
    assert (young.days, young.same_weekday) == (7, False)
    third = movement([tally(10, back=2), tally(40)], DAY)
    assert (third.days, third.movers[0].usual) == (2, 5.0)  # yesterday nobody wrote, which counts


def test_a_first_day_is_compared_with_nothing():
    assert movement([tally(40)], DAY).days == 0
    assert movement([], DAY) == movement([tally(1)], DAY)


@pytest.mark.parametrize(("now", "moved"), [(11, False), (13, False), (20, True), (4, False), (2, True)])
def test_what_chance_explains_is_no_mover(now, moved):
    said = [*(tally(10, back=back) for back in (28, 21, 14, 7)), tally(now)]
    assert bool(movement(said, DAY).movers) is moved


def test_movers_name_labels_rivals_platforms_and_streams_largest_first():
    usual = [tally(2, back=back) for back in (28, 21, 14, 7)]
    said = [
        *usual,
        tally(30, sentiment="negative", switching="leaving", rival="Vidora"),
        tally(8, platform="reddit", stream="r/lumora", sentiment="positive", switching="considering_joining"),
    ]
    movers = {m.what: m for m in movement(said, DAY).movers}
    assert next(iter(movers)) == "negative mentions"
    assert movers["negative mentions"].worse is True
    assert movers["joining or thinking of it"].worse is False
    assert movers["posts that name Vidora"].now == 30
    assert {"mentions on reddit", "mentions from “r/lumora”", "leaving or thinking of it"} <= set(movers)
    alone = movement([*usual, tally(30)], DAY).movers
    assert [m.what for m in alone] == ["mentions"]  # one platform and one stream need no names


def test_less_of_what_is_bad_is_better():
    said = [*(tally(20, back=back, sentiment="negative") for back in (28, 21, 14, 7)), tally(1, sentiment="negative")]
    assert {m.what: m.worse for m in movement(said, DAY).movers} == {"mentions": None, "negative mentions": False}


def test_wins_count_on_the_day_of_the_answer():
    start, end = NOON, NOON + timedelta(days=1)
    old = outcome(posted_at=NOON - timedelta(days=3), answered_after=timedelta(days=3))
    closed = replace(outcome(answered_after=timedelta(hours=1)), resolved_at=NOON + timedelta(hours=2))
    never_answered = replace(outcome(), resolved_at=NOON)
    tomorrow = outcome(answered_after=timedelta(days=1))
    chance = outcome(kind=CaseKind.OPPORTUNITY, answered_after=timedelta(hours=1))
    others = [outcome(answered_after=timedelta(hours=1), **{flag: value}) for flag, value in OUT.items()]
    volume = Volume(9, 0, 0, 4, 0, 2, 0)
    found = wins([old, closed, never_answered, tomorrow, chance, *others], volume, start=start, end=end)
    assert (found.complaints_answered, found.resolved_after_answer, found.opportunities_answered) == (2, 1, 1)
    assert (found.joining, found.praise) == (2, 4)


OUT = {"eligible": False, "not_us": True}


def test_share_of_voice_is_ours_against_posts_that_name_a_rival():
    said = [tally(6), tally(2, rival="Vidora"), tally(1, rival="Telequa", elsewhere=True), tally(9, back=1)]
    share = voice_share(said, DAY)
    assert (share.ours, share.rivals) == (8, (("Vidora", 2), ("Telequa", 1)))
    assert share.value == pytest.approx(8 / 11)
    assert voice_share([tally(6)], DAY) is None
    assert voice_share([tally(6, rival="Vidora", elsewhere=True)], DAY) is None


def test_a_later_look_forgets_what_happened_since():
    later = replace(outcome(answered_after=timedelta(hours=5)), resolved_at=NOON + timedelta(hours=6))
    (then,) = as_of([later], NOON + timedelta(hours=5))
    assert (then.answered_at, then.resolved_at) == (later.answered_at, None)
    assert as_of([later], NOON + timedelta(hours=4))[0].answered_at is None


def test_the_chart_rates_closed_days_only_and_counts_who_complained():
    window, now = timedelta(hours=24), datetime(2026, 3, 5, 7, tzinfo=UTC)
    before = NOON - timedelta(days=2)
    late = outcome(posted_at=before, answered_after=timedelta(hours=30))
    quick = outcome(posted_at=before, answered_after=timedelta(hours=1))
    chance = outcome(posted_at=before, kind=CaseKind.OPPORTUNITY)
    others = [outcome(posted_at=before, **{flag: value}) for flag, value in OUT.items()]
    days = chart_days(
        [late, quick, chance, *others, outcome()],
        [tally(3, back=2, sentiment="negative"), tally(2, sentiment="positive")],
        day=DAY,
        brand=brand(),
        window=window,
        now=now,
    )
    assert [d.day for d in days] == [DAY - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
    closed, today = days[-3], days[-1]
    assert (closed.answered, closed.open, closed.rate, closed.negative) == (2, 0, 0.5, 3)
    assert (today.answered, today.open, today.rate, today.positive) == (0, 1, None, 2)
    assert days[0].rate is None  # no complaint, no rate
