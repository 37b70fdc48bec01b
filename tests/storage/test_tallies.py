from datetime import date, timedelta

from domain.case import CaseKind, CaseState, Urgency, Verdict
from domain.digest import Tally, Unanswered, Volume, WaitingCase
from domain.prediction import Predictions
from storage import cases, corrections, outcomes, tallies
from tests.builders import NOON, author, guess, mention, outcome, predictions
from tests.storage.values import case, seen, store

DAYS = [(date(2026, 3, n), NOON + timedelta(days=n - 4), NOON + timedelta(days=n - 3)) for n in (3, 4)]
TODAY = {"start": NOON, "end": NOON + timedelta(days=1)}


def post(text="hm", *, by=None, hours=0.0, **changes):
    return mention(text, by=by, posted_at=NOON + timedelta(hours=hours), **changes)


def counted(tx):
    return tallies.by_day(tx, brand="Lumora", days=DAYS)


def test_posts_are_counted_by_day_and_by_all_that_was_said(database):
    reddit = author("mo", platform="reddit")
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(
            tx,
            seen(post(), said=predictions("negative", "leaving", rival="Vidora"), case_id="case1"),
            seen(post(hours=1), said=predictions("negative", "leaving", rival="Vidora"), case_id="case1"),
            seen(post(hours=-1), said=predictions("positive")),
            seen(post(hours=-25), said=predictions("positive")),
            seen(post(hours=24), said=predictions("positive")),
            seen(post(hours=2), said=predictions("negative"), verdict=Verdict.REVIEW),
            seen(post(hours=2), said=predictions("negative"), verdict=Verdict.OWN),
            seen(post(hours=2), said=predictions("negative"), brand="Helio"),
        )
        store(tx, seen(post(hours=3, by=reddit), said=Predictions(())), stream=None)
        found = set(counted(tx))
    line = ("lumora on X", "negative")
    assert found == {
        Tally(DAYS[1][0], "x", *line, "leaving", "Vidora", review=False, elsewhere=False, called=True, count=2),
        Tally(DAYS[0][0], "x", line[0], "positive", "none", None, review=False, elsewhere=False, called=False, count=1),
        Tally(DAYS[1][0], "x", *line, "none", None, review=True, elsewhere=False, called=False, count=1),
        Tally(DAYS[1][0], "reddit", None, None, None, None, review=False, elsewhere=False, called=False, count=1),
    }


def test_what_is_surely_not_about_us_is_counted_apart(database):
    spam, perhaps = (guess("relevance", "spam", unsure=unsure) for unsure in (False, True))
    dismissed, doubted = post(by=author("a")), post(by=author("b"))
    with database.write() as tx:
        cases.open_case(tx, case("case1", state=CaseState.DISMISSED))
        store(
            tx,
            seen(post(), said=predictions("negative", "none", spam)),
            seen(post(), said=predictions("negative", "none", perhaps)),
            seen(dismissed, said=predictions("negative", "leaving"), case_id="case1"),
            seen(doubted, said=predictions("negative", "none", perhaps)),
        )
        corrections.add(
            tx, mention_id=doubted.id, brand="Lumora", task="relevance", label="not_about", by="U0MIA", at=NOON
        )
        volume = Volume.of(counted(tx))
    assert (volume.mentions, volume.negative, volume.leaving, volume.not_us) == (4, 1, 0, 3)


def test_a_label_that_a_person_set_counts(database):
    one = post()
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(tx, seen(one, said=predictions("negative", "leaving"), case_id="case1"))
        for task, label in (("sentiment", "neutral"), ("switching", "none")):
            corrections.add(tx, mention_id=one.id, brand="Lumora", task=task, label=label, by="U0MIA", at=NOON)
        (found,) = counted(tx)
    assert (found.sentiment, found.switching, found.called) == ("neutral", "none", True)  # what the model called stays


def test_talk_is_what_called_for_an_answer_and_still_does(database):
    with database.write() as tx:
        for name in ("case1", "wrong", "elsewhere"):
            cases.open_case(tx, case(name))
            outcomes.put(tx, outcome(id=name))
        outcomes.counts(tx, "wrong", eligible=False)
        outcomes.not_us(tx, "elsewhere", dismissed=True)
        store(
            tx,
            seen(post("down", by=author("a")), case_id="case1"),
            seen(post("down still", by=author("b"), hours=1), case_id="case1"),
            seen(post("old", by=author("b"), hours=-1), case_id="case1"),
            seen(post("fine")),
            seen(post("sarcasm"), case_id="wrong"),
            seen(post("lumora the moth"), case_id="elsewhere"),
        )
        found = tallies.talk(tx, brand="Lumora", **TODAY, limit=9)
        assert found == [("x:id-b", "down still"), ("x:id-a", "down")]
        assert tallies.talk(tx, brand="Lumora", **TODAY, limit=1) == found[:1]


def test_unanswered_are_open_complaints_that_count_oldest_first(database):
    def opened(tx, name, *, days=0, **changes):
        at = NOON - timedelta(days=days)
        cases.open_case(tx, case(name, by=f"x:{name}", posted_at=at, opened_at=at, due_at=at, **changes))
        outcomes.put(tx, outcome(id=name))

    with database.write() as tx:
        assert tallies.unanswered(tx, brand="Lumora", at=NOON, limit=2) == Unanswered()
        opened(tx, "new", urgency=Urgency.HIGH)
        opened(tx, "old", days=9, urgency=Urgency.LOW)
        opened(tx, "older", days=12, state=CaseState.CLAIMED, owner="U0MIA")
        opened(tx, "answered", days=20, state=CaseState.ANSWERED)
        opened(tx, "chance", days=20, kind=CaseKind.OPPORTUNITY)
        opened(tx, "theirs", days=20, brand="Helio")
        opened(tx, "later", days=-1)
        opened(tx, "wrong", days=20)
        outcomes.counts(tx, "wrong", eligible=False)
        found = tallies.unanswered(tx, brand="Lumora", at=NOON, limit=2)
    old = NOON - timedelta(days=12)
    assert found.by_urgency == ((Urgency.HIGH, 1), (Urgency.NORMAL, 1), (Urgency.LOW, 1))
    assert found.oldest[0] == WaitingCase("older", "x", Urgency.NORMAL, old, old, "U0MIA")
    assert (found.total, [c.case_id for c in found.oldest]) == (3, ["older", "old"])


def test_heard_before_asks_when_posts_were_stored_not_only_when_they_were_written(database):
    with database.write() as tx:
        store(tx, seen(post(hours=-48)), at=NOON)
        assert not tallies.heard_before(tx, brand="Lumora", at=NOON)
        assert tallies.heard_before(tx, brand="Lumora", at=NOON + timedelta(hours=1))
        assert not tallies.heard_before(tx, brand="Helio", at=NOON + timedelta(hours=1))
