"""The buttons: each click is judged by who clicked, and counted once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import App, Respond

from bot import case_clicks, case_forms, home, link_forms, replies
from bot.card_view import in_view
from bot.case_clicks import change_case, from_menu
from bot.commands import turn_page
from bot.commands.customers import profile_answer
from bot.commands.figures import evidence_page
from bot.commands.lists import unsure_page
from bot.commands.muting import end_mute
from bot.desk import Answer, Ask, Desk, show
from bot.forms import read_fields
from bot.reception import listener
from bot.views import approval
from bot.views.blind_check import SKIP, START, answer_id, blind_step_blocks, blind_step_text, read_item
from bot.views.card import CLAIM, NOT_US, OPEN_POST, REOPEN, REPLY, RESOLVE, SHOW_CARD, WAKE
from bot.views.case_menus import (
    ASSIGN,
    AUTHOR_MUTES,
    CORRECT,
    ESCALATE,
    LEAD,
    LINK,
    MORE,
    MUTE_TOPIC,
    PRODUCT,
    SNOOZE,
    UNTIL,
    read_choice,
)
from bot.views.customer import ADD_NOTE, LINK_ACCOUNT, PICK, UNLINK_ACCOUNT
from bot.views.forget import (
    FORGET,
    HOW_FAR,
    KEEP,
    PICK_PERSON,
    offer_blocks,
    offers_text,
    receipt_blocks,
    receipt_text,
)
from bot.views.home import PREFERENCES, REFRESH
from bot.views.kpi import EVIDENCE
from bot.views.muting import UNMUTE
from bot.views.paging import EARLIER, LATER
from bot.views.reply import OUTSIDE, PREVIEW, TEMPLATE
from bot.views.unsure import judge_id, read_judge
from crm.access import permit
from crm.snoozing import Rest
from domain.blind_check import QUESTIONS, BlindStep
from domain.errors import Refused
from domain.forgetting import Forgetting
from domain.person import Action
from flows import blind_checks, forgetting, judging, lookup, responding, snoozing
from flows.judging import Judgement, Look


@dataclass(frozen=True, slots=True)
class Button:
    """One button, or one choice of a menu: what it takes, and what it does.

    An answer replaces the private message clicked in. `choice` begins the value that the menu gives it.
    """

    action_id: str
    action: Action
    run: Callable[[Ask], Answer | None]
    choice: str = ""


def open_post(_: Ask) -> None:
    """Do nothing: the browser follows the link, but Slack reports the click all the same."""


def judge(ask: Ask, *, judgement: Judgement) -> Answer:
    """Keep what was said of a post that waited for a person's eye, and show what waits still."""
    mention_id, brand, page, filtered = read_judge(ask.words)
    house, shown_brand = ask.desk.house, brand if filtered else ""
    look = Look(mention_id, brand, ask.person, ask.delivery)
    file = judging.judge(look, judgement, house=house)
    return unsure_page(ask, page, shown_brand, judged=file)


def open_evidence(ask: Ask) -> Answer:
    """Show the rows behind a KPI beside the KPIs."""
    return replace(evidence_page(ask, 0, ask.words), beside=True)


def pick_customer(ask: Ask) -> Answer:
    """Show the customer that was chosen."""
    return profile_answer(lookup.customer(ask.words, person=ask.person, house=ask.desk.house))


def pick_person(ask: Ask) -> Answer:
    """Show what would go with the person who was chosen."""
    offer = forgetting.pick(ask.words, person=ask.person, house=ask.desk.house)
    return Answer(offers_text(1), offer_blocks(offer))


def forget(ask: Ask) -> Answer:
    """Forget the person for good, and give the receipt."""
    return _receipt(forgetting.confirm(ask.words, person=ask.person, house=ask.desk.house))


def how_far(ask: Ask) -> Answer:
    """Tell how far a forgetting is."""
    return _receipt(forgetting.status(ask.words, person=ask.person, house=ask.desk.house))


def keep(ask: Ask) -> Answer:
    """Drop the offer to forget somebody."""
    forgetting.cancel(ask.words, person=ask.person, house=ask.desk.house)
    return Answer("Cancelled: nothing was erased.")


def _receipt(done: Forgetting) -> Answer:
    return Answer(receipt_text(done), receipt_blocks(done))


def start_blind_check(ask: Ask) -> Answer:
    """Show the person alone the first post of a blind check."""
    return _blind(blind_checks.begin(ask.words, person=ask.person, house=ask.desk.house))


def answer_blind_check(ask: Ask, *, task: str, label: str) -> Answer:
    """Keep an answer and show the next question."""
    return _blind(blind_checks.answer(_press(ask), task=task, label=label, house=ask.desk.house))


def skip_blind_post(ask: Ask) -> Answer:
    """Leave a post to others and show the next."""
    return _blind(blind_checks.skip(_press(ask), house=ask.desk.house))


def _press(ask: Ask) -> blind_checks.Press:
    return blind_checks.Press(item=read_item(ask.words), person=ask.person, delivery=ask.delivery)


def _blind(step: BlindStep) -> Answer:
    return Answer(blind_step_text(step), blind_step_blocks(step))


BUTTONS = (
    Button(CLAIM, Action.CLAIM, partial(change_case, change=responding.claim)),
    Button(RESOLVE, Action.RESOLVE, partial(change_case, change=responding.resolve)),
    Button(NOT_US, Action.NOT_US, partial(change_case, change=responding.not_us)),
    *(Button(SNOOZE, Action.SNOOZE, partial(case_clicks.snooze, rest=rest), choice=rest) for rest in Rest),
    Button(SNOOZE, Action.SNOOZE, partial(from_menu, open_form=case_forms.open_snooze), choice=UNTIL),
    Button(WAKE, Action.WAKE, partial(change_case, change=snoozing.wake)),
    Button(MORE, Action.ASSIGN, partial(from_menu, open_form=case_forms.open_assign), choice=ASSIGN),
    Button(MORE, Action.LINK_CUSTOMER, partial(from_menu, open_form=link_forms.open_link), choice=LINK),
    Button(MORE, Action.ESCALATE, partial(from_menu, open_form=case_forms.open_escalate), choice=ESCALATE),
    Button(
        MORE,
        Action.SEND_TO_PRODUCT,
        partial(from_menu, open_form=case_forms.open_product),
        choice=PRODUCT,
    ),
    Button(MORE, Action.CREATE_LEAD, partial(from_menu, open_form=case_forms.open_lead), choice=LEAD),
    *(
        Button(MORE, Action.MUTE, partial(case_clicks.mute_author, last=last), choice=choice)
        for choice, last in AUTHOR_MUTES.items()
    ),
    Button(MORE, Action.MUTE, partial(from_menu, open_form=case_forms.open_topic), choice=MUTE_TOPIC),
    Button(MORE, Action.CORRECT, case_clicks.correct, choice=CORRECT),
    Button(REOPEN, Action.REOPEN, partial(change_case, change=responding.reopen)),
    Button(SHOW_CARD, Action.SEE_HELP, case_clicks.show_card),  # which shows no card without SEE_QUEUE
    Button(OPEN_POST, Action.OPEN_POST, open_post),
    Button(EARLIER, Action.SEE_HELP, turn_page),  # which judges by the list whose page it is
    Button(LATER, Action.SEE_HELP, turn_page),
    Button(UNMUTE, Action.MUTE, end_mute),
    *(Button(judge_id(each), Action.JUDGE, partial(judge, judgement=each)) for each in Judgement),
    Button(REFRESH, Action.SEE_HOME, home.refresh),
    Button(PREFERENCES, Action.SET_PREFERENCES, home.set_preferences),
    Button(REPLY, Action.REPLY, case_clicks.open_reply),
    Button(TEMPLATE, Action.REPLY, replies.choose_template),
    Button(PREVIEW, Action.REPLY, replies.preview),
    Button(OUTSIDE, Action.REPLY, replies.open_outside),
    Button(approval.APPROVE, Action.APPROVE, replies.approve),
    Button(approval.CHANGES, Action.APPROVE, replies.ask_for_changes),
    Button(approval.WITHDRAW, Action.REPLY, replies.withdraw),
    Button(approval.EDIT, Action.REPLY, replies.open_reply),
    Button(EVIDENCE, Action.SEE_EVIDENCE, open_evidence),
    Button(PICK, Action.SEE_CUSTOMER, pick_customer),
    Button(LINK_ACCOUNT, Action.LINK_CUSTOMER, link_forms.open_account),
    Button(UNLINK_ACCOUNT, Action.UNLINK_CUSTOMER, link_forms.open_unlink),
    Button(ADD_NOTE, Action.NOTE_CUSTOMER, link_forms.open_note),
    Button(PICK_PERSON, Action.FORGET, pick_person),
    Button(FORGET, Action.FORGET, forget),
    Button(HOW_FAR, Action.FORGET, how_far),
    Button(KEEP, Action.FORGET, keep),
    Button(START, Action.BLIND_CHECK, start_blind_check),
    Button(SKIP, Action.BLIND_CHECK, skip_blind_post),
    *(
        Button(answer_id(task, label), Action.BLIND_CHECK, partial(answer_blind_check, task=task, label=label))
        for task, labels in QUESTIONS.items()
        for label in labels
    ),
)


def register(app: App, desk: Desk) -> None:
    """Listen to every button and menu; clicks are acknowledged before they come here."""
    for action_id in dict.fromkeys(each.action_id for each in BUTTONS):
        app.action(action_id)(listener(_handler(action_id, desk)))


def _handler(action_id: str, desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_click(body: dict[str, Any], respond: Respond) -> None:
        if body["container"]["type"] == "view":
            in_view(body, desk, press=partial(_press_button, action_id, body))
            return
        private = body["container"].get("is_ephemeral", False)
        answer = _press_button(action_id, body, desk)
        if answer:
            show(respond, answer, body=body, instead=private and not answer.beside)  # the channel's message stays

    return on_click


def _press_button(action_id: str, body: dict[str, Any], desk: Desk) -> Answer | None:
    (action,) = body["actions"]
    found = pressed(action_id, _value(action))
    if found is None:
        return None
    button, words = found
    person = desk.people.person(body["user"]["id"])
    permit(person, button.action)
    container, view = body["container"], body.get("view") or {}
    ask = Ask(
        words=words,
        person=person,
        desk=desk,
        delivery=f"{person.user_id}:{action_id}:{action['action_ts']}",
        trigger=body.get("trigger_id", ""),
        fields=read_fields(view),
        view_id=container.get("view_id", ""),
        private=container.get("is_ephemeral", False) or view.get("type") == "modal",
        at_home=view.get("type") == "home",
    )
    return button.run(ask)


def pressed(action_id: str, value: str) -> tuple[Button, str] | None:
    """Return what was pressed or chosen, and the rest of its value; None where a choice was taken back.

    Raises:
        Refused: the menu has no such choice.
    """
    these = [each for each in BUTTONS if each.action_id == action_id]
    if not these[0].choice:
        return these[0], value
    if not value:
        return None
    choice, rest = read_choice(value)
    for each in these:
        if each.choice == choice:
            return each, rest
    raise Refused("This choice is not known here: the card may be older than the last update. Nothing was changed.")


def _value(action: dict[str, Any]) -> str:
    """Return the value of a button, or that of what was chosen in a menu: Slack sends null for a choice taken back."""
    value: str = (action.get("selected_option") or action).get("value", "")
    return value
