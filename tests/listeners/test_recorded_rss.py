"""feedparser's own cases of feeds, read from beside the project."""

import pytest

from domain.errors import InputError
from listeners.rss.entries import read_feed
from tests.builders import NOON
from tests.shared import shared_file

pytestmark = pytest.mark.shared

TEXTS = {
    "atom10_namespace.xml": [],
    "entry_content_script.xml": ["safe description"],
    "item_description_and_summary.xml": ["Example summary"],
    "itunes_item_summary.xml": ["Example summary"],
    "rss_version_20.xml": [],
    "x80_windows-1252.xml": [],
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_recorded_feed_is_read(name):
    body = shared_file(f"fixtures/rss/{name}").read_bytes()
    mentions = read_feed(body, address="https://blog.example/feed", seen_at=NOON).mentions
    assert [mention.text for mention in mentions] == TEXTS[name]


def test_no_part_of_a_recorded_feed_breaks_the_reader():
    for name in TEXTS:
        body = shared_file(f"fixtures/rss/{name}").read_bytes()
        for end in range(0, len(body), 7):
            try:
                read_feed(body[:end], address="https://blog.example/feed", seen_at=NOON)
            except InputError as error:
                assert "no feed" in str(error)
