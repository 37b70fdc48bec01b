"""What Apple's feed of reviews is asked, and what its reviews become."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.brand import SourceKind
from domain.errors import CursorTooOldError, InputError, PlatformError, SettingsError
from listeners import appstore
from tests.builders import NOON, stream
from tests.listeners.platforms import FakeAppStore, HandClock
from tests.replay import json_reply


def review(**changes):
    values = {
        "author": {"uri": {"label": "https://itunes.apple.com/us/reviews/id17"}, "name": {"label": "Jane D"}},
        "updated": {"label": "2026-03-04T04:24:23-07:00"},
        "im:rating": {"label": "1"},
        "im:version": {"label": "1.8.0"},
        "id": {"label": "14548543799"},
        "title": {"label": "Never again"},
        "content": {"label": "Froze three times.\nCancelled.", "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": "https://itunes.apple.com/us/review?id=1&type=Purple"}},
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def read(entry):
    return appstore.mentions_from_response({"feed": {"entry": entry}}, seen_at=NOON).mentions


def test_a_review_is_its_title_and_its_text_without_the_stars():
    (mention,) = read([review()])
    assert mention.text == "Never again\n\nFroze three times.\nCancelled."
    assert (mention.id, mention.thread_id) == ("appstore:14548543799", "appstore:14548543799")
    assert mention.posted_at == datetime(2026, 3, 4, 11, 24, 23, tzinfo=UTC)
    assert (mention.author.key, mention.author.handle) == ("appstore:17", "Jane D")
    assert mention.url == "https://itunes.apple.com/us/review?id=1&type=Purple"
    assert (mention.language, mention.edited_at) == (None, None)


def test_a_single_review_comes_without_its_list_and_the_app_itself_is_none():
    app = {"im:name": {"label": "Lumora"}, "id": {"label": "https://apps.apple.com/us/app/id1"}}
    assert len(read(review())) == 1
    assert len(read([app, review()])) == 1
    assert read(app) == ()
    assert appstore.mentions_from_response({"feed": {}}, seen_at=NOON).mentions == ()


@pytest.mark.parametrize("missing", ["id", "updated", "author", "title", "link"])
def test_a_malformed_review_is_named(missing):
    with pytest.raises(InputError, match=f"The review .* cannot be read: `{missing}` is missing"):
        read([review(**{missing: None})])


@pytest.mark.parametrize("place", ["123456789", "US/123456789", "us/lumora", "us/id123456789", "us/1/2", "../12345"])
def test_places_that_are_no_country_and_app_are_refused(place):
    wanted = stream(platform="appstore", kind=SourceKind.NEW, places=(place,))
    with pytest.raises(SettingsError, match="as in us/123456789"):
        appstore.connect(appstore.Settings(), wanted, clock=HandClock())


def test_a_list_that_is_empty_all_at_once_is_a_failure_and_no_place_to_go_on_from():
    with FakeAppStore(HandClock()) as platform:
        published = platform.publish("bad app")
        poll = platform.poll()
        cursor = poll(None).cursor
        platform.failures.append(json_reply({"feed": {}}))
        with pytest.raises(PlatformError, match="lists no review of us/123456789 all at once"):
            poll(cursor)
        assert [mention.id for mention in poll(cursor).mentions] == [published]


def test_more_reviews_than_apple_lists_are_told_as_a_gap():
    with FakeAppStore(HandClock()) as platform:
        platform.publish("first")
        poll = platform.poll()
        cursor = poll(None).cursor
        platform.clock.advance(hours=1)
        for n in range(600):
            platform.publish(str(n))
        with pytest.raises(CursorTooOldError, match="no more than 500 reviews of us/123456789"):
            poll(cursor)
        assert len(poll(cursor).mentions) == 500
        assert {asked.path.split("page=")[1].split("/")[0] for asked in platform.listed()[-10:]} == {
            str(n) for n in range(1, 11)
        }


def test_the_only_review_may_be_edited_without_an_alarm():
    with FakeAppStore(HandClock()) as platform:
        published = platform.publish("bad app")
        poll = platform.poll()
        cursor = poll(None).cursor
        platform.clock.advance(days=2)
        platform.edit(published, "good app after all")
        assert [mention.text for mention in poll(cursor).mentions] == ["good app after all"]


def test_each_country_has_its_own_place_in_the_cursor_and_a_wrong_one_says_what_to_mend():
    with FakeAppStore(HandClock()) as platform:
        published = platform.publish("bad app")
        list_us = platform._list
        platform._list = lambda asked: list_us(asked) if asked.path.startswith("/us/") else platform.refusal(400)
        wanted = replace(platform.stream, places=("us/123456789", "zz/123456789"))
        batch = platform.poll(wanted)(None)
    assert [mention.id for mention in batch.mentions] == [published]
    assert "Mend the stream's places" in batch.failing
    assert "us/123456789" in batch.cursor


def test_check_names_the_places_without_a_review():
    with FakeAppStore(HandClock()) as platform:
        assert "No reviews are listed for us/123456789" in appstore.check(platform.settings())
        platform.publish("bad app", ago=timedelta(minutes=1))
        assert "No reviews" not in appstore.check(platform.settings())
