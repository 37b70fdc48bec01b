"""The shortcuts in the menu of every message: on a card they act on its case, on a line on the post that is chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt import App, Respond
from slack_sdk.models.views import View

from bot import case_forms, link_forms
from bot.desk import Ask, Desk
from bot.escaping import unescape
from bot.reception import listener
from bot.subjects import CaseSubject, MessageSubject, PostSubject, subject_value
from bot.views.case_forms import POST, post_view
from bot.views.fields import one_of
from crm.access import permit
from domain.errors import Refused
from domain.mention import MentionId
from domain.person import Action
from flows import lookup


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut of config/slack-manifest.yaml; `form` makes its modal for the subject in `Ask.words`.

    `quotes` where it also works with a message that somebody wrote in Slack.
    """

    callback_id: str
    action: Action
    form: Callable[..., View]
    quotes: bool = True


SHORTCUTS = (
    Shortcut("link_customer", Action.LINK_CUSTOMER, link_forms.link_form, quotes=False),
    Shortcut("create_lead", Action.CREATE_LEAD, case_forms.lead_form),
    Shortcut("send_to_product", Action.SEND_TO_PRODUCT, case_forms.product_form),
)


def open_shortcut(shortcut: Shortcut, ask: Ask, message: MessageSubject, *, text: str) -> None:
    """Open the form for a message: its case, the post that is to be chosen first, or what it says itself."""
    shown = lookup.shown_at(message.channel, message.ts, house=ask.desk.house)
    if shown and shown.case_id:
        view = shortcut.form(replace(ask, words=subject_value(CaseSubject(shown.case_id))))
    elif shown and shown.posts:
        view = post_view(f"{shortcut.callback_id}|{shown.posts[0].brand}", shown.posts)
    elif shown:
        raise Refused("There is no post in this message, or not any more.")
    else:
        asked = replace(ask, words=subject_value(message))
        view = shortcut.form(asked, quote=unescape(text)) if shortcut.quotes else shortcut.form(asked)
    ask.desk.windows.open(ask.trigger, view)


def post_chosen(ask: Ask) -> View:
    """Go on with the post that was chosen, as the shortcut would."""
    callback_id, _, brand = ask.words.partition("|")
    shortcut = next(each for each in SHORTCUTS if each.callback_id == callback_id)
    permit(ask.person, shortcut.action)
    subject = PostSubject(brand, MentionId(one_of(ask.fields[POST])))
    return shortcut.form(replace(ask, words=subject_value(subject)))


def register(app: App, desk: Desk) -> None:
    """Listen to every shortcut; they are acknowledged before they come here."""
    for each in SHORTCUTS:
        app.shortcut(each.callback_id)(listener(_handler(each, desk)))


def _handler(shortcut: Shortcut, desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_shortcut(body: Mapping[str, Any], _respond: Respond) -> None:
        person = desk.people.person(body["user"]["id"])
        permit(person, shortcut.action)
        said = body["message"]
        message = MessageSubject(body["channel"]["id"], body.get("message_ts") or said["ts"])
        ask = Ask(words="", person=person, desk=desk, trigger=body.get("trigger_id", ""))
        open_shortcut(shortcut, ask, message, text=said.get("text") or "")

    return on_shortcut
