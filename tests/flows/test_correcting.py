"""Labels that people set: who may, what follows, and that the last word counts."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.case import CaseKind, CaseState, Urgency
from domain.errors import Refused
from domain.person import Action
from flows.correcting import correct
from flows.digest import digest
from flows.lookup import SearchQuery, search
from flows.reporting import kpis
from flows.responding import Click, claim, not_us, resolve
from storage import audit, cases, corrections, outcomes
from tests.builders import BEN, GUS, LEO, MIA, NOON, author, mention

HOUR = timedelta(hours=1)


@pytest.fixture
def opened(take, house):
    """Take posts of one author in one thread, and return their case."""

    def opened(*texts, by=None, thread="x:thread", start=NOON):
        by = by or author()
        posts = [mention(text, by=by, thread_id=thread, posted_at=start + n * HOUR) for n, text in enumerate(texts)]
        for n, post in enumerate(posts):
            take(post, cursor=f"c{n}")
        with house.database.read() as tx:
            case = cases.find(tx, brand="Lumora", author_key=by.key, thread_id=thread)
            return cases.file(tx, case.id, value_band=house.band)

    return opened


@pytest.fixture
def say(house):
    def say(file, task, label, *, post=-1, person=MIA, delivery=None):
        click = Click(file.case.id, person, delivery)
        return correct(click, mention_id=file.mentions[post].mention.id, task=task, label=label, house=house)

    return say


def fact(house, file):
    with house.database.read() as tx:
        found = outcomes.between(tx, brand="Lumora", start=NOON - HOUR, end=NOON + 24 * HOUR)
    return next(one for one in found if one.id == file.case.id)


def value(house, name):
    (brand,) = house.brands
    day = NOON.date()
    return next(
        kpi for kpi in kpis(brand=brand, since=day, until=day + timedelta(days=1), house=house) if kpi.name == name
    )


def test_a_persons_label_stands_in_the_place_of_the_models_with_her_name(opened, say, house):
    said = say(opened("Lumora is down"), "sentiment", "neutral").mentions[0].predictions
    assert (said.of("sentiment").label, said.of("sentiment").by) == ("neutral", MIA.user_id)
    assert (said.of("sentiment").score, said.of("sentiment").unsure) == (1.0, False)
    assert (said.of("switching").label, said.of("switching").by) == ("none", None)
    (hit,) = search(SearchQuery("down"), person=MIA, house=house).hits
    assert hit.seen.predictions == said


def test_the_correction_is_kept_noted_and_audited(opened, say, house):
    file = say(opened("I cancel Lumora, it is awful"), "switching", "considering_leaving")
    assert file.history[-1].action == "intent corrected to considering leaving"
    assert file.history[-1].actor == MIA.user_id
    with house.database.read() as tx:
        (kept,) = corrections.of(tx, file.mentions[0].mention.id)
        assert (kept.task, kept.label, kept.by, kept.at) == ("switching", "considering_leaving", MIA.user_id, NOON)
        assert audit.verify(tx, secret=house.secret) == []
        assert audit.head(tx) != ""


def test_a_complaint_that_is_none_leaves_the_complaints_and_stays_open_with_its_owner(opened, say, house):
    file = opened("Lumora is down")
    claim(Click(file.case.id, MIA), house=house)
    assert value(house, "complaints").value == 1
    after = say(file, "sentiment", "neutral")
    assert (after.case.state, after.case.owner, after.case.urgency) == (CaseState.CLAIMED, MIA.user_id, Urgency.LOW)
    assert not after.counted
    assert after.history[-1].action == "sentiment corrected to neutral: nothing to answer"
    assert not fact(house, file).eligible
    assert value(house, "complaints").value == 0


def test_a_complaint_stays_one_while_another_label_speaks_of_it(opened, say, house):
    after = say(opened("I cancel Lumora, it is awful"), "sentiment", "neutral")
    assert after.counted
    assert after.case.kind is CaseKind.COMPLAINT
    assert fact(house, after).eligible
    assert not say(after, "switching", "none").counted


def test_a_complaint_stays_one_while_another_post_of_the_case_speaks_of_it(opened, say):
    file = opened("Lumora is down", "still down")
    assert say(file, "sentiment", "neutral", post=1).counted
    assert not say(file, "sentiment", "positive", post=0).counted


def test_a_complaint_may_turn_out_to_be_an_opportunity_and_back(opened, say, house):
    file = opened("Lumora is down")
    say(file, "switching", "joining")
    turned = say(file, "sentiment", "positive")
    assert (turned.case.kind, fact(house, file).kind) == (CaseKind.OPPORTUNITY, CaseKind.OPPORTUNITY)
    assert value(house, "opportunities").value == 1
    assert say(file, "switching", "none").counted is False
    assert value(house, "opportunities").value == 0
    back = say(file, "sentiment", "negative")
    assert (back.case.kind, back.counted) == (CaseKind.COMPLAINT, True)


def test_urgency_and_due_time_follow_the_labels(opened, say, house):
    file = opened("Lumora is down")
    assert file.case.urgency is Urgency.NORMAL
    leaving = say(file, "switching", "leaving")
    assert leaving.case.urgency is Urgency.HIGH
    assert leaving.case.due_at == NOON + 4 * HOUR
    assert fact(house, file).due_at == NOON + 4 * HOUR
    assert say(file, "switching", "none").case.due_at == file.case.due_at


@pytest.mark.parametrize("answered", [False, True])
def test_the_due_time_of_a_reopened_case_stays_and_so_does_that_of_its_first_answer(opened, say, house, take, answered):
    file = opened("Lumora is down")
    first_due, post = fact(house, file).due_at, file.mentions[0].mention
    if answered:
        ours = {"by": author("lumora", user_id="42"), "reply_to": post.id, "thread_id": post.thread_id}
        take(mention("So sorry!", posted_at=NOON + HOUR, **ours), cursor="answer")
    else:
        resolve(Click(file.case.id, MIA), house=house)
    again = opened("it is down once more", start=NOON + 2 * HOUR)
    assert again.case.state is CaseState.NEW
    after = say(again, "switching", "leaving", post=0)
    assert (after.case.urgency, after.case.due_at) == (Urgency.HIGH, again.case.due_at)
    assert fact(house, file).due_at == first_due


def test_of_several_corrections_the_last_counts_and_all_are_kept(opened, say, house):
    file = opened("Lumora is down")
    for label, person in (("positive", MIA), ("neutral", BEN), ("negative", MIA)):
        last = say(file, "sentiment", label, person=person)
    assert last.mentions[0].predictions.of("sentiment").label == "negative"
    with house.database.read() as tx:
        assert [c.label for c in corrections.of(tx, file.mentions[0].mention.id)] == ["positive", "neutral", "negative"]


def test_the_same_choice_delivered_three_times_has_one_effect(opened, say, house):
    file = opened("Lumora is down")
    files = [say(file, "sentiment", "neutral", delivery="a1") for _ in range(3)]
    assert len(files[-1].history) == 1
    with house.database.read() as tx:
        assert len(corrections.of(tx, file.mentions[0].mention.id)) == 1


def test_a_new_complaint_of_the_author_counts_again(opened, say, house):
    by = author("ann")
    file = opened("Lumora is down", by=by)
    assert not say(file, "sentiment", "neutral").counted
    again = opened("Lumora is fine", "now it is awful", by=by)
    assert again.counted
    assert fact(house, again).eligible


def test_a_wish_after_a_corrected_complaint_is_an_opportunity(opened, say):
    by = author("ann")
    say(opened("Lumora is down", by=by), "sentiment", "neutral")
    again = opened("signed up for Lumora", by=by)
    assert (again.case.kind, again.counted) == (CaseKind.OPPORTUNITY, True)


def test_what_was_read_in_an_unknown_language_is_sure_once_a_person_has_said_it(opened, say):
    file = opened("Lumora is down", "unsupported words")
    say(file, "sentiment", "neutral", post=0)
    after = say(file, "switching", "leaving", post=1)
    assert (after.counted, after.case.urgency) == (True, Urgency.HIGH)


def test_the_digest_counts_and_quotes_by_what_people_said(opened, say, house):
    (brand,) = house.brands
    file = opened("Lumora is down")
    assert digest(brand=brand, day=NOON.date(), house=house).volume.negative == 1
    say(file, "sentiment", "positive")
    after = digest(brand=brand, day=NOON.date(), house=house)
    assert (after.volume.negative, after.volume.positive) == (0, 1)
    assert [quote.sentiment for quote in after.quotes] == ["positive"]
    assert (after.answered, after.open) == (0, 0)


@pytest.mark.parametrize("person", [LEO, GUS], ids=["leadership", "no role"])
def test_who_may_not_is_refused_and_nothing_changes(opened, say, house, person):
    file = opened("Lumora is down")
    with pytest.raises(Refused, match=r"may not correct labels: that takes one of the roles"):
        say(file, "sentiment", "neutral", person=person)
    with house.database.read() as tx:
        assert corrections.of(tx, file.mentions[0].mention.id) == []


@pytest.mark.parametrize(("task", "label"), [("sentiment", "furious"), ("relevance", "spam"), ("mood", "negative")])
def test_a_label_that_is_not_offered_is_refused(opened, say, task, label):
    with pytest.raises(Refused, match="not known here"):
        say(opened("Lumora is down"), task, label)


def test_a_dismissed_case_and_a_post_of_another_case_are_refused(opened, say, house):
    file, other = opened("Lumora is down"), opened("Lumora is awful", thread="x:other", by=author("bob"))
    with pytest.raises(Refused, match="This post is gone"):
        correct(
            Click(file.case.id, MIA),
            mention_id=other.mentions[0].mention.id,
            task="sentiment",
            label="neutral",
            house=house,
        )
    not_us(Click(file.case.id, MIA), house=house)
    with pytest.raises(Refused, match="the case is dismissed as not us"):
        say(file, "sentiment", "neutral")


def test_the_audit_names_the_action(opened, say, house):
    say(opened("Lumora is down"), "sentiment", "neutral")
    with house.database.read() as tx:
        assert tx.execute(text("SELECT actor, action FROM audit")).all() == [(MIA.user_id, Action.CORRECT.value)]
