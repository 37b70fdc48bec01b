"""What opens over Slack or beside its channels: modals, and everybody's own home tab."""

import time
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackObjectFormationError
from slack_sdk.models.views import View

from domain.errors import EarshotError

log = structlog.get_logger(__name__)

ACKNOWLEDGED_WITHIN = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Slack reads an acknowledgement within these seconds, or the person has closed the modal."""

_FIXES = {
    "expired_trigger_id": "Slack was asked too late. Press the button once more.",
    "trigger_expired": "Slack was asked too late. Press the button once more.",
    "exchanged_trigger_id": "It is open already.",
    "push_limit_reached": "Close a window first: three are open on each other.",
    "not_found": "You have closed it meanwhile.",
    "not_enabled": "Turn on the Home Tab of the app: App Home.",
    "missing_scope": "Give the app the scopes of config/slack-manifest.yaml and install it again.",
}
"""https://docs.slack.dev/reference/methods/views.open#errors"""


class WindowError(EarshotError):
    """Slack did not show a modal or a home tab; `code` is its reason, empty where it did not answer."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Windows:
    """Shows views; a failing one is no loss, as whoever asked for it can ask again."""

    def __init__(
        self, client: WebClient, *, waits: Sequence[float] = ACKNOWLEDGED_WITHIN, on_top: bool = False
    ) -> None:
        """Take a client; every call is made once, but for `replace`, which looks so many seconds apart.

        With `on_top` modals open on top of the one that was clicked in, and lead back to it.
        """
        self._client = client
        self._waits = waits
        self._opening = "views.push" if on_top else "views.open"

    def on_top(self) -> "Windows":
        """Return what opens modals on top of an open one; Slack takes three on each other."""
        return Windows(self._client, waits=self._waits, on_top=True)

    def open(self, trigger: str, view: View) -> str:
        """Open a modal within 3 s of the click that `trigger` stands for; return its id. Raises WindowError."""
        answer = self._call(self._opening, view, trigger_id=trigger)
        return str(answer["id"])

    def update(self, view_id: str, view: View) -> None:
        """Show something else in an open modal. Raises WindowError."""
        self._call("views.update", view, view_id=view_id)

    def replace(self, external_id: str, view: View) -> None:
        """Show something else in the modal that an acknowledgement put up under an id of ours. Raises WindowError.

        Slack may hear of it before it has read the acknowledgement, which would then cover what is shown here: as long
        as it does not know the id, it is asked again.
        """
        for seconds in self._waits:
            try:
                self._call("views.update", view, external_id=external_id)
            except WindowError as error:
                if error.code != "not_found":
                    raise
                time.sleep(seconds)
            else:
                return
        self._call("views.update", view, external_id=external_id)

    def publish(self, user_id: str, view: View) -> None:
        """Show a person her home tab. Raises WindowError."""
        self._call("views.publish", view, user_id=user_id)

    def _call(self, method: str, view: View, **arguments: str) -> dict[str, Any]:
        try:
            answer = self._client.api_call(method, json={**arguments, "view": view.to_dict()})
            return dict(answer["view"])
        except SlackApiError as error:
            code = str(error.response.get("error"))
            detail = (error.response.get("response_metadata") or {}).get("messages")
            tell = log.info if code == "not_found" else log.warning
            tell("view_refused", method=method, code=code, detail=detail)
            raise WindowError(
                f"Slack did not show it ({code}). {_FIXES.get(code, 'Please try again.')}", code=code
            ) from error
        except SlackObjectFormationError as error:
            raise WindowError(f"{error}. This is a fault of Earshot: please report it.") from error
        except (SlackClientError, HTTPException, OSError, ValueError, KeyError) as error:
            log.warning("view_lost", method=method, error=type(error).__name__)
            raise WindowError("Slack did not answer. Please try again.") from error
