"""What `run.py check` can verify about Slack, each finding with its fix."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.identity import SlackError, identify
from domain.errors import SettingsError

SCOPES = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
)
"""What the bot token needs; the reasons stand in config/slack-manifest.yaml."""

_SHARED = "is shared with another organisation, which would see our customers' cases. Name an internal channel."
_FAILURES = (SlackClientError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `fix` says what to do where it is not `ok`."""

    what: str
    ok: bool
    fix: str = ""


def check_slack(client: WebClient, *, channels: Iterable[str], app_token: str | None) -> list[Finding]:
    """Check the bot token, its scopes, every channel and, in Socket Mode, the app token (None: HTTP mode)."""
    try:
        us = identify(client)
    except SlackError as error:
        return [Finding("bot token", ok=False, fix=str(error))]
    findings = [Finding(f"bot token, for {us.url}", ok=True), _scopes(us.scopes)]
    if app_token is not None:
        findings.append(_app_token(client, app_token))
    try:
        known = list_channels(client)
    except SlackError as error:
        return [*findings, Finding("channels", ok=False, fix=str(error))]
    return findings + [_channel(name, known) for name in dict.fromkeys(channels)]


def resolve_channels(client: WebClient, names: Iterable[str]) -> dict[str, str]:
    """Return the id of each channel that is given by `#name`; ids stand for themselves.

    Raises:
        SettingsError: naming every channel that the bot cannot see, or that another organisation sees as well.
        SlackError: Slack did not list its channels.
    """
    wanted = list(dict.fromkeys(names))
    known = list_channels(client) if any(name.startswith("#") for name in wanted) else []
    ids = {f"#{channel['name']}": channel["id"] for channel in known}
    missing = [name for name in wanted if name.startswith("#") and name not in ids]
    if missing:
        raise SettingsError(
            f"The bot sees no channel {', '.join(missing)}. Create it, and invite the bot there: /invite @Earshot."
        )
    shared = [f"#{c['name']}" for c in known if c.get("is_ext_shared") and c["id"] in {ids.get(n, n) for n in wanted}]
    if shared:
        raise SettingsError(f"{', '.join(shared)} {_SHARED}")
    return {name: ids.get(name, name) for name in wanted}


def list_channels(client: WebClient) -> list[dict[str, Any]]:
    """List every public channel, and the private ones that the bot is in; raises SlackError."""
    patient = WebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=client.timeout,
        logger=client.logger,
        retry_handlers=[*client.retry_handlers, RateLimitErrorRetryHandler(max_retry_count=2)],
    )
    found: list[dict[str, Any]] = []
    try:
        for page in patient.conversations_list(types="public_channel,private_channel", limit=1000):
            found += page.get("channels") or []
    except SlackApiError as error:
        raise SlackError(f"Slack does not list its channels: {error.response.get('error')}.") from error
    except _FAILURES as error:
        raise SlackError(f"Slack does not list its channels ({error}).") from error
    return found


def _scopes(granted: Collection[str]) -> Finding:
    if not granted:
        return Finding("scopes of the bot token: unknown, because this Slack does not tell them", ok=True)
    missing = [scope for scope in SCOPES if scope not in granted]
    if not missing:
        return Finding("scopes of the bot token", ok=True)
    fix = f"Missing: {', '.join(missing)}. Take the manifest of config/slack-manifest.yaml and install the app again."
    return Finding("scopes of the bot token", ok=False, fix=fix)


def _app_token(client: WebClient, app_token: str) -> Finding:
    try:
        client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        fix = (
            f"Slack says {error.response.get('error')}. Under “Basic Information”, make an app-level token with the "
            "scope connections:write, set SLACK_APP_TOKEN to it, and turn Socket Mode on."
        )
        return Finding("app token for Socket Mode", ok=False, fix=fix)
    except _FAILURES as error:
        return Finding("app token for Socket Mode", ok=False, fix=f"Slack could not be asked ({error}). Try again.")
    return Finding("app token for Socket Mode", ok=True)


def _channel(name: str, known: list[dict[str, Any]]) -> Finding:
    what = f"channel {name}"
    channel = next((c for c in known if name in {c["id"], f"#{c['name']}"}), None)
    if channel is None:
        fix = "No such channel, or a private one without the bot. Check the name; then: /invite @Earshot."
    elif channel.get("is_archived"):
        fix = "It is archived: unarchive it, or name another channel."
    elif channel.get("is_member") is False:
        fix = "The bot is not in it. There, type: /invite @Earshot."
    elif channel.get("is_ext_shared"):
        fix = f"It {_SHARED}"
    else:
        return Finding(what, ok=True)
    return Finding(what, ok=False, fix=fix)
