"""Forgetting a person: offered, confirmed once, done in parts, attested, and kept away."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.case import CaseState
from domain.errors import Refused
from domain.forgetting import ForgettingState
from domain.mention import Context, MentionId
from flows import forgetting
from flows.alerting import post_pending, update_changed
from flows.forgetting import cancel, carry_on, confirm, offer, pick, resume, status
from storage import audit, contexts, customers, mentions, outcomes, responses
from storage.records import add_records
from tests.builders import ADA, MIA, NOON, author, mention, record


def add(house, *told):
    with house.database.write() as tx:
        return add_records(tx, told, at=NOON)


def one(offers):
    (found,) = offers
    return found


def forget(text, house):
    return confirm(one(offer(text, person=ADA, house=house)).id, person=ADA, house=house)


def actions(house):
    with house.database.read() as tx:
        assert audit.verify(tx, secret=house.secret) == []
        return [tuple(row) for row in tx.execute(text("SELECT actor, action, subject FROM audit ORDER BY number"))]


def test_only_a_crm_admin_may_forget(house):
    for ask in (offer, pick, confirm, cancel, status):
        with pytest.raises(Refused, match="You may not forget people"):
            ask("@jane", person=MIA, house=house)


def test_what_others_answered_of_her_goes_and_does_not_come_again(take, house):
    take(mention("Lumora is down", by=author("jane")))
    her = Context(author("jane"), "where is my phone?")
    answers = [mention("Lumora is awful", by=author("ann"), reply_to=MentionId("x:55"), context=her) for _ in range(2)]
    take(answers[0])
    forget("@jane", house)
    take(answers[1])
    with house.database.read() as tx:
        assert contexts.answered(tx, answers) == {}


def test_the_offer_counts_what_there_is_and_nothing_goes(take, house, slack, pace):
    add(house, record(notes="likes tea"))
    post = mention("Lumora is down")
    take(
        post,
        mention("still down", thread_id=post.thread_id),
        mention("RT @jane: Lumora is down", by=author("ann"), repost_of=post.id),
    )
    take(mention("@jane sorry", by=author("lumora"), reply_to=post.id))
    post_pending(post=slack, pace=pace, house=house)
    held = one(offer("@jane", person=ADA, house=house)).held
    assert (held.posts, held.copies, held.replies, held.cases, held.messages) == (2, 1, 1, 1, 1)
    assert (held.accounts, held.links, held.records, held.versions, held.notes) == (1, 1, {"csv": 1}, 1, 1)
    with house.database.read() as tx:
        assert len(mentions.of_authors(tx, [post.author.key], limit=9)) == 2


def test_a_person_goes_with_all_that_is_held_and_the_facts_stay(take, house, slack, pace, clock):
    add(house, record(notes="likes tea"))
    post = mention("Lumora is down")
    take(post)
    answer = mention("@jane sorry", by=author("lumora"), reply_to=post.id, posted_at=NOON + timedelta(minutes=5))
    take(answer)
    post_pending(post=slack, pace=pace, house=house)
    (card,) = slack.shown()
    clock.advance(minutes=10)
    done = forget("jane@example.com", house)
    assert done.state is ForgettingState.ERASED
    assert (done.customer_id, done.author_keys) == (None, ())
    assert (done.gone.posts, done.gone.replies, done.gone.cases, done.gone.records) == (1, 1, 1, {"csv": 1})
    update_changed(post=slack, house=house)
    (shown,) = slack.shown()
    assert shown.mentions == ()
    assert (shown.author.handle, shown.case.state, shown.case.answered_at) == (
        "removed",
        CaseState.REMOVED,
        answer.posted_at,
    )
    assert shown.history[-1].action == "removed at the author's wish"
    with house.database.read() as tx:
        assert customers.find(tx, "jane@example.com") == []
        assert mentions.search(tx, "sorry") == []
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(hours=1))
        assert (fact.id, fact.answered_at) == (card.case.id, answer.posted_at)
        assert [r.at for r in responses.of_case(tx, fact.id)] == [answer.posted_at]


def test_the_same_posts_and_records_are_refused_afterwards_and_new_ones_are_a_strangers(take, house):
    add(house, record())
    post = mention("Lumora is down")
    copy = mention("RT @jane: Lumora is down", by=author("ann"), repost_of=post.id)
    take(post)
    forget("@jane", house)
    counts = add(
        house, record(), record(names=("Jane Changed",)), record("c2", emails=("bo@example.com",), accounts=())
    )
    assert (counts.added, counts.forgotten) == (1, 2)
    assert take(post, copy).filed.new == 0
    report = take(mention("Lumora is down again today"))
    assert (report.filed.new, report.filed.linked) == (1, 0)


def test_an_author_who_is_no_customer_is_found_by_handle_and_platform(take, house):
    take(mention("down"), mention("awful", by=author("jane", platform="reddit")))
    assert len(offer("@jane", person=ADA, house=house)) == 2
    who = one(offer("reddit:u/jane", person=ADA, house=house)).who
    assert [a.key for a in who.accounts] == ["reddit:id-jane"]
    assert one(offer("x:@JANE", person=ADA, house=house)).who.accounts[0].platform == "x"
    assert one(offer("x:id-jane", person=ADA, house=house)).who.accounts[0].platform == "x"
    forget("reddit:jane", house)
    assert [a.key for a in one(offer("jane", person=ADA, house=house)).who.accounts] == ["x:id-jane"]


def test_two_people_of_one_name_are_picked_from_and_one_goes(house):
    add(house, record(), record("c2", emails=("j2@example.com",), accounts=()))
    first, second = offer("Jane Doe", person=ADA, house=house)
    assert first.held is None
    picked = pick(second.id, person=ADA, house=house)
    assert picked.held.records == {"csv": 1}
    confirm(second.id, person=ADA, house=house)
    left = one(offer("Jane Doe", person=ADA, house=house))
    assert left.who.customer.id == first.who.customer.id


def test_a_customer_of_several_records_goes_with_all_of_them(house):
    add(house, record(), record("a1", source="shop"))
    with house.database.write() as tx:
        tx.execute(text("UPDATE memberships SET customer_id = (SELECT min(customer_id) FROM memberships)"))
    done = forget("jane@example.com", house)
    assert done.gone.records == {"csv": 1, "shop": 1}
    assert add(house, record(), record("a1", source="shop")).forgotten == 2


def test_an_account_that_was_seen_before_its_customer_came_in_is_hers(take, house):
    take(mention("down"))
    add(house, record())
    found = one(offer("jane@example.com", person=ADA, house=house))
    assert ([a.handle for a in found.who.accounts], found.held.posts) == (["jane"], 1)


def test_an_account_that_two_customers_name_is_nobodys(take, house):
    take(mention("down"))
    add(house, record(), record("c2", emails=("other@example.com",)))
    assert one(offer("other@example.com", person=ADA, house=house)).who.accounts == ()
    assert len(offer("@jane", person=ADA, house=house)) == 3


def test_our_own_account_is_no_person(take, house):
    take(mention("hello", by=author("lumora")))
    with pytest.raises(Refused, match="one of our own accounts"):
        offer("@lumora", person=ADA, house=house)


def test_nobody_is_offered_where_nobody_is_known(house):
    assert offer("@nobody", person=ADA, house=house) == ()
    with pytest.raises(Refused, match="Say whom"):
        offer(" ", person=ADA, house=house)


def test_an_offer_works_once_for_who_asked_and_for_15_minutes(take, house, clock):
    take(mention("down"))
    found = one(offer("@jane", person=ADA, house=house))
    with pytest.raises(Refused, match="not known any more"):
        confirm(found.id, person=replace(ADA, user_id="U0EVE"), house=house)
    confirm(found.id, person=ADA, house=house)
    with pytest.raises(Refused, match=f"confirmed before: its receipt is {found.id}"):
        confirm(found.id, person=ADA, house=house)
    with pytest.raises(Refused, match="confirmed before"):
        cancel(found.id, person=ADA, house=house)
    take(mention("down", number=77))
    late = one(offer("@jane", person=ADA, house=house))
    clock.advance(minutes=15, seconds=1)
    with pytest.raises(Refused, match="too old"):
        confirm(late.id, person=ADA, house=house)


def test_a_cancelled_offer_erases_nothing(take, house):
    take(mention("down"))
    found = one(offer("@jane", person=ADA, house=house))
    cancel(found.id, person=ADA, house=house)
    with pytest.raises(Refused, match="cancelled"):
        confirm(found.id, person=ADA, house=house)
    assert one(offer("@jane", person=ADA, house=house)).held.posts == 1


def test_what_a_stop_leaves_undone_is_taken_up_again(take, house, monkeypatch):
    monkeypatch.setattr(forgetting, "PART", 2)
    take(*(mention(f"down {n}") for n in range(7)))
    add(house, record())
    found = one(offer("@jane", person=ADA, house=house))
    half = confirm(found.id, person=ADA, house=house, seconds=0)
    assert (half.state, half.gone.posts) == (ForgettingState.RUNNING, 2)
    take(mention("she goes on meanwhile"))
    assert status(found.id, person=ADA, house=house).gone.posts == 2
    assert resume(house=house, seconds=60) == 1
    assert resume(house=house, seconds=60) == 0
    done = status(found.id, person=ADA, house=house)
    assert (done.state, done.gone.posts, done.gone.records) == (ForgettingState.ERASED, 8, {"csv": 1})
    assert carry_on(found.id, house=house, seconds=60) == done


def test_a_much_reposted_post_goes_in_parts_too(take, house, monkeypatch):
    monkeypatch.setattr(forgetting, "PART", 3)
    post = mention("down", number=5000)
    take(post)
    take(*(mention("RT", by=author(f"fan{n}"), repost_of=MentionId(post.id)) for n in range(8)))
    done = forget("@jane", house)
    assert (done.gone.posts, done.gone.copies) == (1, 8)


def test_the_audit_log_knows_random_ids_only(take, house):
    add(house, record())
    take(mention("down"))
    with house.database.read() as tx:
        (known,) = customers.find(tx, "@jane")
    done = forget("@jane", house)
    mine = [(actor, action) for actor, action, subject in actions(house) if subject == done.id]
    assert mine == [("U0ADA", "forget offered"), ("U0ADA", "forget confirmed"), ("U0ADA", "forgotten")]
    assert any(action == "remove" for _, action, _ in actions(house))
    with house.database.read() as tx:
        details = " ".join(tx.scalars(text("SELECT detail FROM audit")))
    assert f"1 posts, 1 records, customer {known.id}" in details
    assert "jane" not in details.lower()


def test_after_a_scrub_the_receipt_says_so(take, house):
    take(mention("down"))
    done = forget("@jane", house)
    assert forgetting.awaits_scrub(house=house)
    assert forgetting.scrub(house=house)
    assert not forgetting.awaits_scrub(house=house)
    assert status(done.id, person=ADA, house=house).state is ForgettingState.SCRUBBED


def test_an_offer_that_nobody_confirms_is_dropped(take, house, clock):
    take(mention("down"))
    offer("@jane", person=ADA, house=house)
    clock.advance(minutes=16)
    forgetting.purge(house=house)
    with house.database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM forgettings")) == 0
