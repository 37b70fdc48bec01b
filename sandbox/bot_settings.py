"""The settings and secrets that point Earshot at a running sandbox."""

import json
from datetime import timedelta

from sandbox.server import (
    BLUESKY_ACCOUNT,
    HACKERNEWS_ACCOUNT,
    REDDIT_ACCOUNT,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET,
    REDDIT_REFRESH_TOKEN,
    X_ACCESS_SECRET,
    X_ACCOUNT,
    X_API_KEY,
    X_API_SECRET,
    X_BEARER_TOKEN,
    Sandbox,
)

_QUERY = f"(lumora OR @{X_ACCOUNT} OR #lumora) -is:retweet -from:{X_ACCOUNT}"

_TEMPLATE = """\
# Written by the sandbox; made anew at each start.
own_posts_poll_seconds = {poll_seconds}

[database]
url = {database_url}

[model]
learned = "var/sandbox-learned"  # not what a real bot has learned

[slack]
api_url = {slack_api_url}
operators_channel = "#earshot-ops"
product_channel = "#lumora-product"

[web]
port = 0  # a free one; the trial says which

[x]
api_url = {x_api_url}

[reddit]
oauth_url = {reddit_oauth_url}
reddit_url = {reddit_url}

[hackernews]
api_url = {hackernews_url}

[bluesky]
jetstream_url = {bluesky_url}
api_url = {bluesky_url}
backfill_hours = 24.0

[[brands]]
name = "Lumora"
aliases = ["lumora"]
time_zone = "Europe/Berlin"
digest_at = 00:00:00  # so that yesterday's digest comes at once
digest_channels = ["#lumora-leadership"]
[brands.accounts]
x = [{x_account}]
reddit = [{reddit_account}]
bluesky = [{bluesky_account}]
hackernews = [{hackernews_account}]
[brands.hours]  # always open, so that the service level's clock can be seen running at any hour
opens = 00:00:00
closes = 23:59:59
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[rivals]]
name = "Vidora Plus"
aliases = ["vidora", "Vidora+"]
accounts = {{ x = ["vidoraplus"] }}

[[rivals]]
name = "Kinobox"
accounts = {{ x = ["kinobox"] }}

[[streams]]
name = "Lumora on X"
brand = "Lumora"
platform = "x"
kind = "search"
native_query = {query}
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Lumora mentions"
brand = "Lumora"
platform = "x"
kind = "mentions"
account = {x_account}
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "r/lumora posts"
brand = "Lumora"
platform = "reddit"
kind = "new"
subreddits = ["lumora"]
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "r/lumora comments"
brand = "Lumora"
platform = "reddit"
kind = "comments"
subreddits = ["lumora"]
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Lumora on Bluesky"
brand = "Lumora"
platform = "bluesky"
kind = "search"
native_query = 'lumora, "harbour lights"'
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Lumora called on Bluesky"
brand = "Lumora"
platform = "bluesky"
kind = "mentions"
account = {bluesky_account}
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Looking for a service"
brand = "Lumora"
platform = "reddit"
kind = "search"
native_query = "lumora"
subreddits = ["streaming", "cordcutters"]
channel = "#lumora-opportunities"
poll_seconds = {poll_seconds}

[[streams]]
name = "Lumora on Hacker News"
brand = "Lumora"
platform = "hackernews"
native_query = "lumora"
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Vidora Plus on X"
brand = "Lumora"
rival = "Vidora Plus"
platform = "x"
kind = "search"
native_query = "(vidora OR @vidoraplus) -is:retweet -from:vidoraplus"
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "Telly Talk, a blog"
brand = "Lumora"
platform = "rss"
kind = "new"
native_query = "lumora"
places = [{feed_url}]
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[[streams]]
name = "What Vidora Plus writes"
brand = "Lumora"
rival = "Vidora Plus"
platform = "x"
kind = "own_posts"
account = "vidoraplus"
channel = "#lumora-alerts"
poll_seconds = {poll_seconds}

[escalation]
people = [{crm_admin}]  # who may work on cases: a leader could read what reaches her, and press nothing

[roles]
crm_admin = [{crm_admin}]
social_expert = [{social_expert}]
leadership = [{leadership}]

[replies.links]
Lumora = "https://help.lumora.example"

[[targets]]
kpi = "response_rate"
value = 0.75
since = {target_since}
by = {target_by}
baseline = 0.4

[[targets]]
kpi = "first_response_median"
value = 1800
by = {target_by}
"""

_HURRY = """
[incidents]  # a source that fails is told of within seconds
patience_seconds = 5
calm_seconds = 10

[triage]
alert_within_hours = 24  # of the week before, only yesterday's posts make cards

[sla]  # a working day in minutes, so that warnings and what follows them can be met
urgent_minutes = 4
high_minutes = 30
warn_minutes = 2
silence_minutes = 3
"""


def bot_environment(sandbox: Sandbox) -> dict[str, str]:
    """Return the secrets by the names of their environment variables."""
    return {
        "SLACK_BOT_TOKEN": str(sandbox.workspace.bot_token),
        "SLACK_APP_TOKEN": str(sandbox.workspace.app_token),
        "SLACK_SIGNING_SECRET": sandbox.workspace.signing_secret,
        "X_BEARER_TOKEN": X_BEARER_TOKEN,
        "X_API_KEY": X_API_KEY,
        "X_API_SECRET": X_API_SECRET,
        "X_ACCESS_TOKEN": sandbox.x_access_token,
        "X_ACCESS_SECRET": X_ACCESS_SECRET,
        "REDDIT_CLIENT_ID": REDDIT_CLIENT_ID,
        "REDDIT_CLIENT_SECRET": REDDIT_CLIENT_SECRET,
        "REDDIT_REFRESH_TOKEN": REDDIT_REFRESH_TOKEN,
    }


def bot_settings_toml(
    sandbox: Sandbox,
    *,
    database_url: str = "sqlite:///var/sandbox.db",
    poll_seconds: float = 1.0,
    in_a_hurry: bool = False,
) -> str:
    """Return the text of a settings file for a sandbox that has started.

    `in_a_hurry` makes minutes of what takes hours.
    """
    today = sandbox.world.now().date()
    users = {user.name: user.id for user in sandbox.workspace.users.values()}
    groups = {group.handle: group.id for group in sandbox.workspace.groups.values()}
    texts = {
        "database_url": database_url,
        "slack_api_url": sandbox.slack_api_url,
        "x_api_url": sandbox.x_api_url,
        "reddit_url": sandbox.reddit_url,
        "reddit_oauth_url": sandbox.reddit_oauth_url,
        "hackernews_url": sandbox.hackernews_url,
        "feed_url": sandbox.feed_url,
        "bluesky_url": sandbox.bluesky_url,
        "bluesky_account": BLUESKY_ACCOUNT,
        "query": _QUERY,
        "x_account": X_ACCOUNT,
        "reddit_account": REDDIT_ACCOUNT,
        "hackernews_account": HACKERNEWS_ACCOUNT,
        "crm_admin": users["ops"],
        "social_expert": groups["social"],
        "leadership": users["leo"],
    }
    quoted = {name: json.dumps(text) for name, text in texts.items()}
    days = {"target_since": today - timedelta(days=14), "target_by": today + timedelta(days=76)}
    return _TEMPLATE.format(poll_seconds=poll_seconds, **quoted, **days) + (_HURRY if in_a_hurry else "")
