"""Who we are in Slack, by `auth.test`, and the two clients we speak through."""

import logging
from dataclasses import dataclass
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from domain.errors import EarshotError

TIMEOUT_SECONDS = 10
_PASSING = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The bot's ids. `url` is the workspace's address and ends in a slash; without `scopes` Slack told none."""

    team_id: str
    bot_id: str
    bot_user_id: str
    url: str
    enterprise_id: str | None = None
    scopes: frozenset[str] = frozenset()


class SlackError(EarshotError):
    """Slack cannot be reached or refuses our tokens."""


class SlackUnreachableError(SlackError):
    """Slack did not answer; asking again later may help."""


def asking_client(token: str, *, api_url: str) -> WebClient:
    """Make the client for reading; it repeats a call once when the connection breaks."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, logger=_silent())


def posting_client(token: str, *, api_url: str) -> WebClient:
    """Make the client for posting: a repetition of its own could post twice."""
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=_silent())


def identify(client: WebClient) -> BotIdentity:
    """Ask Slack who we are.

    Raises:
        SlackUnreachableError: Slack did not answer, or answers that it cannot now.
        SlackError: it refuses the token.
    """
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error")
        if error.response.status_code != 200 or code in _PASSING:
            raise _unreachable(client, f"it answers HTTP {error.response.status_code}") from error
        raise SlackError(
            f"Slack refuses the bot token ({code}). Set SLACK_BOT_TOKEN to the token of “OAuth & Permissions”; "
            "it starts with xoxb-."
        ) from error
    except (SlackClientError, HTTPException, OSError, ValueError) as error:
        raise _unreachable(client, str(error)) from error
    if not answer.get("bot_id"):
        raise SlackError("SLACK_BOT_TOKEN is not a bot's token: take the one that starts with xoxb-.")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return BotIdentity(
        team_id=answer["team_id"],
        bot_id=answer["bot_id"],
        bot_user_id=answer["user_id"],
        url=answer["url"],
        enterprise_id=answer.get("enterprise_id"),
        scopes=frozenset(filter(None, (scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")))),
    )


def _unreachable(client: WebClient, why: str) -> SlackUnreachableError:
    return SlackUnreachableError(
        f"Slack cannot be reached at {client.base_url} ({why}). Check the network, the proxy and [slack] api_url."
    )


def _silent() -> logging.Logger:
    """Hush the SDK: its errors reach us as exceptions, and its log lines may quote answers."""
    logger = logging.getLogger("slack_sdk.hushed")
    logger.setLevel(logging.CRITICAL)
    return logger
