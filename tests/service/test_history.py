"""`ingest`: recorded answers take the same path as polling, once, and answers in them count."""

import json

import pytest

from domain.clock import system_clock
from domain.errors import InputError
from listeners import reddit, x
from tests.command_line import earshot
from tests.listeners.test_recorded import X_CASSETTES, X_LINES, reddit_cassette, x_cassette, x_lines
from tests.stage import labels, shown, stage

SETTINGS = """
[database]
url = "sqlite:///{folder}/earshot.db"
[[brands]]
name = "Lumora"
accounts = {{ x = ["lumora"], reddit = ["LumoraHelp"] }}
[[streams]]
name = "lumora on X"
brand = "Lumora"
platform = "x"
native_query = "lumora"
channel = "#lumora-alerts"
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "earshot.toml"
    path.write_text(SETTINGS.format(folder=tmp_path))
    return path


def ingested(config, lines, platform, *options, **more):
    file = config.parent / f"{platform}.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return earshot("ingest", file, "--platform", platform, "--config", config, *options, **more)


REDDIT_NAMES = (
    "TestComment.test_refresh__removed_comment",
    "TestSubmission.test_delete",
    "TestSubreddit.test_search",
    "TestReddit.test_bad_request_without_json_text_html_response",
)


def recorded_x():
    """Every recorded body of X: response lines as they are, cassettes as one line a body."""
    lines = [line for name in X_LINES for line in x_lines(name)]
    return lines + [body(each) for name in X_CASSETTES for each in x_cassette(name)]


def recorded_reddit():
    return [body(each) for name in REDDIT_NAMES for each in reddit_cassette(name)]


def body(interaction):
    return " ".join(interaction.reply.plain.decode().splitlines())


@pytest.mark.shared
@pytest.mark.parametrize(("platform", "lines"), [("x", recorded_x), ("reddit", recorded_reddit)])
def test_recorded_answers_are_counted_and_a_second_time_nothing_is_new(config, platform, lines):
    bodies = lines()
    first = ingested(config, bodies, platform)
    assert first.code == 0
    read, gone, bad = expected(platform, bodies)
    assert first.json["read"] == len(read)
    assert first.json["new"] == len(set(read)) - len(gone & set(read))
    assert first.json["bad_lines"] == bad
    assert len(first.err.splitlines()) == bad
    parts = ("complaints", "opportunities", "joined", "batch", "review", "own", "copy")
    assert sum(first.json[part] for part in parts) == first.json["new"]
    again = ingested(config, bodies, platform).json
    assert (again["read"], again["new"], again["responses"]) == (len(read), 0, 0)


def expected(platform, bodies):
    reader = {"x": x, "reddit": reddit}[platform]
    read, gone, bad = [], set(), 0
    for line in filter(str.strip, bodies):
        try:
            found = reader.mentions_from_response(line, seen_at=system_clock())
        except InputError:
            bad += 1
            continue
        read += [mention.id for mention in found.mentions]
        gone |= {removal.mention_id for removal in found.removals}
    return read, gone, bad


def x_body(*posts):
    """Write a body as X would; a post is (id, author, text, the id that it answers)."""
    users = {
        author: {"id": str(900 + n), "username": author, "name": author} for n, (_, author, *_) in enumerate(posts)
    }
    now = system_clock().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    data = []
    for post_id, author, text, answers in posts:
        reply = {"referenced_tweets": [{"type": "replied_to", "id": answers}]} if answers else {}
        post = {"id": post_id, "text": text, "author_id": users[author]["id"], "created_at": now, "lang": "en"}
        data.append(post | reply | {"conversation_id": answers or post_id, "edit_history_tweet_ids": [post_id]})
    return json.dumps({"data": data, "includes": {"users": list(users.values())}, "meta": {"result_count": len(data)}})


COMPLAINT = ("2124000000000000001", "jane", "Lumora is terrible, I hate it. I am cancelling Lumora today.", None)
ANSWER = ("2124000000000000009", "lumora", "We are sorry.", "2124000000000000001")


def test_our_answers_in_the_file_stop_the_clock_whatever_the_order(config):
    counts = ingested(config, [x_body(ANSWER), x_body(COMPLAINT)], "x").json
    assert (counts["complaints"], counts["own"], counts["responses"]) == (1, 1, 1)
    period = ["--since", "2000-01-01", "--until", "2100-01-01", "--json", "--config", config]
    kpis = {row["name"]: row for row in earshot("kpi", *period).json}
    assert (kpis["sla_kept"]["numerator"], kpis["sla_kept"]["denominator"]) == (1, 1)


def test_bad_lines_are_named_and_the_rest_is_taken(config):
    done = ingested(config, ["{", x_body(COMPLAINT), "[]", '{"data": [{"id": 5}]}', ""], "x")
    assert done.code == 0
    assert (done.json["new"], done.json["bad_lines"]) == (1, 2)
    assert [line.split(": ")[1] for line in done.err.splitlines()] == ["line 1", "line 3"]
    only_bad = ingested(config, ["{"], "x")
    assert (only_bad.code, only_bad.json["bad_lines"]) == (1, 1)
    absent = earshot("ingest", config.parent / "absent", "--platform", "x", "--config", config)
    assert (absent.code, absent.out) == (1, "")
    assert "absent: cannot be read" in absent.err


def test_slack_hears_of_history_only_when_asked(tmp_path):
    with stage(tmp_path) as made:
        silent = ingested(made.config, [x_body(COMPLAINT)], "x", secrets=made.secrets)
        assert silent.json["complaints"] == 1
        other = ("2124000000000000002", "june", "apricot: I hate Lumora, it is terrible. Cancelling Lumora now.", None)
        loud = ingested(made.config, [x_body(COMPLAINT), x_body(other)], "x", "--alert", secrets=made.secrets)
        assert loud.json["complaints"] == 1
        (card,) = [message for message in made.alerts.messages if message.by_app]
        assert "apricot" in shown(card)
        assert "Claim" in labels(card)
