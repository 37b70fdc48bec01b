"""Answering in public from Slack: the form, the approval, and the way to the platform where only people may answer."""

import secrets
from collections.abc import Callable

from slack_sdk.models.views import View

from bot.desk import Answer, Ask, Fields
from bot.views.approval import NOTE, changes_view
from bot.views.modal import said_view
from bot.views.refusal import refusal_words
from bot.views.reply import copy_view, find_text, handed_in_words, read_subject, reply_view, text_fault
from bot.windows import WindowError
from domain.errors import EarshotError
from flows import alerting, approving, drafting
from flows.approving import Decision
from flows.drafting import Wording
from flows.responding import Click

_TITLE = "Reply"


def open_reply(ask: Ask) -> None:
    """Open the form for the case whose id the button holds."""
    desk = ask.desk
    sheet = drafting.begin(Click(ask.words, ask.person), repliers=desk.repliers, house=desk.house)
    try:
        desk.windows.open(ask.trigger, reply_view(sheet, fill=_fresh()))
    except WindowError:
        drafting.leave(ask.words, ask.person, house=desk.house)
        raise


def choose_template(ask: Ask) -> None:
    """Put a template's text, filled in, in the place of what stood there."""
    if not ask.words:
        return

    def show() -> View:
        sheet = drafting.use_template(*_wording(ask, ""), repliers=ask.desk.repliers, house=ask.desk.house)
        return reply_view(sheet, fill=_fresh(), previewed=True)

    _redraw(ask, show)


def preview(ask: Ask) -> None:
    """Show the text exactly as it would be sent; what was typed stays."""
    block = find_text(list(ask.fields))

    def show() -> View:
        sheet = drafting.look(*_wording(ask, _typed(ask)), repliers=ask.desk.repliers, house=ask.desk.house)
        return reply_view(sheet, fill=block.rpartition("_")[2], previewed=True)

    _redraw(ask, show)


def open_outside(ask: Ask) -> None:
    """Note who went to answer on the platform; the browser follows the link by itself."""
    case_id, _, _ = read_subject(ask.words)
    drafting.open_outside(Click(case_id, ask.person, ask.delivery), house=ask.desk.house)
    alerting.refresh(case_id, post=ask.desk.post, house=ask.desk.house)


def check_reply(fields: Fields) -> dict[str, str]:
    """Find what is wrong with the text by itself."""
    block = find_text(list(fields))
    fault = text_fault(str(fields.get(block, "")))
    return {block: fault} if fault else {}


def submit_reply(ask: Ask) -> Answer | View:
    """Hand the reply in, or show it for copying where only people may answer; the form comes back with its faults."""
    click, wording = _wording(ask, _typed(ask))
    desk = ask.desk
    sheet = drafting.look(click, wording, repliers=desk.repliers, house=desk.house)
    if sheet.trouble:
        raise sheet.trouble
    if not sheet.permit.may_send:
        return copy_view(sheet)
    if sheet.faults:
        return reply_view(sheet, fill=_fresh(), previewed=True)
    drafting.hand_in(click, wording, repliers=desk.repliers, house=desk.house)
    alerting.refresh(click.case_id, post=desk.post, house=desk.house)
    return Answer(handed_in_words(sheet))


def close_reply(ask: Ask) -> None:
    """Let others write."""
    case_id, _, _ = read_subject(ask.words)
    drafting.leave(case_id, ask.person, house=ask.desk.house)


def approve(ask: Ask) -> None:
    """Let a reply be sent."""
    file = approving.approve(_decision(ask), house=ask.desk.house)
    alerting.refresh(file.case.id, post=ask.desk.post, house=ask.desk.house)


def ask_for_changes(ask: Ask) -> None:
    """Ask what is to be changed of a reply, if that is not decided yet."""
    approving.insist_undecided(_decision(ask), house=ask.desk.house)
    ask.desk.windows.open(ask.trigger, changes_view(ask.words))


def send_back(ask: Ask) -> Answer:
    """Send a reply back to its writer with a note."""
    file = approving.send_back(_decision(ask), str(ask.fields.get(NOTE, "")), house=ask.desk.house)
    alerting.refresh(file.case.id, post=ask.desk.post, house=ask.desk.house)
    return Answer("↩️ The reply went back to its writer, with your note.")


def withdraw(ask: Ask) -> None:
    """Take back one's own reply."""
    file = approving.withdraw(_decision(ask), house=ask.desk.house)
    alerting.refresh(file.case.id, post=ask.desk.post, house=ask.desk.house)


def _decision(ask: Ask) -> Decision:
    return Decision(ask.words, ask.person, ask.delivery)


def _wording(ask: Ask, text: str) -> tuple[Click, Wording]:
    case_id, mention_id, template = read_subject(ask.words)
    return Click(case_id, ask.person, ask.delivery), Wording(mention_id, text, template)


def _typed(ask: Ask) -> str:
    return str(ask.fields.get(find_text(list(ask.fields)), ""))


def _redraw(ask: Ask, show: Callable[[], View]) -> None:
    """Draw the form anew; what went wrong is said there, with what was typed, as a form has no other place for it."""
    try:
        view = show()
    except EarshotError as error:
        view = said_view(_TITLE, Answer(refusal_words(error)), typed=ask.fields)
    ask.desk.windows.update(ask.view_id, view)


def _fresh() -> str:
    return secrets.token_hex(4)
