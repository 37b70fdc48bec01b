"""Outbox messages into Slack: one attempt a call, and an honest word about what became of it."""

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http.client import HTTPException
from socket import gaierror
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.web import SlackResponse

from bot.rendering import plain_text, rendered
from domain.clock import Clock
from domain.digest import DigestChart
from domain.errors import PostError, PostRateLimited, PostRejected, PostUnknown
from domain.message import Content, OutgoingMessage, Posted

log = structlog.get_logger(__name__)

EVENT_TYPE = "earshot_message"
HISTORY_PAGE = 200
UNREACHABLE_WAIT = 5.0
TOKEN_WAIT = 60.0
UPLOAD_WAIT = 5.0
SHARED_WITHIN = timedelta(minutes=2)

_PICTURE = "earshot-"
"""How the names of our pictures begin, and no key of a message."""

_NEW_TOKEN = "The bot token does not work any more. Install the app again and set SLACK_BOT_TOKEN to its new token."  # noqa: S105
_ASK_ADMIN = "Ask an admin of the workspace to let the app post there."
_INVITE = "Invite the bot into the channel: /invite @Earshot."
_BLOCKS = "This is a fault of Earshot: please report it."

_REFUSALS = {
    "not_in_channel": _INVITE,
    "channel_not_found": f"Check the channel in the settings. {_INVITE}",
    "is_archived": "Unarchive the channel, or name another one in the settings.",
    "restricted_action": _ASK_ADMIN,
    "restricted_action_read_only_channel": _ASK_ADMIN,
    "restricted_action_thread_only_channel": _ASK_ADMIN,
    "restricted_action_non_threadable_channel": _ASK_ADMIN,
    "restricted_action_thread_locked": _ASK_ADMIN,
    "access_denied": _ASK_ADMIN,
    "no_permission": _ASK_ADMIN,
    "ekm_access_denied": _ASK_ADMIN,
    "team_access_not_granted": _ASK_ADMIN,
    "org_login_required": _ASK_ADMIN,
    "user_not_found": "Take the person out of the settings: she is not in this workspace.",
    "user_disabled": "Take the person out of the settings: her account is deactivated.",
    "cannot_dm_bot": "Name a person in the settings, not a bot.",
    "messages_tab_disabled": "Allow messages to the app: App Home, Messages Tab.",
    "thread_not_found": "Somebody deleted the message that this belongs under.",
    "message_not_found": "Somebody deleted the message.",
    "cant_update_message": "The message was posted by another app.",
    "cant_delete_message": "The message was posted by another app, or an admin forbids it.",
    "edit_window_closed": "The workspace forbids editing messages of this age.",
    "invalid_blocks": _BLOCKS,
    "invalid_blocks_format": _BLOCKS,
    "msg_blocks_too_long": _BLOCKS,
    "msg_too_long": _BLOCKS,
    "no_text": _BLOCKS,
    "invalid_arguments": _BLOCKS,
    "invalid_metadata_format": _BLOCKS,
    "invalid_metadata_schema": _BLOCKS,
    "metadata_too_large": _BLOCKS,
}
"""Slack's definite refusals, each with what to do: https://docs.slack.dev/reference/methods/chat.postMessage#errors.

Whatever is not listed, `internal_error` and `fatal_error` included, may have been posted all the same.
"""

_TOKEN_FAULTS = {
    "invalid_auth": _NEW_TOKEN,
    "not_authed": _NEW_TOKEN,
    "token_revoked": _NEW_TOKEN,
    "token_expired": _NEW_TOKEN,
    "account_inactive": _NEW_TOKEN,
    "not_allowed_token_type": "SLACK_BOT_TOKEN must be a bot token: it starts with xoxb-.",
    "missing_scope": "Give the app the scopes of config/slack-manifest.yaml and install it again.",
}
"""No fault of the message: it waits, unposted, until a person has mended the token."""

_PLAIN_MAY_HELP = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "invalid_arguments",
}


class SlackPost:
    """Implements `domain.seams.Post`. `client` must not retry by itself: a retry after a lost answer posts twice."""

    def __init__(self, client: WebClient, *, bot_id: str, clock: Clock) -> None:
        """Take the bot id of `auth.test`, by which our own messages are known."""
        if client.retry_handlers:
            raise ValueError("the posting client must have no retry handlers")
        self._client = client
        self._bot_id = bot_id
        self._clock = clock
        self._direct: dict[str, str] = {}

    def post(self, message: OutgoingMessage, content: Content) -> Posted:
        """Post once, into the thread or the direct conversation that the message names."""
        if isinstance(content, DigestChart):
            return self._upload(message, content)
        thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
        answer = self._call(
            "chat.postMessage",
            channel=self._conversation(message.channel),
            unfurl_links=False,
            unfurl_media=False,
            **thread,
            **self._shown(message, content),
        )
        try:
            return Posted(channel=answer["channel"], ts=answer["ts"])
        except KeyError as error:
            raise PostUnknown(f"Slack's answer has no {error}.", code="bad_response") from error

    def update(self, message: OutgoingMessage, content: Content) -> None:
        """Show `content` in the posted message; a picture stays as it is."""
        if isinstance(content, DigestChart):
            return
        self._call("chat.update", channel=message.channel, ts=message.ts, **self._shown(message, content))

    def find(self, messages: Sequence[OutgoingMessage], since: datetime) -> dict[str, list[Posted]]:
        """Page through the channel or the thread, because Slack does not search by metadata."""
        thread_ts = messages[0].thread_ts
        channel = self._conversation(messages[0].channel)
        method = "conversations.replies" if thread_ts else "conversations.history"
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": HISTORY_PAGE,
        }
        if thread_ts:
            arguments["ts"] = thread_ts
        wanted = {mark: message.key for message in messages for mark in (message.key, _picture_name(message.key))}
        found: dict[str, set[str]] = {message.key: set() for message in messages}
        while True:
            answer = self._call(method, **arguments)
            for slack_message in answer.get("messages", []):
                for mark in self._marks(slack_message) & wanted.keys():
                    found[wanted[mark]].add(slack_message["ts"])
            arguments["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not arguments["cursor"]:
                return {key: [Posted(channel, ts) for ts in sorted(copies, key=float)] for key, copies in found.items()}

    def _upload(self, message: OutgoingMessage, chart: DigestChart) -> Posted:
        """Share a picture, which takes three calls; only the last of them shows anything.

        https://docs.slack.dev/messaging/working-with-files#upload
        """
        name = _picture_name(message.key)
        try:
            asked = {"filename": name, "length": len(chart.png), "alt_txt": chart.alt_text}
            place = self._call_form("files.getUploadURLExternal", asked)
            request = urllib.request.Request(place["upload_url"], data=chart.png, method="POST")  # noqa: S310  # Slack's
            with urllib.request.urlopen(request, timeout=self._client.timeout):  # noqa: S310
                pass
        except (PostUnknown, OSError, HTTPException, KeyError, ValueError) as error:
            raise PostRateLimited(
                f"The picture could not be uploaded ({type(error).__name__}).", code="upload", retry_after=UPLOAD_WAIT
            ) from error
        shared = {
            "files": json.dumps([{"id": place["file_id"], "title": chart.title}]),
            "channel_id": self._conversation(message.channel),
        }
        if message.thread_ts:
            shared["thread_ts"] = message.thread_ts
        self._call_form("files.completeUploadExternal", shared)
        found = self.find([message], self._clock() - SHARED_WITHIN)[message.key]
        if not found:
            raise PostUnknown("Slack has taken the picture and does not show it yet.", code="not_shown_yet")
        return found[0]

    def _conversation(self, channel: str) -> str:
        """Return the direct conversation with a person, opened where there is none yet; a channel is itself."""
        if channel[:1] not in {"U", "W"}:
            return channel
        if channel not in self._direct:
            answer = self._call("conversations.open", users=channel)
            try:
                self._direct[channel] = answer["channel"]["id"]
            except (KeyError, TypeError) as error:
                raise PostUnknown("Slack's answer names no conversation.", code="bad_response") from error
        return self._direct[channel]

    def delete(self, posted: Posted) -> None:
        """Take a message away."""
        try:
            self._call("chat.delete", channel=posted.channel, ts=posted.ts)
        except PostRejected as error:
            if error.code != "message_not_found":
                raise

    def _marks(self, slack_message: dict[str, Any]) -> set[str]:
        """Return what may tell which message of ours this is: its key, or its picture, which carries no metadata."""
        names = (str(file.get("name")) for file in slack_message.get("files") or [])
        marks = {name for name in names if name.startswith(_PICTURE)}
        metadata = slack_message.get("metadata") or {}
        if slack_message.get("bot_id") == self._bot_id and metadata.get("event_type") == EVENT_TYPE:
            marks.add(str((metadata.get("event_payload") or {}).get("key")))
        return marks

    def _shown(self, message: OutgoingMessage, content: Content) -> dict[str, Any]:
        now = self._clock()
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
        arguments = {"metadata": metadata, "parse": "none"}
        if message.plain:
            return {**arguments, "text": plain_text(content, now), "blocks": []}
        text, blocks = rendered(content, now)
        try:
            return {**arguments, "text": text, "blocks": _dicts(blocks, message.revision)}
        except SlackObjectFormationError as error:
            raise PostRejected(f"{error}. {_BLOCKS}", code="invalid_blocks", plain_may_help=True) from error

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        return self._answered(method, lambda: self._client.api_call(method, json=arguments))

    def _call_form(self, method: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Call a method that takes forms only."""
        return self._answered(method, lambda: self._client.api_call(method, params=fields))

    def _answered(self, method: str, call: Callable[[], SlackResponse]) -> dict[str, Any]:
        try:
            answer = call()
        except SlackApiError as error:
            raise _refusal(method, error) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError | gaierror):  # nothing can have been sent
                raise PostRateLimited(
                    f"Slack cannot be reached: {error.reason}.", code="unreachable", retry_after=UNREACHABLE_WAIT
                ) from error
            raise _lost(method, error) from error
        except (SlackClientError, HTTPException, OSError, ValueError, AttributeError) as error:
            raise _lost(method, error) from error  # the SDK trips over a body that is JSON, but no object
        return dict(answer.data) if isinstance(answer.data, dict) else {}


def _dicts(blocks: list[Block], revision: int) -> list[dict[str, Any]]:
    """Write blocks for Slack. A menu shows what was chosen in it until its block is another one.

    https://docs.slack.dev/reference/block-kit/blocks/actions-block: a new block_id for each update.
    """
    dicts = [block.to_dict() for block in blocks]
    for place, each in enumerate(dicts):
        if each["type"] == "actions":
            each["block_id"] = f"actions {place} of revision {revision}"
    return dicts


def _lost(method: str, error: Exception) -> PostUnknown:
    return PostUnknown(f"{method}: the answer was lost ({type(error).__name__}).", code="lost_answer")


def _refusal(method: str, error: SlackApiError) -> PostError:
    response = error.response
    code = str(response.get("error") or "unknown_error")
    if response.status_code == 429 or code in {"ratelimited", "rate_limited"}:
        return PostRateLimited(
            f"{method}: Slack asks us to wait.", code=code, retry_after=_retry_after(response.headers)
        )
    if code in _TOKEN_FAULTS:
        log.error("slack_token_refused", method=method, code=code, fix=_TOKEN_FAULTS[code])
        return PostRateLimited(f"{method}: Slack says {code}. {_TOKEN_FAULTS[code]}", code=code, retry_after=TOKEN_WAIT)
    if code in _REFUSALS:
        return PostRejected(
            f"{method}: Slack says {code}. {_REFUSALS[code]}", code=code, plain_may_help=code in _PLAIN_MAY_HELP
        )
    short = code if code.replace("_", "").isalnum() and len(code) < 60 else "bad_response"
    return PostUnknown(f"{method}: Slack says {short} (HTTP {response.status_code}).", code=short)


def _picture_name(key: str) -> str:
    """Name a message's picture so that it can be found by it."""
    return f"{_PICTURE}{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}.png"


def _retry_after(headers: Any) -> float:
    named = {name.lower(): value for name, value in dict(headers).items()}.get("retry-after", "")
    text = named[0] if isinstance(named, list) else named
    return float(text) if str(text).isdigit() else 1.0
