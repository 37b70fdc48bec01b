"""What a click on a card does at once; where only one person sees the card, it is drawn anew for her.

Cards are shown to one person beside a list, in answer to `Show card`, and in a modal over the home tab.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from slack_sdk.models.blocks import Block

from bot import replies
from bot.card_view import card_answer
from bot.desk import Answer, Ask
from bot.escaping import link
from bot.subjects import CaseSubject, subject_value
from bot.views.elements import line
from bot.views.muting import begun_blocks
from bot.views.refusal import refusal_words
from crm.access import may, roles_for
from crm.snoozing import Rest
from domain.case import CaseFile
from domain.errors import EarshotError
from domain.mention import MentionId
from domain.person import Action
from flows import alerting, correcting, lookup, muting, snoozing
from flows.permalinks import card_address
from flows.responding import Click


def change_case(ask: Ask, *, change: Callable[..., CaseFile]) -> Answer | None:
    """Change the case's state and show it on the card at once, for everybody, and where it was clicked."""
    click = Click(case_id=ask.words, person=ask.person, delivery=ask.delivery)
    try:
        file = change(click, house=ask.desk.house)
    except EarshotError as error:
        return _refused(ask, error)
    alerting.refresh(ask.words, post=ask.desk.post, house=ask.desk.house)
    return card_answer(file, ask.desk) if ask.private else None


def snooze(ask: Ask, *, rest: Rest) -> Answer | None:
    """Let the case rest."""
    return change_case(ask, change=partial(snoozing.snooze, rest=rest))


def correct(ask: Ask) -> Answer | None:
    """Set the label that was chosen, and show it on the card at once."""
    case_id, task, label, mention_id = ask.words.split("|", 3)
    change = partial(correcting.correct, mention_id=MentionId(mention_id), task=task, label=label)
    return change_case(replace(ask, words=case_id), change=change)


def mute_author(ask: Ask, *, last: timedelta) -> Answer:
    """Mute the author of the case, and say to the person alone until when and how it ends."""
    house = ask.desk.house
    try:
        new = muting.mute_author_of(ask.words, last, person=ask.person, house=house, delivery=ask.delivery)
    except EarshotError as error:
        return _refused(ask, error)
    alerting.refresh(ask.words, post=ask.desk.post, house=house)
    told = begun_blocks(new)
    return _card(ask, told) if ask.private else Answer("Muted.", told)


def show_card(ask: Ask) -> Answer:
    """Show the card of a case that has none in the channel, or that is far up in it.

    Whoever is told of cases but may not see the queue learns where the card is instead.
    """
    return replace(_card(ask) if may(ask.person, Action.SEE_QUEUE) else _whereabouts(ask), beside=True)


def open_reply(ask: Ask) -> Answer | None:
    """Open the form in which the case is answered."""
    try:
        replies.open_reply(ask)
    except EarshotError as error:
        return _refused(ask, error)
    return None


def from_menu(ask: Ask, *, open_form: Callable[[Ask], None]) -> Answer | None:
    """Open a form for a case, and put the menu of the card back that it was chosen in.

    The menu would show the choice, and not take it again.
    """
    try:
        open_form(replace(ask, words=subject_value(CaseSubject(ask.words))))
    except EarshotError as error:
        return _refused(ask, error)
    finally:
        if not ask.private:
            alerting.show_again(ask.words, post=ask.desk.post, house=ask.desk.house)
    return _card(ask) if ask.private else None


def _card(ask: Ask, told: Sequence[Block] = ()) -> Answer:
    file = lookup.case_file(ask.words, person=ask.person, house=ask.desk.house)
    return card_answer(file, ask.desk, told=told)


def _whereabouts(ask: Ask) -> Answer:
    address = card_address(ask.words, house=ask.desk.house)
    where = f" {link(address, 'It is in its channel')}." if address else " It has none in a channel."
    return Answer(f"A card opens here for the roles {roles_for(Action.SEE_QUEUE)} only.{where}")


def _refused(ask: Ask, error: EarshotError) -> Answer:
    """Draw a private message's card as things are now, with the reason; anywhere else the error goes its way."""
    if not ask.private or ask.view_id:
        raise error
    return _card(ask, [line(f"⚠️ {refusal_words(error)}")])
