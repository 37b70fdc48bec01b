"""What Jetstream and Bluesky's public API are asked, and what their answers become."""

import json
from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CursorTooOldError, InputError, PlatformError, SettingsError
from domain.mention import Cursor, Removal
from listeners import bluesky
from listeners.bluesky.words import pattern_of, phrases_of
from tests.builders import NOON, stream
from tests.listeners.fakes.jetstream import change, did_of, micros, record_of
from tests.listeners.platforms import FAKES, HandClock
from tests.replay import Frames, Reply, json_reply

LUMORA = "lumora.example"


@pytest.fixture
def platform():
    with FAKES["bluesky"](HandClock()) as running:
        yield running


def facet(text, part, **feature):
    start = text.encode().index(part.encode())
    kind = "link" if "uri" in feature else "mention" if "did" in feature else "tag"
    return {
        "index": {"byteStart": start, "byteEnd": start + len(part.encode())},
        "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}],
    }


def post_uri(handle, rkey):
    return {"uri": f"at://{did_of(handle)}/app.bsky.feed.post/{rkey}", "cid": "bafy"}


def created(text, *, by="jane", rkey="3k1", at=NOON, **more):
    return change("create", did=did_of(by), rkey=rkey, at=at, record=record_of(text, at=at, **more))


def read(*events):
    return bluesky.mentions_from_response(list(events), seen_at=NOON)


def following(target="lumora", kind=SourceKind.SEARCH):
    return stream(platform="bluesky", kind=kind, target=target)


def test_a_query_is_words_and_phrases_between_commas():
    assert phrases_of('lumora, "lumora  stream",#lumora ,, "paper, tigers"') == (
        "lumora",
        "lumora stream",
        "#lumora",
        "paper, tigers",
    )
    assert pattern_of(" , ") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LUMORA is down", True),
        ("ask @lumora.example or #Lumora!", True),
        ("Lumora's app", True),
        ("Lumoraで『灯台守』を観終わった", True),
        ("Illumorate", False),
        ("lumoras", False),
        ("paper   Tigers again", True),
        ("papertigers", False),
        ("c++ (really)", True),
    ],
)
def test_words_stand_alone_in_any_case_and_phrases_are_literal(text, found):
    assert bool(pattern_of('lumora, "paper tigers", c++ (').search(text.casefold())) is found


def test_a_query_without_words_is_refused():
    with pytest.raises(SettingsError, match="looks for nothing"):
        bluesky.connect(bluesky.Settings(), following(" , "), clock=lambda: NOON)


def test_a_record_becomes_a_mention():
    text = "Hé @lumora.example, see lumora.example/pla... and this"
    event = created(
        text,
        facets=[
            facet(text, "this", uri="https://other.example/"),
            facet(text, "@lumora.example", did=did_of("lumora")),
            facet(text, "lumora.example/pla...", uri="https://lumora.example/plans?a=1"),
        ],
        langs=["en-GB", "de"],
        reply={"root": post_uri("root", "3r"), "parent": post_uri("parent", "3p")},
    )
    (mention,) = read(event).mentions
    assert mention.text == (
        "Hé @lumora.example, see https://lumora.example/plans?a=1 and this (https://other.example/)"
    )
    assert mention.id == "bluesky:did:plc:jane/3k1"
    assert (mention.thread_id, mention.reply_to) == ("bluesky:did:plc:root/3r", "bluesky:did:plc:parent/3p")
    assert mention.url == "https://bsky.app/profile/did:plc:jane/post/3k1"
    assert (mention.language, mention.posted_at, mention.edited_at) == ("en", NOON, None)
    assert mention.summons == ("lumora.example",)
    assert mention.author.key == "bluesky:did:plc:jane"


@pytest.mark.parametrize("embedded", [post_uri("lumora", "3q"), {"record": post_uri("lumora", "3q")}])
def test_a_quote_summons_the_quoted(platform, embedded):
    platform.log.append(created("this, lumora", at=platform.clock(), embed={"$type": "any", "record": embedded}))
    (mention,) = platform.poll()(None).mentions
    assert mention.summons == ("lumora",)


def test_a_link_card_is_part_of_the_text():
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://lumora.example/a", "title": "A"}}
    assert read(created("look", embed=card)).mentions[0].text == "look\n\nhttps://lumora.example/a"
    assert (
        read(created("look https://lumora.example/a", embed=card)).mentions[0].text == "look https://lumora.example/a"
    )


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-01-05T11:00:00.000Z", timedelta(hours=-1)),
        ("2031-01-01T00:00:00Z", timedelta(0)),
        ("yesterday", timedelta(0)),
        (7, timedelta(0)),
        ("0001-01-01T00:00:00+23:00", timedelta(0)),
    ],
)
def test_a_post_is_never_later_than_the_network_saw_it(written, read_as):
    at = NOON.replace(year=2026, month=1, day=5, hour=12, minute=0, second=0)
    (mention,) = read(created("x", at=at, createdAt=written)).mentions
    assert mention.posted_at == at + read_as


def test_events_are_put_together_in_their_order():
    first = created("lumora", rkey="a")
    later = NOON + timedelta(seconds=1)
    edited = change("update", did=did_of("jane"), rkey="a", at=later, record=record_of("hello", at=NOON))
    gone = change("delete", did=did_of("jane"), rkey="b", at=later)
    other = {"did": "did:plc:x", "time_us": micros(NOON), "kind": "account", "account": {"active": False}}
    found = read(first, created("lumora", rkey="b"), other, edited, gone)
    assert [(m.text, m.edited_at) for m in found.mentions] == [("hello", later)]
    assert found.removals == (Removal("bluesky:did:plc:jane/b", NOON, ordered=True),)
    assert [m.id for m in read(gone, created("again", rkey="b")).mentions] == ["bluesky:did:plc:jane/b"]


def test_what_is_no_event_is_named():
    with pytest.raises(InputError, match="The event without an id cannot be read: `time_us` is missing"):
        read({"kind": "commit"})


@pytest.mark.parametrize(
    "record", [{}, {"text": 7}, {"text": "lumora", "facets": 1, "embed": [], "reply": {"root": 1}, "langs": {"a": 1}}]
)
def test_whatever_people_write_into_records_the_reading_goes_on(platform, record):
    platform.log.append(change("create", did="did:plc:odd", rkey="1", at=platform.clock(), record=record))
    platform.log.append(change("create", did="did:plc:odd", rkey="2", at=platform.clock()))
    published = platform.publish("lumora")
    mentions = platform.poll()(None).mentions
    assert published in {mention.id for mention in mentions}
    assert len(mentions) == (2 if record.get("text") == "lumora" else 1)


def test_a_text_that_no_program_shows_is_no_post(platform):
    for rkey, length in (("short", 2990), ("long", 3001)):
        record = record_of("lumora ".ljust(length, "x"), at=platform.clock())
        platform.log.append(change("create", did="did:plc:odd", rkey=rkey, at=platform.clock(), record=record))
    assert [mention.id for mention in platform.poll()(None).mentions] == ["bluesky:did:plc:odd/short"]


@pytest.mark.parametrize("frame", ["", "half {", "null", "7", "[1]", '{"ok": true}', "[" * 100_000])
def test_a_jetstream_that_talks_nonsense_is_a_failure(platform, frame):
    platform.failures.append(Frames(texts=(frame,)))
    with pytest.raises(PlatformError, match="The next poll tries again"):
        platform.poll()(None)


def test_only_posts_are_asked_for_from_a_little_before_the_place_on(platform):
    platform.publish("lumora", ago=timedelta(minutes=5))
    poll = platform.poll()
    batch = poll(None)
    platform.clock.advance(minutes=1)
    poll(batch.cursor)
    first, second = (asked.query for asked in platform.listed())
    assert first["wantedCollections"] == "app.bsky.feed.post"
    assert int(first["maxMessageSizeBytes"]) > 100_000
    assert int(first["cursor"]) == micros(platform.clock() - timedelta(minutes=1, hours=24))
    assert int(second["cursor"]) == json.loads(batch.cursor)["time_us"] - 10_000_000


def test_the_place_moves_on_though_nothing_was_wanted(platform):
    platform.publish("nothing of ours")
    batch = platform.poll()(None)
    assert batch.mentions == ()
    assert json.loads(batch.cursor)["time_us"] >= micros(platform.clock())


def test_a_jetstream_that_lost_the_place_is_told_once(platform):
    cursor = Cursor(json.dumps({"time_us": micros(platform.clock() - timedelta(hours=30))}))
    platform.publish("lumora", ago=timedelta(hours=23))
    poll = platform.poll()
    with pytest.raises(CursorTooOldError, match=r"missed.*2026.*Nothing needs to be done"):
        poll(cursor)
    assert len(poll(cursor).mentions) == 1


def test_a_jetstream_that_is_silent_from_a_known_place_on_is_a_failure(platform):
    cursor = Cursor(json.dumps({"time_us": micros(platform.clock())}))
    with pytest.raises(PlatformError, match="sent nothing"):
        platform.poll(quiet_seconds=0.1)(cursor)


def test_a_long_reading_stops_and_goes_on_at_the_next_poll(platform):
    published = [platform.publish(f"lumora {n}", ago=timedelta(minutes=10)) for n in range(5)]
    poll = platform.poll(reading_seconds=0.0, overlap_seconds=0.0)
    batch = poll(None)
    assert batch.capped
    assert 1 <= len(batch.mentions) < len(published)


def test_names_are_asked_for_in_bulk_and_once(platform):
    for n in range(60):
        platform.publish(f"lumora {n}", author=f"jane{n % 30}")
    poll = platform.poll()
    batch = poll(None)
    poll(None)
    asked = [each for each in platform.server.asked if each.path.endswith("getProfiles")]
    assert [len(each.pairs) for each in asked] == [25, 5]
    assert {mention.author.handle for mention in batch.mentions} == {f"jane{n}" for n in range(30)}
    platform.clock.advance(minutes=61)
    poll(batch.cursor)
    assert len([each for each in platform.server.asked if each.path.endswith("getProfiles")]) > 2


def test_a_post_whose_author_cannot_be_looked_up_is_not_lost(platform):
    platform._other = lambda asked: Reply(502)
    platform.publish("lumora")
    (mention,) = platform.poll()(None).mentions
    assert (mention.author.handle, mention.author.user_id) == (did_of("jane"), did_of("jane"))


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"handle": "handle.invalid"}, {"handle": did_of("jane")}),
        ({"labels": [{"val": "bot", "src": did_of("jane")}]}, {"automated": True}),
        ({"labels": [{"val": "bot", "src": did_of("labeler")}]}, {"automated": False}),
        ({"verification": {"verifiedStatus": "valid"}}, {"verified": True}),
        ({"followersCount": 12}, {"followers": 12}),
    ],
)
def test_an_author_is_what_the_profile_says(platform, view, said):
    platform.names["jane"] = view
    platform.publish("lumora")
    author = platform.poll()(None).mentions[0].author
    assert {name: getattr(author, name) for name in said} == said


def test_mentions_are_what_names_answers_or_quotes_the_account(platform):
    text = "hey @lumora"
    at = platform.clock()
    answers: dict[str, dict[str, object]] = {
        "named": {"text": text, "facets": [facet(text, "@lumora", did=did_of("lumora"))]},
        "reply": {"text": "a", "reply": {"root": post_uri("x", "1"), "parent": post_uri("lumora", "2")}},
        "quote": {"text": "b", "embed": {"record": post_uri("lumora", "2")}},
        "other": {"text": "lumora", "reply": {"root": post_uri("lumora", "2"), "parent": post_uri("x", "1")}},
    }
    for rkey, event in answers.items():
        record = record_of("", at=at) | event
        platform.log.append(change("create", did=did_of("jane"), rkey=rkey, at=at, record=record))
    found = platform.poll(following("lumora", SourceKind.MENTIONS))(None).mentions
    assert {mention.id.rpartition("/")[2] for mention in found} == {"named", "reply", "quote"}


def test_an_account_that_is_not_there_is_named(platform):
    platform._other = lambda asked: json_reply({"profiles": []})
    with pytest.raises(PlatformError, match=r"knows no account lumora\.example"):
        platform.poll(following(LUMORA, SourceKind.MENTIONS))(None)


def test_own_posts_are_the_accounts_feed_without_reposts(platform):
    for n in range(230):
        platform.publish(f"sorry {n}", author=LUMORA, ago=timedelta(minutes=n))
    platform.publish("not ours", author="jane")
    feed, repost = platform._feed, {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": NOON.isoformat()}

    def with_repost(asked):
        answer = json.loads(feed(asked).body)
        return json_reply(
            answer | {"feed": [platform.feed_item(platform.items[-1]) | {"reason": repost}, *answer["feed"]]}
        )

    platform._feed = with_repost
    poll = platform.poll(following(LUMORA, SourceKind.OWN_POSTS))
    batch = poll(None)
    assert [mention.text for mention in batch.mentions] == [f"sorry {n}" for n in reversed(range(230))]
    assert {mention.author.handle for mention in batch.mentions} == {LUMORA}
    assert platform.listed()[0].query == {"actor": LUMORA, "limit": "100", "filter": "posts_with_replies"}
    asked = len(platform.listed())
    poll(batch.cursor)
    assert len(platform.listed()) == asked + 1


def test_a_feed_that_is_not_there_says_what_to_mend(platform):
    platform.failures.append(platform.refusal(400, "Profile not found"))
    with pytest.raises(PlatformError, match="Check the account's handle"):
        platform.poll(following(LUMORA, SourceKind.OWN_POSTS))(None)


def test_a_jetstream_that_breaks_off_before_it_answers_is_told_so(platform):
    platform.failures.append(Reply(drop=True))
    with pytest.raises(PlatformError, match=r"Jetstream at .* broke the connection off"):
        platform.poll(following())(None)
