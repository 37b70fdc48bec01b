"""Whatever changes something leaves an entry in the audit log, and no entry says who wrote what."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial

import pytest
from sqlalchemy import text

from crm.lifecycle import Step
from crm.snoozing import Rest
from domain.case import CaseState
from domain.handover import EscalationPolicy
from domain.mention import Mention
from domain.noise import MuteKind
from domain.person import Action
from domain.prediction import SENTIMENT
from domain.preference import DirectKind, Preferences
from domain.query import SearchPlatforms
from flows import (
    approving,
    blind_checks,
    correcting,
    customer_links,
    drafting,
    forgetting,
    handing_over,
    judging,
    lookup,
    muting,
    preferring,
    queries,
    responding,
    snoozing,
)
from flows.approving import Decision
from flows.customer_links import Known, Subject, Tie
from flows.drafting import Wording
from flows.handing_over import Source, Wish
from flows.house import House
from flows.judging import Judgement, Look
from flows.muting import Wanted
from flows.queries import Trier
from flows.removing import remove
from flows.responding import Click
from storage import audit, cases, customers, links, records
from tests.builders import ADA, BEN, MIA, NOON, author, mention, record
from tests.flows.fakes import MemoryPlatform

CANARY = "zanzibar"
JANE = author(f"{CANARY}_jane", name=f"Jane {CANARY}", user_id="77", followers=90_000)
CUSTOMER = record(names=(f"Jane {CANARY}",), emails=(f"{CANARY}@example.com",), accounts=())


@dataclass
class World:
    """What a case has around it: the post, a customer, a platform that takes replies, and a clock to move."""

    house: House
    take: Callable[..., object]
    clock: Callable[..., object]
    post: Mention
    case_id: str
    customer_id: str

    @property
    def click(self):
        return Click(self.case_id, MIA)

    @property
    def repliers(self):
        return {("Lumora", "x"): MemoryPlatform(self.clock)}

    def case(self):
        with self.house.database.read() as tx:
            return cases.get(tx, self.case_id)

    def unsure_post(self):
        post = mention(f"maybe down {CANARY}", by=author(f"{CANARY}_2"))
        self.take(post, cursor="c9")
        return post


@pytest.fixture
def world(house, take, clock):
    house = replace(
        house,
        escalation=EscalationPolicy(people=("U0LEO",)),
        product_channels={"Lumora": "C0PRODUCT"},
    )
    post = mention(f"Lumora is down, says {CANARY}", by=JANE, posted_at=NOON)
    take(post)
    with house.database.write() as tx:
        records.add_record(tx, CUSTOMER, at=NOON)
    with house.database.read() as tx:
        case_id = cases.find(tx, brand="Lumora", author_key=JANE.key, thread_id=post.thread_id).id
        (customer,) = customers.find(tx, f"{CANARY}@example.com")
    return World(house, take, clock, post, case_id, customer.id)


def linked(world):
    tie = Tie(MIA, Subject(world.case_id), world.customer_id, Known.TOLD)
    customer_links.link(tie, house=world.house)


def unlinked(world):
    linked(world)
    with world.house.database.read() as tx:
        (made,) = links.of_author(tx, JANE.key)
    customer_links.unlink(made.id, person=MIA, house=world.house, case_id=world.case_id)


def dismissed(world):
    responding.not_us(world.click, house=world.house)


def reopened(world):
    responding.resolve(world.click, house=world.house)
    responding.reopen(world.click, house=world.house)


def snoozed(world):
    snoozing.snooze(world.click, rest=Rest.HOUR, house=world.house)


def woken(world):
    snoozed(world)
    snoozing.wake(world.click, house=world.house)


def handed_in(world):
    words = Wording(world.post.id, f"Sorry, {CANARY}, our lawyer looks into it.")
    drafting.hand_in(world.click, words, repliers=world.repliers, house=world.house)


def approved(world):
    handed_in(world)
    with world.house.database.read() as tx:
        draft = cases.file(tx, world.case_id, value_band=world.house.band).draft
    approving.approve(Decision(draft.id, BEN), house=world.house)


def muted(world):
    muting.mute(Wanted(MuteKind.TOPIC, CANARY, timedelta(hours=1)), person=MIA, house=world.house)
    new = muting.mute_author_of(world.case_id, timedelta(hours=1), person=MIA, house=world.house)
    muting.unmute(new.id, person=MIA, house=world.house)


def judged(world, judgement):
    judging.judge(Look(world.unsure_post().id, "Lumora", MIA), judgement, house=world.house)


def blind_checked(world):
    world.clock.now = NOON.replace(day=9)
    assert blind_checks.enqueue_due_checks(house=world.house)
    with world.house.database.read() as tx:
        check = tx.scalar(text("SELECT id FROM blind_checks"))
    step = blind_checks.begin(check, person=MIA, house=world.house)
    blind_checks.answer(blind_checks.Press(step.item, MIA), task="relevance", label="about", house=world.house)


def forgotten(world):
    (offer,) = forgetting.offer(f"{CANARY}@example.com", person=ADA, house=world.house)
    forgetting.confirm(offer.id, person=ADA, house=world.house)


DEEDS: dict[Action, Callable[[World], object]] = {
    Action.CLAIM: lambda w: responding.claim(w.click, house=w.house),
    Action.ASSIGN: lambda w: responding.assign(w.click, to=BEN, house=w.house),
    Action.RESOLVE: lambda w: responding.resolve(w.click, house=w.house),
    Action.REOPEN: reopened,
    Action.NOT_US: dismissed,
    Action.CORRECT: lambda w: correcting.correct(
        w.click, mention_id=w.post.id, task=SENTIMENT, label="neutral", house=w.house
    ),
    Action.SNOOZE: lambda w: snoozing.snooze_until(
        w.click, day=NOON.date() + timedelta(days=1), hour=time(9), house=w.house
    ),
    Action.WAKE: woken,
    Action.ESCALATE: lambda w: handing_over.escalate_case(w.click, reason=CANARY, to=("U0LEO",), house=w.house),
    Action.LINK_CUSTOMER: linked,
    Action.UNLINK_CUSTOMER: unlinked,
    Action.NOTE_CUSTOMER: lambda w: customer_links.add_note(w.customer_id, CANARY, person=MIA, house=w.house),
    Action.SEND_TO_PRODUCT: lambda w: handing_over.send_to_product(
        Wish(MIA, Source("Lumora", case_id=w.case_id), CANARY), house=w.house
    ),
    Action.CREATE_LEAD: lambda w: handing_over.create_lead(
        Wish(MIA, Source("Lumora", case_id=w.case_id), CANARY), house=w.house
    ),
    Action.MUTE: muted,
    Action.SAVE_QUERY: lambda w: queries.save_query(
        "lumora", f"lumora {CANARY}", person=MIA, trier=Trier(w.house, w.house.brands[0], SearchPlatforms())
    ),
    Action.JUDGE: partial(judged, judgement=Judgement.COMPLAINT),
    Action.BLIND_CHECK: blind_checked,
    Action.SET_PREFERENCES: lambda w: preferring.prefer(
        Preferences(frozenset({DirectKind.AWAKE})), person=MIA, house=w.house
    ),
    Action.REPLY: handed_in,
    Action.APPROVE: approved,
    Action.SEE_CUSTOMER: lambda w: lookup.find_customers(f"{CANARY}@example.com", person=ADA, house=w.house),
    Action.FORGET: forgotten,
}
ONLY_SEEN = {
    Action.OPEN_POST, Action.SEE_QUEUE, Action.SEARCH, Action.SEE_KPI, Action.SEE_EVIDENCE, Action.SEE_STATS,
    Action.SEE_PEOPLE_STATS, Action.SEE_HEALTH, Action.SEE_CONTACT, Action.SEE_AUDIT, Action.SEE_SETTINGS,
    Action.SEE_HOME, Action.SEE_HELP, Action.TEST_QUERY, Action.EXPLAIN, Action.SEE_LEADS,
}  # fmt: skip


def answered(world):
    reply = mention("so sorry", by=author("lumora"), reply_to=world.post.id, posted_at=NOON + timedelta(minutes=5))
    world.take(reply, cursor="c5")


def called_again(world):
    responding.resolve(world.click, house=world.house)
    later = NOON + timedelta(hours=1)
    world.take(mention(f"down {CANARY}", by=JANE, thread_id=world.post.thread_id, posted_at=later), cursor="c6")


def removed(world):
    with world.house.database.write() as tx:
        remove(tx, world.post.id, house=world.house)


def woken_by_time(world):
    snoozed(world)
    world.clock.advance(hours=2)
    assert snoozing.wake_due(house=world.house)


SEEN_BY_ITSELF = {
    Step.ANSWER: answered,
    Step.CALL_AGAIN: called_again,
    Step.REMOVE: removed,
    Step.WAKE: woken_by_time,
}


def entries(world):
    with world.house.database.read() as tx:
        assert audit.verify(tx, secret=world.house.secret) == []
        return audit.entries(tx, limit=1000)


def stored(world):
    with world.house.database.read() as tx:
        return str([tuple(row) for row in tx.execute(text("SELECT * FROM audit"))])


def test_every_action_that_does_something_is_in_this_table():
    assert set(DEEDS) | ONLY_SEEN == set(Action)
    assert not set(DEEDS) & ONLY_SEEN


@pytest.mark.parametrize("action", DEEDS)
def test_what_a_person_does_leaves_an_entry_with_her_id_and_ids_alone(world, action):
    before = len(entries(world))
    DEEDS[action](world)
    made = entries(world)[: len(entries(world)) - before]
    assert any(entry.actor in {"U0MIA", "U0BEN", "U0ADA"} for entry in made)
    assert CANARY not in stored(world)
    assert "example.com" not in stored(world)
    assert JANE.user_id not in {word for entry in made for word in f"{entry.subject} {entry.detail}".split()}


@pytest.mark.parametrize("step", SEEN_BY_ITSELF)
def test_what_earshot_sees_by_itself_leaves_an_entry_of_its_own(world, step):
    SEEN_BY_ITSELF[step](world)
    newest = entries(world)[0]
    assert (newest.actor, newest.action, newest.subject) == ("earshot", step.value, world.case_id)
    assert CANARY not in stored(world)


@pytest.mark.parametrize("judgement", Judgement)
def test_a_judgement_names_no_post_by_its_platforms_id(world, judgement):
    judged(world, judgement)
    newest = entries(world)[0]
    assert newest.detail == judgement.value
    assert "x:" not in newest.subject


def test_erasing_leaves_the_log_as_it_is(world):
    responding.claim(world.click, house=world.house)
    linked(world)
    before = entries(world)
    forgotten(world)
    assert entries(world)[-len(before) :] == before
    assert world.case().state is CaseState.REMOVED or world.case().author_key == ""
