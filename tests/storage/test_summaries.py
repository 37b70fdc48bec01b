from datetime import timedelta

from domain.case import CaseState, Verdict
from domain.digest import Quote, Volume
from domain.prediction import Predictions
from storage import cases, corrections, summaries, tallies
from tests.builders import NOON, author, guess, mention, predictions
from tests.storage.values import case, seen, store

DAY = {"brand": "Lumora", "start": NOON, "end": NOON + timedelta(days=1)}


def post(text="hm", *, by=None, hours=0.0, **changes):
    return mention(text, by=by, posted_at=NOON + timedelta(hours=hours), **changes)


def test_the_volume_counts_what_was_said_in_the_period(database):
    with database.write() as tx:
        store(
            tx,
            seen(post(), said=predictions("negative", "leaving")),
            seen(post(hours=1), said=predictions("negative", "considering_leaving")),
            seen(post(hours=2), said=predictions("positive", "joining")),
            seen(post(hours=3), said=predictions("neutral", "considering_joining")),
            seen(post(hours=4), said=predictions("negative", "leaving"), verdict=Verdict.REVIEW),
            seen(post(hours=5), said=Predictions(()), verdict=Verdict.OWN),
            seen(post(hours=-0.1), said=predictions("negative")),
            seen(post(hours=24), said=predictions("negative")),
            seen(post(hours=6), said=predictions("negative"), brand="Helio"),
        )
        found = summaries.volume(tx, **DAY)
    assert found == Volume(mentions=5, negative=2, neutral=1, positive=1, leaving=2, joining=2, review=1)


def test_the_volume_has_no_label_of_what_is_surely_not_about_us_and_agrees_with_the_days(database):
    spam, perhaps = (guess("relevance", "spam", unsure=unsure) for unsure in (False, True))
    with database.write() as tx:
        cases.open_case(tx, case("case1", state=CaseState.DISMISSED))
        cases.open_case(tx, case("case2"))
        store(
            tx,
            seen(post(), said=predictions("negative", "leaving", spam)),
            seen(post(), said=predictions("negative", "none", perhaps)),
            seen(post(), said=predictions("negative", "leaving"), case_id="case1"),
            seen(post(), said=predictions("negative"), case_id="case2"),
            seen(post(), said=predictions("negative", "none", spam), verdict=Verdict.REVIEW),
        )
        found = summaries.volume(tx, **DAY)
        days = tallies.by_day(tx, brand="Lumora", days=[(NOON.date(), NOON, NOON + timedelta(days=1))])
    assert found == Volume(5, negative=2, neutral=0, positive=0, leaving=0, joining=0, review=0, not_us=3)
    assert found == Volume.of(days)


def test_a_silent_period_has_no_volume_and_no_quotes(database):
    with database.read() as tx:
        assert summaries.volume(tx, **DAY) == Volume(0, 0, 0, 0, 0, 0, 0)
        assert summaries.quotes(tx, **DAY, limit=3) == []


def test_quotes_are_one_complaint_one_who_switches_and_one_praise_each_by_another_author(database):
    loud, quiet, glad = author("loud", followers=9000), author("quiet"), author("glad", followers=99_000)
    worst = post("worst", by=loud)
    with database.write() as tx:
        cases.open_case(tx, case("case1"))
        store(
            tx,
            seen(post("bad", by=quiet), said=predictions("negative", score=0.99)),
            seen(post("bye", by=loud), said=predictions("negative", "leaving")),
            seen(post("bye then", by=author("mo")), said=predictions("neutral", "considering_leaving")),
            seen(worst, said=predictions("negative", score=0.8), case_id="case1"),
            seen(post("great", by=glad), said=predictions("positive")),
            seen(post("fine", by=author("z", followers=10**6)), said=predictions("neutral")),
            seen(post("great", by=author("r"), repost_of="x:1"), said=predictions("positive")),
            seen(post("we think", by=author("lumora")), said=predictions("negative"), verdict=Verdict.OWN),
            seen(post("who knows", by=author("x")), said=predictions("negative"), verdict=Verdict.REVIEW),
            seen(post("old", by=author("y"), hours=-1), said=predictions("negative")),
        )
        found = summaries.quotes(tx, **DAY, limit=3)
        assert [q.text for q in found] == ["worst", "bye then", "great"]
        assert found[0] == Quote(worst.id, "loud", "worst", worst.url, "negative", "case1")
        assert [q.switching for q in found] == [None, "considering_leaving", None]
        assert [q.text for q in summaries.quotes(tx, **DAY, limit=5)] == ["worst", "bye then", "great", "bad", "fine"]
        assert len(summaries.quotes(tx, **DAY, limit=2)) == 2


def test_where_one_kind_of_quote_is_missing_the_others_fill_up_and_the_surest_come_first(database):
    with database.write() as tx:
        store(
            tx,
            seen(post("perhaps", by=author("a", followers=99)), said=predictions("negative", unsure=True)),
            seen(post("bad", by=author("b")), said=predictions("negative")),
            seen(post("so what", by=author("c", followers=9)), said=predictions("neutral")),
            seen(post("maybe going", by=author("d", followers=9)), said=predictions("neutral", "leaving", unsure=True)),
        )
        assert [q.text for q in summaries.quotes(tx, **DAY, limit=3)] == ["bad", "perhaps", "so what"]
        assert all(q.switching is None for q in summaries.quotes(tx, **DAY, limit=4))


def test_what_a_person_said_is_not_about_us_is_not_quoted(database):
    with database.write() as tx:
        cases.open_case(tx, case("case1", state=CaseState.DISMISSED))
        cases.open_case(tx, case("case2"))
        store(tx, seen(post("another Lumora", by=author("a")), case_id="case1"), seen(post("ours"), case_id="case2"))
        assert [q.text for q in summaries.quotes(tx, **DAY, limit=5)] == ["ours"]


def test_what_the_model_is_sure_is_not_about_us_is_not_quoted_and_an_unsure_label_says_so(database):
    spam, perhaps = (guess("relevance", "spam", unsure=unsure) for unsure in (False, True))
    with database.write() as tx:
        store(
            tx,
            seen(post("cheap followers", by=author("a")), said=predictions("negative", "none", spam)),
            seen(post("perhaps ours", by=author("b")), said=predictions("negative", "none", perhaps, unsure=True)),
        )
        assert [(q.text, q.unsure) for q in summaries.quotes(tx, **DAY, limit=5)] == [("perhaps ours", True)]


def test_quotes_go_by_what_a_person_said(database):
    elsewhere = guess("relevance", "not_about")
    ours, angry = post("ours", by=author("a")), post("angry", by=author("b"))
    with database.write() as tx:
        store(
            tx,
            seen(ours, said=predictions("negative", "none", elsewhere)),
            seen(angry, said=predictions("neutral", "none", unsure=True)),
        )
        assert [(q.text, q.sentiment, q.unsure) for q in summaries.quotes(tx, **DAY, limit=5)] == [
            ("angry", "neutral", True)
        ]
        for mention_id, task, label in ((ours.id, "relevance", "about"), (angry.id, "sentiment", "negative")):
            corrections.add(tx, mention_id=mention_id, brand="Lumora", task=task, label=label, by="U0MIA", at=NOON)
        assert [(q.text, q.sentiment, q.unsure) for q in summaries.quotes(tx, **DAY, limit=5)] == [
            ("ours", "negative", False),
            ("angry", "negative", False),
        ]
