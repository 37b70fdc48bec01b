"""The home tab: drawn for whoever opens it, and anew after what she does there."""

from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import App, Respond

from bot.desk import Ask, Desk
from bot.reception import listener, words_of
from bot.views.home import PREFERENCES, chosen_preferences, home_view, stranger_view, trouble_view
from bot.windows import WindowError
from domain.person import Person, Role
from flows import preferring
from flows.home import home, note_drawn

log = structlog.get_logger(__name__)


def refresh(_: Ask) -> None:
    """Do nothing: the tab is drawn anew after everything that is done in it."""


def set_preferences(ask: Ask) -> None:
    """Keep what the person ticked."""
    ticked = ask.fields.get(PREFERENCES) or ()
    chosen = chosen_preferences(ticked if isinstance(ticked, tuple) else (ticked,))
    preferring.prefer(chosen, person=ask.person, house=ask.desk.house)


def draw(person: Person, desk: Desk) -> None:
    """Draw a person's home tab as things are now; it is no loss where Slack does not take it."""
    shown = home(person=person, listening=desk.streams, house=desk.house) if person.roles else None
    note_drawn(person.user_id, shown.mine if shown else (), house=desk.house)
    if shown:
        view = home_view(shown, now=desk.house.clock(), settings=desk.settings)
    else:
        admins = desk.people.roles.get(Role.CRM_ADMIN) or ()
        view = stranger_view(sorted(admins)[:3])
    try:
        desk.windows.publish(person.user_id, view)
    except WindowError as error:
        log.warning("home_not_drawn", user=person.user_id, reason=str(error))


def register(app: App, desk: Desk) -> None:
    """Listen to people who open their home tab; the event is acknowledged before it comes here."""
    app.event("app_home_opened")(listener(_opened(desk)))


def _opened(desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_opened(body: dict[str, Any], _respond: Respond) -> None:
        event = body["event"]
        if event.get("tab") != "home":
            return
        user = event["user"]
        try:
            draw(desk.people.person(user), desk)
        except Exception as error:  # noqa: BLE001  # an event has nowhere else to show what failed
            desk.windows.publish(user, trouble_view(words_of(error, body)))

    return on_opened
