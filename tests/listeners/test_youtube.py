"""What YouTube is asked and at which cost in units, and what its comments and videos become."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.brand import Account, Brand, SourceKind
from domain.errors import CredentialsError, InputError, PlatformError, SettingsError
from domain.mention import Cursor
from listeners import youtube
from listeners.youtube import units
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeYouTube, HandClock

(CHANNEL,) = FakeYouTube.stream.places
SEARCH = stream(name="reviews", platform="youtube", target="lumora review", poll_seconds=600.0)


@pytest.fixture
def platform():
    with FakeYouTube(HandClock()) as running:
        yield running


def comment(**changes):
    snippet = {
        "authorDisplayName": "@jane",
        "authorChannelId": {"value": "UCjane"},
        "videoId": "v1",
        "textDisplay": "It&#39;s slow<br>at &lt;home&gt;",
        "publishedAt": "2026-03-04T11:00:00Z",
        "updatedAt": "2026-03-04T11:00:00Z",
    }
    return {"id": "Ug1", "snippet": snippet | changes}


def read(item):
    (mention,) = youtube.mentions_from_response(
        {"kind": "youtube#commentListResponse", "items": [item]}, seen_at=NOON
    ).mentions
    return mention


def asked_for(platform, resource):
    return [asked.query for asked in platform.server.asked if asked.path.endswith(f"/{resource}")]


def test_a_comment_is_plain_text_with_an_address_of_its_own():
    mention = read(comment())
    assert mention.text == "It's slow\nat <home>"
    assert mention.url == "https://www.youtube.com/watch?v=v1&lc=Ug1"
    assert (mention.author.key, mention.author.handle) == ("youtube:UCjane", "jane")
    assert mention.posted_at == datetime(2026, 3, 4, 11, tzinfo=UTC)
    assert (mention.thread_id, mention.reply_to, mention.edited_at) == ("youtube:Ug1", None, None)


def test_a_reply_is_in_the_thread_of_its_top_comment():
    mention = read(comment(parentId="Ug0", videoId=None))
    assert (mention.thread_id, mention.reply_to) == ("youtube:Ug0", "youtube:Ug0")
    assert mention.url == "https://www.youtube.com/channel/UCjane?lc=Ug1"


def test_nobody_passes_for_our_account_by_a_name_that_looks_like_its_id():
    lumora = Brand("Lumora", accounts=(Account("youtube", CHANNEL),))
    assert lumora.wrote_as(read(comment(authorChannelId={"value": CHANNEL})).author)
    assert not lumora.wrote_as(read(comment(authorDisplayName=f"@{CHANNEL}")).author)
    assert not lumora.wrote_as(read(comment(authorDisplayName=CHANNEL)).author)


@pytest.mark.parametrize("missing", ["publishedAt", "textDisplay", "authorDisplayName"])
def test_a_malformed_comment_is_named(missing):
    item = comment()
    del item["snippet"][missing]
    with pytest.raises(InputError, match=f"Ug1 cannot be read: `{missing}` is missing"):
        read(item)


def test_replies_come_with_their_thread_and_the_owners_are_ours(platform):
    thread = platform.publish("Why is it slow?")
    platform.reply(thread, "We are on it", author="lumora", channel=CHANNEL)
    top, answer = platform.poll()(None).mentions
    assert (top.id, answer.thread_id, answer.reply_to) == (thread, thread, thread)
    assert Brand("Lumora", accounts=(Account("youtube", CHANNEL),)).wrote_as(answer.author)
    assert asked_for(platform, "comments") == []


def test_more_replies_than_come_with_a_thread_are_asked_for_once_for_each_new_number(platform):
    thread = platform.publish("Why is it slow?")
    replies = [platform.reply(thread, f"me too {n}") for n in range(7)]
    poll = platform.poll()
    first = poll(None)
    assert {m.id for m in first.mentions} == {thread, *replies}
    second = poll(first.cursor)
    assert len(asked_for(platform, "comments")) == 1
    replies.append(platform.reply(thread, "and me"))
    assert replies[-1] in {m.id for m in poll(second.cursor).mentions}
    assert len(asked_for(platform, "comments")) == 2


def test_replies_that_cannot_be_read_are_asked_for_again_by_the_next_poll(platform, monkeypatch):
    thread = platform.publish("Why is it slow?")
    replies = {platform.reply(thread, f"me too {n}") for n in range(7)}
    answer = platform._other
    monkeypatch.setattr(platform, "_other", lambda asked: platform.refusal(500))
    poll = platform.poll()
    first = poll(None)
    assert len(first.mentions) == 1 + 5
    monkeypatch.setattr(platform, "_other", answer)
    assert replies <= {m.id for m in poll(first.cursor).mentions}


def test_what_was_left_is_read_from_the_top_where_its_page_is_known_no_more(platform):
    published = [platform.publish(f"{n}", ago=timedelta(minutes=300 - n)) for n in range(250)]
    poll = platform.poll(max_pages=1)
    first = poll(None)
    platform.stale = {item.id for item in platform.items}
    second = poll(first.cursor)
    assert {m.id for m in second.mentions} == set(published[-100:])
    platform.stale = set()
    rest: list[Any] = []
    cursor = second.cursor
    for _ in range(5):
        batch = poll(cursor)
        rest, cursor = [*rest, *batch.mentions], batch.cursor
    assert {m.id for m in (*first.mentions, *rest)} == set(published)


def test_a_first_poll_goes_back_for_a_week_only(platform):
    for n in range(300):
        platform.publish(f"{n}", ago=timedelta(days=n))
    batch = platform.poll()(None)
    assert (len(batch.mentions), batch.capped) == (100, False)


def test_disabled_comments_are_no_matter_of_credentials(platform):
    platform.failures.append(platform.refusal(403, reason="commentsDisabled"))
    with pytest.raises(PlatformError, match="comments are disabled") as raised:
        platform.poll()(None)
    assert not isinstance(raised.value, CredentialsError)


def test_a_wrong_key_is_a_matter_of_credentials_though_youtube_says_400(platform):
    platform.failures.append(platform.refusal(400, reason="keyInvalid"))
    with pytest.raises(CredentialsError, match="YOUTUBE_API_KEY"):
        platform.poll()(None)


def test_a_quota_that_is_used_up_is_left_alone_until_midnight_in_california(platform):
    platform.failures.append(platform.refusal(403, reason="quotaExceeded"))
    poll = platform.poll()
    with pytest.raises(PlatformError, match="used up until midnight") as raised:
        poll(None)
    assert not isinstance(raised.value, CredentialsError)
    wait = (units.midnight_after(platform.clock()) - platform.clock()).total_seconds()
    assert raised.value.retry_after == pytest.approx(wait, abs=1)
    asked = len(platform.server.asked)
    with pytest.raises(PlatformError, match="quota is used up"):
        poll(None)
    assert len(platform.server.asked) == asked
    platform.clock.advance(seconds=wait + 1)
    poll(None)


def test_midnight_in_california_knows_summer_time():
    assert units.midnight_after(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert units.midnight_after(datetime(2026, 1, 1, 8, 0, tzinfo=UTC)) == datetime(2026, 1, 2, 8, tzinfo=UTC)


def test_a_stream_never_uses_more_units_than_it_is_allowed_on_a_day(platform):
    poll = platform.poll(replace(platform.stream, poll_seconds=86_400.0), daily_units=3)
    for _ in range(3):
        poll(None)
    with pytest.raises(PlatformError, match="3 of the 3 calls that daily_units allows") as raised:
        poll(None)
    assert len(platform.listed()) == 3
    assert raised.value.retry_after is not None
    platform.clock.advance(seconds=raised.value.retry_after + 1)
    poll(None)


def test_polling_that_would_cost_more_than_a_days_units_is_refused_with_the_seconds_that_would_do():
    wanted = replace(FakeYouTube.stream, places=(CHANNEL, CHANNEL, CHANNEL), poll_seconds=60.0)
    with pytest.raises(SettingsError, match=r"4320 units .* allows it 3000: set its poll_seconds to 87"):
        youtube.connect(youtube.Settings(api_key="k"), wanted, clock=HandClock())
    youtube.connect(youtube.Settings(api_key="k"), replace(wanted, poll_seconds=87.0), clock=HandClock())


def test_a_search_brings_whole_videos_and_from_then_on_the_comments_below_them(platform):
    platform.upload("v9", "Lumora reviewed", ago=timedelta(hours=5))
    old = platform.publish("first!", ago=timedelta(hours=2))
    poll = platform.poll(SEARCH)
    batch = poll(None)
    video, mention = batch.mentions
    assert (video.id, video.text) == ("youtube:v9", "Lumora reviewed\n\nAll that I know.")
    assert (video.url, video.language) == ("https://www.youtube.com/watch?v=v9", "en")
    assert (mention.id, mention.url) == (old, f"https://www.youtube.com/watch?v=v9&lc={old.partition(':')[2]}")
    platform.clock.advance(minutes=10)
    new = platform.publish("Lumora is slow")
    assert new in {m.id for m in poll(batch.cursor).mentions}
    (searched,) = asked_for(platform, "search")
    assert searched | {"q": "lumora review", "order": "date", "type": "video"} == searched


def test_the_searches_of_a_day_are_spread_over_it(platform):
    poll, cursor, days = platform.poll(SEARCH), None, 2
    for _ in range(days * 144):
        cursor = poll(cursor).cursor
        platform.clock.advance(minutes=10)
    assert len(asked_for(platform, "search")) <= days * 30 + 1
    assert len(asked_for(platform, "search")) >= days * 28


def test_the_comments_of_many_videos_are_read_in_turn_within_the_days_units(platform):
    for n in range(40):
        platform.upload(f"v{n}", f"Lumora {n}", ago=timedelta(hours=n + 1))
    poll, cursor = platform.poll(SEARCH, daily_units=1440), None
    for _ in range(4):
        cursor = poll(cursor).cursor
        platform.clock.advance(minutes=10)
    read_of = [asked.query["videoId"] for asked in platform.listed()]
    assert len(read_of) == 4 * 10, "1,440 units a day are ten for every ten minutes"
    assert sorted(read_of) == sorted(f"v{n}" for n in range(40))


def test_more_videos_than_a_page_holds_are_found_by_the_next_search(platform):
    for n in range(120):
        platform.upload(f"v{n}", f"Lumora {n}", ago=timedelta(hours=n))
    poll, cursor, seen = platform.poll(SEARCH), None, set()
    for _ in range(6):
        batch = poll(cursor)
        seen |= {m.id for m in batch.mentions if m.text.startswith("Lumora")}
        cursor = batch.cursor
        platform.clock.advance(hours=4)
    assert seen == {f"youtube:v{n}" for n in range(120)}


def test_a_video_whose_comments_are_disabled_is_followed_no_more(platform):
    platform.upload("v9", "Lumora reviewed", ago=timedelta(hours=5))
    platform.disabled.add("v9")
    poll = platform.poll(SEARCH)
    batch = poll(None)
    assert ([m.id for m in batch.mentions], batch.failing) == (["youtube:v9"], "")
    platform.clock.advance(minutes=10)
    poll(batch.cursor)
    assert len(platform.listed()) == 1


def test_a_failure_below_a_video_keeps_what_the_search_found_and_is_told(platform):
    platform.upload("v9", "Lumora reviewed", ago=timedelta(hours=5))
    published = platform.publish("slow")
    platform.failures.append(platform.refusal(500))
    poll = platform.poll(SEARCH)
    batch = poll(None)
    assert [m.id for m in batch.mentions] == ["youtube:v9"]
    assert "says 500" in batch.failing
    assert [m.id for m in poll(batch.cursor).mentions] == [published]
    assert len(asked_for(platform, "search")) == 1, "a failure is no reason for another search"


def test_searches_that_are_used_up_hold_up_no_comments_and_are_told(platform, monkeypatch):
    platform.upload("v9", "Lumora reviewed", ago=timedelta(hours=5))
    poll = platform.poll(SEARCH)
    cursor = poll(None).cursor
    answer, used_up = platform._other, platform.refusal(403, reason="quotaExceeded")
    monkeypatch.setattr(platform, "_other", lambda asked: used_up if "/search" in asked.path else answer(asked))
    platform.clock.advance(hours=1)
    published = platform.publish("slow")
    batch = poll(cursor)
    assert published in {m.id for m in batch.mentions}
    assert "used up until midnight" in batch.failing
    assert "used up" in poll(batch.cursor).failing
    assert len(asked_for(platform, "search")) == 2, "the search is left alone from then on"


def test_a_place_of_a_search_that_nobody_wrote_is_told_once(platform):
    poll = platform.poll(SEARCH)
    with pytest.raises(PlatformError, match="may be missed"):
        poll(Cursor("garbage"))
    assert poll(Cursor("garbage")).cursor


def test_check_names_places_that_are_no_channels(platform):
    assert "accepts the key" in youtube.check(platform.settings(places=(CHANNEL,)))
    assert "no channel @lumora" in youtube.check(platform.settings(places=(CHANNEL, "@lumora")))


def test_there_is_no_list_of_an_accounts_own_comments():
    assert SourceKind.OWN_POSTS not in youtube.READS
