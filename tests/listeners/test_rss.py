"""What feeds are asked, what their entries become, and what is done about those that no standard allows."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from domain.brand import SourceKind
from domain.errors import CursorTooOldError, InputError, PlatformError, SettingsError
from listeners import rss
from listeners.rss.entries import read_feed
from listeners.rss.fetch import Fetcher, Version, is_private
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeRss, HandClock
from tests.replay import Reply, Server

ADDRESS = "https://www.blog.example/feed.xml"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The &amp;amp; blog</title>
<link>https://blog.example/</link>{head}{items}</channel></rss>"""
DATE = "<pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate>"


def document(*items: str, head: str = "") -> bytes:
    return RSS.format(items="".join(f"<item>{item}</item>" for item in items), head=head).encode()


def read(*items: str, head: str = ""):
    return read_feed(document(*items, head=head), address=ADDRESS, seen_at=NOON).mentions


def test_an_item_is_its_title_and_its_whole_text():
    (mention,) = read(
        "<title>Lumora is down</title><guid isPermaLink='false'>17</guid><link>https://blog.example/17</link>"
        "<description>Short.</description><content:encoded>&lt;p&gt;Long &amp;amp; good.&lt;/p&gt;&lt;p&gt;Bye"
        f"</content:encoded><dc:creator>Jane Doe</dc:creator>{DATE}",
        head="<language>en-GB</language>",
    )
    assert mention.text == "Lumora is down\n\nLong & good.\n\nBye"
    assert mention.url == "https://blog.example/17"
    assert mention.posted_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert (mention.author.user_id, mention.author.handle) == ("blog.example/jane doe", "Jane Doe")
    assert (mention.language, mention.thread_id, mention.edited_at) == ("en", mention.id, None)


def test_a_title_that_only_begins_the_text_is_not_repeated():
    (mention,) = read("<title>Lumora is...</title><description>Lumora is down again.</description>")
    assert mention.text == "Lumora is down again."


def test_an_item_without_an_author_is_the_sites():
    (mention,) = read("<title>Down</title><link>https://blog.example/1</link>")
    assert (mention.author.user_id, mention.author.handle) == ("blog.example", "The & blog")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("jane@mail.example", "jane"),
        ("jane@mail.example (Jane Doe)", "Jane Doe"),
        ("Jane Doe &lt;jane@mail.example&gt;", "Jane Doe"),
        ("Jane Doe (jane@mail.example)", "Jane Doe"),
        ("Jane (the other one)", "Jane (the other one)"),
        ("@jane", "@jane"),
    ],
)
def test_an_author_is_a_name_and_the_mail_address_is_not_kept(written, name):
    (mention,) = read(f"<title>Down</title><author>{written}</author>")
    assert mention.author.handle == name
    assert "mail.example" not in repr(mention)


def test_ids_come_from_the_guid_else_the_link_else_the_text_and_differ_between_feeds():
    link = "<link>https://blog.example/b</link>"
    items = (
        "<guid>1</guid><title>a</title>",
        f"<title>b</title>{link}",
        "<title>c</title>",
    )
    ids = [mention.id for mention in read(*items)]
    changed = [item.replace("</title>", "!</title>") for item in items]
    assert len(set(ids)) == 3
    assert [mention.id for mention in read(*changed)][:2] == ids[:2]
    assert rss.entry_id("https://blog.example/a", "1") != rss.entry_id("https://blog.example/b", "1")
    assert rss.entry_id("http://blog.example/a", "1") == rss.entry_id("https://Blog.example/a", "1")


@pytest.mark.parametrize(
    ("date", "head", "posted_at"),
    [
        ("", "", NOON),
        ("", "<lastBuildDate>Wed, 04 Mar 2026 08:00:00 GMT</lastBuildDate>", NOON - timedelta(hours=4)),
        ("<pubDate>yesterday</pubDate>", "", NOON),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", "", NOON),
        ("<pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate>", "", NOON),
        ("<dc:date>2026-03-04T07:00:00Z</dc:date>", "", NOON - timedelta(hours=5)),
    ],
)
def test_a_date_that_is_missing_or_cannot_be_is_the_feeds_else_the_moment_when_it_was_seen(date, head, posted_at):
    (mention,) = read(f"<title>a</title>{date}", head=head)
    assert mention.posted_at == posted_at


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"<?xml version='1.0' encoding='windows-1252'?><rss version='2.0'>{}</rss>", ""),
        (b"<rss version='2.0'>{}</rss>", "windows-1252"),
    ],
)
def test_the_encoding_is_the_documents_else_the_servers(body, charset):
    body = body.replace(b"{}", "<channel><item><title>5 € für schön</title></item></channel>".encode("windows-1252"))
    (mention,) = read_feed(body, address=ADDRESS, charset=charset, seen_at=NOON).mentions
    assert mention.text == "5 € für schön"


def test_a_wrong_charset_of_the_server_does_not_garble_what_the_document_declares():
    declared = RSS.replace("?>", " encoding='utf-8'?>", 1)
    body = declared.format(items="<item><title>schön</title></item>", head="")
    (mention,) = read_feed(body.encode(), address=ADDRESS, charset="iso-8859-1", seen_at=NOON).mentions
    assert mention.text == "schön"


@pytest.mark.parametrize(
    "body",
    [
        document("<title>Fish & chips &nbsp;</title>", "<title>two</title>"),
        document("<title>one</title>", "<title>two</title>")[:-20],
        b"\n\n" + document("<title>one</title>", "<title>two</title>"),
    ],
)
def test_a_document_that_is_no_xml_is_used_as_far_as_it_goes(body):
    assert len(read_feed(body, address=ADDRESS, seen_at=NOON).mentions) == 2


def test_a_large_document_that_is_no_xml_is_refused_because_it_could_take_hours():
    with pytest.raises(InputError, match="larger than 1 MB and not well-formed"):
        read_feed(b"<rss>" + b"<a " * 400_000, address=ADDRESS, seen_at=NOON)


def test_no_document_makes_anybody_read_a_file_or_an_address(tmp_path):
    secret = tmp_path / "feed.xml"
    secret.write_bytes(document("<title>secret</title>"))
    for body in (str(secret).encode(), secret.as_uri().encode(), b"http://127.0.0.1:1/feed"):
        with pytest.raises(InputError, match="no feed"):
            read_feed(body, address=ADDRESS, seen_at=NOON)


def test_links_that_lead_nowhere_safe_are_left_out():
    (mention,) = read("<title>a</title><link>javascript:alert(1)</link>")
    assert mention.url == "https://blog.example/"


def test_an_unchanged_feed_is_not_sent_again_and_other_words_read_it_anew():
    with FakeRss(HandClock()) as platform:
        platform.publish("lumora is down")
        platform.publish("kinobox is down")
        wanted = replace(platform.stream, places=(platform.address,), target="lumora")
        first = platform.poll(wanted)(None)
        assert [mention.text for mention in first.mentions] == ["lumora is down"]
        again = platform.poll(wanted)(first.cursor)
        assert platform.listed()[-1].headers["If-None-Match"]
        assert (again.mentions, again.cursor) == ((), first.cursor)
        other = platform.poll(replace(wanted, target="kinobox"))(again.cursor)
        assert [mention.text for mention in other.mentions] == ["kinobox is down"]


def test_what_fell_out_of_the_feed_between_two_polls_is_told():
    with FakeRss(HandClock()) as platform:
        platform.depth = 3
        platform.publish("first")
        poll = platform.poll()
        cursor = poll(None).cursor
        platform.clock.advance(minutes=1)
        for n in range(3):
            platform.publish(str(n))
        with pytest.raises(CursorTooOldError, match=r"/feed\.xml no longer lists .* may be missed.*Polled more often"):
            poll(cursor)
        assert len(poll(cursor).mentions) == 3


def test_a_feed_without_dates_is_no_gap_each_time():
    bodies = [document("<title>one</title>"), document("<title>two</title>")]
    with Server(lambda _: Reply(200, bodies[min(len(server.asked), 2) - 1])) as server:
        clock = HandClock()
        wanted = stream(platform="rss", kind=SourceKind.NEW, target="", places=(f"{server.url}/",))
        poll = rss.connect(rss.Settings(), wanted, clock=clock)
        first = poll(None)
        clock.advance(minutes=1)
        second = poll(first.cursor)
    assert [(m.text, m.posted_at) for m in (*first.mentions, *second.mentions)] == [
        ("one", NOON),
        ("two", NOON + timedelta(minutes=1)),
    ]


def test_one_of_two_feeds_may_fail():
    with FakeRss(HandClock()) as platform:
        published = platform.publish("lumora")
        good, answer = platform.address, platform._answer
        platform._answer = lambda asked: answer(asked) if asked.path == "/feed.xml" else Reply(404)
        platform.server._answer = platform._answer
        wanted = replace(platform.stream, places=(f"{platform.server.url}/gone?key=secret", good))
        batch = platform.poll(wanted)(None)
    assert [mention.id for mention in batch.mentions] == [published]
    assert "The feed /gone at http://127.0.0.1" in batch.failing
    assert "404" in batch.failing
    assert "secret" not in batch.failing


def fetcher(address, *, private=lambda _: True):
    return Fetcher(
        address,
        platform="rss",
        clock=HandClock(),
        user_agent="Earshot/0.1",
        timeout_seconds=1.0,
        private=private,
    )


def test_a_feed_is_asked_with_its_query_its_slash_and_our_name_and_may_come_compressed():
    body = gzip.compress(document("<title>a</title>"))
    with Server(lambda _: Reply(200, body, {"Content-Encoding": "gzip", "Last-Modified": "Tue"})) as server:
        fetched = fetcher(f"{server.url}/feed/?key=1").fetch(Version(etag='"e"', modified="Mon"))
        (asked,) = server.asked
    assert (asked.path, asked.query) == ("/feed/", {"key": "1"})
    assert asked.headers["User-Agent"] == "Earshot/0.1"
    assert (asked.headers["If-None-Match"], asked.headers["If-Modified-Since"]) == ('"e"', "Mon")
    assert fetched.body == document("<title>a</title>")
    assert fetched.version == Version("", "Tue")


@pytest.mark.parametrize(("status", "told"), [(301, 1), (308, 1), (302, 0), (307, 0)])
def test_redirects_are_followed_and_a_feed_that_moved_for_good_is_told_once(status, told):
    def answer(asked):
        return Reply(200, b"<rss/>") if asked.path == "/new" else Reply(status, headers={"Location": "/new?key=1"})

    with Server(answer) as server, capture_logs() as logs:
        feed = fetcher(f"{server.url}/old")
        assert feed.fetch(Version()).body == feed.fetch(Version()).body == b"<rss/>"
    moved = [line for line in logs if line["event"] == "feed_moved"]
    assert [line["to"] for line in moved] == [f"{server.url}/new"] * told


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/again", "redirects again"),
        ("file:///etc/passwd", r"something else than http or https \(file\)"),
        ("ftp://127.0.0.1/", "something else than http"),
        ("http://[", "a header that cannot be read"),
        ("http://127.0.0.1:port/", "no address at all"),
        ("", "redirects again"),
    ],
)
def test_redirects_in_circles_and_out_of_the_web_are_failures(location, message):
    told = pytest.raises(PlatformError, match=f"{message}.*The next poll tries again")
    with Server(lambda _: Reply(302, headers={"Location": location})) as server, told:
        fetcher(f"{server.url}/").fetch(Version())


def test_a_public_feed_leads_into_no_private_network_but_one_that_is_there_may():
    with Server(lambda asked: Reply(302, headers={"Location": "http://127.0.0.1:1/x"})) as server:
        answers = iter((True, False))  # the redirect's host, then the feed's own
        feed = fetcher(f"{server.url}/", private=lambda _: next(answers))
        with pytest.raises(PlatformError, match=r"into a private network \(127\.0\.0\.1\)"):
            feed.fetch(Version())
        assert len(server.asked) == 1
        with pytest.raises(PlatformError, match=r"127\.0\.0\.1:1 cannot be reached"):
            fetcher(f"{server.url}/", private=is_private).fetch(Version())


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("localhost", True),
        ("::1", True),
        ("::ffff:10.0.0.1", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("a" * 70, False),
    ],
)
def test_private_networks_are_known(host, private):
    assert is_private(host) is private


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("blog.example/feed", "whole address"),
        ("file:///etc/passwd", "whole address"),
        ("https://jane:secret@blog.example/feed", "passwords do not belong"),
        ("http://blog.example:port/", "no address"),
    ],
)
def test_places_that_are_no_addresses_are_refused(place, message):
    with pytest.raises(SettingsError, match=message) as raised:
        rss.connect(rss.Settings(), stream(platform="rss", kind=SourceKind.NEW, places=(place,)), clock=HandClock())
    assert message != "passwords do not belong" or "secret" in str(raised.value)


@pytest.mark.parametrize("how", ["document", "text", "object", "line"])
def test_a_kept_document_gives_what_the_poll_gave(how):
    with FakeRss(HandClock()) as platform:
        platform.publish("lumora is down")
        (polled,) = platform.poll()(None).mentions
        body = platform._list(platform.listed()[0]).body
        given = {
            "document": body,
            "text": body.decode(),
            "object": {"url": platform.address, "body": body.decode()},
            "line": json.dumps({"url": platform.address, "body": body.decode()}).encode(),
        }[how]
        assert rss.mentions_from_response(given, seen_at=NOON).mentions == (polled,)


@pytest.mark.parametrize("body", [b"{", b"[1]", [1], {"url": "x"}, b"<rss version='2.0'/>", b"", {"body": 7}])
def test_what_is_no_feed_or_nobodys_is_refused(body):
    with pytest.raises(InputError):
        rss.mentions_from_response(body, seen_at=NOON)
