"""Clicks in modals and in the home tab, where nobody can be answered by a message: what they did is shown in place.

A card opens in a modal from the home tab; its buttons act and draw it anew, and forms open on top of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog
from slack_sdk.models.blocks import Block

from bot import home
from bot.desk import Answer, Desk
from bot.reception import words_of
from bot.subjects import CaseSubject, read_subject
from bot.views.card import card_blocks, card_text
from bot.views.modal import CARD_MODAL, said_view
from bot.windows import WindowError
from domain.case import CaseFile
from domain.errors import EarshotError
from domain.person import Person
from flows import lookup

TITLE = "Earshot"

log = structlog.get_logger(__name__)


def card_answer(file: CaseFile, desk: Desk, *, told: Sequence[Block] = ()) -> Answer:
    """Show one person the card of a case, and below it what she is told of her click."""
    blocks = [*card_blocks(file, now=desk.house.clock()), *told]
    return Answer(card_text(file), blocks, case_id=file.case.id)


def in_view(body: dict[str, Any], desk: Desk, *, press: Callable[[Desk], Answer | None]) -> None:
    """Let a click in a view have its effect, and show there what came of it, or why nothing did."""
    view = body["view"]
    modal = view["type"] == "modal"
    above = replace(desk, windows=desk.windows.on_top()) if modal else desk
    failed = False
    try:
        answer = press(above)
    except Exception as error:  # noqa: BLE001  # there is no message to answer by, so Bolt's hook could not tell
        answer, failed = Answer(words_of(error, body)), True
    try:
        if answer and modal and not failed:
            desk.windows.update(view["id"], said_view(TITLE, answer))
        elif answer:
            above.windows.open(body.get("trigger_id", ""), said_view(TITLE, answer))
    except WindowError as error:
        log.warning("answer_unseen", view=view["type"], reason=str(error))
    if failed and modal:
        _redraw(view["id"], view, body, desk)
    if not modal or view.get("callback_id") == CARD_MODAL:
        _draw_home(body, desk)


def redraw_below(body: dict[str, Any], desk: Desk) -> None:
    """After a form that lay on a card: draw the card anew, and the home tab behind it."""
    view = body["view"]
    if view.get("root_view_id") in {None, "", view["id"]}:
        return
    _redraw(view["root_view_id"], view, body, desk)
    _draw_home(body, desk)


def _redraw(view_id: str, named_in: dict[str, Any], body: dict[str, Any], desk: Desk) -> None:
    """Draw the card anew whose case a view's metadata names."""
    subject = read_subject(named_in.get("private_metadata") or "")
    if not isinstance(subject, CaseSubject):
        return
    try:
        file = lookup.case_file(subject.case_id, person=_person(body, desk), house=desk.house)
        desk.windows.update(view_id, said_view(TITLE, card_answer(file, desk)))
    except EarshotError as error:
        log.info("card_not_redrawn", reason=str(error))


def _draw_home(body: dict[str, Any], desk: Desk) -> None:
    try:
        home.draw(_person(body, desk), desk)
    except EarshotError as error:
        log.info("home_not_drawn", reason=str(error))


def _person(body: dict[str, Any], desk: Desk) -> Person:
    return desk.people.person(body["user"]["id"])
