import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from domain.brand import SourceKind
from domain.case import CaseKind, CaseState, Urgency
from domain.errors import CredentialsError, PlatformError, StorageError
from domain.mention import Removal
from domain.spend import SpendPolicy
from flows.carding import Origin
from flows.filing import file_mentions
from flows.ingest import EXPLAINED, bring_in, ingest
from flows.notices import read_notice
from flows.rechecking import stream_of
from flows.responding import Click, not_us
from storage import cases, mentions, messages, outcomes, responses, streams
from tests.builders import MIA, NOON, author, brand, guess, mention, predictions, stream
from tests.flows.fakes import Scripted, batch, by_keyword


def case_of(house, post):
    with house.database.read() as tx:
        return cases.find(tx, brand="Lumora", author_key=post.author.key, thread_id=post.thread_id)


def reply_to(post, *, by=None, after=timedelta(minutes=30), **changes):
    ours = by or author("lumora", user_id="42")
    return mention(
        "So sorry!", by=ours, reply_to=post.id, thread_id=post.thread_id, posted_at=post.posted_at + after, **changes
    )


def test_a_complaint_opens_a_case_with_a_card_and_an_outcome(take, house):
    post = mention("Lumora is down again")
    report = take(post)
    case = case_of(house, post)
    assert (report.read, report.filed.new, report.filed.complaints) == (1, 1, 1)
    assert (case.kind, case.state, case.urgency) == (CaseKind.COMPLAINT, CaseState.NEW, Urgency.NORMAL)
    with house.database.read() as tx:
        assert [m.subject for m in messages.pending(tx, at=NOON, per_channel=9)] == [case.id]
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(minutes=1))
    assert (fact.id, fact.posted_at, fact.answered_at) == (case.id, post.posted_at, None)


def test_the_same_posts_again_change_nothing(take, house):
    post = mention("awful")
    take(post)
    again = take(post, post)
    assert (again.filed.new, again.filed.complaints) == (0, 0)
    with house.database.read() as tx:
        assert len(messages.pending(tx, at=NOON, per_channel=9)) == 1


def test_rows_and_cursor_are_stored_together_or_not_at_all(house):
    def broken(readings):
        raise RuntimeError("the model died")

    poll = Scripted(batch(mention("awful"), cursor="c2"))
    with pytest.raises(RuntimeError):
        ingest(stream(), poll=poll, classify=broken, house=house)
    with house.database.read() as tx:
        assert streams.cursor(tx, "lumora on X") is None
    ingest(stream(), poll=Scripted(batch(mention("awful"), cursor="c2")), classify=by_keyword, house=house)
    with house.database.read() as tx:
        assert streams.cursor(tx, "lumora on X") == "c2"


def test_a_second_post_in_the_thread_joins_the_case_and_may_raise_it(take, house):
    first = mention("Lumora is down", number=1)
    take(first)
    report = take(replace(mention("I will cancel", number=2), thread_id=first.thread_id))
    case = case_of(house, first)
    assert (report.filed.joined, report.filed.complaints) == (1, 0)
    assert case.urgency is Urgency.HIGH
    with house.database.read() as tx:
        file = cases.file(tx, case.id, value_band=house.band)
        assert len(file.mentions) == 2
        assert messages.for_case(tx, case.id).revision > 0


class Meanwhile(dict[Urgency, int]):
    """Due minutes that let something happen when they are first asked for: a case was read, and is not changed yet."""

    def __init__(self, minutes, happen):
        super().__init__(minutes)
        self.happen = [happen]

    def __getitem__(self, urgency):
        if self.happen:
            self.happen.pop()()
        return super().__getitem__(urgency)


def test_a_claim_between_reading_a_case_and_changing_it_loses_neither_of_the_two(take, house):
    post = mention("Lumora is down again")
    take(post)
    case = case_of(house, post)
    earlier = mention(by=post.author, thread_id=post.thread_id, posted_at=post.posted_at - timedelta(hours=1))
    with house.database.write() as tx:
        due = Meanwhile(house.policy.due_minutes, lambda: cases.move(tx, case, state=CaseState.CLAIMED, owner="U0MIA"))
        busy = replace(house, policy=replace(house.policy, due_minutes=due))
        origin = Origin(None, alert=False, channels={})
        file_mentions(tx, [(earlier, house.brands[0], predictions("negative"))], origin=origin, house=busy)
    assert not due.happen
    now = case_of(house, post)
    assert (now.state, now.owner, now.posted_at) == (CaseState.CLAIMED, "U0MIA", earlier.posted_at)


def test_an_opportunity_becomes_a_complaint_when_its_author_complains(take, house):
    first = mention("just signed up for Lumora")
    take(first)
    assert case_of(house, first).kind is CaseKind.OPPORTUNITY
    take(mention("and it is down already", thread_id=first.thread_id))
    assert case_of(house, first).kind is CaseKind.COMPLAINT


@pytest.mark.parametrize(
    ("words", "counted"),
    [("I love Lumora", "batch"), ("maybe I cancel", "review"), ("unsupported words", "review")],
)
def test_what_needs_no_card_is_counted_where_it_goes(take, house, words, counted):
    post = mention(words)
    report = take(post)
    assert getattr(report.filed, counted) == 1
    assert case_of(house, post) is None


def test_our_own_reply_stops_the_clock_of_the_case_it_answers(take, house):
    post = mention("Lumora is down")
    take(post)
    report = take(reply_to(post))
    case = case_of(house, post)
    assert report.filed.responses == 1
    assert (case.state, case.answered_at) == (CaseState.ANSWERED, post.posted_at + timedelta(minutes=30))
    with house.database.read() as tx:
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(minutes=1))
    assert fact.answered_at == case.answered_at


def test_a_reply_that_is_read_before_the_complaint_counts_all_the_same(take, house):
    post = mention("Lumora is down")
    take(reply_to(post))
    take(post)
    assert case_of(house, post).state is CaseState.ANSWERED


def test_reply_and_complaint_in_one_batch_meet(take, house):
    post = mention("Lumora is down")
    assert take(post, reply_to(post)).filed.responses == 1


def test_the_earliest_reply_wins_whenever_it_is_found(take, house):
    post = mention("Lumora is down")
    late, early = reply_to(post, after=timedelta(hours=3)), reply_to(post, after=timedelta(hours=1))
    take(post)
    take(late)
    take(early)
    case = case_of(house, post)
    assert case.answered_at == early.posted_at
    with house.database.read() as tx:
        assert len(responses.of_case(tx, case.id)) == 2


@pytest.mark.parametrize(
    "by", [author("stranger"), author("lumora", user_id="42", automated=True)], ids=["a stranger", "our own bot"]
)
def test_only_a_human_reply_of_ours_is_a_response(take, house, by):
    post = mention("Lumora is down")
    take(post)
    take(reply_to(post, by=by))
    assert case_of(house, post).state is CaseState.NEW


def test_a_new_complaint_after_the_answer_reopens_the_case(take, house):
    post = mention("Lumora is down")
    take(post, reply_to(post))
    take(mention("still down!", thread_id=post.thread_id, posted_at=post.posted_at + timedelta(hours=2)))
    case = case_of(house, post)
    assert case.state is CaseState.NEW
    assert case.answered_at is not None  # the first response stays a fact


def test_thanks_after_the_answer_do_not_reopen(take, house):
    post = mention("Lumora is down")
    take(post, reply_to(post))
    take(mention("love it, thanks", thread_id=post.thread_id))
    assert case_of(house, post).state is CaseState.ANSWERED


def test_an_edit_changes_the_text_and_never_alerts_again(take, house):
    post = mention("Lumora is fine", number=7)
    take(post)
    report = take(replace(post, text="Lumora is down", edited_at=NOON + timedelta(hours=1)))
    assert (report.edited, report.filed.complaints) == (1, 0)
    with house.database.read() as tx:
        (hit,) = mentions.search(tx, "down")
        assert messages.pending(tx, at=NOON, per_channel=9) == []
    assert hit.mention.text == "Lumora is down"
    assert hit.predictions.of("sentiment").label == "negative"


def test_a_removal_empties_the_card_and_refuses_a_later_copy(take, house):
    post = mention("Lumora is down")
    take(post)
    case = case_of(house, post)
    report = take(removals=(Removal(post.id, NOON),))
    assert report.removed == 1
    assert take(post).filed.new == 0
    with house.database.read() as tx:
        assert mentions.search(tx, "down") == []
        assert cases.get(tx, case.id).state is CaseState.REMOVED
        (fact,) = outcomes.between(tx, brand="Lumora", start=NOON, end=NOON + timedelta(minutes=1))
    assert fact.id == case.id


def test_a_removal_that_comes_before_its_post_holds(take):
    post = mention("Lumora is down")
    take(removals=(Removal(post.id, NOON),))
    assert take(post).filed.new == 0


def test_of_a_whole_networks_removals_only_ours_leave_a_trace(take, house):
    ours, others = mention("Lumora is down"), mention("Lumora is up")
    take(ours)
    report = take(removals=tuple(Removal(one.id, NOON, ordered=True) for one in (ours, others)))
    assert report.removed == 1
    assert take(ours).filed.new == 0
    assert take(others).filed.new == 1


def test_a_failing_platform_is_reported_once_and_so_is_its_recovery(house, clock):
    failures = [PlatformError("503", platform="x"), CredentialsError("401: renew the token", platform="x")]
    poll = Scripted(*failures, batch(mention("awful"), cursor=None), batch(cursor=None))
    reports = []
    for _ in range(4):
        reports.append(ingest(stream(), poll=poll, classify=by_keyword, house=house))
        clock.advance(minutes=2)
    assert [r.error for r in reports] == ["503", "401: renew the token", None, None]
    with house.database.read() as tx:
        notices = [
            read_notice(m.payload).text for m in messages.pending(tx, at=clock(), per_channel=9) if m.channel == "C0OPS"
        ]
    assert notices == [
        "lumora on X cannot be read: 401: renew the token",
        "lumora on X is read again, for 2 min without a failure.",
    ]
    assert {cursor for cursor, _ in poll.asked} == {None}  # the same place was asked for each time


def test_a_stream_of_which_some_places_fail_is_failing_though_the_others_are_stored(house, clock):
    partly = replace(batch(mention("Lumora is awful")), failing="The feed /b says 404.")
    poll = Scripted(partly, replace(partly, mentions=()), batch(mention("Lumora is awful")), batch())
    reports = []
    for _ in range(4):
        reports.append(ingest(stream(), poll=poll, classify=by_keyword, house=house))
        clock.advance(minutes=2)
    assert [report.filed.new for report in reports] == [1, 0, 1, 0]
    with house.database.read() as tx:
        notices = [
            read_notice(m.payload).text for m in messages.pending(tx, at=clock(), per_channel=9) if m.channel == "C0OPS"
        ]
        (health,) = streams.health(tx, day=NOON.date())
    assert notices == [
        "lumora on X cannot be read: The feed /b says 404.",
        "lumora on X is read again, for 2 min without a failure.",
    ]
    assert (health.failing_since, health.mentions_read) == (None, 2)


AT_ONCE = SpendPolicy(freely=Decimal(1))


def test_the_daily_cap_is_a_hard_stop_until_midnight(house, clock):
    house = replace(house, spend=AT_ONCE)
    capped = stream(daily_cap_usd=Decimal("0.10"))
    poll = Scripted(batch(mention(), cost_usd=Decimal("0.06")), batch(mention(), cost_usd=Decimal("0.04")))

    def again():
        return ingest(capped, poll=poll, classify=by_keyword, house=house)

    again(), again()
    assert "daily cap of 0.10 USD" in str(again().error)
    assert [budget for _, budget in poll.asked] == [Decimal("0.10"), Decimal("0.04")]
    clock.advance(days=1)
    assert again().error is None


def test_before_its_cap_a_stream_is_read_slowly_and_the_operators_hear_of_it_once(house, clock):
    capped = stream(daily_cap_usd=Decimal("0.10"))
    poll = Scripted(batch(mention(), cost_usd=Decimal("0.07")), batch(capped=True), batch(mention()))

    def again():
        return ingest(capped, poll=poll, classify=by_keyword, house=house)

    assert [again().error for _ in range(2)] == [None, None]
    clock.advance(hours=1)
    assert again().error is None
    budgets = [budget.quantize(Decimal("0.0001")) for _, budget in poll.asked]
    assert budgets == [Decimal("0.0750"), Decimal("0.0050"), Decimal("0.0071")]
    with house.database.read() as tx:
        notices = [m.payload for m in messages.pending(tx, at=clock(), per_channel=9) if m.channel == "C0OPS"]
    assert len(notices) == 1
    assert notices[0] is not None
    assert "lumora on X is read slowly from now on: today has cost 0.07 of its 0.10 USD" in notices[0]


def test_when_the_plan_of_the_day_is_used_nothing_is_asked_and_nothing_is_a_failure(house):
    capped = stream(daily_cap_usd=Decimal("0.10"))
    poll = Scripted(batch(mention(), cost_usd=Decimal("0.075")))
    assert ingest(capped, poll=poll, classify=by_keyword, house=house).cost_usd == Decimal("0.075")
    report = ingest(capped, poll=poll, classify=by_keyword, house=house)
    assert (report.error, report.capped, len(poll.asked)) == (None, True, 1)


def test_what_a_poll_cost_counts_although_its_posts_could_not_be_stored(house):
    def broken(readings):
        raise RuntimeError("the model died")

    capped = stream(daily_cap_usd=Decimal("0.10"))
    with pytest.raises(RuntimeError):
        ingest(capped, poll=Scripted(batch(mention(), cost_usd=Decimal("0.10"))), classify=broken, house=house)
    again = Scripted(batch(mention()))
    assert "daily cap of 0.10 USD" in str(ingest(capped, poll=again, classify=by_keyword, house=house).error)
    assert again.asked == []


def test_history_is_assigned_by_name_thread_and_account_and_stays_silent(house):
    two = replace(house, brands=(brand(), brand("Helio", aliases=(), accounts=(), rivals=())))
    first = mention("Lumora is down", number=1)
    follow_up = replace(mention("still awful", number=2), thread_id=first.thread_id)
    both = mention("I cancel Helio and Lumora", number=3)
    neither = mention("nice weather", number=4)
    report = bring_in(
        [first, follow_up, both, neither, reply_to(first, number=5)],
        [],
        platform="x",
        listening=[stream(), stream(name="Helio on X", brand="Helio")],
        alert=False,
        classify=by_keyword,
        house=two,
    )
    assert (report.read, report.filed.new, report.unassigned) == (5, 5, 1)
    assert (report.filed.complaints, report.filed.joined, report.filed.responses) == (3, 1, 1)
    with house.database.read() as tx:
        assert messages.pending(tx, at=NOON, per_channel=9) == []


def test_history_can_alert(house):
    report = bring_in(
        [mention("awful")], [], platform="x", listening=[stream()], alert=True, classify=by_keyword, house=house
    )
    assert report.filed.complaints == 1
    with house.database.read() as tx:
        assert [m.channel for m in messages.pending(tx, at=NOON, per_channel=9)] == ["C0ALERTS"]


def test_an_old_post_of_a_first_poll_opens_its_case_without_a_card(take, house):
    fresh = replace(house, policy=replace(house.policy, alert_within=timedelta(hours=24)))
    old = mention("awful", posted_at=NOON - timedelta(hours=25))
    ingest(stream(), poll=Scripted(batch(old, mention("awful"))), classify=by_keyword, house=fresh)
    with house.database.read() as tx:
        assert cases.counts(tx, at=NOON) == (2, 1)
        assert len(messages.pending(tx, at=NOON, per_channel=9)) == 1


def test_a_fresh_complaint_in_an_old_quiet_case_alerts(take, house):
    first = mention("awful", number=41)
    bring_in([first], [], platform="x", listening=[stream()], alert=False, classify=by_keyword, house=house)
    take(replace(mention("awful, again", number=42), thread_id=first.thread_id))
    with house.database.read() as tx:
        (card,) = messages.pending(tx, at=NOON, per_channel=9)
        assert len(mentions.of_message(tx, card.key, limit=9)) == 2


def test_what_is_left_of_a_cap_but_pays_for_no_page_is_told(house):
    house = replace(house, spend=AT_ONCE)
    capped = stream(daily_cap_usd=Decimal("0.10"))
    poll = Scripted(batch(capped=True))
    report = ingest(capped, poll=poll, classify=by_keyword, house=house)
    assert "daily cap of 0.10 USD" in str(report.error)


def told(house):
    """Return what the operators are told."""
    with house.database.read() as tx:
        waiting = messages.pending(tx, at=house.clock(), per_channel=9)
    return [read_notice(m.payload).text for m in waiting if m.channel == "C0OPS"]


def test_money_holds_no_stream_that_costs_none(house):
    poor = replace(house, spend=SpendPolicy(Decimal("0.10"), freely=Decimal(1)))
    with house.database.write() as tx:
        streams.read_ok(tx, "lumora on X", at=NOON, mentions=0, cost=Decimal("0.10"))
    poll = Scripted(batch(mention()))
    asked = []

    def free(cursor, *, budget_usd=None):
        asked.append(budget_usd)
        return poll(cursor)

    assert ingest(stream(), poll=free, classify=by_keyword, house=poor).filed.new == 1
    assert (asked, told(house)) == ([None], [])


def test_a_page_that_the_plan_cannot_pay_yet_is_no_cap_that_is_reached(house):
    capped = stream(daily_cap_usd=Decimal("0.10"))
    report = ingest(capped, poll=Scripted(batch(capped=True)), classify=by_keyword, house=house)
    assert (report.error, report.capped) == (None, True)
    (notice,) = told(house)
    assert "is read slowly from now on" in notice


def test_a_stream_of_which_nothing_waits_is_not_told_to_be_read_slowly(house):
    common = replace(house, spend=SpendPolicy(Decimal(1)))
    with house.database.write() as tx:
        streams.read_ok(tx, "lumora on X", at=NOON, mentions=0, cost=Decimal("0.6"))
    named = stream(name="@lumora", kind=SourceKind.MENTIONS)
    assert ingest(named, poll=Scripted(batch(mention())), classify=by_keyword, house=common).filed.new == 1
    assert told(house) == []


def test_streams_that_are_polled_at_once_do_not_spend_the_same_money_twice(house):
    poor = replace(house, spend=SpendPolicy(Decimal(1), freely=Decimal(1), reserved=Decimal(0)))
    second = Scripted(batch(mention(), cost_usd=Decimal("0.2")))
    asked = threading.Event()

    class Second:
        post_usd = second.post_usd

        def __call__(self, cursor, *, budget_usd=None):
            asked.set()
            return second(cursor, budget_usd=budget_usd)

    def poll_second():
        ingest(stream(name="second"), poll=Second(), classify=by_keyword, house=poor)

    beside = threading.Thread(target=poll_second)

    class First:
        post_usd = second.post_usd

        def __call__(self, _cursor, *, budget_usd=None):
            beside.start()
            assert not asked.wait(0.3), "the second one bought before the first one's price was written down"
            return batch(mention(), cost_usd=budget_usd - Decimal("0.2"))

    ingest(stream(name="first"), poll=First(), classify=by_keyword, house=poor)
    beside.join()
    assert [budget for _, budget in second.asked] == [Decimal("0.2")]


def test_nothing_is_bought_while_the_price_could_not_be_written_down(house, monkeypatch):
    def full():
        raise StorageError("The disk is full.")

    capped, poll = stream(daily_cap_usd=Decimal("0.10")), Scripted(batch(mention(), cost_usd=Decimal("0.05")))
    monkeypatch.setattr(house.database, "write", full)
    with pytest.raises(StorageError):
        ingest(capped, poll=poll, classify=by_keyword, house=house)
    assert poll.asked == []


def test_what_rechecks_may_cost_is_taken_out_of_the_cap_and_never_stops_reading(house):
    saving = replace(
        house,
        spend=SpendPolicy(Decimal(1), freely=Decimal(1), reserved=Decimal(0)),
        recheck_usd={"x": Decimal("0.4")},
    )
    poll = Scripted(batch(mention(), cost_usd=Decimal("0.5")), batch(mention()))
    ingest(stream(), poll=poll, classify=by_keyword, house=saving)
    with house.database.write() as tx:
        streams.read_ok(tx, stream_of("x"), at=NOON, mentions=0, cost=Decimal("0.4"))
    ingest(stream(), poll=poll, classify=by_keyword, house=saving)
    assert [budget for _, budget in poll.asked] == [Decimal("0.6"), Decimal("0.1")]


def test_an_answer_from_before_the_latest_complaint_leaves_the_case_open(take, house):
    post = mention("Lumora is down", number=9051)
    again = mention("still down", number=9052, thread_id=post.thread_id, posted_at=post.posted_at + timedelta(hours=2))
    take(post, again)
    take(reply_to(post))
    case = case_of(house, post)
    assert (case.state, case.answered_at) == (CaseState.NEW, post.posted_at + timedelta(minutes=30))


def test_an_edit_that_one_brand_s_stream_brings_is_classified_anew_for_every_brand(house):
    house = replace(house, brands=(brand(), brand("Helio", aliases=(), accounts=(), rivals=())))
    post = mention("Lumora and Helio are fine", number=70)
    edited = replace(post, text="Lumora and Helio are down", edited_at=NOON + timedelta(minutes=5))
    ours, theirs = stream(), stream(name="helio on X", brand="Helio")
    for each in (ours, theirs):
        ingest(each, poll=Scripted(batch(post)), classify=by_keyword, house=house)
    for each in (ours, theirs):
        ingest(each, poll=Scripted(batch(edited)), classify=by_keyword, house=house)
    with house.database.read() as tx:
        found = [mentions.get(tx, post.id, brand=name).predictions for name in ("Lumora", "Helio")]
    assert [each.of("sentiment").label for each in found] == ["negative", "negative"]


def test_where_a_platform_dates_no_edits_each_of_them_counts(take, house):
    post = mention("Lumora is fine", number=62, dates_edits=False)
    take(post)
    for words in ("Lumora is fine now", "Lumora is fine today"):
        assert take(replace(post, text=words)).edited == 1
    assert take(replace(post, text="Lumora is fine today")).edited == 0


def test_an_older_version_never_overwrites_a_newer_one(take, house):
    post = mention("Lumora is fine", number=61)
    take(replace(post, text="Lumora is fine now", edited_at=NOON + timedelta(hours=2)))
    assert take(post).edited == 0
    assert take(replace(post, text="Lumora is", edited_at=NOON + timedelta(hours=1))).edited == 0


def test_one_reply_answers_the_cases_of_both_brands_that_share_an_account(house):
    shared = (brand(), brand("Helio", aliases=()))
    two = replace(house, brands=shared)
    post = mention("I cancel Helio and Lumora")
    bring_in(
        [post, reply_to(post)],
        [],
        platform="x",
        listening=[stream()],
        alert=False,
        classify=by_keyword,
        house=two,
    )
    with house.database.read() as tx:
        found = [
            cases.find(tx, brand=b.name, author_key=post.author.key, thread_id=post.thread_id).state for b in shared
        ]
    assert found == [CaseState.ANSWERED, CaseState.ANSWERED]


class Explaining:
    """Quotes the first word, and notes what it was asked."""

    def __init__(self, answer=None):
        self.answer, self.asked = answer, []

    def __call__(self, reading, prediction):
        self.asked.append((reading.text, prediction.task))
        return self.answer(reading) if self.answer else (reading.text.split()[0],)


def reasons_of(house, post, task="sentiment"):
    with house.database.read() as tx:
        (found,) = [s for s in mentions.of_authors(tx, [post.author.key], limit=99) if s.mention.id == post.id]
    return found.predictions.of(task).reasons


def explained(house, explain, *posts, **changes):
    poll = Scripted(batch(*posts, **changes))
    return ingest(stream(), poll=poll, classify=by_keyword, explain=explain, house=house)


def test_only_what_alerts_is_explained_by_the_prediction_that_alerts(house):
    explain = Explaining()
    posts = [
        mention(words, number=number)
        for number, words in enumerate(
            ["awful thing", "I cancel", "maybe I cancel", "love it", "unsupported cancel"], 71
        )
    ]
    explained(house, explain, *posts)
    assert explain.asked == [("awful thing", "sentiment"), ("I cancel", "switching")]
    assert [reasons_of(house, post) for post in posts] == [("awful",), None, None, None, None]
    assert reasons_of(house, posts[1], "switching") == ("I",)


def test_that_nothing_stands_out_is_remembered(house):
    post = mention("awful")
    explained(house, Explaining(lambda _: ()), post)
    assert reasons_of(house, post) == ()


def test_an_explainer_that_fails_loses_no_alert_and_logs_no_text(house):
    def fail(reading):
        raise RuntimeError(reading.text)

    posts = [mention("awful secret"), mention("I cancel")]
    with capture_logs() as lines:
        report = explained(house, Explaining(fail), *posts)
    assert report.filed.complaints == 2
    assert [reasons_of(house, post) for post in posts] == [None, None]
    failed = [line for line in lines if line["event"] == "reasons_failed"]
    assert [line["mention"] for line in failed] == [post.id for post in posts]
    assert "secret" not in str(lines)


def test_no_transaction_is_open_while_an_alert_is_explained(house):
    def write(reading):
        with house.database.write() as tx:  # would wait for its own process's transaction for ever, then fail
            streams.save_cursor(tx, "another", "c9", brand="Lumora", at=NOON)
        return ("written",)

    post = mention("awful")
    explained(house, Explaining(write), post)
    assert reasons_of(house, post) == ("written",)


def test_an_edit_is_explained_anew_and_takes_the_old_words_away(house):
    post, explain = mention("awful thing"), Explaining()
    explained(house, explain, post)
    explained(house, explain, replace(post, text="it is down", edited_at=NOON + timedelta(minutes=5)))
    assert reasons_of(house, post) == ("it",)
    explained(house, explain, replace(post, text="fine again", edited_at=NOON + timedelta(minutes=9)))
    assert reasons_of(house, post) is None


def test_in_a_surge_the_cards_come_before_the_reasons(house):
    explain = Explaining()
    report = explained(house, explain, *(mention("awful", number=1000 + n) for n in range(EXPLAINED + 5)))
    assert report.filed.complaints == EXPLAINED + 5
    assert len(explain.asked) == EXPLAINED


def test_what_makes_no_card_is_not_explained(house):
    explain = Explaining()
    fresh = replace(house, policy=replace(house.policy, alert_within=timedelta(hours=24)))
    explained(fresh, explain, mention("awful", posted_at=NOON - timedelta(hours=25)))
    history = {"platform": "x", "listening": [stream()], "classify": by_keyword, "explain": explain, "house": house}
    bring_in([mention("awful")], [], alert=False, **history)
    assert explain.asked == []
    bring_in([mention("awful")], [], alert=True, **history)
    assert len(explain.asked) == 1


def test_a_removal_takes_the_reasons_along(house):
    post = mention("xylocanary is awful")
    explained(house, Explaining(), post)
    assert reasons_of(house, post) == ("xylocanary",)
    case = case_of(house, post)
    explained(house, Explaining(), removals=(Removal(post.id, NOON),))
    with house.database.read() as tx:
        assert tx.scalar(text("SELECT count(*) FROM predictions")) == 0
        assert "xylocanary" not in str(cases.file(tx, case.id, value_band=house.band))


def test_what_is_surely_advertising_opens_no_case(house):
    def spam(readings):
        return [predictions("negative", "leaving", guess("relevance", "spam")) for _ in readings]

    post = mention("cheap followers")
    report = ingest(stream(), poll=Scripted(batch(post)), classify=spam, house=house)
    assert (report.filed.batch, report.filed.complaints, case_of(house, post)) == (1, 0, None)


def test_after_not_us_a_new_complaint_in_the_thread_is_heeded_no_more(take, house):
    post = mention("awful")
    take(post)
    not_us(Click(case_of(house, post).id, MIA), house=house)
    take(mention("I cancel", thread_id=post.thread_id))
    case = case_of(house, post)
    assert (case.state, case.urgency) == (CaseState.DISMISSED, Urgency.NORMAL)
