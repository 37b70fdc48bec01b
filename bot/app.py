"""The Bolt app: what it listens to, and what it says when something goes wrong."""

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable
from http.client import HTTPException
from threading import Lock
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse, Respond
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot import actions, commands
from bot.desk import Answer, Desk, show
from bot.identity import BotIdentity
from domain.errors import AlreadyOwned, EarshotError

REMEMBERED_TRIGGERS = 1000

log = structlog.get_logger(__name__)


def build_app(*, client: WebClient, us: BotIdentity, signing_secret: str, desk: Desk) -> App:
    """Build the app. `signing_secret` matters in HTTP mode only; `us` proves that the token was checked before."""
    logger = logging.getLogger("earshot.bolt")
    logger.setLevel(logging.ERROR)  # below that, Bolt logs whole requests
    app = App(
        client=client,
        logger=logger,
        signing_secret=signing_secret,
        token_verification_enabled=False,
        authorize=_authorize(us, client.token),
    )
    app.use(_Reception())
    app.error(_answer_error)
    commands.register(app, desk)
    actions.register(app, desk)
    return app


def _authorize(us: BotIdentity, token: str | None) -> Callable[..., AuthorizeResult]:
    """Answer from what we know, so that no click waits for an `auth.test` of its own."""
    known = AuthorizeResult(
        enterprise_id=us.enterprise_id,
        team_id=us.team_id,
        bot_id=us.bot_id,
        bot_user_id=us.bot_user_id,
        bot_token=token,
    )
    return lambda: known


class _Reception:
    """Acknowledges whatever comes at once, however busy the handlers are, and lets a repeat go no further.

    The database remembers clicks for good; this memory also covers commands.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def __call__(self, body: dict[str, Any], ack: Ack, next: Callable[[], None]) -> BoltResponse | None:  # noqa: A002
        acknowledged = ack()
        trigger = body.get("trigger_id")
        with self._lock:
            if trigger in self._seen:
                return acknowledged
            if trigger:
                self._seen[trigger] = None
            if len(self._seen) > REMEMBERED_TRIGGERS:
                self._seen.popitem(last=False)
        next()
        return None


def _answer_error(error: Exception, body: dict[str, Any], respond: Respond) -> None:
    """Tell the person what happened: known errors in their own words, others by a number to look up in the log."""
    if isinstance(error, AlreadyOwned):
        text = f"<@{error.owner}> owns this case already."
    elif isinstance(error, EarshotError):
        text = str(error)
    else:
        reference = secrets.token_hex(2)
        log.error("handler_failed", reference=reference, kind=body.get("type") or body.get("command"), exc_info=error)
        text = f"Something went wrong (ref {reference}). Whoever runs Earshot finds it in the log."
    try:
        show(respond, Answer(text))
    except (HTTPException, OSError, ValueError) as failure:
        log.warning("answer_lost", error=type(failure).__name__)
