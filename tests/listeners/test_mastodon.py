"""What an instance of Mastodon is asked, and what its posts become."""

import json
from datetime import timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CredentialsError, InputError, PlatformError, SettingsError
from listeners import mastodon
from listeners.mastodon.statuses import id_of
from tests.builders import NOON, stream
from tests.listeners.fakes.payloads import account, status
from tests.listeners.platforms import FakeMastodon, HandClock
from tests.replay import json_reply


@pytest.fixture
def platform():
    with FakeMastodon(HandClock()) as running:
        yield running


def read(*statuses):
    return mastodon.mentions_from_response(list(statuses), seen_at=NOON).mentions


def of_kind(kind, target="", places=()):
    return stream(name="a stream", platform="mastodon", kind=kind, target=target, places=places)


def test_a_text_is_plain_with_whole_links_below_its_warning():
    link = (
        '<a href="https://lumora.example/a/b"><span class="invisible">https://</span>'
        '<span class="ellipsis">lumora.example/a</span><span class="invisible">/b</span></a>'
    )
    (mention,) = read(status(spoiler_text="rant", content=f"<p>Lumora &amp; me:<br>see {link}</p><p>Bye</p>"))
    assert mention.text == "rant\n\nLumora & me:\nsee https://lumora.example/a/b\n\nBye"
    assert mention.language == "en"


def test_a_post_is_the_same_on_whichever_instance_it_is_seen():
    at_home = status("1", account=account())
    elsewhere = {**at_home, "id": "77", "account": account(id="5", acct="jane@social.example")}
    (one,), (other,) = read(at_home), read(elsewhere)
    assert (one.id, one.author) == (other.id, other.author)
    assert one.author.handle == "jane@social.example"
    assert one.author.user_id == "https://social.example/users/jane"


def test_only_what_is_for_all_is_read():
    shown = {name: read(status(visibility=name)) for name in ("public", "unlisted", "private", "direct")}
    assert [name for name, mentions in shown.items() if mentions] == ["public", "unlisted"]


def test_a_boost_is_a_repost_of_what_it_boosts():
    original = status("1", content="<p>It is down</p>")
    (mention,) = read(status("2", author="tom", content="", reblog=original, url=None))
    assert (mention.text, mention.author.handle) == ("It is down", "tom@social.example")
    assert mention.repost_of == mention.thread_id == id_of(original["uri"])
    assert mention.url == original["url"]


def test_bots_hidden_followers_and_missing_addresses_are_known_for_what_they_are():
    (mention,) = read(status(url=None, account=account(bot=True, followers_count=-1, display_name="")))
    assert (mention.author.automated, mention.author.followers, mention.author.name) == (True, None, "jane")
    assert mention.url.startswith("https://social.example/users/jane/statuses/")
    with pytest.raises(InputError, match="does not lead into the web"):
        read(status(url="javascript:alert(1)", uri="tag:social.example"))


def test_who_is_named_or_quoted_is_called_into_it_and_the_address_of_the_quote_is_no_text():
    quote = {"state": "accepted", "quoted_status": status("1", author="lumora")}
    (mention,) = read(
        status(
            "2",
            mentions=[account("help", acct="help@lumora.example"), account("lumora")],
            content='<p class="quote-inline">RE: <a href="https://a.example">https://a.example</a></p><p>No!</p>',
            quote=quote,
        )
    )
    assert mention.summons == ("help@lumora.example", "lumora@social.example")
    assert mention.text == "No!"


def test_a_thread_in_one_body_is_put_together():
    bodies = [status("1"), status("2", in_reply_to_id="1"), status("3", in_reply_to_id="2")]
    answer = {"ancestors": bodies[:2], "descendants": bodies[2:]}
    found = {m.id: m for m in mastodon.mentions_from_response(json.dumps(answer), seen_at=NOON).mentions}
    first, second, third = (found[id_of(body["uri"])] for body in bodies)
    assert first.thread_id == second.thread_id == third.thread_id == first.id
    assert (second.reply_to, third.reply_to) == (first.id, second.id)
    (alone,) = read(bodies[2])
    assert (alone.reply_to, alone.thread_id) == (None, alone.id)


def test_notifications_of_something_else_than_posts_are_passed_over():
    body = [{"type": "follow", "id": "1"}, {"type": "mention", "id": "2", "status": status()}]
    assert len(mastodon.mentions_from_response(body, seen_at=NOON).mentions) == 1


@pytest.mark.parametrize(
    ("kind", "target", "path", "query"),
    [
        (SourceKind.SEARCH, "#Lumora", "/api/v1/timelines/tag/lumora", {"limit": "40"}),
        (SourceKind.NEW, "", "/api/v1/timelines/public", {"limit": "40"}),
        (SourceKind.MENTIONS, "", "/api/v1/notifications", {"limit": "40", "types[]": "mention"}),
        (
            SourceKind.OWN_POSTS,
            "lumora@social.example",
            "/api/v1/accounts/900/statuses",
            {"limit": "40", "exclude_reblogs": "true"},
        ),
    ],
)
def test_every_kind_of_stream_is_a_timeline(platform, kind, target, path, query):
    published = [platform.publish(f"lumora {n}") for n in range(50)]
    poll = platform.poll(of_kind(kind, target))
    assert {mention.id for mention in poll(None).mentions} == set(published)
    asked, following, _ = platform.listed()
    assert (asked.path, asked.query) == (path, query)
    assert following.query == query | {"max_id": platform.ids[published[10]]}
    assert asked.headers["Authorization"] == "Bearer token-canary"


def test_each_hashtag_of_a_search_is_a_timeline_with_its_own_place(platform):
    poll = platform.poll(of_kind(SourceKind.SEARCH, "#lumora #lumora_down"))
    published = platform.publish("#lumora #lumora_down")
    batch = poll(None)
    assert [mention.id for mention in batch.mentions] == [published]
    assert {asked.path for asked in platform.listed()} == {
        f"/api/v1/timelines/tag/{n}" for n in ("lumora", "lumora_down")
    }
    assert set(json.loads(batch.cursor)) == {f"{platform.server.url} #{n}" for n in ("lumora", "lumora_down")}


@pytest.mark.parametrize("query", ["lumora", "#lumora down", "#", '"#lumora"'])
def test_words_cannot_be_searched_for(platform, query):
    with pytest.raises(SettingsError, match=r'hashtags only.*kind = "new"'):
        platform.poll(of_kind(SourceKind.SEARCH, query))


def test_all_that_an_instance_sees_is_looked_through_for_words(platform):
    wanted = [platform.publish("Lumora is down"), platform.publish("lumora stream!")]
    platform.publish("illumoral")
    assert {m.id for m in platform.poll(of_kind(SourceKind.NEW, 'lumora "other words"'))(None).mentions} == set(wanted)


def test_a_large_instance_is_read_to_the_end_in_every_poll(platform):
    poll = platform.poll(of_kind(SourceKind.NEW))
    published: set[str] = set()
    seen: set[str] = set()
    cursor = None
    for _ in range(6):
        for second in range(300):
            published.add(platform.publish("lumora", ago=timedelta(seconds=60 - second / 5)))
        batch = poll(cursor)
        seen, cursor = seen | {mention.id for mention in batch.mentions}, batch.cursor
        assert not batch.capped
        platform.clock.advance(seconds=60)
    assert seen == published


def test_a_post_that_two_instances_show_is_one_and_the_token_stays_at_ours(platform):
    with FakeMastodon(platform.clock) as other:
        one = platform.publish("lumora")
        other.ids, other.items = platform.ids, platform.items
        poll = platform.poll(of_kind(SourceKind.SEARCH, "#lumora", (platform.server.url, other.server.url)))
        assert [mention.id for mention in poll(None).mentions] == [one]
        assert "Authorization" in platform.listed()[0].headers
        assert "Authorization" not in other.listed()[0].headers


def test_what_a_post_answers_is_asked_for_once(platform):
    reply = status("9", in_reply_to_id="8")
    above = [status("7", author="tom"), status("8", author="lumora", in_reply_to_id="7")]
    platform._list = lambda asked: json_reply([] if "max_id" in asked.query else [reply, status("3")])
    platform.other["/api/v1/statuses/9/context"] = json_reply({"ancestors": above, "descendants": []})
    poll = platform.poll()
    for _ in range(2):
        found = {mention.id: mention for mention in poll(None).mentions}
        mention = found[id_of(reply["uri"])]
        assert (mention.reply_to, mention.thread_id) == (id_of(above[1]["uri"]), id_of(above[0]["uri"]))
        assert found[id_of(status("3")["uri"])].reply_to is None
    assert [asked.path for asked in platform.server.asked].count("/api/v1/statuses/9/context") == 1


def test_an_answer_to_what_is_gone_stands_alone(platform):
    reply = status("9", in_reply_to_id="8")
    platform._list = lambda asked: json_reply([] if "max_id" in asked.query else [reply])
    (mention,) = platform.poll()(None).mentions
    assert (mention.reply_to, mention.thread_id) == (None, mention.id)


def test_a_thread_that_cannot_be_asked_for_fails_the_poll(platform):
    platform._list = lambda asked: json_reply([status("9", in_reply_to_id="8")])
    for answer in (json_reply({}, status=500), json_reply({"ancestors": 7}), json_reply([])):
        platform.other["/api/v1/statuses/9/context"] = answer
        with pytest.raises(PlatformError, match="The next poll tries again"):
            platform.poll()(None)


def test_what_is_dated_into_the_future_hides_nothing(platform):
    poll = platform.poll()
    platform.clock.advance(days=365)
    platform.publish("from the future")
    platform.clock.advance(days=-365)
    platform._visible = lambda: platform.items
    cursor = poll(None).cursor
    platform.clock.advance(minutes=30)
    published = {platform.publish(f"lumora {n}") for n in range(100)}
    assert published <= {mention.id for mention in poll(cursor).mentions}


def test_a_first_poll_reads_a_week(platform):
    old = [platform.publish(f"lumora {n}", ago=platform.clock() - NOON.replace(year=NOON.year - 1)) for n in range(90)]
    new = platform.publish("lumora")
    found = {mention.id for mention in platform.poll()(None).mentions}
    assert new in found
    assert len(found) == platform.page_size < len(old)


def test_an_instance_that_shows_nothing_to_strangers_says_what_to_do(platform):
    platform.failures.append(platform.refusal(422, "This method requires an authenticated user"))
    with pytest.raises(PlatformError, match=r"422.*set MASTODON_ACCESS_TOKEN"):
        platform.poll(access_token="")(None)


def test_mentions_need_the_token_of_our_account_and_no_places(platform):
    with pytest.raises(SettingsError, match="MASTODON_ACCESS_TOKEN is not set"):
        platform.poll(of_kind(SourceKind.MENTIONS), access_token="")
    with pytest.raises(SettingsError, match=r"api_url: no places"):
        platform.poll(of_kind(SourceKind.MENTIONS, places=("https://social.example",)))
    with pytest.raises(SettingsError, match=r"write https://social\.example"):
        platform.poll(of_kind(SourceKind.NEW, places=("social.example",)))


def test_an_account_that_is_not_there_is_told(platform):
    platform.other["/api/v1/accounts/lookup"] = platform.refusal(404)
    with pytest.raises(PlatformError, match=r"404.*is there such an account"):
        platform.poll(of_kind(SourceKind.OWN_POSTS, "nobody@social.example"))(None)


def test_an_account_carries_its_instance(platform):
    with pytest.raises(SettingsError, match=r"write it with its instance, as in lumora@social\.example"):
        platform.poll(of_kind(SourceKind.OWN_POSTS, "lumora"))


def test_an_instance_that_moved_says_what_to_write(platform):
    platform.failures.append(json_reply({}, status=301, headers={"Location": "https://www.social.example/"}))
    with pytest.raises(PlatformError, match=r"301.*where a browser ends"):
        platform.poll()(None)


def test_check_names_the_account_or_says_what_is_missing(platform):
    assert "accepts the access token of @lumora" in mastodon.check(platform.settings())
    platform.other["/api/v2/instance"] = json_reply({"domain": "social.example"})
    assert "without MASTODON_ACCESS_TOKEN" in mastodon.check(platform.settings(access_token=""))
    platform.refuse_sign_in(401)
    with pytest.raises(CredentialsError):
        mastodon.check(platform.settings())


def test_a_time_of_reset_that_cannot_be_read_is_no_reason_to_stop(platform):
    platform.headers = lambda: {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}
    platform.publish("lumora")
    poll = platform.poll()
    assert len(poll(poll(None).cursor).mentions) == 1
