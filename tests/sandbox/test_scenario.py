import csv
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.ids import PLATFORMS
from sandbox.scenario import SCENARIO, ScenarioError, generate, load_scenario, play
from sandbox.world import Post, World
from tests.sandbox.running import HandClock

CUSTOMERS = Path(SCENARIO).with_name("customers.csv")


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def world(clock):
    return World(clock=clock)


def played(world):
    """Everything of the scenario that is to be seen once it is over."""
    play(world, load_scenario(), speed=1e6)
    return [post for platform in PLATFORMS for post in world.newest_first(platform)]


def drafts():
    return [event.draft for event in load_scenario().events if event.draft]


def test_the_scenario_shows_something_at_once_and_the_price_rise_within_a_minute():
    events = load_scenario().events
    assert events[0].at <= 2
    assert sum(event.at <= 20 for event in events) >= 25
    assert {event.act for event in events if event.at < 50} == {"A normal morning", "The price rise", "The surge"}
    assert 240 <= events[-1].at <= 330
    assert 150 <= len(events) <= 220


def test_no_two_texts_are_equal_and_many_authors_and_languages_speak():
    texts = [draft.text for draft in drafts() if not draft.reposts]
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert len({(draft.platform, draft.author) for draft in drafts()}) >= 60
    assert {"en", "de", "es", "ja"} <= {draft.lang for draft in drafts()}
    assert {draft.platform for draft in drafts()} == set(PLATFORMS)


@pytest.mark.parametrize(
    "hostile",
    [
        "<!channel>",
        "<!here>",
        "<@U123>",
        "<https://evil.example",
        "```",
        "\u202e",
        "\u200b",
        "=HYPERLINK(",
        "<script>",
        "&lt;!channel",
    ],
)
def test_hostile_text_reaches_the_platforms_unchanged(world, hostile):
    assert any(hostile in post.text + post.title for post in played(world))


def test_one_text_is_very_long():
    assert max(len(draft.text) for draft in drafts()) > 9000


def test_the_brand_answers_some_complaints_and_rivals_woo(world):
    posts = played(world)
    answered = [post for post in posts if post.reply_to and post.author.handle.lower().startswith("lumora")]
    assert len(answered) >= 8
    assert all(world.find(post.reply_to).author.handle != post.author.handle for post in answered)
    assert any(post.author.handle == "vidoraplus" and "Lumora" in post.text for post in posts)


def test_the_scenario_deletes_removes_edits_and_delays(world, clock):
    moments: list[Post] = []
    world.subscribe(moments.append)
    posts = played(world)
    assert Counter(post.gone for post in moments if post.gone) == {"deleted": 3, "removed": 1}
    assert [post.edited_at for post in posts if post.edited_at] == [clock()] * 3
    assert any(draft.late > timedelta(0) for draft in drafts())


def test_some_customers_speak_in_the_scenario():
    with CUSTOMERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["source_id", "name", "email", "phone", "x", "reddit", "value"]
    assert len({row["source_id"] for row in rows}) == len(rows)
    speakers = {(draft.platform, draft.author.casefold()) for draft in drafts()}
    handles = [
        (p, row[p].removeprefix("@").removeprefix("u/").casefold()) for row in rows for p in ("x", "reddit") if row[p]
    ]
    assert len(handles) >= 20
    assert set(handles) <= speakers


def test_a_play_reports_its_progress_and_stops_when_told(world):
    stop, seen = threading.Event(), []

    def watch(progress):
        seen.append(progress)
        if progress.done == 7:
            stop.set()

    assert play(world, load_scenario(), speed=1e6, stop=stop, on_progress=watch) == 7
    assert [progress.done for progress in seen] == list(range(1, 8))
    assert seen[0].act == "A normal morning"
    assert sum(map(world.count, PLATFORMS)) == 7


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ('by = "mastodon/ada", text = "hi"', "platform"),
        ('by = "x/ada", txt = "hi"', "unknown key txt"),
        ('by = "x/ada", text = "hi", re = "nothing"', "no earlier post is named nothing"),
        ('delete = "nothing"', "no earlier post is named nothing"),
        ('edit = "nothing", text = "hi", lang = "de"', "unknown key lang"),
        ('away = "mastodon", seconds = 3', "there is no platform 'mastodon'"),
    ],
)
def test_a_wrong_scenario_says_where(tmp_path, event, message):
    path = tmp_path / "scenario.toml"
    path.write_text(f'accounts = []\n[[acts]]\nname = "One"\nstarts = 0\nends = 1\nposts = [{{ {event} }}]\n')
    with pytest.raises(ScenarioError, match=message):
        load_scenario(path)


def test_generated_traffic_is_repeatable_and_never_twice_the_same(world):
    first, again, other = (list(generate(seed, 2000)) for seed in (1, 1, 2))
    assert first == again
    assert len({draft.text for draft in first + other}) == 4000
    for draft in first:
        world.add(draft)
    assert world.count("x") + world.count("reddit") == 2000
    assert world.count("reddit") > 300


def test_a_platform_goes_away_while_people_write_there_and_comes_back(world):
    told = []

    def switch(platform, to):
        told.append((platform, to, world.count("bluesky")))

    play(world, load_scenario(), speed=1e6, switch=switch)
    (_, _, before), (_, _, after) = told
    assert told == [("bluesky", "away", before), ("bluesky", "back", after)]
    assert after - before >= 3
    away, back = (e.at for e in load_scenario().events if e.action in {"away", "back"})
    assert (back - away, back < 50) == (20, True)  # a newcomer who looks for a minute sees all of it
