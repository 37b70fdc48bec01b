from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.blind_checks import CALLING, SIZE, draw, due, next_question
from domain.blind_check import QUESTIONS, Candidate
from domain.mention import MentionId
from domain.prediction import RELEVANCE, SENTIMENT, SWITCHING
from nlp.tasks import TASKS
from tests.builders import brand


def posts(called, rest):
    return [Candidate(MentionId(f"x:{n}"), n < called) for n in range(called + rest)]


def parts(drawn):
    return sum(d.called for d in drawn), sum(not d.called for d in drawn)


@pytest.mark.parametrize(
    ("called", "rest", "expected"),
    [(100, 900, (10, 10)), (3, 900, (3, 17)), (900, 4, (16, 4)), (3, 4, (3, 4)), (0, 50, (0, 20)), (0, 0, (0, 0))],
)
def test_each_part_gives_half_and_fills_up_for_the_other(called, rest, expected):
    assert parts(draw(posts(called, rest), seed="Lumora|2026-03-02")) == expected


@given(called=st.integers(0, 60), rest=st.integers(0, 60), seed=st.text(max_size=9), shuffled=st.randoms())
def test_a_draw_is_as_large_as_can_be_repeatable_and_knows_its_probabilities(called, rest, seed, shuffled):
    found = posts(called, rest)
    drawn = draw(found, seed=seed)
    shuffled.shuffle(found)
    assert draw(found, seed=seed) == drawn
    assert len({d.mention_id for d in drawn}) == len(drawn) == min(SIZE, called + rest)
    for wanted, total in ((True, called), (False, rest)):
        inverse = sum(1 / d.probability for d in drawn if d.called is wanted)
        assert inverse == pytest.approx(total) or not any(d.called is wanted for d in drawn)


def test_another_week_draws_others():
    found = posts(200, 800)
    assert draw(found, seed="Lumora|2026-03-02") != draw(found, seed="Lumora|2026-03-09")


def test_every_post_of_a_part_is_equally_likely_and_the_order_tells_nothing_of_the_parts():
    found = posts(20, 200)
    times = dict.fromkeys((c.mention_id for c in found), 0)
    called_in_first_half = 0
    for week in range(500):
        drawn = draw(found, seed=f"Lumora|{week}")
        called_in_first_half += sum(d.called for d in drawn[:10])
        for one in drawn:
            times[one.mention_id] += 1
    called, rest = ([times[c.mention_id] / 500 for c in found if c.called is wanted] for wanted in (True, False))
    assert all(abs(share - 0.5) < 0.12 for share in called)
    assert all(abs(share - 0.05) < 0.05 for share in rest)
    assert abs(called_in_first_half / 500 - 5) < 0.3


def test_a_check_falls_due_on_monday_at_the_digests_hour_in_the_brands_zone():
    lumora = brand(digest_at=time(8), time_zone=ZoneInfo("Europe/Berlin"))
    monday = date(2026, 3, 30)  # the Monday after the clocks went forward
    for moment in (datetime(2026, 3, 30, 0, tzinfo=UTC), datetime(2026, 4, 5, 21, 59, tzinfo=UTC)):
        assert due(moment, lumora) == (monday, datetime(2026, 3, 30, 6, tzinfo=UTC))
    assert due(datetime(2026, 3, 29, 21, 59, tzinfo=UTC), lumora)[0] == date(2026, 3, 23)
    assert due(datetime(2026, 3, 29, 22, 0, tzinfo=UTC), lumora)[0] == monday  # midnight in Berlin


def test_questions_come_in_order_and_end_where_the_post_is_not_about_us():
    assert next_question({}) == RELEVANCE
    assert next_question({RELEVANCE: "about"}) == SENTIMENT
    assert next_question({RELEVANCE: "about", SENTIMENT: "neutral"}) == SWITCHING
    assert next_question({RELEVANCE: "about", SENTIMENT: "neutral", SWITCHING: "none"}) is None
    for label in ("not_about", "spam", "rival_offer"):
        assert next_question({RELEVANCE: label}) is None


def test_people_choose_among_the_labels_that_models_choose_among():
    for task, labels in QUESTIONS.items():
        assert labels == TASKS[task].labels
    for task, labels in CALLING.items():
        assert set(labels) < set(TASKS[task].labels)
