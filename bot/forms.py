"""The forms that modals hold: what a person filled in is checked, then judged by who she is, and counted once.

A form is acknowledged at once with a waiting view; what came of it, or why nothing did, takes that view's place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import App, Respond
from slack_sdk.models.views import View

from bot import case_forms, link_forms, replies, shortcuts
from bot.card_view import redraw_below
from bot.desk import Answer, Ask, Desk, Fields
from bot.reception import listener, words_of
from bot.views import case_forms as views
from bot.views import linking
from bot.views.approval import CHANGES_FORM
from bot.views.modal import said_view, waiting_view
from bot.views.muting import TOPIC_FORM
from bot.views.reply import REPLY_FORM
from bot.windows import WindowError
from crm.access import permit
from domain.person import Action

log = structlog.get_logger(__name__)

Check = Callable[[Fields], Mapping[str, str]]
"""Finds what is wrong in the fields alone, without looking anything up: messages by the field's block id."""


def _nothing_wrong(_: Fields) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `submit` gets the view's private metadata as `Ask.words`, and returns what takes the form's place.

    `closed` hears of a form that was closed instead, if its view has `notify_on_close`.
    """

    callback_id: str
    action: Action
    submit: Callable[[Ask], Answer | View]
    check: Check = _nothing_wrong
    closed: Callable[[Ask], None] | None = None


FORMS: tuple[Form, ...] = (
    Form(views.SNOOZE_FORM, Action.SNOOZE, case_forms.snooze),
    Form(views.ASSIGN_FORM, Action.ASSIGN, case_forms.assign),
    Form(views.ESCALATE_FORM, Action.ESCALATE, case_forms.escalate),
    Form(views.PRODUCT_FORM, Action.SEND_TO_PRODUCT, case_forms.send_to_product),
    Form(views.LEAD_FORM, Action.CREATE_LEAD, case_forms.create_lead),
    Form(views.POST_FORM, Action.OPEN_POST, shortcuts.post_chosen),  # which judges by the shortcut that goes on
    Form(TOPIC_FORM, Action.MUTE, case_forms.mute_topic, check=case_forms.check_topic),
    Form(linking.SEARCH_FORM, Action.LINK_CUSTOMER, link_forms.find),
    Form(linking.LINK_FORM, Action.LINK_CUSTOMER, link_forms.link),
    Form(linking.ACCOUNT_FORM, Action.LINK_CUSTOMER, link_forms.link_account),
    Form(linking.UNLINK_FORM, Action.UNLINK_CUSTOMER, link_forms.unlink),
    Form(linking.NOTE_FORM, Action.NOTE_CUSTOMER, link_forms.add_note),
    Form(REPLY_FORM, Action.REPLY, replies.submit_reply, check=replies.check_reply, closed=replies.close_reply),
    Form(CHANGES_FORM, Action.APPROVE, replies.send_back),
)


def acknowledgement(view: dict[str, Any]) -> dict[str, Any]:
    """Say at once what becomes of a submitted view: faults beside its fields, or a moment's wait."""
    form = next((form for form in FORMS if form.callback_id == view.get("callback_id")), None)
    faults = form.check(read_fields(view)) if form else {}
    if faults:
        return {"response_action": "errors", "errors": dict(faults)}
    title = str((view.get("title") or {}).get("text") or "Earshot")
    return {"response_action": "update", "view": waiting_view(title, external_id=_waiting_id(view)).to_dict()}


def _waiting_id(view: dict[str, Any]) -> str:
    """Name the waiting view of one submission, the same for whoever acknowledges it and whoever has the answer."""
    return f"{view['id']} {view.get('hash', '')}"


def read_fields(view: dict[str, Any]) -> Fields:
    """Read what was filled in, by block id; each of our blocks holds one element."""
    values = (view.get("state") or {}).get("values") or {}
    return {block: _value(next(iter(elements.values()), {})) for block, elements in values.items()}


def _value(element: dict[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(option["value"] for option in element["selected_options"] or ())
    if "selected_users" in element:
        return tuple(element["selected_users"] or ())
    chosen = element.get("selected_option")
    names = ("value", "selected_user", "selected_date", "selected_time", "selected_conversation")
    return str((chosen or {}).get("value") or next((element[name] for name in names if element.get(name)), ""))


def register(app: App, desk: Desk) -> None:
    """Listen to every form; submissions are acknowledged before they come here."""
    for each in FORMS:
        app.view(each.callback_id)(listener(_handler(each, desk)))
        if each.closed:
            app.view_closed(each.callback_id)(listener(_on_close(each.closed, desk)))


def _on_close(closed: Callable[[Ask], None], desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_close(body: dict[str, Any], _respond: Respond) -> None:
        person = desk.people.person(body["user"]["id"])
        closed(Ask(words=body["view"].get("private_metadata", ""), person=person, desk=desk))

    return on_close


def _handler(form: Form, desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_submit(body: dict[str, Any], _respond: Respond) -> None:
        view = body["view"]
        title = str(view["title"]["text"])
        try:
            shown = _submitted(form, body, desk)
        except Exception as error:  # noqa: BLE001  # whatever failed, what she typed must not be lost
            shown = Answer(words_of(error, body))
            shown_view = said_view(title, shown, typed=read_fields(view))
        else:
            shown_view = shown if isinstance(shown, View) else said_view(title, shown)
        try:
            desk.windows.replace(_waiting_id(view), shown_view)
        except WindowError as error:  # closed meanwhile: what was done is done
            log.info("form_answer_unseen", form=form.callback_id, reason=str(error))
        redraw_below(body, desk)

    return on_submit


def _submitted(form: Form, body: dict[str, Any], desk: Desk) -> Answer | View:
    view = body["view"]
    person = desk.people.person(body["user"]["id"])
    permit(person, form.action)
    return form.submit(
        Ask(
            words=view.get("private_metadata", ""),
            person=person,
            desk=desk,
            delivery=f"{person.user_id}:{view['id']}:{view.get('hash', '')}",
            fields=read_fields(view),
        )
    )
