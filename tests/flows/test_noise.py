"""Copies, mutes, surges and quiet hours, over real storage."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from domain.brand import Account, QuietHours
from domain.case import OPEN_STATES, CaseKind, Verdict
from domain.errors import Refused
from domain.message import MessageKind
from domain.noise import MuteKind, NoisePolicy
from flows.alerting import post_pending, update_changed
from flows.batching import enqueue_batches
from flows.ingest import ingest
from flows.judging import Judgement, Look, judge
from flows.lookup import queue
from flows.muting import Wanted, mute, mute_author_of, muted, unmute
from flows.removing import remove
from flows.responding import Click, not_us
from flows.surging import follow_surges
from storage import brands, cases, copies, mentions, records
from storage.surges import going_on as surges_of
from tests.builders import BEN, LEO, MIA, NOON, author, brand, mention, record, stream
from tests.flows.fakes import Scripted, batch, by_keyword

LONG = "Lumora is down again and nobody tells us why, this is awful"


@pytest.fixture
def policy(house):
    return replace(house, noise=NoisePolicy(surge_cards=5, urgent_cards=3))


def poll(house, *posts, cursor="c"):
    return ingest(stream(), poll=Scripted(batch(*posts, cursor=cursor)), classify=by_keyword, house=house)


def complaints(number, *, start=0, at=NOON, text="Lumora is down", followers=0):
    return [
        mention(f"{text} {n}", by=author(f"a{n}", followers=followers + n), posted_at=at)
        for n in range(start, start + number)
    ]


def files(house):
    with house.database.read() as tx:
        return cases.queue(tx, limit=100, value_band=house.band)


def send(house, slack, pace):
    return post_pending(post=slack, pace=pace, house=house)


def kinds_in(slack):
    keys = slack.keys()
    return [key.partition(":")[0] for key in keys]


# Copies


def test_the_same_text_of_several_people_is_one_card_that_counts_them(house, take, slack, pace):
    posts = [mention(f"{LONG} {'!' * n}", by=author(f"a{n}", followers=100)) for n in range(4)]
    report = take(*posts[:2])
    report += take(*posts[2:])
    assert (report.filed.complaints, report.filed.copy) == (1, 3)
    send(house, slack, pace)
    (card,) = slack.shown()
    assert (card.copies.posts, card.copies.reach) == (3, 300)
    assert enqueue_batches(house=house) == 0, "copies are on the card, not in the hourly line"


def test_a_card_is_redrawn_when_copies_come_and_go(house, take, slack, pace):
    take(mention(LONG, by=author("a1")))
    send(house, slack, pace)
    copy = mention(LONG, by=author("a2"))
    take(copy)
    update_changed(post=slack, house=house)
    assert slack.shown()[0].copies.posts == 1
    with house.database.write() as tx:
        remove(tx, copy.id, house=house)
    update_changed(post=slack, house=house)
    assert slack.shown()[0].copies is None


def test_a_shared_post_counts_for_the_case_of_the_original(house, take):
    original = mention("Lumora is down", by=author("a1"))
    take(original)
    report = take(mention("RT Lumora is down", by=author("a2"), repost_of=original.id))
    assert (report.filed.copy, report.filed.batch) == (1, 0)


def test_short_texts_and_other_days_are_no_copies(house, take, clock):
    report = take(*[mention("Lumora is down", by=author(f"a{n}")) for n in range(3)])
    assert report.filed.complaints == 3
    assert take(mention(LONG, by=author("b1"))).filed.complaints == 1
    later = mention(LONG, by=author("b2"), posted_at=NOON + timedelta(hours=25))
    assert take(later).filed.complaints == 1


def test_copies_of_what_is_not_about_us_make_no_noise(house, take):
    take(mention(LONG, by=author("a1")))
    (file,) = files(house)
    not_us(Click(file.case.id, MIA), house=house)
    assert take(mention(LONG, by=author("a2"))).filed.copy == 1
    assert files(house) == []


def test_when_the_first_post_is_removed_the_next_copy_gets_a_card(house, take):
    first = mention(LONG, by=author("a1"))
    take(first)
    with house.database.write() as tx:
        remove(tx, first.id, house=house)
    assert take(mention(LONG, by=author("a2"))).filed.complaints == 1


# Mutes


def test_a_muted_topic_makes_cases_without_cards(house, take, slack, pace, clock):
    made = mute(Wanted(MuteKind.TOPIC, "Price  Rise!", timedelta(hours=2)), person=MIA, house=house)
    assert (made.value, made.until) == ("price rise", NOON + timedelta(hours=2))
    take(mention("awful price rise", by=author("a1")), mention("awful app", by=author("a2")))
    send(house, slack, pace)
    assert [file.mentions[0].mention.text for file in slack.shown()] == ["awful app"]
    assert len(files(house)) == 2, "the queue and the KPIs keep it"
    assert any(line.action == "no card: the topic is muted" for file in files(house) for line in file.history)
    clock.advance(hours=2)
    take(mention("awful price rise, still", by=author("a3")), cursor="c2")
    assert send(house, slack, pace).posted


def test_the_author_of_a_card_is_muted_and_unmuted(house, take, slack, pace):
    take(mention("Lumora is down", by=author("jane")))
    (file,) = files(house)
    made = mute_author_of(file.case.id, timedelta(days=1), person=MIA, house=house, delivery="d1")
    mute_author_of(file.case.id, timedelta(days=1), person=MIA, house=house, delivery="d1")
    assert muted(person=MIA, house=house) == (made,)
    send(house, slack, pace)
    take(mention("awful", by=author("jane")), cursor="c2")
    assert not send(house, slack, pace).posted
    unmute(made.id, person=MIA, house=house)
    with pytest.raises(Refused, match="not muted any more"):
        unmute(made.id, person=MIA, house=house)
    take(mention("awful, really", by=author("jane")), cursor="c3")
    assert send(house, slack, pace).posted


def test_a_handle_is_muted_by_name_and_again_replaces(house, take):
    take(mention(by=author("Jane")))
    first = mute(Wanted(MuteKind.AUTHOR, "@jane", timedelta(hours=1)), person=MIA, house=house)
    assert (first.value, first.shown) == ("x:id-Jane", "x:Jane")
    second = mute(Wanted(MuteKind.AUTHOR, "@JANE", timedelta(hours=3)), person=MIA, house=house)
    assert [m.id for m in muted(person=MIA, house=house)] == [second.id]


def test_the_card_that_something_was_muted_from_tells_of_it_without_the_words(house, take):
    take(mention("Lumora is down", by=author("jane")))
    (file,) = files(house)
    mute_author_of(file.case.id, timedelta(weeks=2), person=MIA, house=house)
    topic = Wanted(MuteKind.TOPIC, "price rise", timedelta(minutes=90), "Lumora")
    for _ in range(3):
        mute(topic, person=MIA, house=house, delivery="d1", case_id=file.case.id)
    told = [line.action for line in files(house)[0].history]
    assert told == ["muted the author for 2 weeks", "muted a topic for 90 minutes"]


def test_nothing_is_muted_from_a_card_whose_post_is_gone(house, take):
    post = mention("Lumora is down", by=author("jane"))
    take(post)
    (file,) = files(house)
    with house.database.write() as tx:
        remove(tx, post.id, house=house)
    topic = Wanted(MuteKind.TOPIC, "price rise", timedelta(hours=1), "Lumora")
    with pytest.raises(Refused, match="The post is gone"):
        mute_author_of(file.case.id, timedelta(days=1), person=MIA, house=house)
    with pytest.raises(Refused, match="The post is gone"):
        mute(topic, person=MIA, house=house, case_id=file.case.id)
    assert muted(person=MIA, house=house) == ()


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(MuteKind.AUTHOR, "@nobody", timedelta(hours=1)), "Nobody called @nobody has written yet"),
        (Wanted(MuteKind.TOPIC, "!?", timedelta(hours=1)), "at least three letters"),
        (Wanted(MuteKind.TOPIC, "price", timedelta(days=31)), "from a minute to 30 days"),
        (Wanted(MuteKind.TOPIC, "price", timedelta(0)), "from a minute to 30 days"),
    ],
)
def test_what_cannot_be_muted_says_why(house, wanted, why):
    with pytest.raises(Refused, match=why):
        mute(wanted, person=MIA, house=house)


def test_leaders_cannot_mute(house):
    with pytest.raises(Refused, match="You may not mute"):
        mute(Wanted(MuteKind.TOPIC, "price", timedelta(hours=1)), person=LEO, house=house)


# Surges


def test_too_many_cards_become_one_living_message(policy, slack, pace):
    poll(policy, *complaints(12))
    send(policy, slack, pace)
    kinds = kinds_in(slack)
    assert kinds.count("card") == 5
    assert kinds.count("surge") == 1
    surge = next(content for key, content in zip(slack.keys(), slack.shown(), strict=True) if key.startswith("surge"))
    assert (surge.cases, surge.open) == (7, 7)
    assert [file.author.handle for file in surge.loudest] == ["a11", "a10", "a9"]
    assert len(files(policy)) == 12


def test_urgent_cases_of_a_surge_get_cards_but_not_without_end(policy, slack, pace):
    poll(policy, *complaints(6))
    poll(policy, *complaints(5, start=50, text="I cancel", followers=20_000), cursor="c2")
    send(policy, slack, pace)
    order = kinds_in(slack)
    assert order.count("card") == 5 + 3
    first = [file.case.urgency.value for key, file in zip(slack.keys(), slack.shown(), strict=True) if "card" in key]
    assert first[:3] == ["urgent"] * 3, "what is urgent goes before what has waited longer"


def test_a_surge_tells_its_thread_each_minute_and_ends(policy, slack, pace, clock):
    poll(policy, *complaints(8))
    send(policy, slack, pace)
    follow_surges(house=policy)
    assert not send(policy, slack, pace).posted, "a line a minute, not more"
    clock.advance(minutes=1)
    follow_surges(house=policy)
    (key,) = send(policy, slack, pace).posted
    assert key.startswith("surge_line:")
    line = slack.shown()[-1]
    assert (line.total, len(line.shown)) == (3, 3)
    clock.advance(minutes=5)
    follow_surges(house=policy)
    update_changed(post=slack, house=policy)
    surge = next(content for key, content in zip(slack.keys(), slack.shown(), strict=True) if key.startswith("surge:"))
    assert surge.span.ended_at == clock.now
    poll(policy, *complaints(1, start=90, at=clock.now), cursor="c2")
    send(policy, slack, pace)
    assert slack.keys()[-1].startswith("card:"), "after the storm every case has its card again"


def test_a_living_message_is_redrawn_every_ten_seconds_at_most(policy, slack, pace, clock):
    poll(policy, *complaints(7))
    send(policy, slack, pace)
    for n in range(20):
        clock.advance(seconds=1)
        poll(policy, *complaints(1, start=100 + n, at=clock.now), cursor=f"c{n}")
        update_changed(post=slack, house=policy)
    assert 2 <= sum(call.startswith("update surge:") for call in slack.calls) <= 3


def test_a_deleted_post_leaves_the_living_message(policy, slack, pace):
    posts = complaints(8)
    poll(policy, *posts)
    send(policy, slack, pace)
    with policy.database.write() as tx:
        remove(tx, posts[-1].id, house=policy)
    update_changed(post=slack, house=policy)
    surge = next(content for key, content in zip(slack.keys(), slack.shown(), strict=True) if key.startswith("surge"))
    assert "a7" not in {file.author.handle for file in surge.loudest}


def test_two_brands_in_one_channel_have_a_surge_each(policy, slack, pace):
    two = replace(policy, brands=(*policy.brands, brand("Helio", aliases=(), accounts=())))
    with two.database.write() as tx:
        brands.sync(tx, two.brands)
    poll(two, *complaints(8))
    helio = stream(name="helio on X", brand="Helio")
    poll_in = Scripted(batch(*complaints(4, start=40), cursor="h"))
    ingest(helio, poll=poll_in, classify=by_keyword, house=two)
    send(two, slack, pace)
    surges = [c for key, c in zip(slack.keys(), slack.shown(), strict=True) if key.startswith("surge:")]
    assert sorted((one.span.brand, one.cases) for one in surges) == [("Helio", 4), ("Lumora", 3)]


def test_a_surge_of_a_brand_that_is_gone_from_the_settings_just_ends(policy, slack, pace, clock):
    poll(policy, *complaints(8))
    clock.advance(minutes=2)
    follow_surges(house=replace(policy, brands=(brand("Helio"),)))
    with policy.database.read() as tx:
        assert surges_of(tx) == []


# Quiet hours


def test_in_quiet_hours_only_what_is_urgent_is_posted_and_the_rest_waits(house, slack, pace, clock):
    night = replace(house, brands=(brand(quiet=QuietHours(time(22), time(7))),))
    clock.now = NOON.replace(hour=23)
    poll(night, *complaints(2, at=clock.now), mention("lovely day", posted_at=clock.now))
    poll(night, *complaints(1, start=60, at=clock.now, text="I cancel", followers=50_000), cursor="c2")
    assert len(send(night, slack, pace).posted) == 1
    clock.advance(hours=1)
    assert enqueue_batches(house=night) == 0
    clock.now = NOON.replace(hour=7) + timedelta(days=1)
    assert enqueue_batches(house=night) == 1
    assert len(send(night, slack, pace).posted) == 3


def test_a_restless_night_is_one_message_in_the_morning(policy, slack, pace, clock):
    night = replace(policy, brands=(brand(quiet=QuietHours(time(22), time(7))),))
    clock.now = NOON.replace(hour=22)
    for n in range(12):
        clock.advance(minutes=20)
        poll(night, *complaints(1, start=n, at=clock.now), cursor=f"c{n}")
        follow_surges(house=night)
    assert not send(night, slack, pace).posted
    clock.now = NOON.replace(hour=7) + timedelta(days=1)
    kinds = [key.partition(":")[0] for key in send(night, slack, pace).posted]
    assert kinds.count("card") <= 5
    assert "surge" in kinds
    assert sum(file.case.state in OPEN_STATES for file in files(night)) == 12


def test_what_is_a_copy_is_said_of_the_post_itself(house, take):
    take(mention(LONG, by=author("a1"), number=901), mention(LONG, by=author("a2"), number=902))
    with house.database.read() as tx:
        first, second = sorted(mentions.search(tx, "awful"), key=lambda seen: seen.mention.id)
    assert (second.triage.verdict, second.copy_of) == (Verdict.COPY, first.case_id)
    assert queue(person=MIA, house=house).total == 1
    assert MessageKind.SURGE.value == "surge"


# Near copies


@pytest.mark.parametrize(
    "copied",
    [
        f"Hey folks! {LONG} #outage https://t.co/x1",
        f"Found in the forum: {LONG} @lumora",
        f"{LONG}. Who else has that?",
        f"RT this! {LONG}",
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one poll", "in two"])
def test_the_same_complaint_with_other_words_around_it_is_a_copy(house, take, together, copied):
    first, second = mention(LONG, by=author("a1")), mention(copied, by=author("a2"))
    report = take(first, second) if together else take(first) + take(second)
    assert (report.filed.complaints, report.filed.copy) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        LONG.replace("down", "slow"),
        f"{LONG}, but it works again",
        f"{LONG} and the price is awful".replace("again", "today"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one poll", "in two"])
def test_another_word_in_the_same_frame_is_a_case_of_its_own(house, take, together, other):
    first, second = mention(LONG, by=author("a1")), mention(other, by=author("a2"))
    report = take(first, second) if together else take(first) + take(second)
    assert (report.filed.complaints, report.filed.copy) == (2, 0)


def test_near_copies_are_those_of_a_day_and_of_what_still_stands(house, take):
    near = f"Hello team! {LONG} Who else?"
    first = mention(LONG, by=author("a1"))
    take(first)
    with house.database.write() as tx:
        remove(tx, first.id, house=house)
    second = mention(near, by=author("a2"))
    assert take(second).filed.complaints == 1
    day_later = second.posted_at + timedelta(hours=25)
    assert take(mention(LONG, by=author("a3"), posted_at=day_later)).filed.complaints == 1


def test_an_edited_post_leads_no_near_copies_of_what_it_said_before(house, take):
    first = mention(LONG, by=author("a1"))
    take(first)
    take(replace(first, text="Lumora is awful, and this is another thing that I say now"))
    assert take(mention(f"{LONG} Who else?", by=author("a2"))).filed.complaints == 1


def test_a_post_that_a_person_judged_leads_near_copies(house, take):
    post = mention(f"maybe {LONG}", by=author("a1"))
    assert take(post).filed.review == 1
    judge(Look(post.id, "Lumora", MIA), Judgement.COMPLAINT, house=house)
    assert take(mention(f"{LONG} Who else?", by=author("a2"))).filed.copy == 1


def test_bands_are_forgotten_when_they_are_old(house, take):
    take(mention(LONG, by=author("a1")))
    with house.database.write() as tx:
        copies.forget_bands(tx, before=NOON + timedelta(hours=1))
    assert take(mention(f"{LONG} Who else?", by=author("a2"))).filed.complaints == 1


# Suspected spam

SELLING = "Lumora is awful, use my code LUM20 and claim your prize, follow back for free followers"


def verdict_of(house, post):
    with house.database.read() as tx:
        seen = mentions.get(tx, post.id, brand="Lumora")
    return seen.triage.verdict, seen.triage.reason


def test_suspected_spam_goes_to_the_hourly_line_with_its_reason(house, take, slack, pace, clock):
    post = mention(SELLING, by=author("a1"))
    assert take(post).filed.batch == 1
    verdict, reason = verdict_of(house, post)
    assert verdict is Verdict.BATCH
    assert reason == "perhaps spam: words that sell something, words that fish for followers"
    clock.advance(hours=2)
    assert enqueue_batches(house=house) == 1


def test_who_sells_the_same_again_and_again_is_suspected_in_one_poll_and_in_several(house, take):
    def post(number):
        return mention(f"{LONG}, use my code LUM20 {'!' * number}", by=author("a1"), number=700 + number)

    one, two, three, four = map(post, range(4))
    take(one, two)
    assert verdict_of(house, two)[0] is Verdict.COPY
    take(three)
    assert "the same words from this account 3 times within 10 minutes" in verdict_of(house, three)[1]
    take(four)
    assert verdict_of(house, four)[0] is Verdict.BATCH


def test_an_angry_person_who_posts_a_lot_is_not_suspected(house, take):
    report = take(*[mention(f"Lumora is awful, reason {n}", by=author("a1")) for n in range(15)])
    assert report.filed.complaints == 15


def test_a_customer_is_never_suspected(house, take):
    with house.database.write() as tx:
        records.add_record(tx, record(accounts=(Account("x", "jane"),)), at=NOON)
    assert take(mention(SELLING, by=author("jane"))).filed.complaints == 1


def test_a_person_may_make_a_case_of_what_was_suspected(house, take):
    post = mention(SELLING, by=author("a1"))
    take(post)
    file = judge(Look(post.id, "Lumora", MIA), Judgement.COMPLAINT, house=house)
    assert file.case.kind is CaseKind.COMPLAINT
    with pytest.raises(Refused, match="does not wait any more"):
        judge(Look(post.id, "Lumora", BEN), Judgement.COMPLAINT, house=house)
