"""feedparser's own cases of feeds, read from beside the project."""

from contextlib import suppress

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
    bodies = [shared_file(f"fixtures/rss/{name}").read_bytes() for name in TEXTS]
    parts = [body[:end] for body in bodies for end in range(0, len(body), 7)]
    read = 0
    for part in parts:
        with suppress(InputError):
            read_feed(part, address="https://blog.example/feed", seen_at=NOON)
            read += 1
    assert 0 < read < len(parts)
