"""Replies from the form to the platform, on both databases and a platform in memory."""

import random
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.case import CaseState
from domain.errors import AlreadyOwned, AnsweredAlready, BeingAnswered, Refused
from domain.message import ApprovalRequest, MessageKind, ReplyNote
from domain.person import Person
from domain.reply import Credit, CreditReason, ReplyPolicy, ReplyState, ReplyTemplate, RiskKind
from flows.alerting import post_pending, update_changed
from flows.approving import Decision, approve, send_back, withdraw
from flows.drafting import Wording, begin, hand_in, leave, look, open_outside, use_template
from flows.ingest import ingest
from flows.removing import remove
from flows.replying import MOST_ATTEMPTS, recover_replies, send_replies, settle_drafts
from flows.responding import Click, claim, not_us, reopen, resolve
from storage import audit, cases, messages, outcomes, replies
from storage.tables import ReplyRow
from tests.builders import ADA, BEN, LEO, MIA, NOON, author, mention, stream
from tests.flows.fakes import MemoryPlatform, Scripted, batch, by_keyword, dice

TEXT = "Sorry, we look into it."


@pytest.fixture
def platform(clock):
    return MemoryPlatform(clock)


@pytest.fixture
def repliers(platform):
    return {("Lumora", "x"): platform}


@pytest.fixture
def post():
    return complaint()


@pytest.fixture
def case_id(take, house, post):
    take(post)
    return find_case(house, post)


@pytest.fixture
def risky(take, house):
    """A case of an author whom many people follow."""
    post = complaint(by=author("star", followers=50_000))
    take(post)
    return find_case(house, post)


@pytest.fixture
def at(house, repliers):
    """What people do, with the house and the platform filled in."""
    return Desk(house, repliers)


class Desk:
    def __init__(self, house, repliers):
        self.house, self.repliers = house, repliers
        self.both = {"house": house, "repliers": repliers}

    def begin(self, case_id, person=MIA):
        return begin(Click(case_id, person), **self.both)

    def look(self, case_id, text=TEXT, person=MIA):
        return look(Click(case_id, person), self.wording(case_id, text), **self.both)

    def hand_in(self, case_id, text=TEXT, person=MIA, delivery=None):
        return hand_in(Click(case_id, person, delivery), self.wording(case_id, text), **self.both)

    def wording(self, case_id, text):
        return Wording(self.file(case_id).mentions[0].mention.id, text)

    def send(self):
        return send_replies(**self.both)

    def approve(self, case_id, person=BEN):
        return approve(Decision(self.draft(case_id).id, person), house=self.house)

    def file(self, case_id):
        with self.house.database.read() as tx:
            return cases.file(tx, case_id, value_band=self.house.band)

    def draft(self, case_id):
        return self.file(case_id).draft

    def fact(self, case_id):
        with self.house.database.read() as tx:
            case = cases.get(tx, case_id)
            facts = outcomes.between(tx, brand="Lumora", start=case.posted_at, end=case.posted_at + timedelta(1))
        return next(fact for fact in facts if fact.id == case_id)

    def actions(self, case_id):
        return [line.action for line in self.file(case_id).history]


def complaint(text="Lumora is down", **changes):
    return mention(text, **({"posted_at": NOON - timedelta(minutes=1)} | changes))


def find_case(house, post):
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id).id


def own_answer(post, text="We are on it.", *, number=None, at=None, **changes):
    ours = author("lumora")
    values = {"posted_at": at or post.posted_at + timedelta(minutes=5), "thread_id": post.thread_id}
    return mention(text, by=ours, number=number, reply_to=post.id, **(values | changes))


# From the form to the platform


def test_a_reply_is_public_and_its_case_answered_at_once(at, case_id, platform, clock):
    clock.advance(minutes=3)
    at.begin(case_id)
    file = at.hand_in(case_id, f"  {TEXT}\n")
    assert (file.case.state, file.case.owner) == (CaseState.CLAIMED, MIA.user_id)
    assert at.send().sent == 1
    assert platform.texts() == [TEXT]
    file = at.file(case_id)
    assert (file.case.state, file.case.answered_at) == (CaseState.ANSWERED, clock.now)
    (response,) = file.responses
    assert response.credit == Credit(MIA.user_id, CreditReason.SENT)
    assert at.fact(case_id).answered_at == clock.now
    assert (file.history[-1].actor, file.history[-1].action) == (MIA.user_id, "answered in public as lumora")
    assert at.send() == at.send(), "nothing is left to do"
    assert len(platform.kept) == 1


def test_polling_finds_the_reply_that_was_sent_and_nothing_doubles(at, case_id, platform, take, post):
    at.hand_in(case_id)
    at.send()
    (_, _, sent), before = platform.kept[0], at.file(case_id)
    take(own_answer(post, TEXT, number=int(sent.id.partition(":")[2]), at=sent.at))
    after = at.file(case_id)
    assert after.responses == before.responses
    assert after.history == before.history


def test_polling_that_is_quicker_than_we_are_loses_the_writer_no_credit(at, case_id, platform, take, post):
    platform.fate = "lost after"
    at.hand_in(case_id)
    at.send()
    (_, _, sent) = platform.kept[0]
    take(own_answer(post, TEXT, number=int(sent.id.partition(":")[2]), at=sent.at))
    assert at.file(case_id).case.state is CaseState.ANSWERED
    assert at.send().sent == 1
    (response,) = at.file(case_id).responses
    assert response.credit == Credit(MIA.user_id, CreditReason.SENT)
    assert len(platform.kept) == 1


def test_the_same_submission_delivered_three_times_is_one_reply(at, case_id, platform):
    for _ in range(3):
        at.hand_in(case_id, delivery="v1")
    at.send()
    assert len(platform.kept) == 1
    assert at.actions(case_id).count("handed in a reply") == 1


def test_what_a_person_may_not_answer_she_is_refused(at, case_id):
    with pytest.raises(Refused, match="takes one of the roles"):
        at.begin(case_id, LEO)
    with pytest.raises(Refused, match="takes one of the roles"):
        at.hand_in(case_id, person=LEO)
    assert at.draft(case_id) is None


def test_somebody_elses_case_is_not_answered_by_another(at, case_id, house):
    claim(Click(case_id, BEN), house=house)
    for attempt in (at.begin, at.hand_in):
        with pytest.raises(AlreadyOwned):
            attempt(case_id)
    assert at.draft(case_id) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no text"),
        ("x" * 281, r"281 characters long and 280 are allowed: shorten it by 1\."),
        ("Hi {link}", r"\{link\}: fill this in"),
        ("Hi\u202e there", "characters that nobody sees"),
        ("a\0b", "characters that nobody sees"),
    ],
)
def test_a_faulty_text_is_shown_as_such_and_never_handed_in(at, case_id, platform, text, fault):
    assert at.look(case_id, text).faults
    with pytest.raises(Refused, match=fault):
        at.hand_in(case_id, text)
    at.send()
    assert platform.kept == []


def test_emoji_of_several_characters_are_no_fault(at, case_id):
    assert at.look(case_id, "Sorry 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️").faults == ()


def test_where_the_platform_forbids_it_nothing_is_sent(at, case_id, platform):
    platform.summoned = set()
    assert not at.begin(case_id).permit.may_send
    with pytest.raises(Refused, match="does not mention us"):
        at.hand_in(case_id)
    assert platform.calls == []


def test_of_an_authors_posts_the_latest_is_answered_that_we_may_answer(at, case_id, platform, take, post):
    again = complaint("Lumora is still down", thread_id=post.thread_id, posted_at=post.posted_at + timedelta(minutes=1))
    take(again, cursor="c2")
    assert at.begin(case_id).post.id == again.id
    platform.summoned = {post.id}
    assert at.begin(case_id).post.id == post.id


def test_without_an_account_there_people_answer_themselves(at, case_id, house):
    sheet = begin(Click(case_id, MIA), repliers={}, house=house)
    assert not sheet.permit.may_send
    assert "no account of Lumora" in sheet.permit.reason


# Two people


def test_a_second_person_sees_who_is_writing_and_since_when(at, case_id, clock):
    began = clock.now
    at.begin(case_id)
    clock.advance(minutes=4)
    at.look(case_id)
    clock.advance(minutes=9)
    with pytest.raises(BeingAnswered) as caught:
        at.begin(case_id, BEN)
    assert (caught.value.holder, caught.value.since) == (MIA.user_id, began)


def test_who_closes_the_form_or_forgets_it_lets_others_write(at, case_id, house, clock):
    at.begin(case_id)
    leave(case_id, BEN, house=house)
    with pytest.raises(BeingAnswered):
        at.begin(case_id, BEN)
    leave(case_id, MIA, house=house)
    at.begin(case_id, BEN)
    clock.advance(minutes=11)
    at.begin(case_id)
    assert isinstance(at.look(case_id, person=BEN).trouble, BeingAnswered)
    with pytest.raises(BeingAnswered):
        at.hand_in(case_id, person=BEN)


def test_of_twenty_people_who_open_the_form_at_once_one_writes(at, case_id):
    writing, start = [], threading.Barrier(20)

    def open_form(n):
        start.wait()
        try:
            at.begin(case_id, Person(f"U{n}", MIA.roles))
            writing.append(n)
        except BeingAnswered:
            pass

    threads = [threading.Thread(target=open_form, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(writing) == 1


def test_of_twenty_people_who_hand_in_at_once_one_reply_is_sent(at, case_id, platform):
    handed, start = [], threading.Barrier(20)

    def write(n):
        start.wait()
        try:
            at.hand_in(case_id, f"Reply {n}", Person(f"U{n}", MIA.roles))
            handed.append(n)
        except Refused:
            pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handed) == 1
    at.send()
    assert platform.texts() == [f"Reply {handed[0]}"]


def test_the_same_person_in_two_windows_hands_in_one_reply(at, case_id, platform):
    at.begin(case_id)
    at.hand_in(case_id)
    with pytest.raises(Refused, match="under way already"):
        at.hand_in(case_id, "Another text")
    at.send()
    assert platform.texts() == [TEXT]


def test_who_was_overtaken_by_an_answer_is_told_whose_it_was(at, case_id, take, post):
    at.begin(case_id)
    answer = own_answer(post)
    take(answer, cursor="c2")
    with pytest.raises(AnsweredAlready) as caught:
        at.hand_in(case_id)
    assert (caught.value.url, caught.value.at) == (answer.url, answer.posted_at)
    assert isinstance(at.look(case_id).trouble, AnsweredAlready)


def test_after_reopening_an_answered_case_can_be_answered_again(at, case_id, platform, house, clock):
    at.hand_in(case_id)
    at.send()
    reopen(Click(case_id, MIA), house=house)
    clock.advance(minutes=1)
    at.begin(case_id)
    at.hand_in(case_id, "One more thing.")
    at.send()
    assert platform.texts() == [TEXT, "One more thing."]
    assert at.file(case_id).case.answered_at == platform.kept[0][2].at, "the first response counts"


# Approval


def test_a_risky_reply_waits_for_somebody_else_and_goes_out_as_it_was_approved(at, risky, platform, slack, pace, house):
    file = at.hand_in(risky)
    assert file.case.state is CaseState.WAITING_APPROVAL
    assert [risk.kind for risk in at.draft(risky).risks] == [RiskKind.REACH]
    assert at.send().sent == 0
    post_pending(post=slack, pace=pace, house=house)
    post_pending(post=slack, pace=pace, house=house)  # the thread exists now
    _, request = slack.shown()
    assert isinstance(request, ApprovalRequest)
    assert request.draft.text == TEXT
    at.approve(risky)
    assert at.file(risky).case.state is CaseState.CLAIMED
    at.send()
    assert platform.texts() == [request.draft.text]
    update_changed(post=slack, house=house)
    assert slack.shown()[1].draft.state is ReplyState.SENT
    assert "approved the reply" in at.actions(risky)


def test_nobody_approves_a_reply_of_her_own(at, risky, platform):
    at.hand_in(risky)
    with pytest.raises(Refused, match="Nobody decides about a reply of her own"):
        at.approve(risky, MIA)
    with pytest.raises(Refused, match="takes one of the roles"):
        at.approve(risky, LEO)
    with pytest.raises(Refused, match="approvers"):
        at.approve(risky, replace(ADA, approver=False))
    at.send()
    assert platform.kept == []
    assert at.file(risky).case.state is CaseState.WAITING_APPROVAL


def test_changes_are_asked_for_with_a_note_and_the_new_text_needs_a_new_approval(
    at, risky, house, slack, pace, platform
):
    at.hand_in(risky)
    first = at.draft(risky).id
    send_back(Decision(first, BEN), "Say when it works again.", house=house)
    assert at.file(risky).case.state is CaseState.CLAIMED
    post_pending(post=slack, pace=pace, house=house)
    (note,) = slack.shown(MIA.user_id)
    assert isinstance(note, ReplyNote)
    assert note.draft.note == "Say when it works again."
    assert at.begin(risky).text == TEXT, "she goes on from her own text"
    at.hand_in(risky, "It works again by noon.")
    assert at.draft(risky).id != first
    with pytest.raises(Refused, match="sent back"):
        approve(Decision(first, BEN), house=house)
    at.approve(risky, ADA)
    at.send()
    assert platform.texts() == ["It works again by noon."]


def test_only_the_writer_withdraws(at, risky, house, platform):
    at.hand_in(risky)
    draft = at.draft(risky).id
    with pytest.raises(Refused, match="Only its writer"):
        withdraw(Decision(draft, BEN), house=house)
    withdraw(Decision(draft, MIA), house=house)
    with pytest.raises(Refused, match="it was withdrawn"):
        at.approve(risky)
    at.send()
    assert platform.kept == []
    assert at.file(risky).case.state is CaseState.CLAIMED


def test_a_text_that_was_changed_after_its_approval_is_not_sent(at, risky, house, platform):
    at.hand_in(risky)
    at.approve(risky)
    with house.database.write() as tx:
        tx.execute(update(ReplyRow).values(text="Something else."))
    assert at.send().failed == 1
    assert platform.calls == []
    assert "not the one that was approved" in at.draft(risky).note


def test_of_two_who_decide_at_once_one_decision_counts(at, risky, house):
    at.hand_in(risky)
    draft, outcomes_, start = at.draft(risky).id, [], threading.Barrier(2)

    def decide(what):
        start.wait()
        try:
            what()
            outcomes_.append(what)
        except Refused:
            pass

    ways = (
        lambda: approve(Decision(draft, BEN), house=house),
        lambda: send_back(Decision(draft, ADA), "No.", house=house),
    )
    threads = [threading.Thread(target=decide, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes_) == 1


@pytest.mark.parametrize("end", ["answered", "resolved", "not us"])
def test_a_reply_whose_case_is_over_is_withdrawn(at, risky, house, take, platform, end):
    at.hand_in(risky)
    post = at.file(risky).mentions[0].mention
    if end == "answered":
        take(own_answer(post), cursor="c2")
    else:
        {"resolved": resolve, "not us": not_us}[end](Click(risky, BEN), house=house)
    assert settle_drafts(house=house) == 1
    assert at.draft(risky).state is ReplyState.WITHDRAWN
    assert "withdrew the reply: the case is over" in at.actions(risky)
    with pytest.raises(Refused):
        at.approve(risky)
    at.send()
    assert platform.kept == []
    assert settle_drafts(house=house) == 0


def test_an_approved_reply_is_not_sent_once_somebody_has_answered(at, case_id, take, post, platform):
    at.hand_in(case_id)
    take(own_answer(post), cursor="c2")
    assert at.send().sent == 0
    assert platform.calls == []


def test_the_approver_sees_that_the_author_wrote_again(at, risky, take, slack, pace, house, clock):
    at.hand_in(risky)
    first = at.file(risky).mentions[0].mention
    clock.advance(minutes=2)
    again = complaint("Lumora is still down", by=first.author, thread_id=first.thread_id, posted_at=clock.now)
    take(again, cursor="c2")
    for _ in range(2):
        post_pending(post=slack, pace=pace, house=house)
    assert slack.shown()[1].wrote_again
    assert at.file(risky).case.state is CaseState.WAITING_APPROVAL


def test_a_removed_post_takes_the_reply_with_it_everywhere(at, risky, house, slack, pace, clock):
    at.hand_in(risky)
    for _ in range(2):
        post_pending(post=slack, pace=pace, house=house)
    draft = at.draft(risky).id
    with house.database.write() as tx:
        remove(tx, at.file(risky).mentions[0].mention.id, house=house)
    assert at.draft(risky) is None
    update_changed(post=slack, house=house)
    assert slack.shown()[1] == ApprovalRequest(None)
    with pytest.raises(Refused, match="gone"):
        approve(Decision(draft, BEN), house=house)


def test_a_case_does_not_wait_for_a_reply_that_went_with_its_post(at, risky, house, take):
    first = at.file(risky).mentions[0].mention
    at.hand_in(risky)
    take(complaint("Lumora is still down", by=first.author, thread_id=first.thread_id), cursor="c2")
    with house.database.write() as tx:
        remove(tx, first.id, house=house)
    assert at.file(risky).case.state is CaseState.WAITING_APPROVAL
    settle_drafts(house=house)
    assert at.file(risky).case.state is CaseState.CLAIMED


# Sending when things go wrong


def test_a_platform_that_asks_us_to_wait_is_asked_again_later(at, case_id, platform, clock):
    platform.fate = "limited"
    at.hand_in(case_id)
    assert at.send().delayed == 1
    platform.fate = None
    assert at.send().sent == 0
    clock.advance(seconds=4)
    assert at.send().sent == 1
    assert len(platform.kept) == 1


def test_after_an_hour_of_waiting_the_reply_goes_back_to_its_writer(at, case_id, platform, clock):
    platform.fate = "limited"
    at.hand_in(case_id)
    at.send()
    clock.advance(minutes=61)
    assert at.send().failed == 1
    assert "could not be sent for an hour" in at.draft(case_id).note


def test_a_refused_reply_is_told_to_its_writer_and_her_text_is_kept(at, case_id, platform, house, slack, pace):
    platform.fate = "refused"
    at.hand_in(case_id)
    assert at.send().failed == 1
    post_pending(post=slack, pace=pace, house=house)
    (note,) = slack.shown(MIA.user_id)
    assert note.draft.note == "The post is gone."
    assert at.file(case_id).case.state is CaseState.CLAIMED
    assert at.begin(case_id).text == TEXT
    platform.fate = None
    at.hand_in(case_id)
    at.send()
    assert platform.texts() == [TEXT]


def test_refused_credentials_are_the_operators_business_once_a_day(at, take, platform, house, slack, pace):
    platform.fate = "no credentials"
    posts = [complaint(by=author(f"a{n}")) for n in range(3)]
    take(*posts)
    for post in posts:
        at.hand_in(find_case(house, post))
    assert at.send().failed == 3
    post_pending(post=slack, pace=pace, house=house)
    (notice,) = slack.shown("C0OPS")
    assert notice.text == "Replies cannot be sent: Check the token."


@pytest.mark.parametrize("fate", ["lost before", "lost after"])
def test_a_reply_of_unknown_fate_is_looked_for_before_it_is_sent_again(at, case_id, platform, clock, fate):
    platform.fate = fate
    at.hand_in(case_id)
    assert at.send().unknown == 1
    platform.fate = None
    for seconds in (0, 10, 50, 1):
        clock.advance(seconds=seconds)
        at.send()
        assert len(platform.calls) == (1 if fate == "lost after" or seconds != 1 else 2)
    assert platform.texts() == [TEXT]
    assert at.file(case_id).case.state is CaseState.ANSWERED


def test_a_reply_that_shows_up_late_is_found_all_the_same(at, case_id, platform, clock):
    platform.fate, platform.lag = "lost after", 50
    at.hand_in(case_id)
    for seconds in (0, 1, 10, 50):
        clock.advance(seconds=seconds)
        at.send()
    assert (len(platform.calls), len(platform.kept)) == (1, 1)
    assert at.draft(case_id).state is ReplyState.SENT


def test_a_platform_that_does_not_answer_is_no_look(at, case_id, platform, clock):
    platform.fate, platform.blind = "lost after", True
    at.hand_in(case_id)
    for _ in range(30):
        at.send()
        clock.advance(seconds=8)
    assert len(platform.calls) == 1
    platform.blind = False
    at.send()
    assert at.draft(case_id).state is ReplyState.SENT


def test_a_process_that_dies_while_sending_leaves_one_reply(at, case_id, platform, house):
    platform.fate = "dies"
    at.hand_in(case_id)
    with pytest.raises(SystemExit):
        at.send()
    assert at.draft(case_id).state is ReplyState.SENDING
    assert recover_replies(house=house) == 1
    at.send()
    assert (len(platform.calls), len(platform.kept)) == (1, 1)
    assert at.draft(case_id).state is ReplyState.SENT


def test_a_sending_that_takes_too_long_counts_as_unknown(at, case_id, platform, house, clock):
    platform.fate = "dies"
    at.hand_in(case_id)
    with pytest.raises(SystemExit):
        at.send()
    clock.advance(seconds=61)
    settle_drafts(house=house)
    at.send()
    assert at.draft(case_id).state is ReplyState.SENT


def test_what_stays_unknown_is_given_back_to_people(at, case_id, platform, clock):
    platform.fate = "lost before"
    at.hand_in(case_id)
    for _ in range(100):
        at.send()
        clock.advance(seconds=10)
    assert len(platform.calls) == MOST_ATTEMPTS
    assert "Nobody knows" in at.draft(case_id).note


def test_while_its_fate_is_unknown_an_answer_by_hand_wins(at, case_id, platform, clock, take, post):
    platform.fate = "lost before"
    at.hand_in(case_id)
    at.send()
    take(own_answer(post), cursor="c2")
    platform.fate = None
    for _ in range(20):
        at.send()
        clock.advance(seconds=10)
    settle_drafts(house=at.house)
    assert platform.kept == []
    assert at.draft(case_id).state is ReplyState.WITHDRAWN
    assert len(at.file(case_id).responses) == 1


def test_of_500_replies_with_ambiguous_failures_each_is_public_exactly_once(house, take, clock):
    seed = 1
    posts = [complaint(by=author(f"a{n}")) for n in range(500)]
    take(*posts)
    fate = dice(seed, lost_before=0.025, lost_after=0.025, limited=0.05)
    platform = MemoryPlatform(clock, fate=fate, lag=20)
    at, rng = Desk(house, {("Lumora", "x"): platform}), random.Random(seed)
    wanted = {}
    for number, post in enumerate(posts):
        case_id = find_case(house, post)
        wanted[post.id] = f"Reply {number}"
        at.hand_in(case_id, wanted[post.id])
    for _ in range(70):
        platform.blind = rng.random() < 0.1
        report = at.send()
        if rng.random() < 0.1:
            recover_replies(house=house)
        clock.advance(seconds=3)
    assert report == type(report)(), "it is quiet"
    assert sorted((post, text) for post, text, _ in platform.kept) == sorted(wanted.items())
    assert len(platform.calls) > 510, "the faults did happen"
    with house.database.read() as tx:
        found = replies.latest(tx, [find_case(house, post) for post in posts])
        assert {draft.state for draft in found.values()} == {ReplyState.SENT}
        assert audit.verify(tx, secret=house.secret) == []


# Answers given elsewhere


def test_the_answer_of_whoever_had_the_reply_open_is_probably_hers(at, case_id, take, post, clock):
    at.begin(case_id, BEN)
    clock.advance(minutes=5)
    take(own_answer(post, at=clock.now), cursor="c2")
    (response,) = at.file(case_id).responses
    assert response.credit == Credit(BEN.user_id, CreditReason.WROTE)


def test_an_answer_long_after_is_credited_to_the_owner(at, case_id, take, post, house, clock):
    at.begin(case_id, BEN)
    leave(case_id, BEN, house=house)
    claim(Click(case_id, MIA), house=house)
    clock.advance(minutes=45)
    take(own_answer(post, at=clock.now), cursor="c2")
    (response,) = at.file(case_id).responses
    assert response.credit == Credit(MIA.user_id, CreditReason.OWNED)


def test_who_opened_the_reply_only_after_the_answer_did_not_write_it(at, case_id, take, post, clock):
    answered_at = clock.now
    clock.advance(minutes=5)
    at.begin(case_id, BEN)
    take(own_answer(post, at=answered_at), cursor="c2")
    assert at.file(case_id).responses[0].credit is None


def test_an_answer_that_the_platform_dates_a_second_before_the_form_was_opened_is_hers(at, case_id, take, post, clock):
    clock.advance(seconds=0.6)
    at.begin(case_id)
    take(own_answer(post, at=clock.now - timedelta(seconds=0.6)), cursor="c2")
    assert at.file(case_id).responses[0].credit == Credit(MIA.user_id, CreditReason.WROTE)


def test_an_answer_by_nobody_known_is_credited_to_nobody(at, case_id, take, post):
    take(own_answer(post), cursor="c2")
    (response,) = at.file(case_id).responses
    assert response.credit is None
    assert at.file(case_id).case.state is CaseState.ANSWERED


def test_who_goes_to_answer_on_the_platform_has_the_case(at, case_id, house, take, post, clock):
    at.begin(case_id)
    file = open_outside(Click(case_id, MIA), house=house)
    assert (file.case.state, file.case.owner) == (CaseState.CLAIMED, MIA.user_id)
    with pytest.raises(AlreadyOwned):
        open_outside(Click(case_id, BEN), house=house)
    clock.advance(minutes=2)
    take(own_answer(post, at=clock.now), cursor="c2")
    assert at.file(case_id).responses[0].credit == Credit(MIA.user_id, CreditReason.WROTE)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Thanks for reaching out! We answer within a day.", False),
        ("thanks  for reaching out!", False),
        ("We are closed.", False),
        ("We are closed. But I looked into it for you.", True),
        ("Hi Jane, thanks for reaching out!", True),
    ],
)
def test_automatic_answers_do_not_count(house, take, post, text, counts):
    policy = ReplyPolicy(automatic=("Thanks for reaching out!...", "We are closed."))
    house = replace(house, replies=policy)
    take_with(house, post, own_answer(post, text))
    with house.database.read() as tx:
        file = cases.file(tx, find_case(house, post), value_band=house.band)
    assert bool(file.responses) is counts
    assert (file.case.state is CaseState.ANSWERED) is counts


def take_with(house, *posts):
    return ingest(stream(), poll=Scripted(batch(*posts)), classify=by_keyword, house=house)


# Templates


def test_a_template_is_filled_in_and_what_is_missing_is_a_fault(at, case_id, house, repliers):
    text = "Hi {author} ({handle}), {agent} of {brand}. {link}"
    house = replace(
        house, templates=(ReplyTemplate("t", "T", text), ReplyTemplate("de", "D", "Hallo", brands=("Helio",)))
    )
    person = replace(MIA, name="Mia")
    wording = Wording(at.file(case_id).mentions[0].mention.id, "what stood there", "t")
    sheet = use_template(Click(case_id, person), wording, repliers=repliers, house=house)
    assert sheet.text == "Hi Jane (@jane), Mia of Lumora. {link}"
    assert sheet.faults == ("{link}: fill this in, or take it out.",)
    assert [template.id for template in sheet.templates] == ["t"]
    linked = replace(house, replies=ReplyPolicy(links={"Lumora": "https://help.lumora.example"}))
    sheet = use_template(Click(case_id, person), wording, repliers=repliers, house=linked)
    assert sheet.text.endswith("https://help.lumora.example")
    assert sheet.faults == ()


def test_every_step_of_a_reply_is_in_the_audit_log(at, risky, house):
    at.hand_in(risky)
    at.approve(risky)
    at.send()
    with house.database.read() as tx:
        assert audit.verify(tx, secret=house.secret) == []
        request = messages.get(tx, f"approval:{at.draft(risky).id}")
    assert (request.kind, request.parent) == (MessageKind.APPROVAL, f"card:{risky}")
