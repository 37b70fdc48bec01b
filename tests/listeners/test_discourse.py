"""What a forum is asked, and what its posts become."""

import json
from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, CursorTooOldError, InputError, PlatformError, SettingsError
from listeners import discourse
from listeners.discourse.cooked import own_words
from tests.builders import NOON, stream
from tests.listeners.fakes.payloads import post
from tests.listeners.platforms import FakeDiscourse, HandClock
from tests.replay import Reply, json_reply

FORUM = "https://community.example"


@pytest.fixture
def platform():
    with FakeDiscourse(HandClock()) as running:
        yield running


def read(*posts, forum=FORUM):
    body = {"forum": forum, "response": {"latest_posts": list(posts)}}
    return discourse.mentions_from_response(json.dumps(body), seen_at=NOON)


def own_posts(account):
    return stream(name="answers", platform="discourse", kind=SourceKind.OWN_POSTS, target=account, places=())


def test_a_post_is_known_by_its_forum_topic_and_number():
    (mention,) = read(post(reply_to_post_number=3, post_number=5)).mentions
    assert mention.id == "discourse:community.example/11/5"
    assert mention.thread_id == "discourse:community.example/11/1"
    assert mention.reply_to == "discourse:community.example/11/3"
    assert mention.url == "https://community.example/t/a-title/11/5"
    assert mention.author.key == "discourse:community.example/7"
    assert (mention.author.handle, mention.author.name) == ("jane@community.example", "Jane")


def test_who_answers_nobody_in_particular_answers_the_topic():
    (mention,) = read(post(reply_to_post_number=None)).mentions
    assert mention.reply_to == mention.thread_id


def test_the_first_post_begins_with_the_title_of_its_topic():
    (mention,) = read(post(post_number=1)).mentions
    assert mention.text == "A title\n\nLumora is down"
    assert (mention.reply_to, mention.thread_id) == (None, mention.id)


def test_the_same_numbers_at_another_forum_are_another_post_and_person():
    (one,), (other,) = read(post()).mentions, read(post(), forum="https://other.example/forum/").mentions
    assert one.id != other.id
    assert one.author.key != other.author.key
    assert other.url == "https://other.example/forum/t/a-title/11/2"


def test_an_edit_has_its_time_and_what_merely_changed_has_none():
    (edited,) = read(post(version=2, updated_at="2026-09-01T14:00:00+02:00")).mentions
    assert edited.edited_at == edited.posted_at
    assert read(post(updated_at="2026-09-02T12:00:00Z")).mentions[0].edited_at is None


@pytest.mark.parametrize("gone", [{"hidden": True}, {"deleted_at": "2026-09-01T12:00:00Z"}, {"user_deleted": True}])
def test_what_is_deleted_or_hidden_is_a_removal(gone):
    found = read(post(**gone))
    assert found.mentions == ()
    assert [removal.mention_id for removal in found.removals] == ["discourse:community.example/11/2"]


def test_notes_of_what_happened_to_a_topic_are_no_posts():
    assert read(post(post_type=3), post(post_type=4)) == ((), ())


@pytest.mark.parametrize(
    ("who", "automated"),
    [({"user_id": -1}, True), ({"username": "discobot"}, True), ({"staff": True, "moderator": True}, False)],
)
def test_machines_are_the_forums_own_and_not_its_staff(who, automated):
    assert read(post(**who)).mentions[0].author.automated is automated


def test_a_body_has_to_say_of_which_forum_it_is():
    with pytest.raises(InputError, match="which forum it is of: wrap it"):
        discourse.mentions_from_response({"latest_posts": []}, seen_at=NOON)
    with pytest.raises(InputError, match="`latest_posts` is missing"):
        discourse.mentions_from_response({"forum": FORUM, "response": {}}, seen_at=NOON)
    with pytest.raises(InputError, match="The post 15 cannot be read: `cooked` is missing"):
        read({name: value for name, value in post().items() if name != "cooked"} | {"name": None})


QUOTE = (
    '<aside class="quote no-group" data-username="tom" data-post="3" data-topic="11">\n<div class="title">tom:</div>\n'
    "<blockquote><aside class='quote'>deeper</aside><p>Lumora is great</p></blockquote>\n</aside>\n"
)


def test_quotes_are_not_the_authors_words_but_name_whom_they_quote():
    words = own_words(
        f'<p>Hi <a class="mention" href="/u/lumora_team">@lumora_team</a></p>{QUOTE}<p>It is <b>not</b></p>'
        '<details class="elided"><summary>...</summary>On Monday tom wrote: great</details>'
    )
    assert words.text == "Hi @lumora_team\n\nIt is not"
    assert words.named == ("tom", "lumora_team")
    (mention,) = read(post(cooked=QUOTE + "<p>No</p>")).mentions
    assert (mention.text, mention.summons) == ("No", ("tom@community.example",))


def test_previews_are_their_links_pictures_nothing_and_emoji_their_names():
    words = own_words(
        '<p>See <img src="/x.png" title=":sob:" class="emoji" alt=":sob:"></p>'
        '<aside class="onebox allowlistedgeneric" data-onebox-src="https://a.example/b?c=1&amp;d=2"><article>A shop'
        "</article></aside><p>and</p>"
        '<div class="lightbox-wrapper"><a class="lightbox" href="/y.png"><img src="/y.png" alt="image">'
        '<div class="meta"><span class="filename">image</span><span class="informations">9x9</span></div></a></div>'
        "<details><summary>More</summary><p>hidden words</p></details><blockquote><p>mine</p></blockquote>"
    )
    assert words.text == "See :sob:\n\nhttps://a.example/b?c=1&d=2\n\nand\n\nMore\n\nhidden words\n\nmine"


@pytest.mark.parametrize("cooked", ["<aside class='quote'>" * 20_000, "<div " * 40_000, "<img a='" * 40_000])
def test_markup_that_never_ends_is_read_in_time(cooked):
    assert isinstance(own_words("<p>Hi</p>" + cooked).text, str)


def test_all_posts_of_a_forum_are_read_by_their_numbers(platform):
    published = [platform.publish(f"lumora {n}") for n in range(120)]
    assert {mention.id for mention in platform.poll()(None).mentions} == set(published)
    assert [asked.query for asked in platform.listed()] == [
        {},
        {"before": "1071"},
        {"before": "1021"},
        {"before": "1001"},
    ]


def test_posts_may_be_looked_through_for_words(platform):
    wanted = platform.publish("Is Lumora down?")
    gone = platform.publish("something else")
    platform.remove(gone)
    platform.publish("illumoral")
    batch = platform.poll(
        stream(platform="discourse", kind=SourceKind.NEW, target="lumora", places=platform.stream.places)
    )(None)
    assert [mention.id for mention in batch.mentions] == [wanted]
    assert [removal.mention_id for removal in batch.removals] == [gone]


def test_old_posts_that_are_imported_hide_no_new_ones(platform):
    poll = platform.poll()
    platform.publish("lumora")
    cursor = poll(None).cursor
    platform.clock.advance(hours=1)
    new = [platform.publish(f"lumora {n}") for n in range(60)]
    for n in range(5):
        platform.publish(f"imported {n}", ago=timedelta(days=900))
    new += [platform.publish(f"lumora again {n}") for n in range(30)]
    assert set(new) <= {mention.id for mention in poll(cursor).mentions}


def test_a_first_poll_reads_a_week(platform):
    for n in range(200):
        platform.publish(f"lumora {n}", ago=timedelta(days=30))
    new = platform.publish("lumora")
    batch = platform.poll()(None)
    assert (batch.mentions[-1].id, len(batch.mentions), batch.capped) == (new, 50, False)


def test_each_forum_has_its_own_place_and_only_ours_sees_the_key(platform):
    with FakeDiscourse(platform.clock) as other:
        ours, theirs = platform.publish("lumora"), other.publish("lumora too")
        both = stream(
            platform="discourse", kind=SourceKind.NEW, target="", places=(platform.server.url, other.server.url)
        )
        batch = platform.poll(both)(None)
        assert {mention.id for mention in batch.mentions} == {ours, theirs}
        assert set(json.loads(batch.cursor)) == set(both.places)
        assert platform.listed()[0].headers["Api-Key"] == "secret-canary"
        assert platform.listed()[0].headers["Api-Username"] == "earshot"
        assert "Api-Key" not in other.listed()[0].headers


def searched(platform, query="lumora"):
    return stream(
        name="a search", platform="discourse", kind=SourceKind.SEARCH, target=query, places=platform.stream.places
    )


def test_a_search_is_read_newest_first_and_each_match_whole_and_once(platform):
    published = [platform.publish(f"lumora number {n}", ago=timedelta(minutes=120 - n)) for n in range(110)]
    poll = platform.poll(searched(platform, "lumora tags:help"))
    batch = poll(None)
    assert [mention.id for mention in batch.mentions] == published
    assert batch.mentions[0].text == "lumora number 0"
    asked = [asked.query for asked in platform.listed()]
    assert asked == [{"q": "lumora tags:help order:latest", "page": str(n)} for n in (1, 2, 3)]
    platform.clock.advance(minutes=20)
    new = platform.publish("lumora again")
    topics = len(platform.server.asked)
    assert poll(batch.cursor).mentions[-1].id == new
    assert len(platform.server.asked) == topics + 2, "a page, and the one topic that is new"
    assert poll(batch.cursor).mentions[-1].id == new


def test_other_new_matches_beside_the_newest_of_a_topic_are_found_too(platform):
    platform.publish("lumora")
    near = [
        post(id=1, post_number=1, topic_id=1001, cooked="<p>Lumora is new</p>", created_at="2020-01-01T00:00:00Z"),
        post(id=2, post_number=2, topic_id=1001, cooked="<p>Lumora is down</p>"),
        post(id=3, post_number=3, topic_id=1001, cooked="<p>Something else</p>"),
        post(id=4, post_number=4, topic_id=1001, user_deleted=True),
    ]
    for each in near:
        del each["topic_title"]  # the topic tells it, once
    for each in near[1:]:
        each["created_at"] = f"{platform.clock():%Y-%m-%dT%H:%M:%SZ}"
    platform.other["/t/1001/1.json"] = json_reply({"post_stream": {"posts": near}, "title": "Help"})
    batch = platform.poll(searched(platform))(None)
    assert {mention.id.rpartition("/")[2] for mention in batch.mentions} == {"1", "2"}
    assert len(batch.removals) == 1
    alone = platform.poll(searched(platform, "tags:help"))(None)
    assert [mention.text for mention in alone.mentions] == ["Help\n\nLumora is new"]


def test_a_match_whose_topic_is_gone_is_passed_over_and_a_failing_one_is_tried_again(platform):
    platform.publish("lumora")
    platform.other["/t/1001/1.json"] = platform.refusal(404)
    assert platform.poll(searched(platform))(None).mentions == ()
    platform.other["/t/1001/1.json"] = platform.refusal(500)
    with pytest.raises(PlatformError, match="500"):
        platform.poll(searched(platform))(None)


def test_more_matches_than_a_search_gives_are_told_once(platform):
    poll = platform.poll(searched(platform))
    platform.publish("lumora")
    cursor = poll(None).cursor
    platform.clock.advance(hours=2)
    published = {platform.publish(f"lumora {n}") for n in range(520)}
    with pytest.raises(CursorTooOldError, match=r"no more than 10 pages.*may be missed"):
        poll(cursor)
    assert len(published & {mention.id for mention in poll(cursor).mentions}) == 500


def test_a_search_that_is_none_fails_the_poll(platform):
    bodies: list[object] = [{"ok": True}, {"posts": [{}], "grouped_search_result": {}}, [1]]
    for body in bodies:
        platform.failures.append(json_reply(body))
        with pytest.raises(PlatformError, match="answered badly"):
            platform.poll(searched(platform))(None)


def test_the_answers_of_an_account_are_read_at_its_forum(platform):
    platform._post = lambda item: (
        post(id=5, post_number=2, topic_id=11) if item.text == "answer" else post(post_number=1)
    )
    platform.publish("topic")
    platform.publish("answer")
    batch = platform.poll(own_posts(platform.handle_of("lumora_team")))(None)
    assert [asked.path for asked in platform.listed()] == ["/u/lumora_team/activity.json"]
    assert [(mention.text, mention.reply_to == mention.thread_id) for mention in batch.mentions] == [
        ("Lumora is down", True)
    ]


def test_an_account_carries_its_forum(platform):
    with pytest.raises(SettingsError, match=r"write it with its forum, as in lumora_team@community\.example"):
        platform.poll(own_posts("lumora_team"))
    assert discourse.Settings().address_of("community.example") == FORUM


@pytest.mark.parametrize("place", ["community.example", "ftp://a.example", "https://", "https://a.example/?x=1"])
def test_places_are_addresses(platform, place):
    with pytest.raises(SettingsError, match="write a forum's address"):
        platform.poll(stream(platform="discourse", kind=SourceKind.NEW, target="", places=(place,)))


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (json_reply({"extras": {"wait_seconds": 40}}, status=429), 40),
        (json_reply({"extras": {"wait_seconds": 40}}, status=429, headers={"Retry-After": "50"}), 50),
        (json_reply({"extras": {"wait_seconds": 1e300}}, status=429), 86_400),
        (json_reply({"extras": {"wait_seconds": "soon"}}, status=429), None),
        (Reply(429, b"<html>slow down</html>"), None),
    ],
)
def test_a_forum_says_how_long_to_wait_in_one_way_or_another(platform, answer, wait):
    platform.failures.append(answer)
    with pytest.raises(PlatformError) as raised:
        platform.poll()(None)
    assert raised.value.retry_after == (None if wait is None else pytest.approx(wait, abs=1))


def test_check_asks_every_forum_and_whose_the_key_is(platform):
    assert "accepts the key of earshot" in discourse.check(platform.settings())
    assert "no credentials" in discourse.check(platform.settings(api_key=""))
    platform.failures.append(platform.refusal(403))
    with pytest.raises(CredentialsError, match="members only"):
        discourse.check(platform.settings())
    platform.failures.append(platform.refusal(404))
    with pytest.raises(PlatformError, match="Is it a forum of Discourse"):
        discourse.check(platform.settings())
