"""The buttons: each click is judged by who clicked, and counted once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from slack_bolt import App, Respond

from bot.commands import profile_answer, queue_page, show_evidence
from bot.desk import Answer, Ask, Desk, show
from bot.reception import listener
from bot.views import evidence
from bot.views.blind_check import SKIP, START, answer_id, blind_step_blocks, blind_step_text, read_item
from bot.views.card import CLAIM, CORRECT, NOT_US, OPEN_POST, REOPEN, RESOLVE, read_correction
from bot.views.customer import PICK
from bot.views.kpi import EVIDENCE
from bot.views.queue import EARLIER, LATER, read_page
from crm.access import permit
from domain.blind_check import QUESTIONS, BlindStep
from domain.case import CaseFile
from domain.person import Action
from flows import alerting, blind_checks, correcting, lookup, responding
from flows.responding import Click


@dataclass(frozen=True, slots=True)
class Button:
    """One button or menu: what it takes, and what it does. An answer replaces the private message clicked in."""

    action_id: str
    action: Action
    run: Callable[[Ask], Answer | None]


def change_case(ask: Ask, *, change: Callable[..., CaseFile]) -> None:
    """Change the case's state and show it on the card at once, for everybody."""
    click = Click(case_id=ask.words, person=ask.person, delivery=ask.delivery)
    change(click, house=ask.desk.house)
    alerting.refresh(ask.words, post=ask.desk.post, house=ask.desk.house)


def correct(ask: Ask) -> None:
    """Set the label that was chosen, and show it on the card at once; taking a choice back chooses nothing."""
    if not ask.words:
        return
    case_id, task, label, mention_id = read_correction(ask.words)
    click = Click(case_id=case_id, person=ask.person, delivery=ask.delivery)
    correcting.correct(click, mention_id=mention_id, task=task, label=label, house=ask.desk.house)
    alerting.refresh(case_id, post=ask.desk.post, house=ask.desk.house)


def open_post(_: Ask) -> None:
    """Do nothing: the browser follows the link, but Slack reports the click all the same."""


def turn_page(ask: Ask) -> Answer:
    """Show another page of the queue."""
    page, brand = read_page(ask.words)
    return queue_page(ask, page=page, brand=brand)


def open_evidence(ask: Ask) -> Answer:
    """Show the rows behind a KPI beside the KPIs."""
    return replace(show_evidence(ask), beside=True)


def pick_customer(ask: Ask) -> Answer:
    """Show the customer that was chosen."""
    return profile_answer(lookup.customer(ask.words, person=ask.person, house=ask.desk.house))


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
    Button(CORRECT, Action.CORRECT, correct),
    Button(REOPEN, Action.REOPEN, partial(change_case, change=responding.reopen)),
    Button(OPEN_POST, Action.OPEN_POST, open_post),
    Button(EARLIER, Action.SEE_QUEUE, turn_page),
    Button(LATER, Action.SEE_QUEUE, turn_page),
    Button(EVIDENCE, Action.SEE_EVIDENCE, open_evidence),
    Button(evidence.EARLIER, Action.SEE_EVIDENCE, show_evidence),
    Button(evidence.LATER, Action.SEE_EVIDENCE, show_evidence),
    Button(PICK, Action.SEE_CUSTOMER, pick_customer),
    Button(START, Action.BLIND_CHECK, start_blind_check),
    Button(SKIP, Action.BLIND_CHECK, skip_blind_post),
    *(
        Button(answer_id(task, label), Action.BLIND_CHECK, partial(answer_blind_check, task=task, label=label))
        for task, labels in QUESTIONS.items()
        for label in labels
    ),
)


def register(app: App, desk: Desk) -> None:
    """Listen to every button; clicks are acknowledged before they come here."""
    for each in BUTTONS:
        app.action(each.action_id)(listener(_handler(each, desk)))


def _handler(pressed: Button, desk: Desk) -> Callable[[dict[str, Any], Respond], None]:
    def on_click(body: dict[str, Any], respond: Respond) -> None:
        (action,) = body["actions"]
        person = desk.people.person(body["user"]["id"])
        permit(person, pressed.action)
        delivery = f"{person.user_id}:{pressed.action_id}:{action['action_ts']}"
        answer = pressed.run(Ask(words=_value(action), person=person, desk=desk, delivery=delivery))
        if answer:
            private = body["container"].get("is_ephemeral", False)  # the channel's message stays
            show(respond, answer, instead=private and not answer.beside)

    return on_click


def _value(action: dict[str, Any]) -> str:
    """Return the value of a button, or that of what was chosen in a menu: Slack sends null for a choice taken back."""
    value: str = (action.get("selected_option") or action).get("value", "")
    return value
