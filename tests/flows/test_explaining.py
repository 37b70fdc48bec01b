"""The story of a post, over real storage."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from domain.brand import QuietHours
from domain.case import TriagePolicy
from domain.errors import Refused
from domain.noise import MuteKind, NoisePolicy
from domain.prediction import SENTIMENT
from flows.alerting import post_pending
from flows.batching import enqueue_batches
from flows.correcting import correct
from flows.explaining import why
from flows.ingest import ingest
from flows.judging import Judgement, Look, judge
from flows.muting import Wanted, mute
from flows.responding import Click
from tests.builders import LEO, MIA, NOON, author, brand, mention, stream
from tests.flows.fakes import Scripted, batch, by_keyword

LONG = "Lumora is down again and nobody tells us why, this is awful"


def told(post, house):
    (story,) = why(post.id, person=MIA, house=house)
    return [line.words for line in story.lines]


def has(lines, *parts):
    """Tell whether the parts stand in the lines, in this order."""
    rest = iter(lines)
    return all(any(part in line for line in rest) for part in parts)


def take_in(house, *posts):
    return ingest(stream(), poll=Scripted(batch(*posts)), classify=by_keyword, house=house)


def test_an_alerted_post_tells_stream_model_triage_case_card_and_correction(house, take, slack, pace):
    post = mention("Lumora is down", by=author("jane"))
    take(post)
    post_pending(post=slack, pace=pace, house=house)
    (story,) = why(post.id, person=MIA, house=house)
    correct(Click(story.case.id, MIA), mention_id=post.id, task=SENTIMENT, label="neutral", house=house)
    assert has(
        told(post, house),
        "posted",
        "brought by the stream “lumora on X”",
        "sentiment: negative (90%, sure), says test",
        "triage: it calls for an answer, because: negative",
        "complaint, low, now new",
        "card posted in C0ALERTS",
    )
    (story,) = why(post.id, person=MIA, house=house)
    assert [line.by for line in story.lines if line.words == "sentiment corrected to neutral"] == [MIA.user_id]


def test_what_waits_for_the_line_and_what_is_in_it(house, take, slack, pace, clock):
    post = mention("lovely weather at Lumora")
    take(post)
    assert has(
        told(post, house),
        "goes to the hourly line, without a card, because: nothing to answer",
        "the next one lists it",
    )
    clock.advance(hours=1)
    enqueue_batches(house=house)
    assert has(told(post, house), "hourly line for C0ALERTS is pending")
    post_pending(post=slack, pace=pace, house=house)
    assert has(told(post, house), "hourly line posted in C0ALERTS")
    assert not has(told(post, house), "in no line")


def test_a_muted_post_tells_who_muted(house, take):
    mute(Wanted(MuteKind.TOPIC, "price rise", timedelta(hours=2)), person=MIA, house=house)
    post = mention("awful price rise")
    take(post)
    (story,) = why(post.id, person=MIA, house=house)
    assert [line.by for line in story.lines if line.words == "no card: the topic is muted"] == [MIA.user_id]


def test_a_copy_names_the_case_that_counts_it(house, take):
    first, second = mention(LONG, by=author("a1")), mention(f"Hey folks! {LONG}", by=author("a2"))
    take(first, second)
    (leader,) = why(first.id, person=MIA, house=house)
    assert has(told(second, house), "is a copy, counted on the card", f"the case that it copies: {leader.case.id}")


def test_suspected_spam_tells_its_signs_and_what_a_person_made_of_it(house, take):
    post = mention("Lumora is awful, use my code LUM20, follow back for free followers")
    take(post)
    assert has(told(post, house), "because: perhaps spam: words that sell something, words that fish for followers")
    judge(Look(post.id, "Lumora", MIA), Judgement.COMPLAINT, house=house)
    assert has(told(post, house), "complaint, normal", "sentiment corrected to negative")


def test_an_old_post_tells_its_age(house):
    picky = replace(house, policy=TriagePolicy(alert_within=timedelta(hours=24)))
    post = mention("Lumora is down", posted_at=NOON - timedelta(hours=30))
    take_in(picky, post)
    assert has(told(post, picky), "30 hours after it was posted", "no card: the post was 30 hours old")


def test_a_case_of_a_surge_tells_of_it(house):
    stormy = replace(house, noise=NoisePolicy(surge_cards=1))
    first, second = (mention(f"Lumora is down {n}", number=n, by=author(f"a{n}")) for n in (1, 2))
    take_in(stormy, first, second)
    assert has(told(second, stormy), "no card of its own: counted in the living message of the surge in C0ALERTS")


def test_a_card_that_waits_for_the_end_of_quiet_hours_tells_of_it(house, clock):
    night = replace(house, brands=(brand(quiet=QuietHours(time(22), time(7))),))
    clock.now = NOON.replace(hour=23)
    post = mention("Lumora is down", posted_at=clock.now)
    take_in(night, post)
    assert has(told(post, night), "card for C0ALERTS is pending, not before 2026-03-05 06:00 UTC")


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/jane/status/77",
        "<https://x.com/jane/status/77?s=20>",
        "https://twitter.com/jane/status/77/",
        "http://www.x.com/jane/status/77",
        "x:77",
    ],
)
def test_a_post_is_found_by_its_link_however_it_is_written_and_by_its_id(house, take, link):
    take(mention("Lumora is down", number=77))
    assert [story.seen.mention.id for story in why(link, person=MIA, house=house)] == ["x:77"]


@pytest.mark.parametrize(
    ("reference", "reason"), [("", "Name a post"), ("x:999", "No stored post"), ("not a link", "No stored post")]
)
def test_what_is_not_stored_says_so(house, reference, reason):
    with pytest.raises(Refused, match=reason):
        why(reference, person=MIA, house=house)


def test_leaders_see_no_single_post(house):
    with pytest.raises(Refused, match="You may not see why a post was alerted or not"):
        why("x:1", person=LEO, house=house)
