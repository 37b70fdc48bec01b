"""What every platform's listener promises, told to a scripted platform over a real socket."""

import logging
import random
import re
from datetime import UTC, timedelta
from decimal import Decimal

import pytest

import listeners
from domain.errors import CredentialsError, CursorTooOldError, PlatformError, SettingsError
from domain.mention import Cursor
from domain.seams import Charges
from tests.builders import stream
from tests.listeners.platforms import FAKES, SECRETS, HandClock, garbage
from tests.replay import Reply, json_reply


@pytest.fixture(params=sorted(FAKES))
def platform(request):
    fake = FAKES[request.param]
    if reason := fake.exempt.get(request.function.__name__.removeprefix("test_")):
        pytest.skip(f"{fake.name} is exempt: {reason}")
    with fake(HandClock()) as running:
        yield running


def test_exemptions_name_promises():
    promises = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert [name for fake in FAKES.values() for name in fake.exempt if name not in promises] == []


def test_only_where_posts_cost_money_a_poll_says_what_they_cost(platform):
    assert isinstance(platform.poll(), Charges) == (platform.name == "x")


def drain(poll, cursor=None, *, limit=50):
    """Poll until nothing is left; return all mentions and the cursor."""
    mentions = []
    for _ in range(limit):
        batch = poll(cursor)
        mentions += batch.mentions
        cursor = batch.cursor
        if not batch.capped:
            return mentions, cursor
    raise AssertionError("the listing never ends")


def test_every_platform_has_a_scripted_one():
    assert set(FAKES) == set(listeners.PLATFORMS) - {"webhook"}, "which is not polled: see test_webhook.py"


def test_a_platform_says_its_name_and_what_its_terms_allow(platform):
    module = listeners.load(platform.name)
    assert platform.name == module.NAME
    assert module.TRAINABLE is False


def test_posts_arrive_once_oldest_first_with_aware_times(platform):
    published = [platform.publish(f"lumora {n}", ago=timedelta(minutes=300 - n)) for n in range(230)]
    batch = platform.poll()(None)
    assert [mention.id for mention in batch.mentions] == published
    assert all(mention.posted_at.tzinfo is UTC for mention in batch.mentions)
    assert batch.mentions[0].posted_at == platform.clock() - timedelta(minutes=300)
    assert {mention.platform for mention in batch.mentions} == {platform.name}
    assert not batch.capped
    assert not batch.removals


def test_a_mention_carries_what_the_platform_tells(platform):
    published = platform.publish("lumora is down", author="jane")
    (mention,) = platform.poll()(None).mentions
    assert mention.id == published
    assert (mention.text, mention.author.handle) == ("lumora is down", platform.handle_of("jane"))
    assert mention.author.key.startswith(f"{platform.name}:")
    assert mention.thread_id == published
    assert mention.url.startswith("https://")
    assert mention.edited_at is None


def test_the_same_cursor_gives_the_same_again(platform):
    for n in range(120):
        platform.publish(f"lumora {n}", ago=timedelta(hours=2))
    poll = platform.poll()
    before = poll(None)
    platform.clock.advance(minutes=20)
    for n in range(120):
        platform.publish(f"later {n}")
    assert poll(before.cursor).mentions == poll(before.cursor).mentions
    assert poll(before.cursor).cursor == poll(before.cursor).cursor
    assert poll(None).mentions[:120] == before.mentions


def test_only_what_is_new_is_asked_for_again(platform):
    for n in range(350):
        platform.publish(f"lumora {n}", ago=timedelta(hours=9) - timedelta(minutes=n))
    poll = platform.poll()
    cursor = poll(None).cursor
    platform.clock.advance(hours=1)
    new = platform.publish("lumora again")
    asked = len(platform.listed())
    assert poll(cursor).mentions[-1].id == new
    assert len(platform.listed()) == asked + 1


def test_an_empty_platform_gives_an_empty_batch(platform):
    batch = platform.poll()(None)
    assert (batch.mentions, batch.cursor, batch.capped, batch.cost_usd) == ((), None, False, Decimal(0))


def test_a_capped_poll_leaves_no_gap(platform):
    poll = platform.poll(max_pages=1)
    published = [platform.publish(f"lumora {n}", ago=timedelta(hours=9) - timedelta(minutes=n)) for n in range(250)]
    first = poll(None)
    assert first.capped
    assert [mention.id for mention in first.mentions] == platform.page_of(published)
    platform.clock.advance(hours=1)
    later = [platform.publish(f"later {n}") for n in range(platform.page_size * 2 // 5)]
    published += later
    second = poll(first.cursor)
    if not platform.oldest_first:
        assert {mention.id for mention in second.mentions} >= set(later), "new posts do not wait for old ones"
    rest, _ = drain(poll, second.cursor)
    assert {mention.id for mention in (*first.mentions, *second.mentions, *rest)} == set(published)


def test_whatever_is_published_and_however_polls_are_capped_nothing_is_lost(platform):
    dice = random.Random(7)
    platform.depth = 10_000
    seen: set[str] = set()
    published: set[str] = set()
    cursor = None
    for _ in range(40):
        platform.clock.advance(seconds=dice.randrange(1, 240))
        for _ in range(dice.choice((0, 1, 5, 60, 180))):
            published.add(platform.publish("lumora", late=timedelta(seconds=dice.choice((0, 0, 30, 100)))))
        if dice.random() < 0.2:
            platform.failures.append(Reply(503))
        try:
            batch = platform.poll(max_pages=dice.randrange(1, 4))(cursor)
        except PlatformError:
            continue
        seen |= {mention.id for mention in batch.mentions}
        cursor = batch.cursor or cursor
    platform.failures.clear()
    platform.clock.advance(seconds=110)
    for _ in range(30):  # an overlap that fills more than a poll is read piece by piece
        rest, cursor = drain(platform.poll(), cursor)
        seen |= {mention.id for mention in rest}
    assert seen == published


def test_a_post_that_becomes_visible_late_is_found(platform):
    poll = platform.poll()
    late = platform.publish("late", late=timedelta(seconds=90))
    platform.clock.advance(seconds=30)
    prompt = platform.publish("prompt")
    first = poll(None)
    assert [mention.id for mention in first.mentions] == [prompt]
    platform.clock.advance(seconds=70)
    assert late in {mention.id for mention in poll(first.cursor).mentions}


def test_an_edit_keeps_the_id_and_says_when(platform):
    poll = platform.poll()
    published = platform.publish("lumroa is down", ago=timedelta(minutes=1))
    first = poll(None)
    platform.clock.advance(seconds=30)
    platform.edit(published, "lumora is down")
    (mention,) = poll(first.cursor).mentions
    assert (mention.id, mention.text) == (published, "lumora is down")
    assert mention.edited_at == (platform.clock() if platform.says_when_edited else None)
    assert mention.posted_at == (first.mentions[0].posted_at if platform.says_when_posted else platform.clock())
    assert mention.thread_id == first.mentions[0].thread_id


def test_a_removal_is_carried(platform):
    poll = platform.poll()
    published = platform.publish("lumora is down")
    kept = platform.publish("lumora is up")
    first = poll(None)
    platform.clock.advance(seconds=30)
    platform.remove(published)
    batch = poll(first.cursor)
    assert [(removal.mention_id, removal.seen_at) for removal in batch.removals] == [(published, platform.clock())]
    assert [mention.id for mention in batch.mentions] == [kept]


FAILURES = {
    "500": Reply(500),
    "502 with a page": Reply(502, b"<html>Bad gateway</html>"),
    "no answer in time": Reply(hang=30),
    "a dropped connection": Reply(drop=True),
    **garbage(),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_is_one_error_and_the_cursor_works_again(platform, failure):
    published = platform.publish("lumora")
    poll = platform.poll(timeout_seconds=0.3)
    platform.failures.append(FAILURES[failure])
    with pytest.raises(PlatformError) as raised:
        poll(None)
    assert raised.value.platform == platform.name
    assert not isinstance(raised.value, CredentialsError | CursorTooOldError)
    assert str(raised.value).endswith("The next poll tries again.")
    assert [mention.id for mention in poll(None).mentions] == [published]


def test_a_server_that_is_not_there_is_a_failure_of_the_poll_and_not_of_connecting(platform):
    poll = platform.poll()
    platform.server.__exit__()
    try:
        with pytest.raises(PlatformError, match="cannot be reached"):
            poll(None)
    finally:
        platform.server = type(platform.server)(platform._answer).__enter__()


def test_a_failure_in_the_middle_keeps_what_was_read_and_loses_nothing(platform):
    published = [platform.publish(f"lumora {n}", ago=timedelta(hours=9) - timedelta(minutes=n)) for n in range(250)]
    poll = platform.poll()
    platform.fail_after_a_page()
    first = poll(None)
    assert first.capped
    assert [mention.id for mention in first.mentions] == platform.page_of(published)
    rest, _ = drain(poll, first.cursor)
    assert {mention.id for mention in (*first.mentions, *rest)} == set(published)


def test_a_refused_quota_is_waited_for(platform):
    platform.failures.append(platform.out_of_quota(300))
    poll = platform.poll()
    with pytest.raises(PlatformError) as raised:
        poll(None)
    assert raised.value.retry_after == pytest.approx(300, abs=2)
    asked = len(platform.listed())
    with pytest.raises(PlatformError, match="quota is used up") as raised:
        poll(None)
    assert raised.value.retry_after == pytest.approx(300, abs=2)
    assert len(platform.listed()) == asked, "the platform is left alone until then"


def test_the_last_call_of_a_quota_is_the_last(platform):
    for n in range(150):
        platform.publish(f"lumora {n}", ago=timedelta(hours=1))
    platform.headers = lambda: platform.last_of_quota(60)
    batch = platform.poll()(None)
    assert (len(batch.mentions), batch.capped) == (platform.page_size, True)
    assert len(platform.listed()) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_told_apart(platform, status):
    platform.refuse_sign_in(status)
    platform.failures.append(platform.refusal(status))
    with pytest.raises(CredentialsError, match=f"{status}.*({platform.credentials_fix})"):
        platform.poll()(None)


def test_check_says_what_works_or_what_to_mend(platform):
    module = listeners.load(platform.name)
    assert re.search("accepts|answers", module.check(platform.settings()))
    if platform.credentials_fix:
        platform.refuse_sign_in(401)
        with pytest.raises(CredentialsError, match=platform.credentials_fix):
            module.check(platform.settings())
    else:
        platform.failures.append(Reply(500))
        with pytest.raises(PlatformError):
            module.check(platform.settings())


def test_missing_secrets_and_impossible_streams_are_refused_when_connecting(platform):
    if platform.no_secrets:
        with pytest.raises(SettingsError, match=f"{platform.stream.name} reads"):
            platform.poll(**platform.no_secrets)
    kind = platform.impossible
    assert kind not in listeners.load(platform.name).READS
    with pytest.raises(SettingsError, match=kind):
        platform.poll(stream(platform=platform.name, kind=kind))


BAD_CURSORS = ["", "garbage", "[]", '{"newest": null}', '{"newest": "1", "left": [7]}', "17"]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_an_unreadable_cursor_is_told_once_and_then_read_past(platform, cursor):
    published = platform.publish("lumora")
    poll = platform.poll()
    with pytest.raises(CursorTooOldError, match="Nothing needs to be done"):
        poll(Cursor(cursor))
    assert [mention.id for mention in poll(Cursor(cursor)).mentions] == [published]


def test_a_cursor_beyond_reach_is_told_once_and_the_next_poll_goes_on(platform):
    platform.publish("long ago")
    poll = platform.poll()
    cursor = poll(None).cursor
    platform.clock.advance(days=9)
    platform.depth = 200
    published = [platform.publish(f"lumora {n}") for n in range(250)]
    with pytest.raises(CursorTooOldError, match="may be missed"):
        poll(cursor)
    batch = poll(cursor)
    assert platform.reachable(published) <= {mention.id for mention in batch.mentions}
    later = platform.publish("lumora again")
    assert later in {mention.id for mention in poll(batch.cursor).mentions}, "and the poll after it as well"


def test_logs_and_representations_hold_no_secret_and_no_text(platform, caplog):
    listeners.quiet_vendor_loggers()
    caplog.set_level(logging.DEBUG)
    platform.publish("text-canary")
    platform.failures.extend([Reply(500), json_reply({"errors": [{"message": "no"}]}, status=400)])
    poll = platform.poll()
    messages = [repr(platform.settings())]
    for _ in range(2):
        with pytest.raises(PlatformError) as raised:
            poll(None)
        messages.append(str(raised.value))
    assert poll(None).mentions
    written = caplog.text + "".join(messages)
    assert not [canary for canary in (*SECRETS, "text-canary") if canary in written]
