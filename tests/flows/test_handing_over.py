from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.case import CaseState
from domain.errors import Refused
from domain.handover import EscalationPolicy, HandoverKind, Interest
from flows.alerting import post_pending, update_changed
from flows.handing_over import LeadPage, Source, Wish, create_lead, escalate_case, leads, send_to_product
from flows.removing import remove
from flows.responding import Click, not_us
from storage import cases, handovers
from tests.builders import GUS, LEO, MIA, NOON, mention

LADDER = EscalationPolicy(("U0LEO", "U0ADA"))
POST = mention("Lumora is down: xylocanary", number=50)


@pytest.fixture
def house(house):
    return replace(house, escalation=LADDER, product_channels={"Lumora": "C0PRODUCT"})


@pytest.fixture
def case_id(take, house):
    take(POST)
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=POST.author.key, thread_id=POST.thread_id).id


def look(house, case_id):
    with house.database.read() as tx:
        return cases.file(tx, case_id, value_band=house.band)


def wish(source, note="the third today", **changes):
    return Wish(**({"person": MIA, "source": source, "note": note} | changes))


def test_an_escalation_reaches_each_person_directly_with_post_reason_and_card(case_id, house, slack, pace):
    post_pending(post=slack, pace=pace, house=house)
    before = look(house, case_id).case
    file = escalate_case(Click(case_id, MIA), reason="press is asking", to=("U0LEO",), house=house)
    case = file.case
    assert (case.escalated_at, case.escalated_by, case.escalated_to) == (NOON, MIA.user_id, "U0LEO")
    assert (case.state, case.urgency, case.due_at) == (before.state, before.urgency, before.due_at)
    assert (file.history[-1].action, file.history[-1].whom) == ("escalated to", "U0LEO")
    post_pending(post=slack, pace=pace, house=house)
    (told,) = slack.shown("U0LEO")
    assert (told.kind, told.handover.note, told.seen.mention.id) == ("escalation", "press is asking", POST.id)
    assert told.card_url.startswith("https://lumora.slack.com/archives/C0ALERTS/p")
    assert "U0ADA" not in slack.channels


def test_with_a_channel_an_escalation_is_one_message_there(case_id, house, slack, pace):
    house = replace(house, escalation=EscalationPolicy(("U0LEO", "S0BOSS"), "C0LADDER"))
    escalate_case(Click(case_id, MIA), reason="", to=("U0LEO", "S0BOSS"), house=house)
    post_pending(post=slack, pace=pace, house=house)
    (told,) = slack.shown("C0LADDER")
    assert told.handover.whom == "U0LEO S0BOSS"
    assert set(slack.channels) == {"C0ALERTS", "C0LADDER"}


@pytest.mark.parametrize(
    ("ladder", "to", "words"),
    [
        (EscalationPolicy(), (), r"set `people` or `channel` under \[escalation\]"),
        (LADDER, (), "Choose somebody"),
        (LADDER, ("U0EVE",), "Choose somebody"),
    ],
)
def test_an_escalation_to_nobody_or_to_strangers_is_refused(case_id, house, ladder, to, words):
    with pytest.raises(Refused, match=words):
        escalate_case(Click(case_id, MIA), reason="", to=to, house=replace(house, escalation=ladder))
    assert look(house, case_id).case.escalated_at is None


def test_a_post_goes_to_product_with_its_note(case_id, house, slack, pace):
    send_to_product(wish(Source("Lumora", case_id=case_id)), house=house)
    assert look(house, case_id).history[-1].action == "sent to product"
    post_pending(post=slack, pace=pace, house=house)
    (told,) = slack.shown("C0PRODUCT")
    assert (told.handover.by, told.handover.note, told.seen.mention.text) == (MIA.user_id, "the third today", POST.text)


def test_a_message_in_slack_goes_to_product_with_its_words_and_link(house, slack, pace):
    source = Source("Lumora", quote="Jane called", source_url="https://lumora.slack.com/archives/C1/p1")
    send_to_product(wish(source), house=house)
    post_pending(post=slack, pace=pace, house=house)
    (told,) = slack.shown("C0PRODUCT")
    assert (told.seen, told.case, told.handover.quote) == (None, None, "Jane called")


def test_a_post_without_a_case_goes_to_product(take, house, slack, pace):
    calm = mention("Lumora is fine", number=51)
    take(calm)
    send_to_product(wish(Source("Lumora", mention_id=calm.id)), house=house)
    with house.database.write() as tx:
        remove(tx, calm.id, house=house)
    with pytest.raises(Refused, match="This post is gone"):
        send_to_product(wish(Source("Lumora", mention_id=calm.id)), house=house)


def test_without_a_channel_of_product_the_key_to_set_is_named(case_id, house):
    with pytest.raises(Refused, match=r"No channel of product is known for Lumora.*`product_channel` under \[slack\]"):
        send_to_product(wish(Source("Lumora", case_id=case_id)), house=replace(house, product_channels={}))
    assert look(house, case_id).history == ()


def test_a_deletion_empties_what_was_passed_on_and_forgets_the_notes(case_id, house, slack, pace):
    escalate_case(Click(case_id, MIA), reason="he writes xylocanary", to=("U0LEO",), house=house)
    send_to_product(wish(Source("Lumora", case_id=case_id), note="xylocanary"), house=house)
    create_lead(wish(Source("Lumora", case_id=case_id), note="xylocanary"), house=house)
    post_pending(post=slack, pace=pace, house=house)
    with house.database.write() as tx:
        remove(tx, POST.id, house=house)
    update_changed(post=slack, house=house)
    for channel in ("C0PRODUCT", "U0LEO"):
        (told,) = slack.shown(channel)
        assert (told.handover, told.seen) == (None, None)
    with house.database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM handovers")) == 0


def test_what_waits_in_the_outbox_when_its_post_is_erased_shows_nothing_of_it(case_id, house, slack, pace):
    send_to_product(wish(Source("Lumora", case_id=case_id), note="xylocanary"), house=house)
    with house.database.write() as tx:
        remove(tx, POST.id, house=house)
    post_pending(post=slack, pace=pace, house=house)
    assert "xylocanary" not in str(slack.shown("C0PRODUCT"))


def test_a_lead_is_kept(case_id, house):
    create_lead(wish(Source("Lumora", case_id=case_id), interest=Interest.READY), house=house)
    assert look(house, case_id).history[-1].action == "made a lead"
    with house.database.read() as tx:
        kept = handovers.get(tx, tx.scalar(text("SELECT id FROM handovers")))
    assert (kept.kind, kept.brand, kept.at, kept.interest) == (HandoverKind.LEAD, "Lumora", NOON, Interest.READY)


@pytest.mark.parametrize("do", [send_to_product, create_lead])
@pytest.mark.parametrize("person", [LEO, GUS])
def test_who_may_not_pass_on_is_refused_and_nothing_is_kept(case_id, house, do, person):
    with pytest.raises(Refused, match="takes one of the roles"):
        do(wish(Source("Lumora", case_id=case_id), person=person), house=house)
    with house.database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM handovers")) == 0


@pytest.mark.parametrize("do", [send_to_product, create_lead])
def test_the_same_form_delivered_three_times_has_one_effect(case_id, house, do):
    for _ in range(3):
        do(wish(Source("Lumora", case_id=case_id), delivery="d1"), house=house)
    with house.database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM handovers")) == 1
    assert len(look(house, case_id).history) == 1


def test_no_lead_is_made_of_a_dismissed_case_but_product_may_hear_of_it(case_id, house):
    not_us(Click(case_id, MIA), house=house)
    with pytest.raises(Refused, match="You cannot make a lead of this now: the case is dismissed as not us"):
        create_lead(wish(Source("Lumora", case_id=case_id)), house=house)
    send_to_product(wish(Source("Lumora", case_id=case_id)), house=house)
    assert look(house, case_id).case.state is CaseState.DISMISSED


def test_leads_are_listed_with_their_posts_the_latest_first(case_id, house, clock):
    create_lead(wish(Source("Lumora", quote="Where do I sign up?", source_url="https://s.example/1")), house=house)
    clock.advance(hours=1)
    create_lead(wish(Source("Lumora", case_id=case_id), interest=Interest.READY), house=house)
    send_to_product(wish(Source("Lumora", case_id=case_id)), house=house)
    asked = {"person": MIA, "house": house, "brand": None, "since": None}
    first = leads(**asked, limit=1)
    (second,) = leads(**asked, limit=1, offset=1).leads
    assert (first.total, first.leads[0].seen.mention.id, first.leads[0].case.id) == (2, POST.id, case_id)
    assert (first.leads[0].handover.interest, second.handover.quote) == (Interest.READY, "Where do I sign up?")
    assert leads(**asked | {"since": NOON + timedelta(minutes=1)}, limit=8).total == 1
    assert leads(**asked | {"brand": "Kinoa"}, limit=8) == LeadPage((), 0)


def test_a_lead_goes_with_its_post(case_id, house):
    create_lead(wish(Source("Lumora", case_id=case_id)), house=house)
    with house.database.write() as tx:
        remove(tx, POST.id, noticed_at=NOON, house=house)
    assert leads(person=MIA, house=house, brand=None, since=None, limit=8).total == 0


def test_leadership_sees_no_leads(house):
    with pytest.raises(Refused, match="see the leads"):
        leads(person=LEO, house=house, brand=None, since=None, limit=8)
