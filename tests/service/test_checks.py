"""`check` verifies what can be verified, and puts the fix beside each failure."""

import pytest

from tests.bot.office import MANIFEST
from tests.command_line import earshot
from tests.stage import stage


@pytest.fixture(scope="module")
def at_work(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("stage"), manifest=MANIFEST) as made:
        yield made


def checked(made, **secrets):
    return earshot("check", "--json", "--config", made.config, secrets={**made.secrets, **secrets})


def failures(done):
    return {finding["what"]: finding["fix"] for finding in done.json if not finding["ok"]}


def test_everything_is_well_on_the_sandbox_with_the_manifests_scopes(at_work):
    done = checked(at_work)
    assert (done.code, failures(done)) == (0, {})
    found = " ".join(finding["what"] for finding in done.json)
    for part in (
        "settings",
        "database",
        "model",
        "nothing learned",
        "bot token",
        "scopes",
        "app token",
        "#lumora-alerts",
        "reddit",
        "x:",
    ):
        assert part in found
    table = earshot("check", "--config", at_work.config, secrets=at_work.secrets)
    assert table.code == 0
    assert f"{len(done.json)} ok, 0 failed" in table.out


@pytest.mark.parametrize(
    ("secret", "what", "fix"),
    [
        ("SLACK_BOT_TOKEN", "bot token", "Set SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "app token for Socket Mode", "set SLACK_APP_TOKEN"),
        ("X_BEARER_TOKEN", "x", "Check X_BEARER_TOKEN"),
        ("X_ACCESS_TOKEN", "x", "Check X_BEARER_TOKEN and the other keys of X"),
        ("REDDIT_CLIENT_SECRET", "reddit", "Check REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET"),
    ],
)
def test_a_wrong_secret_fails_alone_with_its_fix(at_work, secret, what, fix):
    done = checked(at_work, **{secret: "wrong"})
    assert done.code == 1
    assert list(failures(done)) == [what]
    assert fix in failures(done)[what]
    assert "wrong" not in done.out + done.err


def test_missing_secrets_are_named_with_where_to_find_them(at_work):
    done = earshot("check", "--json", "--config", at_work.config)
    fixes = "\n".join(failures(done).values())
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "X_BEARER_TOKEN", "REDDIT_CLIENT_ID"):
        assert name in fixes
    started = earshot("start", "--config", at_work.config)
    assert (started.code, started.out) == (1, "")
    assert "SLACK_BOT_TOKEN (Slack app, OAuth & Permissions; starts with xoxb-)" in started.err


def test_a_scope_too_few_and_a_channel_without_the_bot(tmp_path):
    manifest = {"oauth_config": {"scopes": {"bot": ["channels:read", "groups:read"]}}}
    with stage(tmp_path, manifest=manifest) as made:
        made.alerts.members.discard(made.sandbox.workspace.bot.id)
        failed = failures(checked(made))
        assert "chat:write" in failed["scopes of the bot token"]
        assert "/invite @Earshot" in failed["channel #lumora-alerts"]


def test_platforms_that_do_not_answer_are_told_with_where_to_look(tmp_path):
    with stage(tmp_path) as made:
        pass  # everything is down from here on
    failed = failures(checked(made))
    assert "Slack cannot be reached" in failed["bot token"]
    assert "check the network, the proxy and [x]" in failed["x"]
    assert "check the network, the proxy and [reddit]" in failed["reddit"]
