"""Recorded answers of Algolia's search of Hacker News, read from beside the project."""

import json

from listeners import hackernews
from tests.builders import NOON
from tests.shared import shared_file


def test_every_recorded_answer_of_a_search_is_read():
    recorded = json.loads(shared_file("fixtures/hackernews/algolia_fixtures.json").read_text())
    answers = [each["reply"] for each in recorded if "/search" in each["url"]]
    found = [hackernews.mentions_from_response(answer, seen_at=NOON).mentions for answer in answers]
    assert len(answers) > 10
    mentions = [mention for each in found for mention in each]
    assert all(m.text and m.author.handle and m.url.startswith(hackernews.SITE) for m in mentions)
    assert not [m.text for m in mentions if "<p>" in m.text or "&#x" in m.text]
    assert {bool(m.reply_to) for m in mentions} == {True, False}
