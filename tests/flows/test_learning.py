"""What learning is given: labels that people set or confirmed, and which of them may train."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.lesson import Lesson
from flows.correcting import correct
from flows.learning import learn
from flows.responding import Click, claim, not_us, reopen
from storage import audit, cases
from tests.builders import MIA, NOON, author, brand, mention

HOUR = timedelta(hours=1)


@pytest.fixture
def case_of(house):
    def case_of(post):
        with house.database.read() as tx:
            return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id).id

    return case_of


@pytest.fixture
def given(house):
    """Return what was handed on for learning."""

    def given(**changes):
        found = []

        def teach(judged, ordinary):
            found.extend(judged)
            return Lesson("test", None, ())

        learn(teach=teach, trainable={"mastodon"}, house=replace(house, **changes))
        return [(j.reading.text, j.task, j.label, j.corrected, j.may_train) for j in found]

    return given


def say(house, case_id, post, task, label):
    correct(Click(case_id, MIA), mention_id=post.id, task=task, label=label, house=house)


def answered(take, post):
    reply = mention("Sorry!", by=author("lumora"), reply_to=post.id, thread_id=post.thread_id, posted_at=NOON + HOUR)
    take(reply, cursor="answer")


def test_the_last_correction_is_given_with_the_reading_that_the_model_gets(take, case_of, given, house):
    post = mention("Lumora is down")
    take(post)
    for label in ("positive", "neutral"):
        say(house, case_of(post), post, "sentiment", label)
    assert given() == [("Lumora is down", "sentiment", "neutral", True, False)]


def test_only_what_the_platforms_terms_allow_may_train(take, case_of, given, house):
    on_x = mention("Lumora is down")
    on_mastodon = mention("Lumora is awful", by=author("mo", platform="mastodon"))
    take(on_x, on_mastodon)
    for post in (on_x, on_mastodon):
        say(house, case_of(post), post, "sentiment", "neutral")
    assert {judged[0]: judged[4] for judged in given()} == {"Lumora is down": False, "Lumora is awful": True}


def test_a_case_that_was_claimed_and_answered_confirms_its_sure_labels(take, case_of, given, house):
    post = mention("Lumora is down")
    take(post)
    assert given() == []
    claim(Click(case_of(post), MIA), house=house)
    assert given() == [], "a claim alone says nothing of the label"
    answered(take, post)
    assert given() == [
        ("Lumora is down", "sentiment", "negative", False, False),
        ("Lumora is down", "switching", "none", False, False),
    ]
    say(house, case_of(post), post, "switching", "leaving")
    assert given() == [
        ("Lumora is down", "switching", "leaving", True, False),
        ("Lumora is down", "sentiment", "negative", False, False),
    ]


def test_an_answer_that_nobody_claimed_confirms_nothing(take, given):
    post = mention("Lumora is down")
    take(post)
    answered(take, post)
    assert given() == []


def test_not_us_is_a_correction_of_the_relevance_and_reopening_takes_it_back(take, case_of, given, house):
    post = mention("Lumora is down")
    take(post)
    not_us(Click(case_of(post), MIA), house=house)
    assert given() == [("Lumora is down", "relevance", "not_about", True, False)]
    reopen(Click(case_of(post), MIA), house=house)
    assert given() == [("Lumora is down", "relevance", "about", True, False)]


def test_a_text_that_was_edited_after_the_correction_is_not_learned_from(take, case_of, given, house):
    post = mention("Lumora is down")
    take(post)
    say(house, case_of(post), post, "sentiment", "neutral")
    take(replace(post, text="Lumora is great", edited_at=NOON + HOUR), cursor="c2")
    assert given() == []


def test_an_unknown_language_and_a_brand_that_left_the_settings_are_not_learned_from(take, case_of, given, house):
    by = author()
    known = mention("Lumora is down", by=by, thread_id="x:t")
    foreign = mention("unsupported", by=by, thread_id="x:t", posted_at=NOON + HOUR)
    take(known)
    take(foreign, cursor="c2")
    for post in (known, foreign):
        say(house, case_of(post), post, "sentiment", "neutral")
    assert [judged[0] for judged in given()] == ["Lumora is down"]
    assert given(brands=(brand("Helio"),)) == []


def test_ordinary_posts_come_along_so_that_they_are_not_forgotten(take, case_of, house):
    complaint, calm, ours = mention("Lumora is down"), mention("Lumora exists"), mention("Hi", by=author("lumora"))
    unsure, foreign = mention("Lumora is maybe down"), mention("unsupported")
    take(complaint, calm, ours, unsure, foreign, mention("Lumora on mastodon", by=author("mo", platform="mastodon")))
    say(house, case_of(complaint), complaint, "sentiment", "neutral")
    found = []

    def teach(_judged, ordinary):
        found.extend(ordinary)
        return Lesson("test", None, ())

    learn(teach=teach, trainable={"mastodon"}, house=house)
    assert {o.reading.text: o.may_train for o in found} == {"Lumora exists": False, "Lumora on mastodon": True}


@pytest.mark.parametrize(("version", "entries"), [(None, []), (3, [("operator", "learned version 3", "small@1")])])
def test_what_was_learned_is_in_the_audit_log_and_what_was_not_is_not(house, version, entries):
    learn(teach=lambda _judged, _ordinary: Lesson("small@1", version, ()), trainable=(), house=house)
    with house.database.read() as tx:
        assert tx.execute(text("SELECT actor, action, subject FROM audit")).all() == entries
        assert audit.verify(tx, secret=house.secret) == []
