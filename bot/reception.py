"""What happens to everything that comes in from Slack: acknowledged at once, taken once, and never left unanswered."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from http.client import HTTPException
from threading import Lock
from typing import Any

import structlog
from slack_bolt import Ack, BoltResponse, Respond

from bot.desk import Answer, show
from bot.views.refusal import refusal_words
from domain.errors import AlreadyOwned, AnsweredAlready, BeingAnswered, EarshotError

REMEMBERED_TRIGGERS = 1000

Acknowledge = Callable[[dict[str, Any]], dict[str, Any]]
"""Says at once what becomes of a submitted view: the arguments of its acknowledgement."""

log = structlog.get_logger(__name__)


class Reception:
    """Middleware that acknowledges at once, however busy the handlers are, and lets a repeat go no further.

    The database remembers clicks for good; this memory also covers commands and events.
    """

    def __init__(self, acknowledge: Acknowledge) -> None:
        self._acknowledge = acknowledge
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def __call__(self, body: dict[str, Any], ack: Ack, next: Callable[[], None]) -> BoltResponse | None:  # noqa: A002
        answer = self._acknowledge(body["view"]) if body.get("type") == "view_submission" else {}
        acknowledged = ack(**answer)
        if answer.get("response_action") == "errors":
            return acknowledged
        trigger = body.get("trigger_id") or body.get("event_id")
        with self._lock:
            if trigger in self._seen:
                return acknowledged
            if trigger:
                self._seen[trigger] = None
            if len(self._seen) > REMEMBERED_TRIGGERS:
                self._seen.popitem(last=False)
        next()
        return None


def listener(handle: Callable[[dict[str, Any], Respond], None]) -> Callable[[dict[str, Any], Respond], None]:
    """Make a Bolt listener that tells the person of its failures by itself.

    Bolt forgets the acknowledgement of a listener that raises before it has been sent, so nothing may reach Bolt.
    """

    def listen(body: dict[str, Any], respond: Respond) -> None:
        try:
            handle(body, respond)
        except Exception as error:  # noqa: BLE001  # the one hook between our handlers and Bolt
            tell(error, body, respond)

    return listen


def tell(error: Exception, body: dict[str, Any], respond: Respond) -> None:
    """Say what happened to the person alone."""
    try:
        show(respond, Answer(words_of(error, body)), body=body)
    except (HTTPException, OSError, ValueError) as failure:
        log.warning("answer_lost", error=type(failure).__name__)


def words_of(error: Exception, body: dict[str, Any]) -> str:
    """Say a known error in its own words, any other by a number to look up in the log."""
    if isinstance(error, AlreadyOwned | AnsweredAlready | BeingAnswered):
        return refusal_words(error)
    if isinstance(error, EarshotError):
        return str(error)
    reference = secrets.token_hex(2)
    log.error("handler_failed", reference=reference, kind=body.get("type") or body.get("command"), exc_info=error)
    return f"Something went wrong (ref {reference}). Whoever runs Earshot finds it in the log."
