from dataclasses import replace
from datetime import timedelta

from domain.case import Urgency
from storage import outcomes
from tests.builders import NOON, outcome

HOUR = timedelta(hours=1)


def test_an_outcome_comes_back_whole_and_the_last_word_counts(database):
    first = outcome(id="case1", answered_after=HOUR, eligible=False)
    last = replace(first, urgency=Urgency.URGENT, posted_at=NOON - HOUR)
    with database.write() as tx:
        outcomes.put(tx, first)
        outcomes.put(tx, last)
        assert outcomes.between(tx, brand="Lumora", start=NOON - HOUR, end=NOON) == [last]


def test_a_period_has_its_start_and_not_its_end(database):
    with database.write() as tx:
        for hours in (2, 0, 1):
            outcomes.put(tx, outcome(id=f"case{hours}", posted_at=NOON + hours * HOUR))
        outcomes.put(tx, outcome(id="another brand's", brand="Helio"))
        found = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + 2 * HOUR)
    assert [o.id for o in found] == ["case0", "case1"]


def test_what_became_of_a_case_is_added_as_it_happens(database):
    with database.write() as tx:
        outcomes.put(tx, outcome(id="case1"))
        outcomes.answered(tx, "case1", at=NOON + HOUR)
        outcomes.resolved(tx, "case1", at=NOON + 2 * HOUR)
        outcomes.not_us(tx, "case1", dismissed=True)
        (one,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + HOUR)
        assert (one.answered_at, one.resolved_at, one.not_us) == (NOON + HOUR, NOON + 2 * HOUR, True)
        outcomes.resolved(tx, "case1", at=None)
        outcomes.not_us(tx, "case1", dismissed=False)
        (one,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + HOUR)
        assert (one.answered_at, one.resolved_at, one.not_us) == (NOON + HOUR, None, False)


def test_a_reopened_case_keeps_the_time_of_its_first_answer(database):
    first = outcome(id="case1")
    with database.write() as tx:
        outcomes.put(tx, first)
        outcomes.put(tx, replace(first, urgency=Urgency.URGENT, due_at=NOON + 90 * HOUR), keeps_due=True)
        (one,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + HOUR)
    assert (one.due_at, one.urgency) == (first.due_at, Urgency.URGENT)


def test_the_first_case_and_the_answers_are_found(database):
    with database.write() as tx:
        assert outcomes.first(tx, brand="Lumora") is None
        outcomes.put(tx, outcome(id="late", posted_at=NOON + HOUR, answered_after=HOUR))
        outcomes.put(tx, outcome(id="early"))
        outcomes.put(tx, outcome(id="another brand's", brand="Helio", posted_at=NOON - HOUR))
        assert outcomes.first(tx, brand="Lumora") == NOON
        assert outcomes.answers(tx, ["late", "early", "nobody"]) == {"late": NOON + 2 * HOUR}
